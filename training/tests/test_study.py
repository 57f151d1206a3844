"""The built-in study: what is written lies where it was, and the face is gone."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from headway_training.dicom import read_series  # noqa: E402
from headway_training.study import LEVELS, SAMPLE, Series, faceless, images, patient_mm  # noqa: E402

pytestmark = pytest.mark.full

SPACING_MM = (0.9, 1.1, 5.0)
T2 = Series(1, "t2", 4500, 100)


def test_a_marker_stays_on_the_patients_left_back_and_top(tmp_path):
    volume = torch.zeros(20, 30, 8)
    # RAS: the left is where x is low, the back where y is low.
    volume[1:4, 2:5, 5:8] = 1000
    for name, content in images(volume, SPACING_MM, SAMPLE, T2):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    signal, affine = read_series(tmp_path, "t2")
    place = np.argwhere(signal == LEVELS).mean(0)
    middle = (np.array(volume.shape) - 1) / 2
    expected_mm = (np.array([2, 3, 6]) - middle) * SPACING_MM
    assert np.allclose((affine @ [*place, 1])[:3], expected_mm, atol=1e-3)
    assert np.allclose(patient_mm((2, 3, 6), volume.shape, SPACING_MM) * [-1, -1, 1], expected_mm)


def test_the_face_is_away_and_the_back_and_the_top_stay():
    kept = faceless(torch.ones(4, 40, 20))
    assert kept[:, -8:, :4].max() == 0
    assert kept[:, :20].min() == 1
    assert kept[:, :, 12:].min() == 1
