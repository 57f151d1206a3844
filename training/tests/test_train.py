"""Training on pairs of a head of ellipsoids: it learns, stops, goes on, and leaves a checkpoint that export takes."""

import json

import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import bank, learner, train  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.network import network  # noqa: E402
from headway_training.pool import Batches  # noqa: E402

SMALL = {**learner.ARCHITECTURE, "init_features": 8, "growth_rate": 4, "block_config": [2, 3, 2, 2], "bn_size": 2}


@pytest.fixture(scope="module")
def pairs(anatomy, tmp_path_factory):
    """A folder of four pairs with large findings."""
    folder = tmp_path_factory.mktemp("bank")
    heads = Generator(3, [anatomy], [], [], size_voxels=48, work_mm=2, clamp=(bank.LOW, bank.HIGH), classes=("hydrocephalus",))
    for index in range(4):
        bank.keep(bank.packed_pair(heads, index), folder / f"{index:06d}.pt")
    return folder


@pytest.fixture
def small(monkeypatch):
    """A small network."""
    monkeypatch.setattr(learner, "ARCHITECTURE", SMALL)


def options(tmp_path, pairs, *more):
    line = f"--bank {pairs} --unseen {pairs} --out {tmp_path} --device cpu --pairs 2 --steps 2 --stages 32:0.5,48:0.5"
    return train.arguments_of([*line.split(), *more])


def lines(tmp_path):
    return [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]


def test_a_run_stops_goes_on_and_leaves_a_checkpoint(small, pairs, tmp_path):
    train.Run(options(tmp_path, pairs)).train()
    before = lines(tmp_path)[-1]
    again = train.Run(options(tmp_path, pairs))
    assert again.state["step"] == before["step"] == 2
    again.train()
    after = lines(tmp_path)[-1]
    assert after["event"] == "stopped" and after["step"] == 4 and after["hours"] >= before["hours"]
    kept = torch.load(tmp_path / "best-32.pt", weights_only=True)
    missing = network(SMALL).load_state_dict(kept["state_dict"])
    assert not missing.missing_keys and not missing.unexpected_keys


def test_another_seed_is_another_run(small, pairs, tmp_path):
    train.Run(options(tmp_path, pairs)).train()
    with pytest.raises(SystemExit, match="begun with --seed 1"):
        train.Run(options(tmp_path, pairs, "--seed", "2"))


def test_a_run_begins_with_the_weights_it_is_given(small, pairs, tmp_path):
    torch.manual_seed(9)
    state = network(SMALL).state_dict()
    torch.save({"state_dict": state}, tmp_path / "start.pt")
    run = train.Run(options(tmp_path, pairs, "--start", str(tmp_path / "start.pt")))
    assert all(torch.equal(tensor, run.learner.net.state_dict()[name]) for name, tensor in state.items())


def test_stages_and_the_learning_rate_follow_the_time(small, pairs, tmp_path):
    run = train.Run(options(tmp_path, pairs, "--minutes", "10", "--rate", "1"))
    at = {}
    for minute in (0, 2.5, 4.99, 5.2, 7.5, 9.99):
        run.before, run.started = 60 * minute, train.time.time()
        stage, over = run.progress()
        at[minute] = (stage, run.rate(stage, over))
    assert [stage for stage, _ in at.values()] == [0, 0, 0, 1, 1, 1]
    assert at[0][1] < 0.1 and at[2.5][1] == pytest.approx(0.6, abs=0.01) and at[4.99][1] == pytest.approx(0.2, abs=0.01)
    assert at[7.5][1] == pytest.approx(0.5, abs=0.01) and at[9.99][1] < 0.01
    run.before = 600.0
    assert run.progress()[0] == 2, "past the last stage the run is over"


def test_parts_of_the_time_must_add_up():
    with pytest.raises(SystemExit):
        train.arguments_of("--out nowhere --stages 48:0.5,64:0.6".split())


def test_one_batch_can_be_learnt_by_heart(pairs):
    volumes, findings = Batches(pairs, 4, 32, 0, "cpu").next()
    abnormal = torch.arange(8) % 2 == 0
    torch.manual_seed(1)
    model = learner.Learner(SMALL)
    averaged = learner.Averaged(model.net, decay=0.8)
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(60):
        loss = learner.loss_of(*model.train()(volumes), findings)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        averaged.update(model.net)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
    logits = averaged.model(volumes)[:, 0]
    assert logits[abnormal].min() > logits[~abnormal].max()


def test_the_lesion_maps_lie_on_the_features_they_are_told_to():
    model = learner.Learner(SMALL)
    logits, maps = model(torch.zeros(2, 1, 32, 32, 32))
    assert logits.shape == (2,) and [list(one.shape) for one in maps] == [[2, 1, 8, 8, 8], [2, 1, 4, 4, 4]]


def test_the_loss_falls_where_scores_and_maps_are_right():
    findings = torch.zeros(2, 1, 8, 8, 8)
    findings[0, 0, :4, :4, :4] = 1
    right = 20 * torch.nn.functional.adaptive_max_pool3d(findings, 2) - 10
    best = learner.loss_of(torch.tensor([9.0, -9.0]), [right], findings)
    for logits, maps in (([-9.0, 9.0], right), ([9.0, 9.0], right), ([9.0, -9.0], -right)):
        assert learner.loss_of(torch.tensor(logits), [maps], findings) > best + 1


def test_a_batch_alternates_between_heads_with_and_without_their_finding(pairs):
    volumes, findings = Batches(pairs, 3, 32, 1, "cpu").next()
    assert volumes.shape == findings.shape == (6, 1, 32, 32, 32)
    marked = findings.flatten(1).amax(1) > learner.VISIBLE
    assert marked.tolist() == [True, False] * 3
    apart = (volumes[::2] - volumes[1::2]).abs()
    assert (apart.flatten(1).amax(1) > 0.2).all() and apart.mean() < 0.2, "what differs within a pair is the finding"
