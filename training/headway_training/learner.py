"""DenseNet-121 in training: auxiliary lesion-map heads on its finer features, the loss, and averaged weights.

The auxiliary heads are dropped at export: what is kept is MONAI's own DenseNet.
"""

import copy

import torch
from torch.nn.functional import adaptive_max_pool3d, binary_cross_entropy_with_logits, softplus

from .network import network

ARCHITECTURE = {
    "in_channels": 1,
    "out_channels": 1,
    "init_features": 64,
    "growth_rate": 32,
    "block_config": [6, 12, 24, 16],
    "bn_size": 4,
}
# Blocks whose output also predicts where the finding lies: strides 4 and 8.
MAPPED = ("denseblock1", "denseblock2")
# The lesion map is rare voxels among many: weight of its loss, and of its positive voxels.
MAP_SHARE = 0.5
MAP_POSITIVE = 8.0
# Weight of the difference within a pair: what differs is the finding alone.
PAIR_SHARE = 0.5
VISIBLE = 0.15


class Learner(torch.nn.Module):
    """`forward` gives (logits [n], lesion-map logits: for each of MAPPED [n, 1, d, d, d])."""

    def __init__(self, architecture=None):
        super().__init__()
        architecture = architecture or ARCHITECTURE
        self.net = network(architecture)
        channels = architecture["init_features"]
        self.map_heads = torch.nn.ModuleDict()
        for block, layers in zip(MAPPED, architecture["block_config"]):
            channels += layers * architecture["growth_rate"]
            self.map_heads[block] = torch.nn.Conv3d(channels, 1, 1)
            channels //= 2
        for head in self.map_heads.values():
            # Lesions are rare: start from a low rate of positive voxels.
            torch.nn.init.constant_(head.bias, -3.0)
            torch.nn.init.zeros_(head.weight)

    def forward(self, volumes):
        maps, features = [], volumes
        for name, layer in self.net.features.named_children():
            if name == "denseblock4" and features.device.type == "cpu":
                # oneDNN's bfloat16 gradients of 3^3 kernels on 2^3 voxels are not finite (PyTorch 2.15).
                with torch.autocast("cpu", enabled=False):
                    features = layer(features.float())
            else:
                features = layer(features)
            if name in MAPPED:
                maps.append(self.map_heads[name](features))
        return self.net.class_layers(features)[:, 0], maps


def loss_of(logits, maps, findings):
    """Cross-entropy of the scores, of the difference within pairs, and of the lesion maps where some voxel is marked.

    `logits` [2 n] and `findings` [2 n, 1, x, y, z] alternate between the head with its finding and the one without.
    """
    abnormal = torch.arange(len(logits), device=logits.device).remainder(2) == 0
    loss = binary_cross_entropy_with_logits(logits, abnormal.to(logits.dtype))
    loss = loss + PAIR_SHARE * softplus(logits[1::2] - logits[0::2]).mean()
    weight = torch.tensor(MAP_POSITIVE, device=logits.device)
    for predicted in maps:
        marked = (adaptive_max_pool3d(findings, predicted.shape[2:]) > VISIBLE).to(predicted.dtype)
        loss = loss + MAP_SHARE / len(maps) * binary_cross_entropy_with_logits(predicted, marked, pos_weight=weight)
    return loss


class Averaged:
    """Exponential moving average of a network's weights and batch-norm statistics, warmed up over its first steps."""

    def __init__(self, model, decay=0.99):
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
