"""The section about another hospital says what is lost there, and refuses evaluations in another order. Standard library only."""

import pytest

from headway_training import sites


def result(style, auc):
    return {"style": style, "size_voxels": 48, "step": 600, "figures": {"heads": 300, "auc": [auc, auc - 0.05, auc + 0.05]}}


def test_the_drop_is_from_the_own_style_to_the_other():
    text = sites.section([result("A", 0.8), result("B", 0.7), result("A", 0.75), result("B", 0.76)])
    assert "| A | 600 | 0.800 (0.750 to 0.850) | 0.700 (0.650 to 0.750) | 0.100 |" in text
    assert "| B | 600 | 0.750 (0.700 to 0.800) | 0.760 (0.710 to 0.810) | 0.010 |" in text
    assert "not reached" in text


def test_the_evaluations_come_in_their_order():
    with pytest.raises(SystemExit, match="A, B, A, B are wanted"):
        sites.section([result("B", 0.8), result("A", 0.7), result("A", 0.75), result("B", 0.76)])
