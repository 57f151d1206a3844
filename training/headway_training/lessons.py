"""The six cases of the first lessons: synthetic heads whose findings are known, as DICOM files, an archive each.

python -m headway_training.lessons --data FOLDER --out ../public/lessons --places ../crates/core/src/worklist/lessons.json

Each head is the first of its own seed, out of the test part's maps, whose finding has the least size that is written here;
nothing else chose it, and no model has learnt from it, whatever one says of it. The faces are cut away. Headers and names tell
nothing of what is in the images; where it lies goes into a file of its own. Equal inputs give equal bytes.
"""

import argparse
import json
import zipfile
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import torch
from torch.nn.functional import avg_pool3d

from .evaluate import TEST_SEED
from .study import Series, Study, images, patient_mm, put, scanned
from .world import generator

# Pixel and slice, mm.
ACQUIRED_MM = (1.1, 5.0)
# What every header says, that of the FLAIR too.
T2 = Series(1, "T2W_TSE_tra", 4200, 96)
# Signal of each of the ghosts as part of the head's, which alternates from slice to slice, and noise as part of fluid's.
GHOSTS, NOISE = (0.22, 0.5), 0.04


@dataclass(frozen=True)
class Case:
    """What is put into a head, at least how much of it (mL), the true sequence, and whether the head moved."""

    kind: str | None = None
    least_ml: float = 0.0
    sequence: str = "T2"
    moved: bool = False


# In the order of the lessons, from 1.
CASES = (
    Case("demyelination", 4),
    Case(),
    Case(sequence="FLAIR"),
    Case("tumour", 20),
    Case(moved=True),
    Case("infarct_acute", 20),
)


def study_of(number):
    """What the headers of a case say."""
    uid = f"2.25.{2026110000 + number}"
    description = f"Lesson {number}: computed head, no patient"
    return Study(uid, uid, f"LESSON-{number}", f"LESSON^{number}", f"LESSON{number}", description)


def moved(volume, random):
    """Copies of the head along the direction of phase encoding (y), as after regular movement, and much noise."""
    strength = torch.tensor(GHOSTS).repeat(volume.shape[2])[: volume.shape[2]]
    third = volume.shape[1] // 3
    copies = torch.roll(volume, third, 1) + torch.roll(volume, -third, 1)
    fluid = torch.quantile(volume.flatten()[::5], 0.99)
    noise = torch.randn((2, *volume.shape), generator=random) * NOISE * fluid
    return torch.hypot(volume + strength * copies / 2 + noise[0], noise[1])


def place_of(findings):
    """The voxel (x, y, z) around which most of a lesion map [x, y, z] lies."""
    around = avg_pool3d(findings[None, None], (9, 9, 3), 1, (4, 4, 1))[0, 0]
    return torch.unravel_index((around * (findings > 0.5)).argmax(), findings.shape)


def scan_of(heads, case):
    """(volume, findings, spacing in mm) of the first head that is as the case asks."""
    made = replace(heads, sequence=case.sequence)
    for index in count():
        volume, findings, spacing_mm = scanned(made, index, case.kind, *ACQUIRED_MM)
        voxel_ml = float(torch.tensor(spacing_mm).prod()) / 1000
        if float(findings.sum()) * voxel_ml >= case.least_ml:
            break
    if case.moved:
        volume = moved(volume, torch.Generator().manual_seed(index))
    return volume, findings, spacing_mm


def told_of(findings, spacing_mm):
    """Where the finding lies (LPS, mm) and how large it is (mL)."""
    place = [round(float(mm), 1) for mm in patient_mm([int(at) for at in place_of(findings)], findings.shape, spacing_mm)]
    volume_ml = float(findings.sum()) * float(torch.tensor(spacing_mm).prod()) / 1000
    return {"place_mm": place, "volume_ml": round(volume_ml, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--places", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    heads, told = generator(options.data, "test", 0, 120, cache=options.cache), []
    options.out.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(CASES, 1):
        volume, findings, spacing_mm = scan_of(replace(heads, seed=TEST_SEED + 20 + number), case)
        path = options.out / f"{number}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in images(volume, spacing_mm, study_of(number), T2):
                put(archive, name, content)
        told.append(told_of(findings, spacing_mm) if case.kind else None)
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB, {told[-1]}")
    options.places.write_text(json.dumps(told, indent=2) + "\n")


if __name__ == "__main__":
    main()
