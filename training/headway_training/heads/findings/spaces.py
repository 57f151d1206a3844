"""Ventricles and the space around the brain beyond what counts as normal: hydrocephalus and atrophy."""

from ..warp import drawn_back, ventricles

# Volumes a head is widened to; a normal head ends at variants.VENTRICLES_NORMAL_ML.
HYDROCEPHALUS_ML = (95.0, 220.0)
ATROPHY_ML = (70.0, 120.0)


def growth_to(anatomy, volume_ml):
    """How far walls move outward to reach a volume, in mm; walls grow as they move, so less than volume over area."""
    missing = max(volume_ml - anatomy.measures.ventricles_ml, 0.0) * 1000
    area = anatomy.ventricle_area_mm2
    radius = 3 * anatomy.measures.ventricles_ml * 1000 / area
    return float(radius * ((1 + missing / (anatomy.measures.ventricles_ml * 1000)) ** (1 / 3) - 1) + missing / area) / 2


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
