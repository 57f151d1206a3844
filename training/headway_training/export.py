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


def state_of(checkpoint):
    """The state dict in a checkpoint: itself, or what lies under `state_dict` or `model`; `module.` prefixes go."""
    for key in ("state_dict", "model"):
        if isinstance(checkpoint.get(key), dict):
            checkpoint = checkpoint[key]
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
    template = json.loads(arguments.template.read_text())
    state = state_of(torch.load(arguments.checkpoint, map_location="cpu", weights_only=True))
    if problems := misfits(state, template["architecture"]):
        sys.exit("The checkpoint does not fit the card:\n  " + "\n  ".join(problems[:20]))
    card, _ = write_model(arguments.out, template, state, arguments.dtype)
    print(f"{arguments.out}: {card['weights']['parameters']} parameters, self-test logit {card['self_test']['logit']:.6f}")


if __name__ == "__main__":
    main()
