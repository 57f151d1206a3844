"""Tissue groups: which labels of a map belong together, and the range of each group's T2-weighted signal.

Labels are FreeSurfer's inside the brain and the 5xx of the SynthSeg training maps outside it. Signals are relative to
cerebrospinal fluid (1.0). NumPy only.
"""

import numpy as np

# Group: (labels, lowest and highest signal). White and grey matter and what depends on them are drawn in `signal`.
GROUPS = {
    "air": ((0,), (0.0, 0.02)),
    "white": ((2, 41, 25, 57, 30, 62, 72), (0.2, 0.4)),
    "cortex": ((3, 42, 17, 18, 53, 54), None),
    "thalamus": ((10, 49), None),
    "striatum": ((11, 12, 26, 50, 51, 58), None),
    "pallidum": ((13, 52), None),
    "brainstem": ((16, 28, 60, 512, 85), None),
    "cerebellar_white": ((7, 46), None),
    "cerebellar_cortex": ((8, 47), None),
    "lateral_ventricle": ((4, 5, 43, 44), (0.92, 1.05)),
    "midline_ventricle": ((14, 15), (0.65, 1.05)),
    "csf": ((24,), (0.75, 1.02)),
    "pial": ((), (0.4, 0.9)),
    "choroid": ((136, 137, 163, 164), (0.5, 0.95)),
    "artery": ((502,), (0.02, 0.2)),
    "vein": ((514,), (0.03, 0.35)),
    "eye": ((506,), (0.85, 1.3)),
    "fat": ((508,), (0.3, 1.15)),
    "muscle": ((507, 530), (0.12, 0.35)),
    "mucosa": ((509,), (0.3, 1.1)),
    "skin": ((511,), (0.15, 0.8)),
    "bone": ((515,), (0.01, 0.12)),
    "marrow": ((516,), (0.1, 0.7)),
}
NAMES = list(GROUPS)
INDEX = {name: index for index, name in enumerate(NAMES)}
BRAIN = ("white", "cortex", "thalamus", "striatum", "pallidum", "brainstem", "cerebellar_white", "cerebellar_cortex")
CEREBRUM = ("white", "cortex", "thalamus", "striatum", "pallidum")
VENTRICLES = ("lateral_ventricle", "midline_ventricle", "choroid")
INTRACRANIAL = (*BRAIN, *VENTRICLES, "csf", "pial", "artery", "vein")
# Shapes that FreeSurfer calls lesions; in a normal head they are white matter.
LESION_LABELS = (25, 57)


def group_table():
    """A look-up table, uint8 [label] to group; labels that no group names are muscle, the commonest around the brain."""
    table = np.full(1024, INDEX["muscle"], np.uint8)
    for name, (labels, _) in GROUPS.items():
        table[list(labels)] = INDEX[name]
    return table


def mask_table(names):
    """A look-up table, bool [group]: is it one of `names`?"""
    table = np.zeros(len(NAMES), bool)
    table[[INDEX[name] for name in names]] = True
    return table
