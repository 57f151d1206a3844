"""A model folder as ONNX, for other engines to be measured on the same weights.

python -m headway_training.to_onnx MODEL_FOLDER --size VOXELS --out FILE.onnx
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file

from .network import network


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    card = json.loads((arguments.model / "card.json").read_text())
    model = network(card["architecture"])
    stored = load_file(arguments.model / card["weights"]["file"])
    model.load_state_dict({name: tensor.float() for name, tensor in stored.items()}, strict=False)
    volume = torch.zeros(1, 1, *[arguments.size] * 3)
    torch.onnx.export(model, (volume,), arguments.out, dynamo=True, external_data=False)


if __name__ == "__main__":
    main()
