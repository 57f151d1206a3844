"""The card of a released model says what its evaluation measured."""

import pytest

pytest.importorskip("torch")

from headway_training.release import card_of, probability  # noqa: E402

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
