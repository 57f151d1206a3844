"""The reading of the paper keeps its own promises, and the Rust program agrees with it."""

import json
import os
import subprocess
from pathlib import Path

import nibabel
import numpy as np
import pytest

from headway_training.dicom import read_series
from headway_training.preprocess import Withheld, canonical, head_range, preprocess
from headway_training.preprocess_golden import golden

ROOT = Path(__file__).resolve().parents[2]
CARD = ROOT / "crates/infer/src/template_card.json"
SPEC = json.loads(CARD.read_text())["input"]
# After the z-score; two orders of the same interpolations in float32 and float64.
TOLERANCE = 1e-5


def head(sides_mm=(180, 200, 150), spacing=(1.0, 1.0, 3.0)):
    """A bright ellipsoid with a brighter ball towards the right, front and top, and its axial affine in RAS."""
    dims = [int(side / step) for side, step in zip(sides_mm, spacing)]
    at = np.meshgrid(*(((np.arange(n) - (n - 1) / 2) * step) for n, step in zip(dims, spacing)), indexing="ij")
    inside = sum((a / r) ** 2 for a, r in zip(at, (75, 95, 85))) < 1
    ball = (at[0] - 40) ** 2 + (at[1] - 30) ** 2 + (at[2] - 25) ** 2 < 15**2
    return inside * 100.0 + ball * 500.0, np.diag([*spacing, 1.0])


def brightest(volume):
    """Mean index of the brightest voxels, as a share of each side."""
    return np.argwhere(volume > 0.95 * volume.max()).mean(axis=0) / volume.shape


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1)])
@pytest.mark.parametrize("flip", [(), (0,), (0, 1), (2,)])
def test_the_input_is_the_same_however_the_volume_is_stored(order, flip):
    volume, affine = head()
    expected = preprocess(volume, affine, SPEC)
    stored, columns, origin = np.transpose(volume, order), affine[:3, list(order)], affine[:3, 3].copy()
    for axis in flip:
        stored = np.flip(stored, axis)
        origin = origin + columns[:, axis] * (stored.shape[axis] - 1)
        columns = columns * np.where(np.arange(3) == axis, -1, 1)
    turned = np.eye(4)
    turned[:3, :3], turned[:3, 3] = columns, origin
    assert np.abs(preprocess(stored, turned, SPEC) - expected).max() < 1e-6
    assert (brightest(expected) > 0.55).all()


def test_a_short_head_is_withheld():
    with pytest.raises(Withheld, match="incomplete"):
        preprocess(*head(sides_mm=(180, 200, 120)), SPEC)


def test_an_empty_middle_is_withheld():
    volume, affine = head()
    with pytest.raises(Withheld, match="no head"):
        preprocess(np.zeros_like(volume), affine, SPEC)


def test_canonical_keeps_obliquity_out():
    volume, affine = head()
    turn = np.array([[0.96, -0.28, 0], [0.28, 0.96, 0], [0, 0, 1]])
    affine[:3, :3] = turn @ affine[:3, :3]
    again, spacing = canonical(volume, affine)
    assert again.shape == volume.shape and np.allclose(spacing, (1.0, 1.0, 3.0))


@pytest.mark.parametrize("inside, kept", [((50, 140), (35, 155)), ((5, 195), (0, 199)), ((0, 200), (0, 199))])
def test_the_margin_stops_at_the_near_end_and_one_before_the_far_end(inside, kept):
    mask = np.zeros(200, dtype=bool)
    mask[slice(*inside)] = True
    assert head_range(mask, 15) == kept


def test_the_committed_vectors_are_this_readings_answers():
    committed = json.loads((ROOT / "tests/golden/preprocess/golden.json").read_text())
    made = json.loads(json.dumps(golden(SPEC)))
    assert [case["name"] for case in committed["cases"] if "withheld" in case] == ["short"]
    for old, new in zip(committed["cases"], made["cases"], strict=True):
        assert np.abs(np.array(old.pop("samples", [])) - new.pop("samples", [])).max(initial=0) < 2e-6
        for key in ("mean", "std"):
            assert old.pop(key, 0.0) == pytest.approx(new.pop(key, 0.0))
        assert old == new


def program(*arguments):
    """The Rust command line."""
    return subprocess.run([os.environ["HEADWAY_BIN"], *map(str, arguments)], capture_output=True, text=True)


def studies(tmp_path):
    """Folders with the series that must be chosen: the built-in study, and real ones where they are."""
    sample = tmp_path / "sample"
    assert program("sample", sample).returncode == 0
    found = [(sample, "t2_tse_tra")]
    if data := os.environ.get("HEADWAY_DATA"):
        found += [(Path(data) / "dicom_study_ms03", "T2W_TSE_tra"), (Path(data) / "dicom_study_ms01", "AX T2 FSE")]
    return found


def model(folder, size_voxels):
    """The shipped model with another size of input; its weights take any."""
    shipped = ROOT / "public/models/densenet121-synthetic"
    card = json.loads((shipped / "card.json").read_text())
    card["input"]["size_voxels"] = size_voxels
    folder.mkdir()
    (folder / "card.json").write_text(json.dumps(card))
    (folder / card["weights"]["file"]).symlink_to(shipped / card["weights"]["file"])
    return card["input"]


@pytest.mark.parametrize("size_voxels", [48, 120])
@pytest.mark.skipif("HEADWAY_BIN" not in os.environ, reason="HEADWAY_BIN names no headway program")
def test_the_program_prepares_the_same_input(tmp_path, size_voxels):
    spec = model(tmp_path / "model", size_voxels)
    for folder, series in studies(tmp_path):
        out = tmp_path / "input.nii.gz"
        done = program("input", folder, "--model", tmp_path / "model", "--out", out)
        assert done.returncode == 0, done.stderr
        ours = np.asarray(nibabel.load(out).dataobj, dtype=np.float32)
        theirs = preprocess(*read_series(folder, series), spec)
        difference = np.abs(ours - theirs).max()
        print(f"{folder.name}: largest difference {difference:.1e}")
        assert ours.shape == theirs.shape and difference < TOLERANCE, folder


@pytest.mark.skipif("HEADWAY_DATA" not in os.environ, reason="HEADWAY_DATA is not set: no real scans")
def test_a_real_incomplete_head_is_withheld():
    with pytest.raises(Withheld, match="incomplete"):
        preprocess(*read_series(Path(os.environ["HEADWAY_DATA"]) / "dicom_study_ms03_short", "T2W_TSE_tra"), SPEC)
