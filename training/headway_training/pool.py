"""Pairs already made, kept for some more passes: on a CPU a head costs more to make than to learn from."""

import numpy as np
import torch

SHIFT_VOXELS = 2


def varied(pair, random):
    """A stored pair [2 (volume, findings), 2, x, y, z] flipped left to right half of the time and moved a little."""
    pair = pair.float()
    if random.random() < 0.5:
        pair = pair.flip(2)
    shifts = [int(shift) for shift in random.integers(-SHIFT_VOXELS, SHIFT_VOXELS + 1, 3)]
    return torch.roll(pair, shifts, (2, 3, 4))


class Pool:
    """The last `capacity` pairs as half floats, each [2 (volume, findings), 2 (abnormal, normal), x, y, z]."""

    def __init__(self, capacity, seed):
        self.capacity, self.pairs = capacity, []
        self.random = np.random.default_rng(seed)

    def add(self, pair):
        """Takes in a pair (abnormal, normal) of heads; the oldest leaves when there is no room."""
        layers = [torch.stack([head.volume for head in pair]), torch.stack([head.findings for head in pair])]
        self.pairs.append(torch.stack(layers).half())
        del self.pairs[: -self.capacity]

    def batch(self, count, newest):
        """`count` pairs, the `newest` ones among them: (volumes, findings [2 count, 1, x, y, z], abnormal [2 count])."""
        older = [self.pairs[int(self.random.integers(len(self.pairs)))] for _ in range(count - newest)]
        pairs = [varied(pair, self.random) for pair in self.pairs[len(self.pairs) - newest :] + older]
        volumes, findings = torch.cat(pairs, 1)
        abnormal = torch.tensor([1.0, 0.0] * len(pairs), device=volumes.device)
        return volumes[:, None], findings[:, None], abnormal
