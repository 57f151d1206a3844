"""Golden vectors of the preprocessing, from formula volumes: no patient, nothing to download.

python -m headway_training.preprocess_golden --card CARD.json --out FILE
Committed as tests/golden/preprocess/golden.json.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np

from .preprocess import Withheld, field_resized, normalise

FORMULA = (
    "p = world_from_voxel * (i, j, k, 1), RAS+ mm; "
    "r2 = (p.x / radii.x)^2 + (p.y / radii.y)^2 + (p.z / radii.z)^2; "
    "signal = 1000 * clamp(4 * (1 - r2), 0, 1) * (1 + 0.3 sin(0.11 p.x) + 0.25 sin(0.07 p.y + 1)"
    " + 0.2 sin(0.09 p.z + 0.5)), computed in f64, stored as f32"
)
RADII_MM = (76.0, 95.0, 90.0)
SAMPLES = 200
SEED = 7
# Name, dims (i, j, k), spacing in mm, side each index runs to, degrees of turn about R and S,
# millimetres from the ellipsoid's middle to the volume's. No size lies near a half, no threshold near a voxel.
CASES = [
    ("axial_thick", (240, 256, 31), (0.9, 0.91, 5.0), "LPS", (0.0, 0.0), (4.0, -6.0, 3.0)),
    ("oblique_from_the_top", (320, 352, 46), (0.72, 0.72, 3.31), "LPI", (14.0, -7.0), (-9.0, 5.0, -2.0)),
    ("sagittal", (220, 200, 112), (1.1, 1.1, 1.6), "PIR", (-5.0, 8.0), (2.0, 7.0, 0.0)),
    ("short", (256, 256, 39), (0.86, 0.86, 3.03), "LPS", (0.0, 0.0), (0.0, 0.0, 0.0)),
]


def formula_volume(dims, world_from_voxel):
    """The signal of FORMULA, float32 [i, j, k]: an ellipsoid alike on no two sides, 0 around it."""
    x, y, z = world_from_voxel[:3, :3] @ np.indices(dims).reshape(3, -1) + world_from_voxel[:3, 3:]
    r2 = sum((at / radius) ** 2 for at, radius in zip((x, y, z), RADII_MM))
    texture = 1 + 0.3 * np.sin(0.11 * x) + 0.25 * np.sin(0.07 * y + 1) + 0.2 * np.sin(0.09 * z + 0.5)
    return (1000 * np.clip(4 * (1 - r2), 0, 1) * texture).reshape(dims).astype(np.float32)


def world_from_voxel(dims, spacing_mm, sides, turn_degrees, middle_mm):
    """A 4x4 affine to RAS+ millimetres, rounded so that whoever reads it computes with the same numbers."""
    axes = {"R": (1, 0, 0), "A": (0, 1, 0), "S": (0, 0, 1), "L": (-1, 0, 0), "P": (0, -1, 0), "I": (0, 0, -1)}
    (cos_r, cos_s), (sin_r, sin_s) = np.cos(np.radians(turn_degrees)), np.sin(np.radians(turn_degrees))
    about_r = np.array([[1, 0, 0], [0, cos_r, -sin_r], [0, sin_r, cos_r]])
    about_s = np.array([[cos_s, -sin_s, 0], [sin_s, cos_s, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = about_s @ about_r @ np.array([axes[side] for side in sides]).T * spacing_mm
    affine[:3, 3] = middle_mm - affine[:3, :3] @ ((np.array(dims) - 1) / 2)
    return affine.round(9)


def golden_case(spec, name, dims, *place):
    """One volume's place, and either why it is withheld or what becomes of it."""
    affine = world_from_voxel(dims, *place)
    case = {"name": name, "dims": dims, "world_from_voxel": affine.tolist()}
    try:
        before = field_resized(formula_volume(dims, affine), affine, spec)
    except Withheld as reason:
        return case | {"withheld": str(reason)}
    after = normalise(before, spec.get("normalisation", "z_score"), spec["clamp"])
    voxels = np.random.default_rng(SEED).integers(0, spec["size_voxels"], (SAMPLES, 3))
    samples = [[int(x), int(y), int(z), round(float(after[x, y, z]), 6)] for x, y, z in voxels]
    return case | {"mean": float(before.mean()), "std": float(before.std()), "samples": samples}


def golden(spec):
    """The content of golden.json; mean and std are those before the normalisation, samples are [x, y, z, value]."""
    return {"formula": FORMULA, "radii_mm": RADII_MM, "cases": [golden_case(spec, *case) for case in CASES]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--card", type=Path, required=True, help="the card whose `input` is followed")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    text = json.dumps(golden(json.loads(arguments.card.read_text())["input"]), indent=1)
    # Arrays of plain values on one line each.
    text = re.sub(r"\[[^][{}]*\]", lambda array: " ".join(array[0].split()), text)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
