"""Figures of an evaluation from its rows, one per head: what was scored, and how. NumPy only.

A row: {"abnormal", "logit", "map", "class", "volume_ml", "contrast", "style", "slice_mm"}; the last for all, volume and
contrast for findings that have them.
"""

import numpy as np

from .statistics import (
    auc_interval,
    brier,
    calibration_error,
    reliability,
    sensitivity,
    temperature,
    threshold_at_specificity,
)

# Operating points: specificity on validation heads.
POINTS = {"sensitive": 0.80, "balanced": 0.90, "specific": 0.97}
VOLUMES_ML = {"under 1 mL": (0, 1), "1 to 5 mL": (1, 5), "over 5 mL": (5, np.inf)}
CONTRASTS = {
    "darker than grey matter": (-np.inf, 0),
    "0 to 0.35": (0, 0.35),
    "0.35 to 0.7": (0.35, 0.7),
    "over 0.7": (0.7, np.inf),
}
SLICES_MM = {"2 to 3 mm": (2, 3), "3 to 4.5 mm": (3, 4.5), "4.5 to 6.5 mm": (4.5, 6.6)}
# The space of a widened ventricle is no lesion volume, and it has no contrast of its own.
WITHOUT_SIZE = ("hydrocephalus", "atrophy")


def column(rows, name):
    """One value of every row."""
    return np.array([row.get(name) for row in rows])


def against_normals(rows, chosen, threshold):
    """AUC of the chosen abnormal rows against all normal ones, and their sensitivity at a threshold."""
    some = [row for row in rows if not row["abnormal"] or chosen(row)]
    labels, logits = column(some, "abnormal").astype(bool), column(some, "logit").astype(float)
    return {
        "heads": int(labels.sum()),
        "auc": auc_interval(labels, logits),
        "sensitivity": sensitivity(labels, logits, threshold),
    }


def banded(rows, name, bands, threshold):
    """`against_normals` for each band of a value that lesions have."""
    sized = [row for row in rows if not row["abnormal"] or row["class"] not in WITHOUT_SIZE]
    return {
        band: against_normals(sized, lambda row: low <= row[name] < high, threshold)
        for band, (low, high) in bands.items()
    }


def within(rows, name, values):
    """AUC among the rows of each map or style alone, normal against abnormal."""
    groups = {value: [row for row in rows if row[name] == value] for value in values}
    return {
        value: {"heads": len(some), "auc": auc_interval(column(some, "abnormal"), column(some, "logit"))}
        for value, some in groups.items()
    }


def calibration(validation, rows):
    """Temperature fitted on validation rows; Brier, ECE and the reliability curve of the rows with it."""
    labels, logits = column(rows, "abnormal").astype(float), column(rows, "logit").astype(float)
    warmth = temperature(column(validation, "abnormal").astype(float), column(validation, "logit").astype(float))
    chance = 1 / (1 + np.exp(-logits / warmth))
    curve = reliability(labels, chance)
    return {
        "temperature": warmth,
        "brier": brier(labels, chance),
        "ece_15_bins": calibration_error(labels, chance),
        "reliability": curve,
    }


def operating_points(validation, rows):
    """Thresholds fixed on validation rows; sensitivity and specificity of the rows at each."""
    labels, logits = column(rows, "abnormal").astype(bool), column(rows, "logit").astype(float)
    points = {}
    for name, specificity in POINTS.items():
        threshold = threshold_at_specificity(column(validation, "abnormal"), column(validation, "logit"), specificity)
        points[name] = {
            "threshold_logit": threshold,
            "sensitivity": sensitivity(labels, logits, threshold),
            "specificity": float((logits[~labels] <= threshold).mean()),
        }
    return points


def evaluation(validation, rows):
    """All figures of the rows; classes and bands at 90 % specificity on the rows themselves."""
    labels, logits = column(rows, "abnormal").astype(bool), column(rows, "logit").astype(float)
    threshold = threshold_at_specificity(labels, logits, 0.9)
    normal_maps = sorted({row["map"] for row in rows if not row["abnormal"]})
    by_map = within(rows, "map", normal_maps)
    classes = sorted({row["class"] for row in rows if row["abnormal"]})
    slices = {
        band: {"heads": len(some), "auc": auc_interval(column(some, "abnormal"), column(some, "logit"))}
        for band, (low, high) in SLICES_MM.items()
        if (some := [row for row in rows if low <= row["slice_mm"] < high])
    }
    return {
        "heads": len(rows),
        "auc": auc_interval(labels, logits),
        "by_map": by_map,
        "worst_map": min(by_map, key=lambda name: by_map[name]["auc"][0]),
        "by_class": {name: against_normals(rows, lambda row: row["class"] == name, threshold) for name in classes},
        "by_volume": banded(rows, "volume_ml", VOLUMES_ML, threshold),
        "by_contrast": banded(rows, "contrast", CONTRASTS, threshold),
        "by_style": within(rows, "style", sorted({row["style"] for row in rows})),
        "by_slice": slices,
        "operating_points": operating_points(validation, rows),
        "calibration": calibration(validation, rows),
    }
