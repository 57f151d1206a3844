"""Training on a head of ellipsoids: it learns, stops, goes on, and leaves a checkpoint that export takes."""

import json

import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import learner, train  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.network import network  # noqa: E402
from headway_training.pool import Pool, packed, pairs_from  # noqa: E402

SMALL = {**learner.ARCHITECTURE, "init_features": 8, "growth_rate": 4, "block_config": [2, 3, 2, 2], "bn_size": 2}


@pytest.fixture
def small(monkeypatch, anatomy):
    """Small inputs, a small network, and heads of the phantom in place of label maps."""

    def generator(_data, _part, seed, size, style, _cache, _device):
        return Generator(
            seed, [anatomy], [], [], style, size_voxels=size, work_mm=2, classes=("hydrocephalus", "tumour")
        )

    monkeypatch.setattr(train, "generator", generator)
    monkeypatch.setattr(train, "STAGES", [(32, 3e-3, 2), (48, 1e-3, 1)])
    monkeypatch.setattr(learner, "ARCHITECTURE", SMALL)


def options(tmp_path, *more):
    line = f"--data nowhere --out {tmp_path} --device cpu --every 2 --validation 4 --steps 4 --largest 48"
    return train.arguments_of([*line.split(), *more])


def lines(tmp_path):
    return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]


def test_a_run_stops_goes_on_and_leaves_a_checkpoint(small, tmp_path):
    train.Run(options(tmp_path)).train()
    before = lines(tmp_path)[-1]
    again = train.Run(options(tmp_path))
    assert again.state["pairs"] == before["pairs"] and again.state["step"] == before["step"] > 0
    again.train()
    after = lines(tmp_path)[-1]
    assert after["event"] == "stopped" and after["pairs"] > before["pairs"] and after["hours"] >= before["hours"]
    kept = torch.load(tmp_path / "best-32.pt", weights_only=True)
    missing = network(SMALL).load_state_dict(kept["state_dict"])
    assert not missing.missing_keys and not missing.unexpected_keys


def test_another_seed_is_another_run(small, tmp_path):
    train.Run(options(tmp_path)).train()
    with pytest.raises(SystemExit, match="begun with --seed 1"):
        train.Run(options(tmp_path, "--seed", "2"))


def test_spent_patience_leads_to_the_next_size_and_then_ends(small, tmp_path):
    run = train.Run(options(tmp_path))
    run.state["stale"] = run.options.patience
    assert run.advance() and next(run.made).shape[-1] == 48 and run.state["best"] == -1
    run.state["stale"] = run.options.patience
    assert not run.advance()


def test_one_batch_can_be_learnt_by_heart(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2, classes=("hydrocephalus",))
    pool = Pool(4, 0)
    for index in range(4):
        pool.add(packed(heads.pair(index)))
    volumes, findings, abnormal = pool.batch(4, 4)
    torch.manual_seed(1)
    model = learner.Learner(SMALL)
    averaged = learner.Averaged(model.net, decay=0.8)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(60):
        loss = learner.loss_of(model.train()(volumes), abnormal, findings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        averaged.update(model.net)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    logits = averaged.model(volumes)[:, 0]
    assert logits[abnormal == 1].min() > logits[abnormal == 0].max()


def test_the_pool_keeps_pairs_together_and_forgets_the_oldest(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2, classes=("tumour",))
    pool = Pool(2, 0)
    for index in range(3):
        pool.add(packed(heads.pair(index)))
    assert len(pool.pairs) == 2
    volumes, findings, abnormal = pool.batch(3, 1)
    assert volumes.shape == findings.shape == (6, 1, 32, 32, 32)
    marked = findings.flatten(1).amax(1) > 0
    assert torch.equal(marked, abnormal == 1)


def test_other_processes_make_the_same_pairs_in_the_same_order(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2)
    here, there = pairs_from(heads, 5, 0), pairs_from(heads, 5, 1)
    for _ in range(2):
        assert torch.equal(next(here), next(there))
