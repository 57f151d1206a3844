"""An independent reading of the paper's preprocessing: naive, one step after the other, in float64.

Written from the description of the method, not from the Rust code it checks, which composes all steps into one.
Volumes are arrays [i, j, k] with a 4x4 affine to RAS+ millimetres, as NIfTI has them.
"""

import numpy as np


class Withheld(Exception):
    """The examination must not be scored, and why."""


def canonical(volume, affine):
    """The closest RAS order, by permutation and flips only."""
    cosines = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    orders = [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]
    order = max(orders, key=lambda axes: sum(abs(cosines[ras, axis]) for ras, axis in enumerate(axes)))
    volume = np.transpose(volume, order)
    spacing = [np.linalg.norm(affine[:3, axis]) for axis in order]
    for ras, axis in enumerate(order):
        if cosines[ras, axis] < 0:
            volume = np.flip(volume, ras)
    return volume, spacing


def interpolate(volume, axis, positions):
    """Linear interpolation along one axis; beyond the ends the border is repeated."""
    last = volume.shape[axis] - 1
    positions = np.clip(positions, 0, last)
    below = np.minimum(np.floor(positions).astype(int), last)
    above = np.minimum(below + 1, last)
    shape = [1, 1, 1]
    shape[axis] = -1
    weight = (positions - below).reshape(shape)
    return np.take(volume, below, axis) * (1 - weight) + np.take(volume, above, axis) * weight


def resample(volume, spacing, target_mm):
    """MONAI 0.4.0 `Spacing`: sizes round((n - 1) spacing / target + 1), sampled from the first voxel on."""
    for axis in range(3):
        size = int(np.round((volume.shape[axis] - 1) * spacing[axis] / target_mm + 1))
        volume = interpolate(volume, axis, np.arange(size) * target_mm / spacing[axis])
    return volume


def head_range(mask, margin):
    """First and last true, each moved outward: not below 0 on the near side, not below 1 from the far end."""
    if not mask.any():
        raise Withheld("no head on the middle slice")
    near = max(int(np.argmax(mask)) - margin, 0)
    far = max(int(np.argmax(mask[::-1])) - margin, 1)
    return near, len(mask) - far


def centre(volume, threshold_std, margin):
    """Crops x and y around the head found on the middle axial slice."""
    middle = volume[:, :, volume.shape[2] // 2]
    mask = middle > threshold_std * middle.std()
    x0, x1 = head_range(mask[:, mask.shape[1] // 2], margin)
    y0, y1 = head_range(mask[mask.shape[0] // 2, :], margin)
    return volume[x0:x1, y0:y1, :]


def crop_or_pad(volume, field):
    """Symmetric zero padding (w // 2 before, the rest after) or centre crop, axis by axis."""
    for axis in range(3):
        missing = field - volume.shape[axis]
        if missing > 0:
            pads = [(0, 0)] * 3
            pads[axis] = (missing // 2, missing - missing // 2)
            volume = np.pad(volume, pads)
        else:
            start = volume.shape[axis] // 2 - field // 2
            volume = np.take(volume, np.arange(start, start + field), axis)
    return volume


def resize(volume, size):
    """Trilinear, half-pixel centres, no anti-aliasing."""
    for axis in range(3):
        scale = volume.shape[axis] / size
        volume = interpolate(volume, axis, (np.arange(size) + 0.5) * scale - 0.5)
    return volume


def field_resized(volume, affine, spec):
    """All steps but the last: the volume [x, y, z] in the signal's own unit, or Withheld."""
    volume, spacing = canonical(np.asarray(volume, dtype=np.float64), np.asarray(affine, dtype=np.float64))
    volume = resample(volume, spacing, spec["resample_mm"])
    if min(volume.shape) <= spec["min_side_voxels"]:
        raise Withheld(f"sides of {volume.shape} mm: the head is incomplete")
    volume = centre(volume, spec["centre"]["threshold_std"], spec["centre"]["margin_voxels"])
    return resize(crop_or_pad(volume, spec["field_voxels"]), spec["size_voxels"])


def normalise(volume, kind, clamp):
    """As the card's `normalisation` says, over the whole volume, with the population's standard deviation; then clamped."""
    chosen = volume != 0 if kind == "z_score_nonzero" else np.ones(volume.shape, bool)
    of = volume[chosen]
    if of.size == 0 or of.min() == of.max():
        raise Withheld("every voxel has the same value")
    origin, unit = (of.min(), np.ptp(of)) if kind == "zero_to_one" else (of.mean(), of.std())
    return np.clip(np.where(chosen, (volume - origin) / unit, volume), *clamp).astype(np.float32)


def preprocess(volume, affine, spec):
    """The network's input [x, y, z] of a card's `input`, or Withheld."""
    return normalise(field_resized(volume, affine, spec), spec.get("normalisation", "z_score"), spec["clamp"])
