"""Scores synthetic heads that training never saw, and writes what came out: figures as JSON, a section of a README.

python -m headway_training.evaluate best-80.pt --data FOLDER --out public/models/NAME [--heads 2000] [--workers 4]
python -m headway_training.evaluate public/models/NAME --data FOLDER --out /tmp/again

The second form measures a model folder as it is shipped, on the same heads. Writes OUT/evaluation.json (figures),
OUT/README.md (its section of evaluation), OUT/roc.svg and OUT/reliability.svg; --rows keeps one JSON line per head.
"""

import argparse
import json
from itertools import islice
from pathlib import Path

import torch

from . import plots
from .figures import evaluation
from .learner import ARCHITECTURE
from .network import network
from .report import write_section
from .robustness import robustness
from .train import DATA_VERSION, VALIDATION_SEED, scores_of, start_weights
from .world import generator, heads_from

TEST_SEED = 1_700_000
# Validation heads of training come first; thresholds and temperature use later ones.
VALIDATION_FROM = 100_000
CHUNK = 16


def scored(model, heads, indices, device, workers=0, progress=None):
    """Rows of the heads with these indices, made and scored in small chunks."""
    rows, made = [], heads_from(heads, indices, workers)
    while chunk := list(islice(made, CHUNK)):
        logits = scores_of(model, torch.stack([head.volume for head in chunk]), device)
        rows += [{"abnormal": head.abnormal, "logit": float(logit), **head.facts} for head, logit in zip(chunk, logits)]
        if progress:
            progress(len(rows), len(indices))
    return rows


def load_model(path, device):
    """(network, input size, step it was kept at) of a checkpoint that train.py left; of a model folder, whose step is None."""
    if path.is_dir():
        card = json.loads((path / "card.json").read_text())
        model = network(card["architecture"])
        model.load_state_dict(start_weights(path / card["weights"]["file"]), strict=False)
        return model.to(device).eval(), card["input"]["size_voxels"], None
    kept = torch.load(path, map_location=device, weights_only=True)
    model = network(ARCHITECTURE)
    model.load_state_dict(kept["state_dict"])
    return model.to(device).eval(), kept["size_voxels"], kept["step"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="keeps prepared maps between runs")
    parser.add_argument("--heads", type=int, default=2000)
    parser.add_argument("--validation", type=int, default=400, help="heads that fix thresholds and temperature")
    parser.add_argument("--workers", type=int, default=0, help="processes that make heads on the CPU ahead of time")
    parser.add_argument("--style", choices=["A", "B", "mixed"], default="mixed")
    parser.add_argument("--robustness", type=int, default=100, help="heads per changed acquisition; 0 leaves it out")
    parser.add_argument("--rows", type=Path, help="file for one JSON line per test head")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    model, size, step = load_model(options.checkpoint, options.device)
    world = (size, options.style, options.cache, "cpu" if options.workers else options.device)

    def progress(done, wanted):
        print(f"{done} of {wanted} heads", flush=True)

    validation = generator(options.data, "validation", VALIDATION_SEED, *world)
    indices = range(VALIDATION_FROM, VALIDATION_FROM + options.validation)
    fixed = scored(model, validation, indices, options.device, options.workers, progress)
    test = generator(options.data, "test", TEST_SEED, *world)
    rows = scored(model, test, range(options.heads), options.device, options.workers, progress)
    result = {
        "checkpoint": options.checkpoint.name,
        "step": step,
        "data": DATA_VERSION,
        "size_voxels": size,
        "style": options.style,
        "seed": TEST_SEED,
        "validation_heads": options.validation,
        "figures": evaluation(fixed, rows),
    }
    if options.robustness:

        def scores(made):
            return scores_of(model, torch.stack([head.volume for head in made]), options.device)

        result["robustness"] = robustness(test, scores, options.robustness, options.workers)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "evaluation.json").write_text(json.dumps(result, indent=2) + "\n")
    curve = result["figures"]["calibration"]["reliability"]
    (options.out / "reliability.svg").write_text(plots.reliability(curve))
    labels, logits = zip(*((row["abnormal"], row["logit"]) for row in rows))
    (options.out / "roc.svg").write_text(plots.roc(labels, logits))
    write_section(options.out / "README.md", result)
    if options.rows:
        options.rows.write_text("".join(json.dumps(row) + "\n" for row in rows))


if __name__ == "__main__":
    main()
