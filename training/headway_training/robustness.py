"""The same heads acquired otherwise: what slice thickness, rotation, bias, noise and ghosts do to the score.

Each condition keeps head, finding and random draws and replaces one range of the acquisition style.
"""

from dataclasses import replace

import numpy as np

from .statistics import auc_interval
from .world import heads_from

# Condition: ranges of heads.style.Style that it replaces, at or past the ends of what training saw.
CONDITIONS = {
    "as drawn": {},
    "slices of 2 to 2.5 mm": {"slice_mm": (2.0, 2.5)},
    "slices of 6 to 6.5 mm": {"slice_mm": (6.0, 6.5)},
    "nodded by -16 to -12 degrees": {"tilt_deg": (-16, -12)},
    "nodded by 12 to 16 degrees": {"tilt_deg": (12, 16)},
    "bias of 0.2 to 0.25": {"bias": (0.2, 0.25)},
    "noise of 0.02 to 0.03": {"noise": (0.02, 0.03)},
    "ghosts of 0.06 to 0.1": {"ghost": (0.06, 0.1)},
}


def robustness(heads, scores_of, count, workers=0):
    """AUC of `count` heads per condition, and how far scores move from those as drawn.

    `scores_of` takes heads and gives logits; the mean absolute change is of the logit's logistic function.
    """
    indices, plain, figures = range(count), None, {}
    for name, changes in CONDITIONS.items():
        made = list(heads_from(replace(heads, changes=changes), indices, workers))
        labels, logits = np.array([head.abnormal for head in made]), scores_of(made)
        chance = 1 / (1 + np.exp(-logits))
        plain = chance if plain is None else plain
        moved = float(np.abs(chance - plain).mean())
        figures[name] = {"heads": count, "auc": auc_interval(labels, logits), "mean_change": moved}
    return figures
