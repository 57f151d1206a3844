"""T2-weighted signal of every tissue, relative to CSF, drawn wide around what real scans show."""

import torch

from .tissues import GROUPS, INTRACRANIAL, NAMES


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


# Other sequences, for the check that must tell them from T2: ranges that replace T2's, relative to the brightest tissue.
SEQUENCES = {
    "T1": {"csf": (0.08, 0.25), "white": (0.7, 1.0), "grey": (0.45, 0.65), "fat": (0.8, 1.5), "muscle": (0.35, 0.6)},
    "FLAIR": {
        "csf": (0.02, 0.15),
        "white": (0.45, 0.6),
        "grey": (0.62, 0.85),
        "fat": (0.5, 1.3),
        "muscle": (0.2, 0.45),
    },
    "PD": {"csf": (0.7, 0.95), "white": (0.65, 0.8), "grey": (0.82, 1.0), "fat": (0.6, 1.2), "muscle": (0.35, 0.6)},
    "diffusion": {
        "csf": (0.05, 0.2),
        "white": (0.5, 0.7),
        "grey": (0.55, 0.8),
        "fat": (0.0, 0.1),
        "muscle": (0.02, 0.15),
    },
}
# Groups that take the signal of one of these five in another sequence.
ALIKE = {
    "csf": ("csf", "lateral_ventricle", "midline_ventricle", "eye"),
    "white": ("white", "brainstem", "cerebellar_white"),
    "grey": ("cortex", "thalamus", "striatum", "cerebellar_cortex", "choroid"),
    "fat": ("fat", "skin", "marrow"),
    "muscle": ("muscle", "mucosa"),
}


def draw_other_signals(draws, sequence):
    """Signal of each group in one of SEQUENCES; vessels, bone and air are dark in all of them."""
    signals = draw_signals(draws)
    for tissue, groups in ALIKE.items():
        drawn = draws.uniform(*SEQUENCES[sequence][tissue])
        signals |= {group: drawn * draws.uniform(0.93, 1.07) for group in groups}
    signals["pallidum"] = signals["striatum"] * draws.uniform(0.7, 1.0)
    signals["pial"] = (signals["csf"] + signals["cortex"]) / 2
    return signals


def draw_stripped_signals(draws):
    """T2's signals with nothing left outside the brain and the space around it."""
    return {name: value if name in INTRACRANIAL else 0.0 for name, value in draw_signals(draws).items()}


def draw_sequence(draws, sequence):
    """Signals of "T2", "stripped" or one of SEQUENCES."""
    if sequence in SEQUENCES:
        return draw_other_signals(draws, sequence)
    return {"T2": draw_signals, "stripped": draw_stripped_signals}[sequence](draws)


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
