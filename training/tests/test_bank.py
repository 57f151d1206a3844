"""Pairs as they are kept, and the views they are learnt in. Needs requirements-full.txt."""

from dataclasses import replace

import numpy as np
import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import bank, views  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.heads.wrong import KINDS  # noqa: E402


@pytest.fixture(scope="module")
def heads(anatomy):
    return Generator(3, [anatomy], [], [], size_voxels=96, work_mm=2, clamp=(bank.LOW, bank.HIGH), classes=("tumour",))


@pytest.fixture(scope="module")
def pair(heads, tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "000000.pt"
    bank.keep(bank.packed_pair(heads, 0), path)
    return bank.read_kept(path)


def test_the_plain_view_of_a_kept_pair_is_what_the_generator_makes_of_it(heads, pair):
    made = replace(heads, size_voxels=32, clamp=views.CLAMP).pair(0)
    seen = views.plain_view(bank.unpacked(pair["volumes"]), 32)
    for volume, head in zip(seen, made):
        assert (volume - head.volume).abs().max() < 0.05 and (volume - head.volume).abs().mean() < 0.01


def test_bytes_hold_z_scores():
    values = torch.linspace(bank.LOW, bank.HIGH, 1000)
    assert (bank.unpacked(bank.packed(values)) - values).abs().max() <= (bank.HIGH - bank.LOW) / 510 + 1e-6


def test_a_view_moves_the_finding_with_the_head(pair):
    volumes, findings = bank.unpacked(pair["volumes"]), pair["findings"].float() / 255
    random = np.random.default_rng(5)
    for _ in range(5):
        seen, found = views.random_view(volumes, findings, 48, random)
        apart = (seen[0] - seen[1]).abs()
        assert found.max() > 0.15
        near = torch.nn.functional.max_pool3d(found[None, None], 5, 1, 2)[0, 0] > 0.05
        assert apart[near].mean() > 4 * apart[~near].mean(), "what differs lies at the finding"


def test_turning_by_nothing_and_mirroring_twice_change_nothing():
    volume = torch.rand(1, 12, 12, 12)
    mirror = np.diag([-1.0, 1.0, 1.0]) @ np.eye(3, 4)
    assert torch.allclose(views.sampled(volume, np.eye(3, 4), 12), volume, atol=1e-5)
    assert torch.allclose(views.sampled(volume, mirror, 12), volume.flip(1), atol=1e-5)


def test_wrong_inputs_are_kept_with_their_kind(heads):
    kept = bank.packed_wrong(heads, 1)
    assert kept["kind"] == KINDS[1] and kept["volumes"].shape == (1, 96, 96, 96) and kept["volumes"].dtype == torch.uint8


def test_what_is_there_is_not_made_again(heads, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(bank.Order, "heads", lambda _order: heads)
    order = bank.Order(None, "train", 1, "mixed", 96, 2, None, lambda _heads, index: made.append(index) or {"index": index})
    bank.fill(order, tmp_path, range(2))
    bank.fill(order, tmp_path, range(3))
    assert made == [0, 1, 2] and bank.read_kept(tmp_path / "000002.pt") == {"index": 2}
