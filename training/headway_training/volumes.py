"""Synthetic scans as NIfTI, as a scanner would have given them: for the program itself, not for training.

python -m headway_training.volumes --data FOLDER --out FOLDER --count 50 [--wrong] [--part test]

Writes OUT/T2_000000.nii.gz and so on, and OUT/facts.json with what each of them is. The names do not say: what is looked at is
the picture alone.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import torch

from .evaluate import TEST_SEED
from .heads.wrong import native_wrong
from .world import generator

# Highest value stored: scanners give 12 bits.
MOST = 4095


def native(heads, index, wrong):
    """(volume [x, y, z], spacing in mm, facts) of an index: a head, normal or not, or an input that must not be scored."""
    if wrong:
        volume, spacing_mm, kind = native_wrong(heads, index)
        return volume, spacing_mm, {"kind": kind}
    volume, _, spacing_mm, facts = heads.native_head(index)
    return volume, spacing_mm, {"kind": "T2", **facts}


def write(volume, spacing_mm, path):
    """A NIfTI of 16-bit values whose middle is the patient's origin."""
    volume = volume.numpy()
    stored = np.round(volume * (MOST / volume.max())).astype(np.int16)
    affine = np.diag([*spacing_mm, 1.0])
    affine[:3, 3] = -(np.array(stored.shape) - 1) / 2 * spacing_mm
    nibabel.save(nibabel.Nifti1Image(stored, affine), path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=["train", "validation", "test"], default="test")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--seed", type=int, default=TEST_SEED + 10)
    parser.add_argument("--work-mm", type=int, default=1, choices=[1, 2])
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    heads = replace(generator(options.data, options.part, options.seed, 120, cache=options.cache), work_mm=options.work_mm)
    options.out.mkdir(parents=True, exist_ok=True)
    facts = {}
    for index in range(options.count):
        name = f"T2_{index:06d}.nii.gz"
        volume, spacing_mm, facts[name] = native(heads, index, options.wrong)
        write(volume, spacing_mm, options.out / name)
    (options.out / "facts.json").write_text(json.dumps(facts, indent=1, default=float) + "\n")


if __name__ == "__main__":
    main()
