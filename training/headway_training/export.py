"""A MONAI checkpoint becomes a model folder.

python -m headway_training.export CHECKPOINT.pt --out public/models/NAME [--yaml FILE] [--dtype f16|f32]

A small YAML beside the checkpoint (CHECKPOINT.yaml) says what cannot be seen from the weights: input, outputs, calibration,
thresholds and the card's words. `python -m headway_training.export --example` prints one. What it leaves out is the template's.
"""

import argparse
import json
import sys
from pathlib import Path

import torch

from .card import write_model
from .network import network, stored_state

TEMPLATE = Path(__file__).resolve().parents[2] / "crates/infer/src/template_card.json"
EXAMPLE = """\
version: 1.0.0
evidence: synthetic            # untrained, synthetic or clinical; local comes of a calibration adopted in Headway
intended_use: Say what the model may be used for, and for what not. Research software, not a medical device.
training_data: Say what the model was trained on.
population: Say for whom the model was made.
licence: MIT
architecture:
  out_channels: 2              # all other sizes are DenseNet-121's
input:
  size_voxels: 130
  spacing_mm: 1.4              # of the input's voxels
  normalisation: z_score       # or z_score_nonzero, zero_to_one
  clamp: [-1, 5]
output:
  meaning: Say what the number means.
  activation: softmax          # or sigmoid
  abnormal_output: 1           # which output says abnormal, from 0
  mirror_averaged: true
calibration: {slope: 1.0, intercept: 0.0}      # of the logit, before it becomes a probability
thresholds: {sensitive: 0.3, specific: 0.6}    # on that probability
"""


def read_template(path):
    """The card to fill in; exits with a sentence where it cannot be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        sys.exit(f"The template {path} cannot be read as a card: {error}.")


def read_yaml(path):
    """What a model's YAML says, as nested dicts; exits with a sentence where it cannot be read."""
    import yaml

    try:
        said = yaml.safe_load(path.read_text())
    except OSError as error:
        sys.exit(f"{path} cannot be read ({error}). It says what the weights do not; --example prints one.")
    except yaml.YAMLError as error:
        sys.exit(f"{path} is not YAML: {error}.")
    if not isinstance(said, dict):
        sys.exit(f"{path} holds no fields. --example prints what it may hold.")
    return said


def card_of(template, said, name):
    """The template with what the YAML says in its place; exits with a sentence over what no card has."""
    said = {"name": name} | json.loads(json.dumps(said))
    where = said.get("input", {})
    if "spacing_mm" in where:
        given = template["input"] | where
        voxels = given["size_voxels"] * where.pop("spacing_mm") / given["resample_mm"]
        if abs(voxels - round(voxels)) > 1e-6:
            sys.exit(f"input.spacing_mm: {given['size_voxels']} voxels of it are {voxels:g} voxels of {given['resample_mm']} mm, not a whole number.")
        where["field_voxels"] = round(voxels)
    card = laid_over(template, said, "")
    if card["evidence"] not in ("untrained", "synthetic", "clinical"):
        sys.exit(f"evidence: {card['evidence']} is not one of untrained, synthetic and clinical.")
    if card["evidence"] != "untrained" and not (card["calibration"] and card["thresholds"]):
        sys.exit("A trained model needs calibration and thresholds: without them its number has no meaning and no bands.")
    return card


def laid_over(below, above, path):
    """Dicts are laid over each other field by field; lists and values replace."""
    card = dict(below)
    for key, value in above.items():
        if key not in below:
            sys.exit(f"A card has no field {path}{key}. --example prints the usual ones, docs/model-card.md lists all.")
        is_nested = isinstance(below[key], dict) and isinstance(value, dict)
        card[key] = laid_over(below[key], value, f"{path}{key}.") if is_nested else value
    return card


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
    if "--example" in sys.argv[1:]:
        return print(EXAMPLE, end="")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--yaml", type=Path, help="what the weights do not say; by default CHECKPOINT with the suffix .yaml")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--dtype", choices=["f16", "f32"], default="f16")
    parser.add_argument("--example", action="store_true", help="print a YAML to start from")
    arguments = parser.parse_args()
    said = read_yaml(arguments.yaml or arguments.checkpoint.with_suffix(".yaml"))
    card = card_of(read_template(TEMPLATE), said, arguments.out.name)
    state = state_of(read_checkpoint(arguments.checkpoint))
    if problems := misfits(state, card["architecture"]):
        sys.exit("The checkpoint does not fit the card:\n  " + "\n  ".join(problems[:20]))
    kind = {"f16": torch.float16, "f32": torch.float32}[arguments.dtype]
    if lost := [name for name, tensor in stored_state(state).items() if not torch.isfinite(tensor.to(kind)).all()]:
        sys.exit(f"{lost[0]} is not finite as {arguments.dtype}: export with --dtype f32, or look at the training.")
    card, _ = write_model(arguments.out, card, state, arguments.dtype)
    print(f"{arguments.out}: {card['weights']['parameters']} parameters, self-test logit {card['self_test']['logit']:.6f}")


if __name__ == "__main__":
    main()
