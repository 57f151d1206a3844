"""What scanners and patients add to slices: bias, gain, wrap, ghosts, blur or sharpening, noise, clipping, masks.

All act on a volume [x, y, z] whose CSF is about 1.
"""

import torch
from torch.nn.functional import avg_pool2d


def per_slice(draws, volume, deviation):
    """A random number for each slice, around 0."""
    return draws.noise((1, 1, volume.shape[2])).to(volume.device) * deviation


def bias(volume, draws, style):
    """A smooth multiplicative field, and a gain that differs from slice to slice."""
    field = draws.smooth(volume.shape, draws.count(2, 4)).to(volume.device)
    gain = per_slice(draws, volume, draws.uniform(0, 0.03))
    return volume * torch.exp(draws.uniform(*style.bias) * field + gain)


def texture(volume, draws):
    """Tissue is not flat: a few percent of variation over about a centimetre."""
    knots = [max(2, int(size / 8)) for size in volume.shape[:2]] + [volume.shape[2]]
    noise = torch.nn.functional.interpolate(
        draws.noise((1, 1, *knots)), volume.shape, mode="trilinear", align_corners=True
    )
    return volume * (1 + draws.uniform(0.005, 0.035) * noise[0, 0].to(volume.device))


def folded(volume, axis, wrap):
    """Wrap: what lies outside the field of view along the phase direction appears on the other side."""
    if not wrap:
        return volume
    inner = volume.narrow(axis, wrap, volume.shape[axis] - 2 * wrap).clone()
    inner.narrow(axis, inner.shape[axis] - wrap, wrap).add_(volume.narrow(axis, 0, wrap))
    inner.narrow(axis, 0, wrap).add_(volume.narrow(axis, volume.shape[axis] - wrap, wrap))
    return inner


def ghosts(volume, draws, style):
    """Faint copies along the phase direction, of another strength in every slice, and a blur from motion in a few."""
    strength = draws.uniform(*style.ghost) if draws.chance(0.5) else 0.0
    shift = int(volume.shape[style.phase_axis] / draws.choice([2, 2, 3, 4]))
    levels = strength * per_slice(draws, volume, 0.5).abs()
    volume = volume + levels * torch.roll(volume, shift, style.phase_axis)
    if not draws.chance(0.2):
        return volume
    moved = draws.count(1, 3)
    share = per_slice(draws, volume, 0.25).abs().clamp(max=0.5)
    return volume * (1 - share) + share * torch.roll(volume, moved, style.phase_axis)


def sharpened(volume, amount):
    """Edges raised as scanner filters do."""
    slices = volume.movedim(2, 0)[:, None]
    around = avg_pool2d(slices, 3, stride=1, padding=1, count_include_pad=False)
    return (slices + amount * (slices - around))[:, 0].movedim(0, 2).clamp(min=0)


def rician(volume, draws, style):
    """Magnitude of a complex signal with noise in both channels."""
    deviation = draws.log_uniform(*style.noise)
    real, imaginary = (deviation * draws.noise(tuple(volume.shape)).to(volume.device) for _ in range(2))
    return torch.sqrt((volume + real).square() + imaginary.square())


def masked(volume, draws):
    """Some scans are zero outside a circle; some faces were cut away before sharing."""
    x, y, z = (torch.linspace(-1, 1, size, device=volume.device) for size in volume.shape)
    if draws.chance(0.08):
        volume = volume * ((x[:, None, None] ** 2 + y[None, :, None] ** 2) < 1)
    if draws.chance(0.12):
        line = draws.uniform(0.7, 1.0) + draws.uniform(0.2, 0.6) * z
        volume = volume * (y[None, :, None] < line[None, None, :])
    return volume


def clipped(volume, draws):
    """Some exports cut the brightest voxels off."""
    if not draws.chance(0.15):
        return volume
    values = volume.flatten()[:: max(1, volume.numel() // 50000)]
    return volume.clamp(max=float(torch.quantile(values, draws.uniform(0.985, 0.999))))


def corrupt(volume, draws, style, plan):
    """All of them in the order in which they arise."""
    volume = folded(bias(texture(volume, draws), draws, style), style.phase_axis, plan.wrap)
    volume = ghosts(volume, draws, style)
    volume = sharpened(volume, draws.uniform(*style.sharpen))
    volume = rician(volume, draws, style).clamp(min=0) ** draws.uniform(*style.gamma)
    return clipped(masked(volume, draws), draws) * draws.log_uniform(100, 3000)
