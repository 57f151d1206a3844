"""Label maps are measured and classified as written down; the split keeps maps and masks apart. No torch."""

import json
from pathlib import Path

import numpy as np
import pytest

from headway_training.heads.maps import CSF_SHARE_MAX, VENTRICLES_MAX_ML, Measures, measure
from headway_training.heads.tissues import GROUPS, INDEX, group_table
from phantom_head import label_map

SPLITS = json.loads((Path(__file__).parents[1] / "headway_training/heads/splits.json").read_text())


def test_volumes_are_those_of_the_ellipsoids():
    measures = measure(label_map())
    lateral_and_third_ml = 4 / 3 * np.pi * (14 * 26 * 12 + 4 * 6 * 6) / 1000
    assert measures.ventricles_ml == pytest.approx(lateral_and_third_ml, rel=0.03)
    assert measures.intracranial_ml == pytest.approx(4 / 3 * np.pi * 63 * 77 * 65 / 1000, rel=0.02)
    assert measures.normal


def test_either_line_makes_a_head_atrophic():
    assert not Measures(VENTRICLES_MAX_ML + 1, 1500, 0.2, 0).normal
    assert not Measures(20, 1500, CSF_SHARE_MAX + 0.01, 0).normal
    assert not measure(label_map(ventricle_mm=(26, 40, 24))).normal


def test_no_brain_is_an_error():
    with pytest.raises(ValueError, match="no voxel of brain"):
        measure(np.zeros((4, 4, 4), np.int16))


def test_labels_find_their_groups():
    table = group_table()
    assert table[3] == table[42] == INDEX["cortex"]
    assert table[25] == INDEX["white"], "FreeSurfer's lesions are white matter in a normal head"
    named = [label for labels, _ in GROUPS.values() for label in labels]
    assert len(named) == len(set(named)), "a label in two groups"


def test_the_split_shares_nothing_and_holds_enough_back():
    maps = [name for part in ("maps", "atrophic") for names in SPLITS[part].values() for name in names]
    assert sorted(maps) == [f"{number:02d}" for number in range(1, 14)]
    assert len(SPLITS["maps"]["test"]) >= 3
    masks = [name for names in SPLITS["lesions"].values() for name in names]
    assert len(masks) == len(set(masks)) == 979
    assert len(SPLITS["lesions"]["test"]) >= len(masks) / 5
