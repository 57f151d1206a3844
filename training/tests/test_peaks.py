"""Whether a map points at a tumour is told by places in millimetres, whatever the grids."""

import nibabel
import numpy as np
import pytest

pytest.importorskip("torch")

from headway_training.peaks import distance_mm, image_of, section, strongest_mm  # noqa: E402

pytestmark = pytest.mark.full


def test_the_strongest_cell_is_found_beside_its_tumour():
    findings = np.zeros((60, 60, 20))
    findings[40:50, 10:20, 5:10] = 1
    head = image_of(findings, (1.0, 1.0, 5.0))
    cells = np.zeros((16, 16, 16))
    cells[12, 4, 6] = 2.0
    # Cells of 11.25 mm, of which (12, 4, 6) is centred on (15.5, -14.5, -10), in the tumour.
    affine = np.diag([11.25, 11.25, 11.25, 1.0])
    affine[:3, 3] = np.array([15.5, -14.5, -10.0]) - 11.25 * np.array([12, 4, 6])
    point_mm, half_mm = strongest_mm(nibabel.Nifti1Image(cells, affine))
    assert np.allclose(point_mm, [15.5, -14.5, -10.0]) and half_mm == pytest.approx(5.625)
    assert distance_mm(point_mm, head) <= half_mm
    assert distance_mm(point_mm + [30.0, 0, 0], head) > half_mm


def test_the_section_says_whether_the_goal_was_reached():
    rows = [(1, 7.0, 1.0, True)] * 19 + [(3, 9.0, 40.0, False)]
    assert "not reached" in section(rows, 0)
    assert "19 (20 were wanted: not reached)" in section(rows, 0)
    assert "wanted: reached" in section(rows + rows[:1], 2)
