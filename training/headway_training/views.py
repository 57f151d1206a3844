"""One stored pair, seen many ways: turned, scaled, shifted, mirrored, with another contrast, bias and noise.

Everything acts on both heads of a pair alike, so that they differ by the finding alone. A view that changes nothing is what
the product's resizing makes of the same field: trilinear, half-pixel centres, z-score, clamp.
"""

import numpy as np
import torch
from torch.nn.functional import affine_grid, grid_sample, interpolate

CLAMP = (-1.0, 5.0)
TURN_DEG = (9.0, 6.0, 6.0)
SCALE = 0.07
SHIFT_SHARE = 0.035
# How often geometry and signal are changed at all.
MOVED, RECOLOURED = 0.85, 0.7


def turned(random):
    """A random affine map in units of half the field, 3x4: target to source; mirrored left to right half of the time."""
    matrix = np.eye(3)
    for axis, most in enumerate(TURN_DEG):
        a, b = [other for other in range(3) if other != axis]
        angle = np.deg2rad(random.uniform(-most, most))
        turn = np.eye(3)
        turn[a, a] = turn[b, b] = np.cos(angle)
        turn[a, b], turn[b, a] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    matrix = matrix * random.uniform(1 - SCALE, 1 + SCALE, 3)
    return np.concatenate([matrix, random.uniform(-SHIFT_SHARE, SHIFT_SHARE, (3, 1)) * 2], 1)


def placement(random):
    """The affine map of a view, x first."""
    target_to_source = turned(random) if random.random() < MOVED else np.eye(3, 4)
    if random.random() < 0.5:
        target_to_source = np.diag([-1.0, 1.0, 1.0]) @ target_to_source
    return target_to_source


def sampled(volumes, target_to_source, size):
    """Volumes [c, x, y, z] on a grid of `size`, trilinear, border repeated."""
    # grid_sample names the last axis first.
    matrix = target_to_source[[2, 1, 0]][:, [2, 1, 0, 3]]
    theta = torch.as_tensor(matrix, dtype=torch.float32, device=volumes.device)[None]
    grid = affine_grid(theta, (1, 1, size, size, size), align_corners=False)
    return grid_sample(volumes[None], grid, padding_mode="border", align_corners=False)[0]


def recoloured(volumes, random, seed):
    """Gamma, a smooth bias and noise on z-scores [2, x, y, z], the same on both."""
    floor = volumes.amin()
    scale = torch.quantile(volumes[1].flatten()[::7], 0.98) - floor
    signal = ((volumes - floor) / scale.clamp(min=0.1)) ** float(np.exp(random.normal(0, 0.12)))
    chance = torch.Generator(volumes.device).manual_seed(seed)
    knots = int(random.integers(2, 5))
    bias = torch.randn((1, 1, knots, knots, knots), generator=chance, device=volumes.device)
    bias = interpolate(bias, volumes.shape[1:], mode="trilinear", align_corners=True)[0]
    signal = signal * torch.exp(random.uniform(0, 0.12) * bias)
    noise = torch.randn(volumes.shape[1:], generator=chance, device=volumes.device)
    return (signal + random.uniform(0, 0.02) * noise).clamp(min=0)


def normalised(volumes):
    """Z-score of each volume, clamped as cards say."""
    flat = volumes.flatten(1)
    deviation = flat.std(1, unbiased=False).clamp(min=1e-6)
    return ((volumes - flat.mean(1)[:, None, None, None]) / deviation[:, None, None, None]).clamp(*CLAMP)


def plain_view(volumes, size):
    """Volumes [c, x, y, z] as the network gets them."""
    return normalised(sampled(volumes, np.eye(3, 4), size))


def random_view(volumes, findings, size, random):
    """(volumes [2, size, size, size], findings [size, size, size]) of a pair."""
    target_to_source = placement(random)
    seen = sampled(volumes, target_to_source, size)
    if random.random() < RECOLOURED:
        seen = recoloured(seen, random, int(random.integers(2**31)))
    return normalised(seen), sampled(findings[None], target_to_source, size)[0]
