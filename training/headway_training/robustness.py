"""The same heads acquired otherwise: what slice thickness, rotation, a mirror, bias, noise and ghosts do to the score.

Each condition keeps head, finding and random draws.
"""

import numpy as np

from .statistics import auc_interval

# Ranges of heads.style.Style, at or past the ends of what training saw.
ACQUIRED = {
    "slices of 2 to 2.5 mm": {"slice_mm": (2.0, 2.5)},
    "slices of 6 to 6.5 mm": {"slice_mm": (6.0, 6.5)},
    "nodded by -16 to -12 degrees": {"tilt_deg": (-16, -12)},
    "nodded by 12 to 16 degrees": {"tilt_deg": (12, 16)},
    "bias of 0.2 to 0.25": {"bias": (0.2, 0.25)},
    "noise of 0.02 to 0.03": {"noise": (0.02, 0.03)},
    "ghosts of 0.06 to 0.1": {"ghost": (0.06, 0.1)},
}
# Condition: what it replaces of the generator.
CONDITIONS = {name: {"changes": ranges} for name, ranges in ACQUIRED.items()} | {"left and right exchanged": {"mirrored": True}}


def figures(rows, drawn):
    """Heads, AUC of `rows`, and the mean absolute change of the logit's logistic function from `drawn`, the same heads."""
    labels, logits = ([row[name] for row in rows] for name in ("abnormal", "logit"))
    chance, before = (1 / (1 + np.exp(-np.array([row["logit"] for row in some]))) for some in (rows, drawn))
    return {"heads": len(rows), "auc": auc_interval(labels, logits), "mean_change": float(np.abs(chance - before).mean())}


def robustness(drawn, changed):
    """`figures` of the heads as they were drawn and of each condition's rows of the same heads."""
    return {name: figures(rows, drawn) for name, rows in {"as drawn": drawn, **changed}.items()}
