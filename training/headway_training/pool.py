"""Batches from a bank of pairs: files are read ahead by threads, seen anew each time, on the device of the network."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch

from .bank import read_kept, unpacked
from .views import random_view

AHEAD = 4


class Batches:
    """Random batches of `count` pairs of a bank that may still be growing."""

    def __init__(self, folder, count, size, seed, device):
        self.folder, self.count, self.size, self.device = folder, count, size, device
        self.random = np.random.default_rng(seed)
        self.readers = ThreadPoolExecutor(AHEAD if device != "cpu" else 1)
        self.names, self.coming = [], []
        for _ in range(AHEAD):
            self.order()

    def order(self):
        """Asks for one more batch; every tenth time the folder is looked through for new pairs."""
        if len(self.names) < 2 or self.random.random() < 0.1:
            self.names = sorted(path for path in self.folder.glob("*.pt"))
        chosen = self.random.choice(len(self.names), self.count, replace=len(self.names) < self.count)
        self.coming.append([self.readers.submit(read_kept, self.names[at]) for at in chosen])

    def next(self):
        """(volumes, findings), both [2 count, 1, size, size, size], the head with its finding before the one without."""
        pairs = [reading.result() for reading in self.coming.pop(0)]
        self.order()
        views = [self.view(pair) for pair in pairs]
        volumes = torch.cat([volumes for volumes, _ in views])
        findings = torch.cat([torch.stack([found, torch.zeros_like(found)]) for _, found in views])
        return volumes[:, None], findings[:, None]

    def view(self, pair):
        """One view of a stored pair."""
        volumes = unpacked(pair["volumes"].to(self.device))
        findings = pair["findings"].to(self.device).float() / 255
        return random_view(volumes, findings, self.size, self.random)
