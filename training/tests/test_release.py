"""The card of a released model says what its evaluation measured."""

import json

import pytest

pytest.importorskip("torch")

from headway_training.release import card_of, main, probability  # noqa: E402

POINTS = {
    "sensitive": {"threshold_logit": -0.5, "sensitivity": 0.9, "specificity": 0.6},
    "balanced": {"threshold_logit": 0.2, "sensitivity": 0.8, "specificity": 0.8},
    "specific": {"threshold_logit": 1.1, "sensitivity": 0.5, "specificity": 0.95},
}


def test_thresholds_and_measured_points_are_on_the_calibrated_probability():
    figures = {"heads": 40, "calibration": {"temperature": 2.0}, "operating_points": POINTS}
    card = card_of({"input": {}}, "name", "1.0", 48, figures)
    assert card["thresholds"] == {"sensitive": probability(-0.5, 2.0), "specific": probability(1.1, 2.0)}
    assert card["measured"]["points"] == [{"name": name} | point for name, point in POINTS.items()]
    assert card["measured"]["on"].startswith("40 synthetic heads")


def test_what_was_measured_of_a_shipped_model_changes_its_card_alone(tmp_path, monkeypatch):
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights.safetensors").write_bytes(b"as they are")
    (model / "card.json").write_text(json.dumps({"version": "1.0", "input": {"size_voxels": 48}, "self_test": {"logit": 0.5}}))
    figures = {"heads": 40, "calibration": {"temperature": 2.0}, "operating_points": POINTS}
    monkeypatch.setattr("sys.argv", ["release", str(model), "--out", str(model), "--version", "1.1"])
    (model / "evaluation.json").write_text(json.dumps({"checkpoint": "other", "step": None, "figures": figures}))
    with pytest.raises(SystemExit, match="another checkpoint"):
        main()
    (model / "evaluation.json").write_text(json.dumps({"checkpoint": "model", "step": None, "figures": figures}))
    main()
    card = json.loads((model / "card.json").read_text())
    assert (card["version"], card["calibration"]["slope"], card["self_test"]) == ("1.1", 0.5, {"logit": 0.5})
    assert (model / "weights.safetensors").read_bytes() == b"as they are"


def test_a_checkpoint_needs_a_card_to_begin_with(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["release", "best-48.pt", "--out", str(tmp_path), "--version", "1.0"])
    with pytest.raises(SystemExit):
        main()
    assert "--template names one" in capsys.readouterr().err
