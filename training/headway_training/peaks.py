"""Where attention maps are strongest: 25 synthetic tumours of unseen heads, and whether the program's maps point at them.

python -m headway_training.peaks --data FOLDER --program PATH_TO_headway --model ../public/models/NAME

The heads are the first of the test part's with a tumour of 5 mL or more (its swelling included) that the program takes in. A map
points at the tumour if the centre of its strongest cell lies no further than half a cell from a voxel that the tumour or its swelling changed.
"""

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np

from .evaluate import TEST_SEED
from .report import replaced, section_arguments
from .world import generator

HEADS, LEAST_ML, WANTED = 25, 5.0, 20
# A voxel belongs to a finding from this share of it on.
PART = 0.5
BEGIN, END = "<!-- attention: written by headway_training.peaks -->", "<!-- end of attention -->"


def image_of(volume, spacing_mm):
    """A NIfTI image [x, y, z] in RAS order with its middle at the origin."""
    affine = np.diag([*spacing_mm, 1.0])
    affine[:3, 3] = -(np.array(volume.shape) - 1) / 2 * np.array(spacing_mm)
    image = nibabel.Nifti1Image(np.asarray(volume, np.float32), affine)
    image.set_sform(affine, 1)
    image.set_qform(affine, 1)
    return image


def strongest_mm(attention):
    """The centre of a map's strongest cell, and half a cell, mm."""
    values = attention.get_fdata()
    cell = np.unravel_index(values.argmax(), values.shape)
    half_mm = np.linalg.norm(attention.affine[:3, 0]) / 2
    return nibabel.affines.apply_affine(attention.affine, cell), half_mm


def distance_mm(point_mm, findings):
    """From a point to the nearest voxel of the finding."""
    voxels = np.argwhere(findings.get_fdata() > PART)
    places_mm = nibabel.affines.apply_affine(findings.affine, voxels)
    return float(np.linalg.norm(places_mm - point_mm, axis=1).min())


def tumours(heads):
    """(index, volume, findings, volume of the tumour in mL) of one head after the other."""
    heads = replace(heads, classes=("tumour",))
    for index in range(1, 10_000, 2):
        volume, findings, spacing_mm, facts = heads.native(index, "tumour", 1.0)
        if facts["volume_ml"] >= LEAST_ML:
            yield index, image_of(volume, spacing_mm), image_of(findings, spacing_mm), facts["volume_ml"]


def attention_of(program, model, head, folder):
    """The program's map of a head; None where it does not take the head in."""
    # A NIfTI states its contrast nowhere but in its name.
    scan, out = folder / "head_t2w.nii.gz", folder / "attention.nii.gz"
    nibabel.save(head, scan)
    line = [program, "attention", scan, "--model", model, "--device", "cpu", "--out", out]
    if subprocess.run(line, stdout=subprocess.DEVNULL).returncode:
        return None
    return nibabel.load(out)


def measured(heads, program, model):
    """[(index, mL, mm from the strongest cell to the tumour, whether that is in it)] of HEADS heads, and how many were not taken in."""
    rows, declined = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for index, head, findings, volume_ml in tumours(heads):
            attention = attention_of(program, model, head, Path(folder))
            if attention is None:
                declined += 1
                continue
            point_mm, half_mm = strongest_mm(attention)
            off_mm = distance_mm(point_mm, findings)
            rows.append((index, volume_ml, off_mm, off_mm <= half_mm))
            print(f"head {index}: {volume_ml:.1f} mL, {off_mm:.0f} mm off", flush=True)
            if len(rows) == HEADS:
                return rows, declined


def section(rows, declined):
    """The section's Markdown."""
    hits = sum(hit for *_, hit in rows)
    lines = "\n".join(f"| {index} | {volume_ml:.1f} | {off_mm:.0f} | {'yes' if hit else 'no'} |" for index, volume_ml, off_mm, hit in rows)
    reached = "reached" if hits >= WANTED else "not reached"
    return f"""{BEGIN}
## Where attention maps point

Of {len(rows)} synthetic heads on unseen anatomy with a tumour of {LEAST_ML:.0f} mL or more, the map's strongest cell lies in the tumour or its swelling in
{hits} ({WANTED} were wanted: {reached}). The program's checks did not take in {declined} more. A map explains the network, not the patient.

| head | mL | mm from the strongest cell to the tumour | in it |
|---|---|---|---|
{lines}
{END}"""


def main():
    parser = section_arguments(__doc__)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    heads = generator(options.data, "test", TEST_SEED + 30, 64, cache=options.cache)
    rows, declined = measured(heads, options.program, options.model)
    readme = options.model / "README.md"
    readme.write_text(replaced(readme.read_text(), section(rows, declined), BEGIN, END))
    print(f"{sum(hit for *_, hit in rows)} of {len(rows)}, {declined} not taken in")


if __name__ == "__main__":
    main()
