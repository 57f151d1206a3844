"""Normal variants change a head, are no findings, and leave it normal. Needs requirements-full.txt."""

import numpy as np
import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training.heads import variants  # noqa: E402
from headway_training.heads.artefacts import clipped, folded, ghosts, rician  # noqa: E402
from headway_training.heads.canvas import Canvas  # noqa: E402
from headway_training.heads.draw import Draws  # noqa: E402
from headway_training.heads.findings.spaces import BEND, growth_to  # noqa: E402
from headway_training.heads.maps import VENTRICLES_MAX_ML  # noqa: E402
from headway_training.heads.signal import draw_signals  # noqa: E402
from headway_training.heads.style import STYLES  # noqa: E402
from headway_training.heads.warp import composed, coverings, ventricles  # noqa: E402


def ventricles_ml(anatomy, warps):
    """Volume of the ventricles after warps, counted on a grid of 2 mm."""
    axes = [torch.arange(0, n, 2.0) for n in anatomy.groups.shape]
    points = composed(warps, torch.stack(torch.meshgrid(*axes, indexing="ij")))
    index = tuple(at.round().long().clamp(0, n - 1) for at, n in zip(points, anatomy.groups.shape))
    return int(anatomy.mask(("lateral_ventricle", "midline_ventricle"))[index].sum()) * 8 / 1000


@pytest.mark.parametrize("variant", variants.VARIANTS, ids=lambda variant: variant.__name__)
def test_a_variant_changes_the_head_and_marks_nothing(anatomy, variant):
    changed = 0
    for index in range(6):
        canvas = Canvas.of(anatomy, draw_signals(Draws(5, index, "signal")))
        before = canvas.image.clone()
        variant(canvas, Draws(5, index, "variants"))
        changed += bool(((canvas.image - before).abs() > 0.02).any() or canvas.warps)
        assert not canvas.findings.any()
    assert changed >= 3


def test_normal_ageing_stays_below_the_line(anatomy):
    volumes = []
    for index in range(12):
        canvas = Canvas.of(anatomy, draw_signals(Draws(5, index, "signal")))
        variants.normal_ageing(canvas, Draws(5, index, "variants"))
        volumes.append(ventricles_ml(anatomy, canvas.warps))
    assert max(volumes) < VENTRICLES_MAX_ML
    assert max(volumes) > 1.5 * min(volumes), "ventricles hardly differ"


def test_wrap_folds_what_lies_outside():
    volume = torch.zeros(4, 10, 2)
    volume[:, 1] = 3.0
    inner = folded(volume, 1, 2)
    assert inner.shape == (4, 6, 2)
    assert (inner[:, 5] == 3.0).all() and not inner[:, :5].any()


def test_noise_is_rician_where_there_is_no_signal():
    style = STYLES["B"]
    deviation = Draws(1, 0, "scan").log_uniform(*style.noise)
    noisy = rician(torch.zeros(40, 40, 20), Draws(1, 0, "scan"), style)
    # Rayleigh: mean is deviation times the square root of pi / 2.
    assert float(noisy.mean()) == pytest.approx(deviation * np.sqrt(np.pi / 2), rel=0.02)


def test_ghosts_and_clipping_happen_to_some():
    volume = torch.zeros(20, 30, 5)
    volume[8:12, 8:12] = torch.rand(4, 4, 5) + 0.5
    ghosted = [float((ghosts(volume, Draws(2, n, "scan"), STYLES["B"]) - volume).abs().max()) for n in range(20)]
    assert min(ghosted) == 0 < max(ghosted)
    tops = [float(clipped(volume, Draws(2, n, "scan")).max()) for n in range(40)]
    assert min(tops) < max(tops) == float(volume.max())


def test_walls_move_as_far_as_asked_even_past_the_ventricles_own_width(anatomy):
    lateral = 4 / 3 * np.pi * (14 + 8) * (26 + 8) * (12 + 8) / 1000
    third = 4 / 3 * np.pi * (4 + 8) * (6 + 8) * (6 + 8) / 1000
    # The third ventricle comes to overlap the lateral one.
    assert 0.85 * lateral < ventricles_ml(anatomy, [ventricles(anatomy, 8.0)]) < 1.1 * (lateral + third)


@pytest.mark.parametrize("factor", [0.75, 1.4])
def test_coverings_change_by_their_factor_and_leave_the_brain(anatomy, factor):
    middle = [n // 2 for n in anatomy.groups.shape]
    x = torch.arange(0.0, middle[0], 0.25)
    points = torch.stack([x, torch.full_like(x, middle[1]), torch.full_like(x, middle[2])])[:, :, None, None]

    def thickness(where):
        index = tuple(at.round().long().clamp(0, n - 1) for at, n in zip(where, anatomy.groups.shape))
        return float(anatomy.mask(("bone", "skin", "fat", "muscle"))[index].sum()) * 0.25

    plain, warped = thickness(points), thickness(coverings(anatomy, factor)(points))
    # The map ends a few millimetres outside the skin, where a thicker scalp is cut.
    assert warped == pytest.approx(min(plain * factor, plain + 3), rel=0.15)
    deep = points[:, len(x) // 2 :]
    assert torch.allclose(coverings(anatomy, factor)(deep), deep)


def test_growth_makes_up_what_is_missing(anatomy):
    missing_ml = 150 - anatomy.measures.ventricles_ml
    growth = growth_to(anatomy, 150)
    assert anatomy.ventricle_area_mm2 / 1000 * growth + BEND * growth**2 == pytest.approx(missing_ml)
    assert growth_to(anatomy, 5) == 0.0
