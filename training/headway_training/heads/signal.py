"""T2-weighted signal of every tissue, relative to CSF, drawn wide around what real scans show."""

import torch

from .tissues import GROUPS, NAMES


def draw_signals(draws):
    """Signal of each group by name. Grey matter is brighter than white, iron darkens the pallidum, CSF is near 1."""
    signals = {name: draws.uniform(*span) for name, (_, span) in GROUPS.items() if span}
    white = signals["white"]
    grey = min(white * draws.uniform(1.15, 1.65), 0.6)
    between = {"thalamus": (0.1, 0.7), "striatum": (0.3, 1.0), "brainstem": (0.0, 0.5), "cerebellar_cortex": (0.6, 1.1)}
    signals["cortex"] = grey
    signals |= {name: white + (grey - white) * draws.uniform(*span) for name, span in between.items()}
    signals["pallidum"] = white * draws.uniform(0.6, 1.1)
    signals["cerebellar_white"] = white * draws.uniform(0.9, 1.15)
    return signals


def signal_table(signals):
    """The signals as a look-up table, float32 [group]."""
    return torch.tensor([signals[name] for name in NAMES], dtype=torch.float32)


def render(anatomy, signals):
    """The head's signal at 1 mm, float32 [x, y, z]."""
    return torch.take(signal_table(signals).to(anatomy.groups.device), anatomy.groups.long())


def between_grey_and_csf(signals, contrast):
    """A finding's signal: 0 is grey matter's, 1 is CSF's, negative is darker than grey matter but never below 0.02."""
    grey = signals["cortex"]
    return max(grey + contrast * (signals["lateral_ventricle"] - grey), 0.02)
