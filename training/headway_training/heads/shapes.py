"""Shapes of real infarcts: binary masks in MNI space, cropped, sorted by volume, brought onto a label map's brain."""

import json
from pathlib import Path

import numpy as np
import torch

from .source import opened
from .warp import column, rotation, sample

# The brain's extent in the masks' own voxels (157 x 189 x 136 at 1 mm), in RAS order.
MNI_LOW, MNI_HIGH = np.array([7.0, 8.0, 5.0]), np.array([149.0, 184.0, 130.0])
SPLITS = Path(__file__).with_name("splits.json")


def splits():
    """Which label maps and which lesion masks are for training, validation and test: fixed, and in the repository."""
    return json.loads(SPLITS.read_text())


def load_shapes(data, names, cache=None):
    """All named masks, smallest first; `cache` is a file that keeps them together."""
    if cache and Path(cache).exists():
        kept = torch.load(cache, weights_only=False)
    else:
        source = opened(data)
        kept = {name: source.shape(name) for part in splits()["lesions"].values() for name in part}
        if cache:
            Path(cache).parent.mkdir(parents=True, exist_ok=True)
            torch.save(kept, cache)
    return sorted((kept[name] for name in names), key=lambda shape: shape.volume_ml)


def choose(shapes, draws, volume_ml):
    """One of the dozen masks closest in volume."""
    volumes = np.log([shape.volume_ml for shape in shapes])
    nearest = np.argsort(np.abs(volumes - np.log(volume_ml)), kind="stable")[:12]
    return shapes[int(draws.choice(nearest))]


def onto(canvas, draws, shape, volume_ml):
    """The mask where it would lie in this head, a little turned and moved, at most a third scaled: (box, alpha, centre)."""
    low, high = canvas.anatomy.brain_low, canvas.anatomy.brain_high
    scale = (high - low) / (MNI_HIGH - MNI_LOW)
    middle = shape.corner + (np.array(shape.voxels.shape) - 1) / 2
    centre = low + (middle - MNI_LOW) * scale
    mirrored = draws.chance(0.5)
    if mirrored:
        centre[0] = low[0] + high[0] - centre[0]
    centre = centre + draws.uniform(-5, 5, 3)
    # Only the remainder is scaled: a mask of another size would have another shape.
    own = shape.volume_ml * float(np.prod(scale))
    scale = scale * np.clip((volume_ml / own) ** (1 / 3), 0.75, 1.33)
    turn = rotation(draws.uniform(-15, 15, 3)) @ np.diag([-1.0 if mirrored else 1.0, 1, 1])
    reach = np.array(shape.voxels.shape) * scale / 2
    box = canvas.box(centre, np.linalg.norm(reach) + 2)
    offsets = canvas.offsets(box, centre)
    back = torch.as_tensor(np.diag(1 / scale) @ turn.T, dtype=torch.float32, device=offsets.device)
    # A border of zeros, since beyond its ends a volume is repeated.
    mask = torch.nn.functional.pad(torch.from_numpy(shape.voxels).float(), (2,) * 6).to(offsets.device)
    inside = column((np.array(mask.shape) - 1) / 2, offsets) + torch.einsum("ij,jabc->iabc", back, offsets)
    return box, sample(mask[None], inside)[0], centre
