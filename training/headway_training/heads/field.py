"""The paper's preprocessing in torch: the steps of preprocess.py, each axis as one matrix, for a GPU or a CPU.

Takes volumes in RAS order with their spacing, as the generator makes them.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ..preprocess import Withheld, head_range, interpolate

SPEC = {
    "resample_mm": 1.0,
    "min_side_voxels": 130,
    "centre": {"threshold_std": 0.5, "margin_voxels": 15},
    "field_voxels": 180,
    "size_voxels": 120,
    "clamp": [-1.0, 5.0],
}


@dataclass
class Field:
    """Three matrices [size, length] that take an acquired volume to the network's grid."""

    x: torch.Tensor
    y: torch.Tensor
    z: torch.Tensor

    def of(self, volume):
        """A volume [x, y, z] on the network's grid, trilinear, zero outside what was acquired."""
        volume = torch.matmul(self.y, volume @ self.z.T)
        return (self.x @ volume.reshape(volume.shape[0], -1)).reshape(len(self.x), *volume.shape[1:])


def spec_of(size_voxels):
    """The paper's input at another size over the same 180 mm."""
    return {**SPEC, "size_voxels": size_voxels}


def resampling(length, step_mm, spec):
    """preprocess.resample along one axis, as a matrix [millimetres, length]."""
    size = int(np.round((length - 1) * step_mm / spec["resample_mm"] + 1))
    return interpolate(np.eye(length)[:, :, None], 0, np.arange(size) * spec["resample_mm"] / step_mm)[:, :, 0]


def field_and_resize(axis, spec):
    """preprocess.crop_or_pad and preprocess.resize of a matrix's rows."""
    missing = spec["field_voxels"] - len(axis)
    if missing > 0:
        axis = np.pad(axis, [(missing // 2, missing - missing // 2), (0, 0)])
    else:
        start = len(axis) // 2 - spec["field_voxels"] // 2
        axis = axis[start : start + spec["field_voxels"]]
    scale = len(axis) / spec["size_voxels"]
    at = (np.arange(spec["size_voxels"]) + 0.5) * scale - 0.5
    return interpolate(axis[:, :, None], 0, at)[:, :, 0]


def field_of(volume, spacing_mm, spec):
    """The Field of an acquired volume [x, y, z] of this spacing, or Withheld."""
    axes = [resampling(length, step, spec) for length, step in zip(volume.shape, spacing_mm)]
    sides = [len(axis) for axis in axes]
    if min(sides) <= spec["min_side_voxels"]:
        raise Withheld(f"sides of {sides} mm: the head is incomplete")
    x, y, z = (torch.from_numpy(axis.astype(np.float32)).to(volume.device) for axis in axes)
    middle = (x @ (volume @ z[sides[2] // 2]) @ y.T).cpu().numpy()
    mask = middle > spec["centre"]["threshold_std"] * middle.std()
    x0, x1 = head_range(mask[:, mask.shape[1] // 2], spec["centre"]["margin_voxels"])
    y0, y1 = head_range(mask[mask.shape[0] // 2, :], spec["centre"]["margin_voxels"])
    windows = (axes[0][x0:x1], axes[1][y0:y1], axes[2])
    return Field(
        *(torch.from_numpy(field_and_resize(axis, spec).astype(np.float32)).to(volume.device) for axis in windows)
    )


def normalised(volume, clamp):
    """Z-score over the whole volume with the population's deviation, then clamped; or Withheld."""
    deviation = volume.std(unbiased=False)
    if not deviation > 0:
        raise Withheld("every voxel has the same value")
    return ((volume - volume.mean()) / deviation).clamp(*clamp)
