"""Golden vectors: MONAI's own answers, for the Rust network to be held to.

python -m headway_training.golden small|softmax|full --template CARD.json --out FOLDER
`small` and `softmax` (two outputs, 130^3 voxels of 1.4 mm) are committed as tests/golden/densenet-*; `full` is DenseNet-121 and is not.
"""

import argparse
import json
from pathlib import Path

import monai
import torch

from .card import write_model
from .network import network, probe_logit

SMALL = {"init_features": 8, "growth_rate": 4, "block_config": [2, 3, 2, 2], "bn_size": 2}
CASES = {
    "small": [[32, 32, 32], [48, 48, 48], [64, 64, 64], [33, 40, 47], [120, 120, 120]],
    "softmax": [[32, 32, 32], [130, 130, 130]],
    "full": [[32, 32, 32], [64, 64, 64], [120, 120, 120]],
}
SEED = 2106


def lively(model):
    """Seeds weights and gives batch norms statistics that matter: an untouched norm would hide a fault in reading them."""
    torch.manual_seed(SEED)
    for module in model.modules():
        if isinstance(module, (torch.nn.Conv3d, torch.nn.Linear)):
            torch.nn.init.kaiming_normal_(module.weight)
        if isinstance(module, torch.nn.BatchNorm3d):
            module.running_mean.normal_(0.0, 0.3)
            module.running_var.uniform_(0.5, 2.0)
            torch.nn.init.normal_(module.weight, 1.0, 0.2)
            torch.nn.init.normal_(module.bias, 0.0, 0.2)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=CASES)
    parser.add_argument("--template", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    template = json.loads(arguments.template.read_text())
    template |= {"name": f"golden-{arguments.size}", "training_data": "None: seeded random weights for golden vectors."}
    if arguments.size != "full":
        template["architecture"] |= SMALL
    if arguments.size == "softmax":
        template["architecture"]["out_channels"] = 2
        template["output"] |= {"activation": "softmax", "abnormal_output": 1}
        template["input"] |= {"size_voxels": 130, "field_voxels": 182, "normalisation": "zero_to_one", "clamp": [0.0, 1.0]}
    state = lively(network(template["architecture"])).state_dict()
    _, model = write_model(arguments.out, template, state, "f32")
    cases = [{"size_voxels": dims, "logit": probe_logit(model, dims, template["output"])} for dims in CASES[arguments.size]]
    golden = {"monai": monai.__version__, "torch": torch.__version__.split("+")[0], "cases": cases}
    (arguments.out / "golden.json").write_text(json.dumps(golden, indent=2) + "\n")
    print(json.dumps(golden, indent=2))


if __name__ == "__main__":
    main()
