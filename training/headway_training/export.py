"""A MONAI checkpoint becomes a model folder.

python -m headway_training.export CHECKPOINT.pt --template CARD.json --out FOLDER [--dtype f16|f32]
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from .card import write_model
from .network import network, stored_state


def read_template(path):
    """The card to fill in; exits with a sentence where it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        sys.exit(f"The template {path} cannot be read as a card: {error}.")


def read_checkpoint(path):
    """What a training run saved; only tensors are unpickled, so a checkpoint runs no code."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    # A torn file makes PyTorch's unpickler raise whatever it stumbles on (IndexError, EOFError, ...).
    except Exception as error:
        sys.exit(f"{path} cannot be read as a checkpoint of tensors: {error}. Save the network's state_dict() alone.")


def state_of(checkpoint):
    """The state dict in a checkpoint: itself, or what lies under `state_dict` or `model`; `module.` prefixes go."""
    for key in ("state_dict", "model"):
        if isinstance(checkpoint, dict) and isinstance(checkpoint.get(key), dict):
            checkpoint = checkpoint[key]
    if not isinstance(checkpoint, dict) or not all(isinstance(value, torch.Tensor) for value in checkpoint.values()):
        sys.exit("The checkpoint holds no state dict: save the network's state_dict() and export that.")
    return {name.removeprefix("module."): tensor for name, tensor in checkpoint.items()}


def misfits(state, architecture):
    """Sentences on every tensor that does not fit the card's architecture."""
    wanted = {name: tuple(t.shape) for name, t in stored_state(network(architecture).state_dict()).items()}
    found = {name: tuple(t.shape) for name, t in stored_state(state).items()}
    problems = [f"{name} is missing" for name in sorted(wanted.keys() - found.keys())]
    problems += [f"{name} is not part of the network" for name in sorted(found.keys() - wanted.keys())]
    both = wanted.keys() & found.keys()
    return problems + [f"{n} has shape {found[n]} instead of {wanted[n]}" for n in sorted(both) if found[n] != wanted[n]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--template", type=Path, required=True, help="a card.json whose hash, counts and self-test are filled in")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dtype", choices=["f16", "f32"], default="f16")
    arguments = parser.parse_args()
    template = read_template(arguments.template)
    state = state_of(read_checkpoint(arguments.checkpoint))
    if problems := misfits(state, template["architecture"]):
        sys.exit("The checkpoint does not fit the card:\n  " + "\n  ".join(problems[:20]))
    kind = {"f16": torch.float16, "f32": torch.float32}[arguments.dtype]
    if lost := [name for name, tensor in stored_state(state).items() if not torch.isfinite(tensor.to(kind)).all()]:
        sys.exit(f"{lost[0]} is not finite as {arguments.dtype}: export with --dtype f32, or look at the training.")
    card, _ = write_model(arguments.out, template, state, arguments.dtype)
    print(f"{arguments.out}: {card['weights']['parameters']} parameters, self-test logit {card['self_test']['logit']:.6f}")


if __name__ == "__main__":
    main()
