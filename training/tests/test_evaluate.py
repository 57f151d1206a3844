"""Evaluation scores heads as they are, one after the other. Needs requirements-full.txt."""

import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import evaluate  # noqa: E402
from headway_training.heads.anatomy import prepare  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.learner import ARCHITECTURE  # noqa: E402
from headway_training.network import network  # noqa: E402
from phantom_head import label_map  # noqa: E402


def test_rows_follow_the_heads_and_mirroring_changes_no_score():
    heads = Generator(3, [prepare(label_map(), "phantom")], [], [], "mixed", 32, 2)
    torch.manual_seed(1)
    model = network(ARCHITECTURE)
    rows = evaluate.scored(model, heads, range(20), "cpu")
    assert [row["abnormal"] for row in rows] == [index % 2 == 1 for index in range(20)]
    again = evaluate.scored(model, heads, [17], "cpu")[0]
    assert again["logit"] == pytest.approx(rows[17]["logit"], abs=1e-4)
    mirrored = heads.head(17)
    mirrored.volume = mirrored.volume.flip(0)
    assert evaluate.scores_of(model, [mirrored], "cpu")[0] == pytest.approx(rows[17]["logit"], abs=1e-4)


def test_a_checkpoint_of_training_is_read_back(tmp_path):
    torch.manual_seed(2)
    model = network(ARCHITECTURE)
    torch.save({"state_dict": model.state_dict(), "size_voxels": 48}, tmp_path / "best-48.pt")
    read, size = evaluate.load_model(tmp_path / "best-48.pt", "cpu")
    volume = torch.randn(1, 1, 32, 32, 32)
    assert size == 48 and torch.equal(read(volume), model(volume))
