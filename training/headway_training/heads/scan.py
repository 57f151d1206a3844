"""2D multi-slice acquisition of a painted head: slices, gaps, tilt, point spread, and then what goes wrong in a scanner.

The volume that comes out is [x, y, z] in RAS order with its spacing; the lesion map goes through the same geometry.
"""

from dataclasses import dataclass

import numpy as np
import torch

from .artefacts import corrupt
from .warp import affine, column, composed, elastic, refined, rotation, sample

COARSE_MM = 4.0
# Slices always reach over more than the 130 mm below which the paper withholds a score.
EXTENT_MM = (136.0, 185.0)
FIELD_OF_VIEW_MM = (200.0, 256.0)


@dataclass
class Plan:
    """Where slices lie: sizes, spacing (x, y, z mm), slice thickness, and the warps from the scan to the undeformed head."""

    sizes: tuple
    spacing_mm: tuple
    thickness_mm: float
    pixel_mm: float
    centre: np.ndarray
    warps: list
    jitter_mm: np.ndarray
    wrap: int
    tilt_deg: float


def plan(anatomy, draws, style, work_mm):
    """Draws an acquisition. Pixels are never drawn finer than 0.9 of `work_mm`, where the head itself is not finer."""
    pixel = draws.uniform(*style.pixel_mm)
    thickness = draws.uniform(*style.slice_mm)
    pitch = thickness * (1 + draws.uniform(*style.gap_share))
    low, high = anatomy.brain_low, anatomy.brain_high
    extent = draws.uniform(*EXTENT_MM)
    view = draws.uniform(*FIELD_OF_VIEW_MM) * np.array([draws.uniform(0.85, 1.0), 1.0])
    top = high[2] + draws.uniform(0, 16)
    centre = (low + high) / 2 + [draws.uniform(-6, 6), draws.uniform(-8, 8), 0]
    centre[2] = top - extent / 2
    shown = max(pixel, 0.9 * work_mm)
    slices = int(np.floor((extent - 1) / pitch)) + 1
    # The last slice must lie past 130 mm from the first, whatever the pitch.
    slices = max(slices, int(np.ceil(132 / pitch)) + 1)
    wrap = int(draws.uniform(0.02, 0.1) * view[style.phase_axis] / shown) if draws.chance(0.08) else 0
    sizes = [int(view[0] / shown), int(view[1] / shown), slices]
    sizes[style.phase_axis] += 2 * wrap
    tilt = draws.uniform(*style.tilt_deg)
    matrix = rotation([tilt, *draws.uniform(-6, 6, 2)])
    matrix = matrix @ np.diag(draws.uniform(0.92, 1.08, 3)) + np.triu(draws.uniform(-0.03, 0.03, (3, 3)), 1)
    if draws.chance(0.5):
        matrix = np.diag([-1, 1, 1]) @ matrix
    # About the brain's middle, so that a tilt does not move it out of the slices.
    middle = (low + high) / 2
    smooth = elastic(draws, draws.uniform(0.5, 3.2), draws.count(4, 8), anatomy.groups.shape)
    offset = centre - middle
    warps = [lambda points: points + column(offset, points), affine(matrix, middle), smooth]
    moving = draws.uniform(0, 1.5) if draws.chance(0.25) else draws.uniform(0, 0.3)
    jitter = draws.random.standard_normal((3, slices)) * np.array([[moving], [moving], [0.25 * moving]])
    return Plan(tuple(sizes), (shown, shown, pitch), thickness, pixel, centre, warps, jitter, wrap, tilt)


def profile(length, step, width_mm, box):
    """Rows that average an axis of 1 mm voxels at every `step`: a box of this width, or a Gaussian of this full width."""
    away = torch.arange(0, length, step)[:, None] - torch.arange(length)[None].float()
    width = max(width_mm, float(step))
    if box:
        weights = (width / 2 + 0.5 - away.abs()).clamp(0, 1)
    else:
        weights = torch.exp(-4 * np.log(2) * (away / width) ** 2)
    return weights / weights.sum(1, keepdim=True)


def blurred(volume, plan, work_mm):
    """A volume [x, y, z] of 1 mm averaged over pixel and slice, on a grid of `work_mm`."""
    x, y, z = (
        profile(size, work_mm, width, box).to(volume.device)
        for size, width, box in zip(
            volume.shape, (plan.pixel_mm, plan.pixel_mm, plan.thickness_mm), (False, False, True)
        )
    )
    volume = volume @ z.T
    volume = torch.matmul(y, volume)
    return (x @ volume.reshape(volume.shape[0], -1)).reshape(len(x), *volume.shape[1:])


def positions(canvas, plan):
    """Where every pixel of every slice lies in the undeformed head, [3, x, y, z] in mm."""
    reach = [(n - 1) * step / 2 for n, step in zip(plan.sizes, plan.spacing_mm)]
    axes = [torch.linspace(-r, r, int(np.ceil(2 * r / COARSE_MM)) + 1, device=canvas.image.device) for r in reach]
    coarse = torch.stack(torch.meshgrid(*axes, indexing="ij"))
    points = refined(composed([*plan.warps, *canvas.warps], coarse), plan.sizes)
    return points + torch.as_tensor(plan.jitter_mm, dtype=torch.float32, device=points.device)[:, None, None, :]


def acquire(canvas, draws, style, work_mm=1):
    """Scans a canvas: (volume, findings, spacing in mm), both float32 [x, y, z]."""
    planned = plan(canvas.anatomy, draws, style, work_mm)
    canvas.facts |= {"slice_mm": float(planned.thickness_mm), "tilt_deg": planned.tilt_deg}
    layers = [canvas.image] + ([canvas.findings] if bool(canvas.findings.any()) else [])
    head = torch.stack([blurred(layer, planned, work_mm) for layer in layers])
    slices = sample(head, positions(canvas, planned) / work_mm)
    volume = corrupt(slices[0], draws, style, planned)
    findings = slices[1] if len(slices) > 1 else torch.zeros_like(slices[0])
    if planned.wrap:
        findings = findings.narrow(style.phase_axis, planned.wrap, volume.shape[style.phase_axis])
    return volume, findings, planned.spacing_mm
