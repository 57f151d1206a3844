"""Evaluation scores heads as they are, one after the other. Needs requirements-full.txt."""

import json
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import evaluate, robustness  # noqa: E402
from headway_training.card import write_model  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402
from headway_training.learner import ARCHITECTURE  # noqa: E402
from headway_training.network import network  # noqa: E402


def test_rows_follow_the_heads_and_mirroring_changes_no_score(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2)
    torch.manual_seed(1)
    model = network(ARCHITECTURE)
    rows = evaluate.scored(model, heads, range(20), "cpu")
    assert [row["abnormal"] for row in rows] == [index % 2 == 1 for index in range(20)]
    again = evaluate.scored(model, heads, [17], "cpu", workers=1)[0]
    assert again["logit"] == pytest.approx(rows[17]["logit"], abs=1e-4)
    mirrored = heads.head(17)
    mirrored.volume = mirrored.volume.flip(0)
    assert evaluate.scores_of(model, mirrored.volume[None], "cpu")[0] == pytest.approx(rows[17]["logit"], abs=1e-4)


def test_a_checkpoint_of_training_is_read_back(tmp_path):
    torch.manual_seed(2)
    model = network(ARCHITECTURE)
    torch.save({"state_dict": model.state_dict(), "size_voxels": 48, "step": 700}, tmp_path / "best-48.pt")
    read, size, step = evaluate.load_model(tmp_path / "best-48.pt", "cpu")
    volume = torch.randn(1, 1, 32, 32, 32)
    assert (size, step) == (48, 700) and torch.equal(read(volume), model(volume))


def test_a_model_folder_is_read_as_it_is_shipped(tmp_path):
    template = Path(__file__).parents[2] / "crates/infer/src/template_card.json"
    torch.manual_seed(2)
    card, model = write_model(tmp_path, json.loads(template.read_text()), network(ARCHITECTURE).state_dict(), "f16")
    read, size, step = evaluate.load_model(tmp_path, "cpu")
    volume = torch.randn(1, 1, 32, 32, 32)
    assert (size, step) == (card["input"]["size_voxels"], None) and torch.equal(read(volume), model(volume))


def test_changed_acquisitions_are_the_same_heads_and_move_the_score(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2)
    seen = []

    def scores(made):
        seen.append([(head.facts["class"], head.abnormal, head.facts["slice_mm"]) for head in made])
        return np.array([float(head.volume.std()) for head in made])

    figures = robustness.robustness(heads, scores, 4)
    assert list(figures) == list(robustness.CONDITIONS)
    assert figures["as drawn"]["mean_change"] == 0.0
    assert all(figures[name]["mean_change"] > 0 for name in figures if name != "as drawn")
    thick = list(figures).index("slices of 6 to 6.5 mm")
    assert all(6.0 <= slice_mm <= 6.5 for *_, slice_mm in seen[thick])
    assert [facts[:2] for facts in seen[thick]] == [facts[:2] for facts in seen[0]]
