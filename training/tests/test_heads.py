"""The generator of synthetic heads, on a head of ellipsoids. Needs requirements-full.txt."""

from dataclasses import replace

import numpy as np
import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training.heads.anatomy import prepare  # noqa: E402
from headway_training.heads.canvas import Canvas  # noqa: E402
from headway_training.heads.draw import Draws  # noqa: E402
from headway_training.heads.field import field_of, normalised, spec_of  # noqa: E402
from headway_training.heads.findings import FINDINGS, paint_finding  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.heads.scan import positions, plan  # noqa: E402
from headway_training.heads.signal import draw_signals  # noqa: E402
from headway_training.heads.style import STYLES  # noqa: E402
from headway_training.heads.warp import ventricles  # noqa: E402
from headway_training.preprocess import preprocess  # noqa: E402
from phantom_head import label_map  # noqa: E402


@pytest.fixture(scope="module")
def generator(anatomy):
    return Generator(5, [anatomy], [], [], size_voxels=48, work_mm=2)


def canvas_of(anatomy, index=0):
    return Canvas.of(anatomy, draw_signals(Draws(5, index, "signal")))


def test_the_same_seed_and_index_give_the_same_head(generator):
    again = Generator(**vars(generator))
    assert torch.equal(generator.head(3).volume, again.head(3).volume)
    assert not torch.equal(generator.head(3).volume, generator.head(5).volume)


def test_a_mirrored_scan_is_the_same_one_with_left_and_right_exchanged(generator):
    (volume, findings, *rest), (mirrored, marked, *same) = (
        replace(generator, mirrored=is_mirrored).native(3, "tumour", 1.0) for is_mirrored in (False, True)
    )
    assert torch.equal(mirrored, volume.flip(0)) and torch.equal(marked, findings.flip(0)) and rest == same
    assert not torch.equal(mirrored, volume)


def test_the_input_is_what_preprocess_makes_of_the_scan(generator):
    volume, _, spacing_mm, _ = generator.native(7, None, 0.0)
    spec = spec_of(48)
    here = normalised(field_of(volume, spacing_mm, spec).of(volume), spec["clamp"])
    there = preprocess(volume.numpy(), np.diag([*spacing_mm, 1.0]), spec)
    assert np.abs(here.numpy() - there).max() < 1e-3


def test_csf_is_bright_and_grey_brighter_than_white(anatomy):
    for index in range(20):
        signals = draw_signals(Draws(5, index, "signal"))
        assert signals["white"] < signals["cortex"] <= 0.6 < signals["lateral_ventricle"]


@pytest.mark.parametrize("name", STYLES)
def test_scans_keep_to_their_style(anatomy, name):
    style = STYLES[name]
    for index in range(10):
        planned = plan(anatomy, Draws(5, index, "scan"), style, work_mm=1)
        assert style.slice_mm[0] <= planned.thickness_mm <= style.slice_mm[1]
        assert style.pixel_mm[0] <= planned.pixel_mm <= style.pixel_mm[1]
        assert (planned.sizes[2] - 1) * planned.spacing_mm[2] > 130


def test_the_styles_do_not_overlap():
    for name in ("pixel_mm", "slice_mm", "noise", "bias", "gamma", "sharpen"):
        first, second = sorted(getattr(style, name) for style in STYLES.values())
        assert first[1] <= second[0], name


def test_ventricles_grow_by_what_was_asked(anatomy):
    axes = [torch.arange(0, n, 2.0) for n in anatomy.groups.shape]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    inside = anatomy.mask(("lateral_ventricle",))

    def volume(where):
        index = [at.round().long().clamp(0, n - 1) for at, n in zip(where, anatomy.groups.shape)]
        return int(inside[tuple(index)].sum()) * 8 / 1000

    before, after = volume(points), volume(ventricles(anatomy, 2.0)(points))
    grown = 4 / 3 * np.pi * (16 * 28 * 14 - 14 * 26 * 12) / 1000
    assert after - before == pytest.approx(grown, rel=0.35)


@pytest.mark.parametrize("kind", FINDINGS)
def test_a_finding_changes_the_head_where_its_map_says(anatomy, kind):
    canvas = canvas_of(anatomy)
    before = canvas.image.clone()
    paint_finding(kind, canvas, Draws(5, 1, "finding"), [])
    assert canvas.facts["volume_ml"] > 0.05
    changed = (canvas.image - before).abs() > 0.02
    assert changed.any() or canvas.warps, "neither signal nor shape changed"
    assert (canvas.findings[changed] > 0).all(), "painted outside its own map"
    brain = anatomy.depth > 0
    if kind != "post_operative":
        assert not changed[~brain].any(), "painted outside the skull"


@pytest.mark.parametrize("kind", FINDINGS)
def test_at_zero_amplitude_nothing_changes(generator, kind):
    plain = generator.rendered(9, None, 0.0).volume
    sham = generator.rendered(9, kind, 0.0)
    assert torch.equal(plain, sham.volume)
    assert not sham.findings.any() and not sham.abnormal


@pytest.mark.parametrize("kind", FINDINGS)
def test_pairs_differ_by_the_finding(anatomy, kind):
    generator = Generator(6, [anatomy], [], [], size_voxels=48, work_mm=2, classes=(kind,))
    abnormal, normal = generator.pair(1)
    assert abnormal.abnormal and not normal.abnormal
    assert abnormal.findings.max() > 0.02 and not normal.findings.any()
    assert (abnormal.volume - normal.volume).abs().max() > 0.05


def test_an_atrophic_map_is_abnormal_as_it_is(anatomy):
    wide = prepare(label_map(ventricle_mm=(26, 40, 24)), "wide")
    generator = Generator(6, [anatomy], [wide], [], size_voxels=48, work_mm=2, classes=("atrophy",))
    pairs = [generator.pair(index) for index in range(6)]
    assert {pair[0].facts["map"] for pair in pairs} == {"phantom", "wide"}
    for abnormal, normal in pairs:
        assert normal.facts["map"] == "phantom", "an atrophic map passed as normal"
        assert abnormal.findings.max() > 0.5


def test_a_warp_free_scan_looks_where_it_is_pointed(anatomy):
    canvas = canvas_of(anatomy)
    planned = plan(anatomy, Draws(5, 2, "scan"), STYLES["A"], work_mm=2)
    planned.warps, planned.jitter_mm = [], np.zeros((3, planned.sizes[2]))
    points = positions(canvas, planned)
    step = points[0, 1, 0, 0] - points[0, 0, 0, 0]
    assert float(step) == pytest.approx(planned.spacing_mm[0], rel=1e-4)
    assert float(points[2, 0, 0, -1] - points[2, 0, 0, 0]) == pytest.approx(
        (planned.sizes[2] - 1) * planned.spacing_mm[2]
    )
