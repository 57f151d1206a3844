"""DenseNet-121 in training: an auxiliary lesion-map head on its stride-8 features, the loss, and averaged weights.

The auxiliary head is dropped at export: what is kept is MONAI's own DenseNet.
"""

import copy

import torch
from torch.nn.functional import adaptive_max_pool3d, binary_cross_entropy_with_logits

from .network import network

ARCHITECTURE = {
    "in_channels": 1,
    "out_channels": 1,
    "init_features": 64,
    "growth_rate": 32,
    "block_config": [6, 12, 24, 16],
    "bn_size": 4,
}
# The lesion map is rare voxels among many: weight of its loss, and of its positive voxels.
MAP_SHARE = 0.5
MAP_POSITIVE = 8.0
VISIBLE = 0.15


class Learner(torch.nn.Module):
    """`forward` gives (logits [n], lesion-map logits [n, 1, d, d, d])."""

    def __init__(self, architecture=None):
        super().__init__()
        architecture = architecture or ARCHITECTURE
        self.net = network(architecture)
        channels = self.net.features.transition1.conv.out_channels
        channels += architecture["block_config"][1] * architecture["growth_rate"]
        self.map_head = torch.nn.Conv3d(channels, 1, 1)
        # Lesions are rare: start from a low rate of positive voxels.
        torch.nn.init.constant_(self.map_head.bias, -3.0)
        torch.nn.init.zeros_(self.map_head.weight)

    def forward(self, volumes):
        middle = None
        features = volumes
        for name, layer in self.net.features.named_children():
            features = layer(features)
            if name == "denseblock2":
                middle = features
        return self.net.class_layers(features)[:, 0], self.map_head(middle)


def loss_of(outputs, abnormal, findings):
    """Binary cross-entropy of the score, and of the lesion map where some voxel of it is marked."""
    logits, maps = outputs
    marked = (adaptive_max_pool3d(findings, maps.shape[2:]) > VISIBLE).to(maps.dtype)
    weight = torch.tensor(MAP_POSITIVE, device=maps.device)
    score = binary_cross_entropy_with_logits(logits, abnormal)
    return score + MAP_SHARE * binary_cross_entropy_with_logits(maps, marked, pos_weight=weight)


class Averaged:
    """Exponential moving average of a network's weights and batch-norm statistics, warmed up over its first steps."""

    def __init__(self, model, decay=0.998):
        self.model, self.decay, self.steps = copy.deepcopy(model).eval(), decay, 0

    @torch.no_grad()
    def update(self, model):
        """Takes in one more step."""
        self.steps += 1
        decay = min(self.decay, self.steps / (self.steps + 9))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)
