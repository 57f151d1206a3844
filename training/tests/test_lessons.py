"""The cases of the first lessons: findings as large as asked for, and the place where they are. Needs requirements-full.txt."""

import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.lessons import CASES, Case, moved, place_of, scan_of, study_of, told_of  # noqa: E402


@pytest.fixture(scope="module")
def heads(anatomy):
    return Generator(5, [anatomy], [], [], work_mm=2)


def test_the_place_lies_where_most_of_the_finding_is():
    findings = torch.zeros(40, 40, 12)
    findings[4, 4, 2] = 1
    findings[20:30, 10:16, 5:8] = 1
    x, y, z = place_of(findings)
    assert 22 <= x <= 27 and 11 <= y <= 14 and z == 6


@pytest.mark.parametrize("least_ml", [2, 12])
def test_a_finding_is_as_large_as_asked_for_and_told_of_in_patient_coordinates(heads, least_ml):
    _, findings, spacing_mm = scan_of(heads, Case("tumour", least_ml))
    told = told_of(findings, spacing_mm)
    assert told["volume_ml"] >= least_ml
    middle = [(size - 1) / 2 for size in findings.shape]
    left, back, up = told["place_mm"]
    voxel = [middle[0] - left / spacing_mm[0], middle[1] - back / spacing_mm[1], middle[2] + up / spacing_mm[2]]
    assert findings[tuple(round(at) for at in voxel)] > 0.5


def test_a_head_that_moved_has_copies_in_every_slice_and_a_head_at_rest_has_none(heads):
    still, spoilt = (scan_of(heads, Case(moved=is_moved))[0] for is_moved in (False, True))
    added = (spoilt - still).abs().mean((0, 1)) / still.mean((0, 1)).clamp(min=still.mean() / 2)
    assert still.shape == spoilt.shape and added.min() > 0.1
    again = moved(still, torch.Generator().manual_seed(0))
    assert torch.equal(again, moved(still, torch.Generator().manual_seed(0)))


def test_headers_tell_the_number_of_the_case_and_nothing_of_it():
    said = [str(study_of(number)) for number in range(1, len(CASES) + 1)]
    assert len(set(said)) == len(CASES)
    assert not any(word in text.lower() for text in said for word in ("tumour", "infarct", "flair", "normal", "moved"))
