"""Random draws, named by what they are for, from (seed, index) alone: the same on every device and in every order.

Each part of a head (anatomy, signal, lesion, scan) has a stream of its own, so that the pair with and without a lesion
shares everything else, noise included. Everything is drawn on the CPU and moved afterwards.
"""

import zlib

import numpy as np
import torch
from torch.nn.functional import interpolate


class Draws:
    """One stream of random numbers."""

    def __init__(self, seed, index, stream):
        self.random = np.random.default_rng([seed, index, zlib.crc32(stream.encode())])

    def uniform(self, low, high, size=None):
        """Uniform in [low, high)."""
        return self.random.uniform(low, high, size)

    def log_uniform(self, low, high):
        """Each factor as likely as every other."""
        return float(np.exp(self.random.uniform(np.log(low), np.log(high))))

    def chance(self, probability):
        """True this often."""
        return bool(self.random.random() < probability)

    def count(self, low, high):
        """An integer, both ends included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, options):
        """One of them, each as likely."""
        return options[int(self.random.integers(len(options)))]

    def noise(self, shape):
        """White noise of deviation 1, float32 tensor."""
        return torch.from_numpy(self.random.standard_normal(shape, dtype=np.float32))

    def direction(self):
        """A unit vector in space."""
        vector = self.random.standard_normal(3)
        return vector / np.linalg.norm(vector)

    def smooth(self, shape, knots):
        """Noise of deviation 1 at `knots` points along each axis, trilinear between them, float32 of `shape`."""
        coarse = self.noise((1, 1, *(max(2, knots) for _ in shape)))
        return interpolate(coarse, tuple(shape), mode="trilinear", align_corners=True)[0, 0]
