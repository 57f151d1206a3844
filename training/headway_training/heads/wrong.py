"""Inputs that must not be scored, from the same generator: other sequences, heads turned or cut, and no heads at all.

For training and measuring the check before the score; none of them is ever shown to the network that scores.
"""

from dataclasses import replace

import torch
from torch.nn.functional import avg_pool3d

from .draw import Draws
from .field import field_of, normalised, spec_of
from .formulas import drawn
from .signal import SEQUENCES


def upside_down(volume, _draws):
    """Feet first: slices in the opposite order."""
    return volume.flip(2)


def back_to_front(volume, _draws):
    """The nose points backward."""
    return volume.flip(1)


def sideways(volume, draws):
    """On its side: a quarter turn in the slices' plane."""
    return volume.rot90(draws.choice([1, 3]), (0, 1))


def blurred(volume, draws):
    """Averaged over 7 to 11 voxels in plane and three slices: no anatomy is left to judge."""
    wide = draws.choice([7, 9, 11])
    sizes, padding = (wide, wide, 3), (wide // 2, wide // 2, 1)
    return avg_pool3d(volume[None, None], sizes, 1, padding, count_include_pad=False)[0, 0]


def noise(volume, draws):
    """The magnitude of noise alone."""
    return draws.noise(tuple(volume.shape)).abs().to(volume.device) * 100


def bottle(volume, draws):
    """A phantom: an even ellipsoid with a little noise."""
    axes = [torch.linspace(-1, 1, n, device=volume.device) for n in volume.shape]
    radii = draws.uniform(0.5, 0.95, 3)
    x, y, z = (axis / float(radius) for axis, radius in zip(axes, radii))
    inside = x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2 < 1
    return (inside * 500.0 + noise(volume, draws) * draws.uniform(0.02, 0.2)).clamp(min=0)


def formulas(volume, draws):
    """A head drawn from formulas, as test data and teaching programs have them."""
    picture = drawn(volume.shape, draws).to(volume.device)
    return (picture * 900 + noise(volume, draws) * draws.uniform(0.01, 0.3)).clamp(min=0)


TURNED = {function.__name__: function for function in (upside_down, back_to_front, sideways, blurred, noise, bottle, formulas)}
DRAWN = (*SEQUENCES, "stripped")
KINDS = (*DRAWN, *TURNED)


def native_wrong(generator, index):
    """(volume [x, y, z], spacing in mm, kind) as a scanner would give it: each kind of KINDS equally often, by index."""
    kind = KINDS[index % len(KINDS)]
    heads = replace(generator, sequence=kind if kind in DRAWN else "T2")
    volume, _, spacing_mm, _ = heads.native(index, None, 0.0)
    if kind in TURNED:
        volume = TURNED[kind](volume, Draws(generator.seed, index, "wrong"))
    return volume, spacing_mm, kind


def wrong_input(generator, index):
    """(volume as the network would get it [size, size, size], kind)."""
    volume, spacing_mm, kind = native_wrong(generator, index)
    field = field_of(volume, spacing_mm, spec_of(generator.size_voxels))
    return normalised(field.of(volume), generator.clamp), kind
