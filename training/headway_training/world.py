"""The data a run sees: prepared label maps and lesion masks of one part of the split, as a generator of heads."""

from pathlib import Path

from .heads import anatomy, shapes
from .heads.sample import Generator

# Below this input size heads are deformed and scanned on a grid of 2 mm.
FINE_FROM_VOXELS = 64


def work_mm(size_voxels):
    """The generator's grid for an input size."""
    return 1 if size_voxels >= FINE_FROM_VOXELS else 2


def generator(data, part, seed, size_voxels, style="mixed", cache=None, device="cpu"):
    """Heads from the maps and masks of `part` ("train", "validation" or "test") under the data folder.

    `cache` is a folder outside the repository that keeps prepared maps (some 40 MB each) between runs.
    """
    split = shapes.splits()
    kept = Path(cache) / "shapes.pt" if cache else None

    def heads(names):
        return [anatomy.load(data, name, cache).to(device) for name in names]

    return Generator(
        seed=seed,
        anatomies=heads(split["maps"][part]),
        atrophic=heads(split["atrophic"][part]),
        shapes=shapes.load_shapes(data, split["lesions"][part], kept),
        style=style,
        size_voxels=size_voxels,
        work_mm=work_mm(size_voxels),
    )
