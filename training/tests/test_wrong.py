"""Wrong inputs are what their names say. Needs requirements-full.txt."""

import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training.heads.draw import Draws  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.heads.signal import SEQUENCES, draw_other_signals, draw_sequence, draw_signals  # noqa: E402
from headway_training.heads.tissues import INTRACRANIAL, NAMES  # noqa: E402
from headway_training.heads.wrong import KINDS, TURNED, wrong_input  # noqa: E402


@pytest.fixture(scope="module")
def generator(anatomy):
    return Generator(4, [anatomy], [], [], size_voxels=32, work_mm=2)


@pytest.mark.parametrize("sequence", SEQUENCES)
def test_csf_of_other_sequences_is_never_far_above_brain(sequence):
    for index in range(20):
        signals = draw_other_signals(Draws(1, index, "signal"), sequence)
        assert set(signals) == set(NAMES)
        true = draw_signals(Draws(1, index, "signal"))
        contrast, wanted = (one["lateral_ventricle"] / one["white"] for one in (signals, true))
        assert contrast < 1.6 < wanted


def test_t1_has_bright_white_matter_and_flair_bright_grey():
    t1, flair = (draw_other_signals(Draws(1, 0, "signal"), name) for name in ("T1", "FLAIR"))
    assert t1["white"] > t1["cortex"] > t1["csf"]
    assert flair["cortex"] > flair["white"] > flair["csf"]


@pytest.mark.parametrize("index", range(len(KINDS)), ids=KINDS)
def test_each_differs_from_the_true_scan(generator, index):
    volume, kind = wrong_input(generator, index)
    true = generator.rendered(index, None, 0.0).volume
    assert kind == KINDS[index] and volume.shape == true.shape and torch.isfinite(volume).all()
    assert (volume - true).abs().mean() > 0.05


def test_stripped_heads_keep_the_brain_alone():
    stripped, whole = draw_sequence(Draws(1, 0, "signal"), "stripped"), draw_signals(Draws(1, 0, "signal"))
    assert {name for name in NAMES if stripped[name] == whole[name]} == set(INTRACRANIAL)
    assert all(stripped[name] == 0 for name in NAMES if name not in INTRACRANIAL)


def test_turning_twice_is_turning_back():
    volume = torch.rand(6, 5, 4)
    for name in ("upside_down", "back_to_front"):
        turn = TURNED[name]
        assert torch.equal(turn(turn(volume, None), None), volume) and not torch.equal(turn(volume, None), volume)
