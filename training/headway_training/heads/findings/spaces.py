"""Ventricles and the space around the brain beyond what counts as normal: hydrocephalus and atrophy."""

import numpy as np

from ..warp import drawn_back, ventricles

# Volumes a head is widened to; a normal head ends at variants.VENTRICLES_NORMAL_ML.
HYDROCEPHALUS_ML = (95.0, 220.0)
ATROPHY_ML = (70.0, 120.0)
# Growth of the walls' area, mL per mm squared: measured on four maps widened to 90 to 390 mL (0.52 to 1.09).
BEND = 0.75


def growth_to(anatomy, volume_ml):
    """How far walls move outward, in mm, for the ventricles to reach a volume: Steiner's formula without its cube."""
    missing_ml = max(volume_ml - anatomy.measures.ventricles_ml, 0.0)
    area = anatomy.ventricle_area_mm2 / 1000
    return float((np.sqrt(area**2 + 4 * BEND * missing_ml) - area) / (2 * BEND))


def mark_walls(canvas, width_mm):
    """The lesion map of widened ventricles: the ventricles and what lies next to them."""
    box = canvas.anatomy.near_ventricles(width_mm)
    near = (canvas.anatomy.ventricle[box] <= width_mm).float()
    if canvas.amplitude > 0:
        canvas.findings[box] = canvas.findings[box].maximum(near)


def hydrocephalus(canvas, draws, _shapes):
    """Ventricles of 95 to 220 mL, with or without a bright seam of fluid pressed into the white matter."""
    anatomy = canvas.anatomy
    growth = growth_to(anatomy, draws.log_uniform(*HYDROCEPHALUS_ML))
    if draws.chance(0.5):
        box = anatomy.near_ventricles(12)
        seam = (-anatomy.ventricle[box].float() / draws.uniform(1.5, 4.0)).exp() * draws.uniform(0.4, 0.9)
        canvas.paint(box, seam * anatomy.mask(("white",), box), canvas.tone(draws.uniform(0.3, 0.9)))
    mark_walls(canvas, 2)
    canvas.deform(lambda strength: ventricles(anatomy, strength), growth)
    # The brain is pressed against the skull.
    canvas.deform(lambda strength: drawn_back(anatomy, -strength), draws.uniform(0.0, 1.5))
    return 1.0


def atrophy(canvas, draws, _shapes):
    """Ventricles of 70 to 120 mL and 2.5 to 5 mm of space between brain and skull: beyond age."""
    anatomy = canvas.anatomy
    mark_walls(canvas, 2)
    canvas.deform(lambda strength: ventricles(anatomy, strength), growth_to(anatomy, draws.uniform(*ATROPHY_ML)))
    canvas.deform(lambda strength: drawn_back(anatomy, strength), draws.uniform(2.5, 5.0))
    return 1.0
