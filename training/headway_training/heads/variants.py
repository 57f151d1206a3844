"""Normal variants, painted in heads of both classes alike: none of them is a finding."""

import numpy as np
import torch

from .canvas import blob
from .warp import column, coverings, drawn_back, ventricles

# What ventricles of a normal head may be, after warping; see maps.VENTRICLES_MAX_ML.
VENTRICLES_NORMAL_ML = (8.0, 62.0)


def normal_ageing(canvas, draws):
    """Ventricles and the space around the brain, wider or narrower within normal limits, a little uneven."""
    anatomy = canvas.anatomy
    wanted = draws.log_uniform(*VENTRICLES_NORMAL_ML)
    if not anatomy.measures.normal:
        wanted = max(wanted, anatomy.measures.ventricles_ml)
    growth = (wanted - anatomy.measures.ventricles_ml) * 1000 / anatomy.ventricle_area_mm2
    growth = float(np.clip(growth, -1.5, 2.0))
    canvas.warps.append(ventricles(anatomy, growth))
    canvas.warps.append(ventricles(anatomy, draws.uniform(-0.8, 0.8), draws.choice([-1, 1])))
    # Heads that are wide already are not widened.
    widest = 0.8 if anatomy.measures.csf_share < 0.25 else 0.2
    narrowest = -1.5 if anatomy.measures.normal else 0.0
    canvas.warps.append(drawn_back(anatomy, draws.uniform(narrowest, widest)))


def thick_or_thin_coverings(canvas, draws):
    """Skull and scalp between 0.75 and 1.4 of the map's thickness."""
    canvas.warps.append(coverings(canvas.anatomy, draws.log_uniform(0.75, 1.4)))


def white_dots(canvas, draws):
    """Up to eight dots of 1 to 3 mm in white matter, Fazekas 0 to 1."""
    for _ in range(draws.count(0, 8)):
        centre = canvas.anatomy.point(draws, ("white",))
        box, alpha = blob(canvas, draws, centre, draws.uniform(0.7, 1.7), soft_mm=0.8)
        white = canvas.anatomy.mask(("white",), box)
        canvas.paint(box, alpha * white, canvas.tone(draws.uniform(0.0, 0.6)), finding=False)


def periventricular_rim(canvas, draws):
    """A thin bright line along the ventricles, thicker at the horns."""
    box = canvas.anatomy.near_ventricles(8)
    near = torch.exp(-canvas.anatomy.ventricle[box].float() / draws.uniform(0.8, 1.8)) * draws.uniform(0.1, 0.6)
    alpha = near * canvas.anatomy.mask(("white",), box)
    canvas.paint(box, alpha, canvas.tone(draws.uniform(0.2, 0.7)), finding=False)


def perivascular_spaces(canvas, draws):
    """Straight CSF-filled spaces of about a millimetre, in the basal ganglia and the white matter above."""
    region = ("striatum", "pallidum") if draws.chance(0.6) else ("white",)
    for _ in range(draws.count(0, 25)):
        centre, along = canvas.anatomy.point(draws, region), draws.direction()
        box = canvas.box(centre, 6)
        offsets = canvas.offsets(box, centre)
        lengthwise = (offsets * column(along, offsets)).sum(0)
        across = (offsets.square().sum(0) - lengthwise.square()).clamp(min=0).sqrt()
        inside = (across < draws.uniform(0.5, 0.9)) & (lengthwise.abs() < draws.uniform(1.0, 5.0))
        canvas.paint(
            box,
            inside * canvas.anatomy.mask(region, box) * draws.uniform(0.3, 0.9),
            canvas.signals["csf"],
            finding=False,
        )


def cavum_septi(canvas, draws):
    """CSF between the two leaves of the septum: a slit where the frontal horns meet."""
    anatomy = canvas.anatomy
    low, high = anatomy.brain_low, anatomy.brain_high
    middle = (low + high) / 2
    centre = [middle[0], middle[1] + draws.uniform(8, 20), middle[2] + draws.uniform(0, 8)]
    box = canvas.box(centre, 22)
    offsets = canvas.offsets(box, centre)
    width, length, height = draws.uniform(1, 3), draws.uniform(6, 20), draws.uniform(3, 8)
    inside = (offsets[0] / width) ** 2 + (offsets[1] / length) ** 2 + (offsets[2] / height) ** 2 < 1
    near = anatomy.ventricle[box] < 5
    canvas.paint(box, (inside & near).float(), canvas.signals["lateral_ventricle"], finding=False)


def mega_cisterna_magna(canvas, draws):
    """The space behind the cerebellum is wide: the lower back of the brain draws forward."""
    anatomy = canvas.anatomy
    low, high = anatomy.brain_low, anatomy.brain_high
    at = np.array([(low[0] + high[0]) / 2, low[1] + 25, low[2] + 15])

    def where(points):
        return torch.exp(-(points - column(at, points)).square().sum(0) / (2 * 28.0**2))

    canvas.warps.append(drawn_back(anatomy, draws.uniform(3, 8), where=where))


def sinus_mucosa(canvas, draws):
    """Swollen, bright mucosa in the sinuses, or fluid in them."""
    for _ in range(draws.count(1, 4)):
        centre = canvas.anatomy.point(draws, ("mucosa",))
        if centre is not None:
            box, alpha = blob(canvas, draws, centre, draws.uniform(3, 9))
            near_face = canvas.anatomy.mask(("mucosa", "air"), box)
            canvas.paint(box, alpha * near_face, draws.uniform(0.6, 1.2), finding=False)


def flow_voids(canvas, draws):
    """CSF in motion loses signal: dark patches in cisterns, the third and the fourth ventricle."""
    flowing = ("csf", "midline_ventricle")
    for _ in range(draws.count(2, 8)):
        centre = canvas.anatomy.point(draws, flowing, lambda anatomy, at: anatomy.depth[at] > 12)
        if centre is not None:
            box, alpha = blob(canvas, draws, centre, draws.uniform(1.5, 5), soft_mm=2.0)
            canvas.paint(
                box,
                alpha * canvas.anatomy.mask(flowing, box) * draws.uniform(0.2, 0.8),
                canvas.signals["artery"],
                finding=False,
            )


# Variant: how often a head has it.
VARIANTS = {
    normal_ageing: 1.0,
    thick_or_thin_coverings: 1.0,
    periventricular_rim: 0.5,
    flow_voids: 0.8,
    white_dots: 0.5,
    perivascular_spaces: 0.4,
    sinus_mucosa: 0.3,
    cavum_septi: 0.05,
    mega_cisterna_magna: 0.06,
}


def apply_variants(canvas, draws):
    """Draws and paints the normal variants of one head; a map without a region to paint in leaves that variant out."""
    for variant, often in VARIANTS.items():
        if draws.chance(often):
            variant(canvas, draws)
