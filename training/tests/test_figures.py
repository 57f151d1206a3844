"""Figures of an evaluation from made-up rows with known answers, and the README's section. No torch."""

import numpy as np
import pytest

from headway_training.figures import evaluation
from headway_training.report import BEGIN, END, write_section


def rows(count=400, seed=1):
    """Half normal; map "a" separates perfectly, map "b" not at all; larger lesions score higher."""
    random = np.random.default_rng(seed)
    made = []
    for index in range(count):
        abnormal, name = index % 2 == 1, "ab"[(index // 2) % 2]
        volume = [0.5, 3.0, 20.0][index % 3]
        signal = (6.0 + volume / 10 if abnormal else 0.0) if name == "a" else 3.0
        facts = {"class": "tumour" if abnormal else "normal", "volume_ml": volume, "contrast": 0.5}
        scan = {"map": name, "style": "A" if index % 4 < 2 else "B", "slice_mm": random.uniform(2, 6.5)}
        made.append({"abnormal": abnormal, "logit": signal + random.normal(0, 0.1), **facts, **scan})
    return made


def test_the_worst_map_is_named():
    figures = evaluation(rows(seed=2), rows())
    assert figures["worst_map"] == "b"
    assert figures["by_map"]["a"]["auc"][0] == 1.0
    assert figures["by_map"]["b"]["auc"][0] == pytest.approx(0.5, abs=0.1)
    assert figures["heads"] == 400


def test_bands_hold_each_abnormal_head_once():
    figures = evaluation(rows(seed=2), rows())
    for name in ("by_volume", "by_contrast", "by_class"):
        assert sum(group["heads"] for group in figures[name].values()) == 200
    assert sum(group["heads"] for group in figures["by_slice"].values()) == 400


def test_widened_ventricles_have_no_lesion_volume():
    made = rows()
    for row in made[:100]:
        if row["abnormal"]:
            row["class"] = "hydrocephalus"
            del row["volume_ml"]
    figures = evaluation(rows(seed=2), made)
    assert sum(group["heads"] for group in figures["by_volume"].values()) == 150


def test_thresholds_come_from_validation():
    shifted = [{**row, "logit": row["logit"] + 100} for row in rows(seed=2)]
    points = evaluation(shifted, rows())["operating_points"]
    assert all(point["sensitivity"] == 0.0 and point["specificity"] == 1.0 for point in points.values())


def test_the_section_replaces_itself_and_keeps_the_rest(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("# Card\n\nBefore.\n")
    result = {"size_voxels": 48, "style": "mixed", "seed": 1, "data": "x", "validation_heads": 400}
    write_section(readme, {**result, "figures": evaluation(rows(seed=2), rows())})
    readme.write_text(readme.read_text() + "\nAfter.\n")
    figures = evaluation(rows(seed=2), rows(count=200))
    write_section(readme, {**result, "figures": figures})
    text = readme.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    assert text.startswith("# Card\n\nBefore.\n") and text.endswith("\nAfter.\n")
    assert "200 synthetic heads" in text and "400 synthetic heads" not in text
    assert f"AUC {figures['auc'][0]:.3f}" in text
