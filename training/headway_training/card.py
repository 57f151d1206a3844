"""Model folders: card.json beside weights.safetensors. The schema is described in docs/model-card.md."""

import hashlib
import json
from pathlib import Path


def sha256(path):
    """Lower-case hexadecimal SHA-256 of a file."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def write_model(folder, template, state, dtype):
    """Writes weights and card; the self-test's answer comes from the weights as they were stored.

    `template` is a card without hash, parameter count and self-test answer; `dtype` is "f16" or "f32".
    """
    import torch
    from safetensors.torch import load_file, save_file

    from .network import network, probe_logit, stored_state

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    kind = {"f16": torch.float16, "f32": torch.float32}[dtype]
    weights = folder / template["weights"]["file"]
    save_file({name: tensor.to(kind) for name, tensor in stored_state(state).items()}, weights)
    model = network(template["architecture"])
    model.load_state_dict({name: tensor.float() for name, tensor in load_file(weights).items()}, strict=False)
    card = json.loads(json.dumps(template))
    card["weights"] |= {"sha256": sha256(weights), "parameters": sum(p.numel() for p in model.parameters())}
    card["self_test"]["logit"] = probe_logit(model, [card["self_test"]["size_voxels"]] * 3, card["output"])
    (folder / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    return card, model
