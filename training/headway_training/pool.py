"""Pairs already made, kept for some more passes: on a CPU a head costs more to make than to learn from."""

from itertools import count as counted

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

SHIFT_VOXELS = 2


def varied(pair, random):
    """A stored pair [2 (volume, findings), 2, x, y, z] flipped left to right half of the time and moved a little."""
    pair = pair.float()
    if random.random() < 0.5:
        pair = pair.flip(2)
    shifts = [int(shift) for shift in random.integers(-SHIFT_VOXELS, SHIFT_VOXELS + 1, 3)]
    return torch.roll(pair, shifts, (2, 3, 4))


def packed(pair):
    """A pair (abnormal, normal) of heads as half floats [2 (volume, findings), 2, x, y, z]."""
    layers = [torch.stack([head.volume for head in pair]), torch.stack([head.findings for head in pair])]
    return torch.stack(layers).half()


class Pairs(Dataset):
    """Packed pairs of a generator by index, without end."""

    def __init__(self, heads):
        self.heads = heads

    def __getitem__(self, index):
        return packed(self.heads.pair(index))


def pairs_from(heads, first, workers):
    """Packed pairs from index `first` on, made by this process or ahead of time by others."""
    return iter(DataLoader(Pairs(heads), batch_size=None, sampler=counted(first), num_workers=workers))


class Pool:
    """The last `capacity` packed pairs."""

    def __init__(self, capacity, seed):
        self.capacity, self.pairs = capacity, []
        self.random = np.random.default_rng(seed)

    def add(self, pair):
        """Takes in a packed pair; the oldest leaves when there is no room."""
        self.pairs.append(pair)
        del self.pairs[: -self.capacity]

    def batch(self, count, newest):
        """`count` pairs, the `newest` among them: (volumes, findings [2 count, 1, x, y, z], abnormal [2 count])."""
        older = [self.pairs[int(self.random.integers(len(self.pairs)))] for _ in range(count - newest)]
        pairs = [varied(pair, self.random) for pair in self.pairs[len(self.pairs) - newest :] + older]
        volumes, findings = torch.cat(pairs, 1)
        abnormal = torch.tensor([1.0, 0.0] * len(pairs), device=volumes.device)
        return volumes[:, None], findings[:, None], abnormal
