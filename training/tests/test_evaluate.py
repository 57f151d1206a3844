"""Evaluation scores heads as they are, one after the other. Needs requirements-full.txt."""

import json
from dataclasses import replace
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

    def score(made):
        return evaluate.scores_of(model, torch.stack([head.volume for head in made]), "cpu")

    rows = evaluate.Rows(None, "", score).of("test", heads, range(20))
    assert [row["abnormal"] for row in rows] == [index % 2 == 1 for index in range(20)]
    again = evaluate.Rows(None, "", score, workers=1).of("test", heads, [17])[0]
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


def test_scoring_goes_on_where_it_stopped(anatomy, tmp_path):
    heads, asked = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2), []

    def rows(setting):
        def score(made):
            asked.append(len(made))
            return np.array([float(head.volume.std()) for head in made])

        return evaluate.Rows(tmp_path / "rows.jsonl", setting, score)

    first = rows("a").of("test", heads, range(3))
    assert rows("a").of("test", heads, range(5))[:3] == first and asked == [3, 2]
    # Other weights and other parts have rows of their own.
    rows("b").of("test", heads, range(2))
    again = rows("a")
    assert again.of("noise", heads, range(2)) != first[:2] and again.of("test", heads, range(5)) and asked == [3, 2, 2, 2]


def test_changed_acquisitions_are_the_same_heads_and_move_the_score(anatomy):
    heads = Generator(3, [anatomy], [], [], size_voxels=32, work_mm=2)
    rows = evaluate.Rows(None, "", lambda made: np.array([float(head.volume.std()) for head in made]))
    drawn = rows.of("test", heads, range(4))
    changed = {name: rows.of(name, replace(heads, **change), range(4)) for name, change in robustness.CONDITIONS.items()}
    figures = robustness.robustness(drawn, changed)
    assert list(figures) == ["as drawn", *robustness.CONDITIONS]
    assert figures["as drawn"]["mean_change"] == 0.0
    assert all(figures[name]["mean_change"] > 0 for name in robustness.CONDITIONS)
    assert all(6.0 <= row["slice_mm"] <= 6.5 for row in changed["slices of 6 to 6.5 mm"])
    for rows in changed.values():
        assert [(row["class"], row["abnormal"]) for row in rows] == [(row["class"], row["abnormal"]) for row in drawn]
