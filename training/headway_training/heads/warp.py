"""Smooth deformations, as functions from points to points: where in the label map does a point of the scan lie?

Points are tensors [3, ...] in millimetres of the map. All are evaluated on a coarse grid and interpolated afterwards.
"""

import numpy as np
import torch
from torch.nn.functional import grid_sample, interpolate

from .anatomy import FIELD_MM


def sample(volume, points, mode="bilinear"):
    """Values of a volume [c, x, y, z] at points [3, a, b, c] in its own voxels, trilinear, border repeated: [c, a, b, c]."""
    sizes = torch.tensor(volume.shape[1:], dtype=torch.float32, device=points.device)
    unit = points.movedim(0, -1) * (2 / (sizes - 1)) - 1
    # grid_sample names the last axis first.
    return grid_sample(volume[None], unit.flip(-1)[None], mode=mode, padding_mode="border", align_corners=True)[0]


def column(vector, points):
    """A vector of 3 shaped to be added to points."""
    return torch.as_tensor(np.asarray(vector), dtype=torch.float32, device=points.device).view(3, 1, 1, 1)


def rotation(angles_deg):
    """Rotation matrix about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(np.deg2rad(angles_deg)):
        a, b = [other for other in range(3) if other != axis]
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix


def affine(matrix, centre):
    """Linear about the head's centre; input points are millimetres from the centre of the scan."""

    def apply(points):
        turned = torch.einsum(
            "ij,jabc->iabc", torch.as_tensor(matrix, dtype=torch.float32, device=points.device), points
        )
        return turned + column(centre, points)

    return apply


def elastic(draws, amplitude_mm, knots, sizes):
    """Random smooth displacement of this deviation, fixed to a grid of `knots` over a map of `sizes`."""
    grid = draws.noise((3, knots, knots, knots)) * amplitude_mm

    def apply(points):
        scale = column([(knots - 1) / (size - 1) for size in sizes], points)
        return points + sample(grid.to(points.device), points * scale)

    return apply


def ventricles(anatomy, growth_mm, side=0):
    """Moves the ventricles' walls outward by this much; `side` -1 or 1 keeps to the left or right of the map's middle.

    Walls move in steps of at most 1.5 mm and points stop just inside them: one long step would look past the far wall.
    """
    width = max(8.0, 1.6 * abs(growth_mm))
    steps = max(1, int(np.ceil(abs(growth_mm) / 1.5)))

    def apply(points):
        for _ in range(steps):
            field = sample(anatomy.fields[:4], points / FIELD_MM)
            reach = growth_mm / steps * torch.exp(-0.5 * (field[0] / width) ** 2)
            if growth_mm > 0:
                reach = reach * torch.sigmoid(2 * (field[0] + 1.5))
            if side:
                reach = reach * torch.sigmoid(side * (points[0] - anatomy.groups.shape[0] / 2) / 3)
            points = points - reach * field[1:]
        return points

    return apply


def drawn_back(anatomy, by_mm, layer_mm=3.0, where=None, reach_mm=45.0):
    """The outermost `layer_mm` under the skull become `by_mm` thicker and the brain makes room, down to `reach_mm`.

    Negative `by_mm` (above -`layer_mm`) brings the brain closer to the skull; `where` weighs it by points, 0 to 1.
    """

    def apply(points):
        field = sample(anatomy.fields[4:], points / FIELD_MM)
        depth = field[0].clamp(min=0)
        thick = layer_mm + by_mm * (where(points) if where is not None else 1.0)
        within = depth * layer_mm / thick
        beyond = layer_mm + (depth - thick) * (thick + reach_mm - layer_mm) / reach_mm
        source = torch.where(depth < thick, within, torch.where(depth < thick + reach_mm, beyond, depth))
        # The depth's gradient points inward; looking further out moves the brain inward.
        return points - (depth - source) * field[1:]

    return apply


def coverings(anatomy, factor, reach_mm=30.0):
    """Skull and scalp become thicker by `factor` out to `reach_mm` outside the inner table; what lies beyond moves along."""

    def apply(points):
        field = sample(anatomy.fields[4:], points / FIELD_MM)
        outside = (-field[0]).clamp(0, reach_mm * factor)
        return points + outside * (1 - 1 / factor) * field[1:]

    return apply


def swell(centre, strength, radius_mm):
    """Mass effect: what lies at the centre grows by 1 / (1 - strength) and pushes its surroundings away."""

    def apply(points):
        offset = points - column(centre, points)
        reach = strength * torch.exp(-offset.square().sum(0) / (2 * radius_mm**2))
        return points - offset * reach

    return apply


def composed(warps, points):
    """All warps, from the scan's side to the map's."""
    for warp in warps:
        points = warp(points)
    return points


def refined(points, shape):
    """Coarse points interpolated to a grid of `shape` over the same corners."""
    return interpolate(points[None], tuple(shape), mode="trilinear", align_corners=True)[0]
