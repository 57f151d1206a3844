"""Scores synthetic heads that training never saw, and writes what came out: figures as JSON, a section of a README.

python -m headway_training.evaluate best-80.pt --data FOLDER --out public/models/NAME [--heads 2000] [--workers 4]
python -m headway_training.evaluate public/models/NAME --data FOLDER --out /tmp/again

The second form measures a model folder as it is shipped, on the same heads. Writes OUT/evaluation.json (figures),
OUT/README.md (its section of evaluation), OUT/roc.svg and OUT/reliability.svg. With --rows FILE a line per head is kept as it
is scored: the same command goes on where it stopped, and one for more heads begins with those that are there.
"""

import argparse
import hashlib
import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch

from . import plots
from .figures import evaluation
from .learner import ARCHITECTURE
from .network import network
from .report import write_section
from .robustness import CONDITIONS, robustness
from .train import DATA_VERSION, VALIDATION_SEED, scores_of, start_weights
from .world import generator, heads_from

TEST_SEED = 1_700_000
# Validation heads of training come first; thresholds and temperature use later ones.
VALIDATION_FROM = 100_000
CHUNK = 16


class Rows:
    """A row per scored head: its label, logit and facts. A file may keep those of several settings (`setting_of`)."""

    def __init__(self, path, setting, score, workers=0, progress=None):
        self.path, self.setting, self.score, self.workers, self.progress = path, setting, score, workers, progress
        lines = path.read_text().splitlines() if path and path.exists() else []
        rows = [row for row in map(json.loads, lines) if row["setting"] == setting]
        self.kept = {(row["part"], row["index"]): row for row in rows}

    def of(self, part, heads, indices):
        """Rows of the heads with these indices; those that are missing are made and scored in small chunks."""
        missing = [index for index in indices if (part, index) not in self.kept]
        made, coming = heads_from(heads, missing, self.workers), iter(missing)
        while chunk := list(islice(made, CHUNK)):
            self.keep(part, list(islice(coming, len(chunk))), chunk, self.score(chunk))
            if self.progress:
                self.progress(part, sum((part, index) in self.kept for index in indices), len(indices))
        return [self.kept[part, index] for index in indices]

    def keep(self, part, indices, heads, logits):
        """Adds rows to those that are kept."""
        lines = ""
        for index, head, logit in zip(indices, heads, logits):
            row = {"setting": self.setting, "part": part, "index": index, "abnormal": head.abnormal, "logit": float(logit)}
            self.kept[part, index] = row | head.facts
            lines += json.dumps(self.kept[part, index]) + "\n"
        if self.path:
            with open(self.path, "a") as file:
                file.write(lines)


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


def setting_of(checkpoint, size, style):
    """What rows are comparable by: the weights, the input size and the style of acquisition."""
    weights = next(checkpoint.glob("*.safetensors")) if checkpoint.is_dir() else checkpoint
    return f"{hashlib.sha256(weights.read_bytes()).hexdigest()[:12]} {size} {style}"


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
    parser.add_argument("--rows", type=Path, help="file that keeps a JSON line per scored head")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    model, size, step = load_model(options.checkpoint, options.device)
    world = (size, options.style, options.cache, "cpu" if options.workers else options.device)

    def progress(part, done, wanted):
        print(f"{part}: {done} of {wanted} heads", flush=True)

    def score(made):
        return scores_of(model, torch.stack([head.volume for head in made]), options.device)

    options.out.mkdir(parents=True, exist_ok=True)
    setting = setting_of(options.checkpoint, size, options.style)
    rows_of = Rows(options.rows, setting, score, options.workers, progress).of
    validation = generator(options.data, "validation", VALIDATION_SEED, *world)
    fixed = rows_of("validation", validation, range(VALIDATION_FROM, VALIDATION_FROM + options.validation))
    test = generator(options.data, "test", TEST_SEED, *world)
    rows = rows_of("test", test, range(options.heads))
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
        drawn = rows_of("test", test, range(options.robustness))
        changed = {
            name: rows_of(name, replace(test, **change), range(options.robustness)) for name, change in CONDITIONS.items()
        }
        result["robustness"] = robustness(drawn, changed)
    (options.out / "evaluation.json").write_text(json.dumps(result, indent=2) + "\n")
    curve = result["figures"]["calibration"]["reliability"]
    (options.out / "reliability.svg").write_text(plots.reliability(curve))
    labels, logits = zip(*((row["abnormal"], row["logit"]) for row in rows))
    (options.out / "roc.svg").write_text(plots.roc(labels, logits))
    write_section(options.out / "README.md", result)


if __name__ == "__main__":
    main()
