"""Two hospitals: how each acquires T2-weighted heads. Their ranges do not overlap where a style is defined by them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """Ranges (low, high) of an acquisition. Lengths in mm, angles in degrees, deviations as parts of the CSF signal."""

    pixel_mm: tuple
    slice_mm: tuple
    gap_share: tuple
    noise: tuple
    bias: tuple
    gamma: tuple
    sharpen: tuple
    tilt_deg: tuple
    ghost: tuple
    phase_axis: int


STYLES = {
    "A": Style(
        (0.4, 0.78),
        (2.0, 4.2),
        (0.0, 0.1),
        (0.0015, 0.007),
        (0.0, 0.09),
        (0.92, 1.08),
        (0.2, 0.8),
        (-5, 14),
        (0, 0.03),
        1,
    ),
    "B": Style(
        (0.8, 1.2), (4.3, 6.5), (0.1, 0.3), (0.007, 0.022), (0.09, 0.2), (1.08, 1.3), (0.0, 0.2), (-14, 5), (0, 0.06), 0
    ),
}


def style_name(name, draws):
    """Style "A" or "B", or either for "mixed"."""
    return draws.choice(sorted(STYLES)) if name == "mixed" else name
