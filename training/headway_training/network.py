"""MONAI's DenseNet as a card describes it, and the logit of one input. Needs requirements-full.txt."""

import torch
from monai.networks.nets import DenseNet

from .probe import probe_input


def network(architecture):
    """The network of a card's `architecture`, in evaluation mode, with MONAI's own initial weights."""
    return DenseNet(
        spatial_dims=3,
        in_channels=architecture["in_channels"],
        out_channels=architecture["out_channels"],
        init_features=architecture["init_features"],
        growth_rate=architecture["growth_rate"],
        block_config=tuple(architecture["block_config"]),
        bn_size=architecture["bn_size"],
    ).eval()


def one_logit(outputs, output=None):
    """The logit [N] of outputs [N, C] as a card's `output` says: the abnormal one, of two that compete less the other."""
    output = output or {}
    abnormal = output.get("abnormal_output", 0)
    if output.get("activation", "sigmoid") == "softmax":
        return outputs[:, abnormal] - outputs[:, 1 - abnormal]
    return outputs[:, abnormal]


def probe_logit(model, dims, output=None):
    """The network's answer to the probe input of these dims."""
    with torch.no_grad():
        return float(one_logit(model(torch.from_numpy(probe_input(dims))[None, None]), output)[0])


def stored_state(state):
    """What a model folder holds of a state dict: everything but the counters of training steps."""
    return {name: tensor.contiguous() for name, tensor in state.items() if not name.endswith("num_batches_tracked")}
