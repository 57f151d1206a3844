"""The data a run sees: prepared label maps and lesion masks of one part of the split, as a generator of heads."""

from dataclasses import replace
from pathlib import Path

from torch.utils.data import DataLoader, Dataset

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


class Indexed(Dataset):
    """Heads of a generator by index."""

    def __init__(self, heads):
        self.heads = heads

    def __getitem__(self, index):
        return self.heads.head(index)


def heads_from(heads, indices, workers):
    """Heads with these indices in their order, made by this process or ahead of time by others."""
    for head in DataLoader(Indexed(heads), batch_size=None, sampler=indices, num_workers=workers):
        # A copy: what comes from another process holds a file open for as long as it is kept.
        yield replace(head, volume=head.volume.clone(), findings=head.findings.clone()) if workers else head
