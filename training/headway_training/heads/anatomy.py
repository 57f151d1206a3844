"""A label map made ready: tissue groups, and the distances that lesions and warps are placed by.

Positions are voxel indices [x, y, z] of the cropped map, which are millimetres: maps are of 1 mm, in RAS order.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import distance_transform_edt, gaussian_filter, zoom

from .maps import measure
from .source import opened
from .tissues import BRAIN, INDEX, INTRACRANIAL, VENTRICLES, group_table, mask_table

# Grid of the smooth distance fields that warps follow.
FIELD_MM = 4
SUBCUTANEOUS_MM = 7.0
FAR_MM = 100


@dataclass
class Anatomy:
    """One head. Volumes are tensors [x, y, z]; `fields` is [8, x, y, z] on the grid of FIELD_MM.

    `groups` (uint8); `depth`: mm inside the inner table; `ventricle`: mm outside the ventricles; `cortex`: mm from the
    cerebral cortex (all uint8, capped). `fields`: signed distance to the ventricles and its gradient, depth (negative
    outside the skull) and its gradient. `brain_low` and `brain_high` are the corners of cerebrum and cerebellum.
    """

    name: str
    measures: object
    groups: torch.Tensor
    depth: torch.Tensor
    ventricle: torch.Tensor
    cortex: torch.Tensor
    fields: torch.Tensor
    ventricle_area_mm2: float
    brain_low: np.ndarray
    brain_high: np.ndarray

    def mask(self, names, box=...):
        """Where the groups are one of `names`, within a box of slices."""
        return torch.from_numpy(mask_table(names)).to(self.groups.device)[self.groups[box].long()]

    def point(self, draws, names, condition=None, tries=20000):
        """A random voxel of these groups, as an array of 3, or None where there is hardly any.

        `condition` takes the anatomy and an index of voxels and says which of them will do.
        """
        at = draws.random.integers(0, self.groups.shape, (tries, 3))
        index = tuple(torch.from_numpy(at.T).to(self.groups.device))
        inside = self.mask(names, index)
        if condition is not None:
            inside &= condition(self, index)
        hits = torch.nonzero(inside).flatten()
        return at[int(hits[0])].astype(float) if len(hits) else None

    def near_ventricles(self, margin_mm):
        """A box of slices around the cerebral ventricles, as far as they reach into the brain, and this much beyond."""
        field = self.fields[0] <= margin_mm
        ends = [torch.nonzero(field.any(a).any(b)).flatten()[[0, -1]] for a, b in ((1, 1), (0, 1), (0, 0))]
        sizes = self.groups.shape
        return tuple(
            slice(max(int(a) * FIELD_MM - 4, 0), min(int(b) * FIELD_MM + 5, n)) for (a, b), n in zip(ends, sizes)
        )

    def to(self, device):
        """The same head on another device."""
        tensors = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, torch.Tensor)}
        return Anatomy(**{**vars(self), **tensors})


def within(groups, names):
    """Mask of the groups that are one of `names`."""
    return mask_table(names)[groups]


def split_csf(groups, random):
    """Vessels and membranes cross the space around the brain: clumps of a millimetre or two become `pial`."""
    clumps = gaussian_filter(random.standard_normal(groups.shape, dtype=np.float32), 0.7)
    groups[(groups == INDEX["csf"]) & (clumps > 1.3 * clumps.std())] = INDEX["pial"]
    return groups


def split_soft_tissue(groups, random):
    """Soft tissue is one label: what lies under the skin is fat, the rest is muscle with fat between, by a fixed noise."""
    coarse = random.standard_normal([max(2, size // 12) for size in groups.shape])
    noise = zoom(coarse, [size / n for size, n in zip(groups.shape, coarse.shape)], order=1)
    noise = np.resize(noise, groups.shape) if noise.shape != groups.shape else noise
    under_skin = distance_transform_edt(groups != INDEX["air"])
    fat = (under_skin + 2.0 * noise < SUBCUTANEOUS_MM) | (noise > 0.55)
    groups[(groups == INDEX["muscle"]) & fat] = INDEX["fat"]
    return groups


def signed_field(mask):
    """Distance to the mask's surface (negative inside) and its gradient, smooth, on the coarse grid, [4, x, y, z]."""
    signed = distance_transform_edt(~mask) - distance_transform_edt(mask)
    smooth = gaussian_filter(signed.astype(np.float32), 2.0)
    gradient = np.stack(np.gradient(smooth))
    gradient /= np.maximum(np.linalg.norm(gradient, axis=0), 0.2)
    return np.concatenate([smooth[None], gradient])[:, ::FIELD_MM, ::FIELD_MM, ::FIELD_MM].astype(np.float32)


def capped(distance):
    """Millimetres as uint8."""
    return np.minimum(distance, FAR_MM).astype(np.uint8)


def prepare(labels, name):
    """The Anatomy of an integer label map [x, y, z] of 1 mm."""
    random = np.random.default_rng([7, sum(map(ord, name))])
    groups = split_csf(split_soft_tissue(group_table()[labels], random), random)
    ventricles = within(groups, VENTRICLES)
    inner = within(groups, INTRACRANIAL)
    outside = distance_transform_edt(~ventricles)
    corners = np.argwhere(within(groups, ("cortex", "white", "cerebellar_cortex")))
    return Anatomy(
        name=name,
        measures=measure(labels),
        groups=torch.from_numpy(groups),
        depth=torch.from_numpy(capped(distance_transform_edt(inner))),
        ventricle=torch.from_numpy(capped(outside)),
        cortex=torch.from_numpy(capped(distance_transform_edt(groups != INDEX["cortex"]))),
        fields=torch.from_numpy(np.concatenate([signed_field(ventricles), -signed_field(inner)])),
        ventricle_area_mm2=float(np.count_nonzero((outside > 0) & (outside <= 1) & within(groups, BRAIN))),
        brain_low=corners.min(0).astype(float),
        brain_high=corners.max(0).astype(float),
    )


def load(data, name, cache=None):
    """The Anatomy of map `name` under the data folder; `cache` is a folder that keeps what took seconds to make."""
    kept = Path(cache) / f"map-{name}.pt" if cache else None
    if kept and kept.exists():
        return torch.load(kept, weights_only=False)
    anatomy = prepare(opened(data).labels(name), name)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        torch.save(anatomy, kept)
    return anatomy
