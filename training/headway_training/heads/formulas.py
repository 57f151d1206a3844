"""Heads drawn from formulas, as test data and teaching programs have them: shells, ellipsoids, a labyrinth for a cortex.

They share a T2's contrast and a head's outline, and no anatomy: nothing that is said of a head holds for them.
"""

import numpy as np
import torch

# The brightest tissue; others are parts of it.
FLUID = 1.0
# On either side of the middle: how far, semi-axes, signal.
VENTRICLE = (0.1, (0.05, 0.36, 0.09), FLUID)


def drawn(shape, draws):
    """A head of formulas [x, y, z]: the brightest tissue is 1."""
    grey, white = draws.uniform(0.4, 0.65), draws.uniform(0.28, 0.45)
    points = points_of(shape, draws)
    head = level(points, draws.uniform([0.58, 0.74, 0.58], [0.72, 0.92, 0.74])).sqrt()
    below = points[2] < draws.uniform(-0.5, -0.25) + draws.uniform(-0.4, 0) * points[1]
    # From the skin inward, each over the one before it: fat, bone, fluid, brain.
    edges = 1 - np.cumsum(draws.uniform([0.03, 0.04, 0.01], [0.08, 0.09, 0.05]))
    picture = painted(torch.zeros_like(head), head < 1, draws.uniform(0.35, 0.9))
    picture = painted(picture, (head < edges[0]) & below, draws.uniform(0.1, 0.6))
    for edge, signal in zip(edges, (draws.uniform(0.02, 0.1), FLUID, white)):
        picture = painted(picture, (head < edge) & ~below, signal)
    inside = (head < edges[2]) & ~below
    if draws.chance(0.75):
        fold = labyrinth(points * (2 * np.pi / draws.uniform(0.22, 0.45)) + vector(draws.uniform(0, 6, 3)))
        cortex = inside & (head > edges[2] * draws.uniform(0.6, 0.8))
        picture = painted(picture, cortex & (fold < draws.uniform(0.5, 0.9)), grey)
        picture = painted(picture, cortex & (fold < draws.uniform(0.05, 0.25)), FLUID)
    for x, radii, signal in (VENTRICLE, (0.24, (0.07, 0.18, 0.12), grey), (0.11, (0.08, 0.13, 0.1), grey)):
        radii, (out, front, up) = radii * draws.uniform(0.7, 1.4, 3), draws.uniform([0, -0.1, 0], [0.04, 0.1, 0.15])
        for side in (-1, 1):
            picture = painted(picture, inside & (level(points, radii, (side * (x + out), front, up)) < 1), signal)
    if draws.chance(0.7):
        for side in (-1, 1):
            picture = painted(picture, level(points, (0.11,) * 3, (side * 0.28, 0.62, -0.38)) < 1, FLUID)
    return picture


def points_of(shape, draws):
    """Where the voxels of a scan lie in a head of formulas [3, x, y, z]: from -1 to 1 in plane, less through it."""
    half = (1.0, 1.0, draws.uniform(0.62, 0.8))
    lines = [torch.linspace(-side, side, n) for side, n in zip(half, shape)]
    return torch.stack(torch.meshgrid(*lines, indexing="ij")) - vector(draws.uniform([-0.04, -0.06, -0.05], [0.04, 0.06, 0.15]))


def vector(values):
    """Three numbers, one for each axis of points [3, x, y, z]."""
    return torch.tensor(np.asarray(values), dtype=torch.float32).view(3, 1, 1, 1)


def level(points, radii, centre=(0.0, 0.0, 0.0)):
    """Squared distance from an ellipsoid's centre as a part of its surface's: below 1 inside."""
    return (((points - vector(centre)) / vector(radii)) ** 2).sum(0)


def painted(picture, where, signal):
    """A picture with one signal in a region."""
    return torch.where(where, torch.tensor(float(signal)), picture)


def labyrinth(points):
    """Distance from the gyroid sin x cos y + sin y cos z + sin z cos x = 0, at points [3, ...] in radians."""
    x, y, z = points
    return (x.sin() * y.cos() + y.sin() * z.cos() + z.sin() * x.cos()).abs()
