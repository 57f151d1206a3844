"""Tumours, cysts, collections and cavities: what takes room. Contrasts: 0 is grey matter, 1 is CSF."""

import numpy as np
import torch

from ..anatomy import FIELD_MM
from ..canvas import blob, sphere_radius
from ..tissues import BRAIN
from ..warp import column, drawn_back, sample, swell


def tumour(canvas, draws, _shapes):
    """A mass with or without a necrotic core, oedema in white matter, and pressure. 0.5 to 50 mL; contrast 0.15 to 0.9."""
    anatomy, volume_ml, contrast = canvas.anatomy, draws.log_uniform(0.5, 50), draws.uniform(0.15, 0.9)
    radius = sphere_radius(volume_ml)
    centre = anatomy.point(draws, ("white", "cortex", "cerebellar_white", "cerebellar_cortex", "thalamus", "brainstem"))
    if draws.chance(0.7):
        halo, alpha = blob(
            canvas, draws, centre, radius * draws.uniform(1.2, 2.2), ragged=0.4, stretch=1.8, soft_mm=3.0
        )
        white = anatomy.mask(("white", "cerebellar_white"), halo)
        canvas.paint(halo, alpha * white, canvas.tone(draws.uniform(0.3, 0.9)))
    box, alpha = blob(canvas, draws, centre, radius, ragged=0.25)
    tissue = anatomy.mask((*BRAIN, "csf", "pial"), box)
    texture = draws.smooth(alpha.shape, 7).to(alpha.device) * draws.uniform(0.0, 0.1)
    canvas.paint(box, alpha * tissue, (canvas.tone(contrast) + texture).clamp(min=0.02))
    if draws.chance(0.4):
        core, alpha = blob(canvas, draws, centre, radius * draws.uniform(0.4, 0.75), ragged=0.3)
        canvas.paint(core, alpha * anatomy.mask(BRAIN, core), canvas.tone(draws.uniform(0.7, 1.1)))
    canvas.deform(lambda strength: swell(centre, strength, 1.5 * radius), draws.uniform(0.05, 0.35))
    return contrast


def cyst(canvas, draws, _shapes):
    """Smooth, CSF-like: arachnoid at the surface, or within the brain or ventricles. 1 to 50 mL; contrast 0.85 to 1.05."""
    anatomy, radius, contrast = canvas.anatomy, sphere_radius(draws.log_uniform(1, 50)), draws.uniform(0.85, 1.05)
    arachnoid = draws.chance(0.7)
    shallow = (lambda a, at: (a.depth[at] > 2) & (a.depth[at] < 8)) if arachnoid else None
    centre = anatomy.point(
        draws, ("csf", "cortex", "cerebellar_cortex") if arachnoid else ("white", "thalamus"), shallow
    )
    strength = draws.uniform(0.15, 0.35)
    # Painted smaller, then grown by the deformation that pushes the brain away.
    box, alpha = blob(canvas, draws, centre, radius * (1 - strength), ragged=0.08, stretch=1.3, soft_mm=0.6)
    canvas.paint(box, alpha * anatomy.mask((*BRAIN, "csf", "pial"), box), canvas.tone(contrast))
    canvas.deform(lambda part: swell(centre, part, 1.2 * radius), strength)
    return contrast


def extra_axial(canvas, draws, _shapes):
    """Subdural or epidural: a layer under the skull over part of one side, brain pushed in. 3 to 20 mm; contrast -0.8 to 1."""
    anatomy = canvas.anatomy
    thickness, contrast = draws.uniform(3, 20), draws.choice([draws.uniform(0.15, 1.0), draws.uniform(-0.8, -0.3)])
    low, high = anatomy.brain_low, anatomy.brain_high
    middle, half = (low + high) / 2, (high - low) / 2
    toward = draws.direction()
    toward[2] = abs(toward[2])
    at = middle + half * toward / np.linalg.norm(toward)
    reach = draws.uniform(22, 45)

    def where(points):
        return torch.exp(-(points - column(at, points)).square().sum(0) / (2 * reach**2))

    # A thin layer of the map becomes the collection; the deformation makes it as thick as it is.
    layer = min(4.0, thickness)
    box = canvas.box(at, 2 * reach)
    at_mm = canvas.offsets(box, np.zeros(3))
    weight = where(at_mm)
    # The smooth depth that the deformation follows too; the exact one only says where the skull ends.
    depth = sample(anatomy.fields[4:5], at_mm / FIELD_MM)[0]
    alpha = torch.sigmoid(2 * (layer * weight.clamp(min=0.0) - depth + 0.5)) * (anatomy.depth[box] > 0) * (weight > 0.2)
    fluid = canvas.tone(contrast) + (draws.smooth(alpha.shape, 4).to(alpha.device) * draws.uniform(0, 0.15))
    canvas.paint(box, alpha, fluid.clamp(min=0.02))
    by_mm = max(thickness - layer, 0.0)
    canvas.deform(lambda strength: drawn_back(anatomy, strength, layer, where), by_mm)
    return contrast


def post_operative(canvas, draws, _shapes):
    """A fluid-filled cavity under a gap in the skull, with scar around. 2 to 50 mL; contrast 0.7 to 1.05."""
    anatomy, radius, contrast = canvas.anatomy, sphere_radius(draws.log_uniform(2, 50)), draws.uniform(0.7, 1.05)
    height = float(anatomy.brain_low[2]) + 0.35 * float(anatomy.brain_high[2] - anatomy.brain_low[2])
    centre = anatomy.point(draws, ("cortex", "white"), lambda a, at: (a.depth[at] < 16) & (at[2] > height))
    box, alpha = blob(canvas, draws, centre, 1.25 * radius, ragged=0.3, soft_mm=2.5)
    canvas.paint(box, alpha * anatomy.mask(BRAIN, box), canvas.tone(draws.uniform(0.2, 0.7)))
    box, alpha = blob(canvas, draws, centre, radius, ragged=0.2)
    canvas.paint(box, alpha * anatomy.mask((*BRAIN, "csf", "pial"), box), canvas.tone(contrast))
    if draws.chance(0.8):
        outward = centre - (anatomy.brain_low + anatomy.brain_high) / 2
        hole = centre + outward / np.linalg.norm(outward) * 16
        box, alpha = blob(canvas, draws, hole, draws.uniform(9, 18), ragged=0.15, soft_mm=1.5)
        canvas.paint(box, alpha * anatomy.mask(("bone", "marrow"), box), draws.uniform(0.2, 0.8))
    return contrast
