"""Infarcts, haemorrhage and encephalomalacia. Contrasts: 0 is grey matter, 1 is CSF, negative is darker than grey matter."""

from ..canvas import blob, sphere_radius
from ..shapes import choose, onto
from ..tissues import BRAIN
from ..warp import swell

# What infarcts grow into; ventricles and sulci keep their signal.
TISSUE = BRAIN
# A clot fills the sulci that it reaches.
FILLED = (*BRAIN, "csf", "pial")


def infarct(canvas, draws, shapes, volume_ml):
    """A real infarct's shape where it would lie in this head, else a ragged blob: (box, alpha within tissue, centre)."""
    for _ in range(4 if shapes and draws.chance(0.8) else 0):
        box, alpha, centre = onto(canvas, draws, choose(shapes, draws, volume_ml), volume_ml)
        alpha = alpha * canvas.anatomy.mask(TISSUE, box)
        # Moved onto another head, a small shape can come to lie in a sulcus or outside the brain.
        if float(alpha.sum()) > 0.4 * volume_ml * 1000:
            return box, alpha, centre
    centre = canvas.anatomy.point(draws, ("white", "cortex", "striatum", "thalamus", "brainstem", "cerebellar_cortex"))
    box, alpha = blob(canvas, draws, centre, sphere_radius(volume_ml), ragged=0.35)
    return box, alpha * canvas.anatomy.mask(TISSUE, box), centre


def infarct_acute(canvas, draws, shapes):
    """Bright, a little swollen, in one territory. 0.1 to 50 mL; contrast 0.15 to 0.7."""
    volume_ml, contrast = draws.log_uniform(0.1, 50), draws.uniform(0.15, 0.7)
    box, alpha, centre = infarct(canvas, draws, shapes, volume_ml)
    canvas.paint(box, alpha * draws.uniform(0.75, 1.0), canvas.tone(contrast))
    canvas.deform(lambda strength: swell(centre, strength, 1.3 * sphere_radius(volume_ml)), draws.uniform(0, 0.12))
    return contrast


def infarct_chronic(canvas, draws, shapes):
    """A core towards CSF and a gliotic rim, a little shrunken. 0.1 to 50 mL; contrast 0.5 to 1, rim 0.15 to 0.6."""
    volume_ml, contrast = draws.log_uniform(0.1, 50), draws.uniform(0.5, 1.0)
    box, alpha, centre = infarct(canvas, draws, shapes, volume_ml)
    canvas.paint(box, alpha, canvas.tone(draws.uniform(0.15, 0.6)))
    core = blob(canvas, draws, centre, 0.85 * sphere_radius(volume_ml), ragged=0.3)
    canvas.paint(core[0], core[1] * canvas.anatomy.mask(TISSUE, core[0]), canvas.tone(contrast))
    canvas.deform(lambda strength: swell(centre, -strength, 1.3 * sphere_radius(volume_ml)), draws.uniform(0, 0.1))
    return contrast


def haemorrhage(canvas, draws, _shapes):
    """Blood in its stages, in deep nuclei, lobes, brainstem or cerebellum, with oedema while fresh. 0.3 to 50 mL.

    Hyperacute: contrast 0.2 to 0.7; acute and early subacute: -1 to -0.4; late subacute: 0.5 to 1 with a dark rim;
    chronic: a rim of -1 to -0.5 around -0.2 to 1.
    """
    anatomy, radius = canvas.anatomy, sphere_radius(draws.log_uniform(0.3, 50))
    places = [("striatum", "pallidum", "thalamus"), ("white",), ("white",), ("brainstem",), ("cerebellar_white",)]
    centre = anatomy.point(draws, draws.choice(places))
    stage = draws.choice(["hyperacute", "acute", "acute", "late", "chronic"])
    spans = {"hyperacute": (0.2, 0.7), "acute": (-1.0, -0.4), "late": (0.5, 1.0), "chronic": (-0.2, 1.0)}
    contrast = draws.uniform(*spans[stage])
    if stage in ("hyperacute", "acute") and draws.chance(0.8):
        halo, alpha = blob(canvas, draws, centre, radius * draws.uniform(1.2, 1.6), ragged=0.3, soft_mm=3.0)
        canvas.paint(halo, alpha * anatomy.mask(("white",), halo), canvas.tone(draws.uniform(0.3, 0.8)))
    box, alpha = blob(canvas, draws, centre, radius, ragged=0.25)
    inside = anatomy.mask(FILLED, box)
    if stage in ("late", "chronic"):
        canvas.paint(box, alpha * inside, canvas.tone(draws.uniform(-1.0, -0.5)))
        box, alpha = blob(canvas, draws, centre, radius * draws.uniform(0.7, 0.9), ragged=0.2)
        inside = anatomy.mask(FILLED, box)
    canvas.paint(box, alpha * inside, canvas.tone(contrast))
    pressure = {"hyperacute": 0.25, "acute": 0.25, "late": 0.15, "chronic": 0.0}[stage]
    canvas.deform(lambda strength: swell(centre, strength, 1.3 * radius), draws.uniform(0, pressure))
    return contrast


def encephalomalacia(canvas, draws, _shapes):
    """Lost cortex and white matter at the frontal or temporal poles or anywhere at the surface. 1 to 50 mL; 0.6 to 1."""
    anatomy, radius, contrast = canvas.anatomy, sphere_radius(draws.log_uniform(1, 50)), draws.uniform(0.6, 1.0)
    height = float(anatomy.brain_low[1]) + 0.62 * float(anatomy.brain_high[1] - anatomy.brain_low[1])
    front = (
        (lambda a, at: (a.depth[at] < 8) & (at[1] > height)) if draws.chance(0.6) else (lambda a, at: a.depth[at] < 8)
    )
    centre = anatomy.point(draws, ("cortex",), front)
    box, alpha = blob(canvas, draws, centre, 1.25 * radius, ragged=0.35, soft_mm=3.0)
    canvas.paint(box, alpha * anatomy.mask(TISSUE, box), canvas.tone(draws.uniform(0.2, 0.6)))
    box, alpha = blob(canvas, draws, centre, radius, ragged=0.35)
    canvas.paint(box, alpha * anatomy.mask(FILLED, box), canvas.tone(contrast))
    return contrast
