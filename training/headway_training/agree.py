"""Whether the program and PyTorch say the same of the same scans, and what the program declines.

headway score SCANS --model MODEL --device cpu --json > said.json
python -m headway_training.agree SCANS said.json --model MODEL

SCANS is a folder that `volumes` wrote. Here each scan is read by nibabel, prepared by `preprocess` and scored by PyTorch.
Prints how far the logits lie apart, and for each kind of scan how many were declined with which reason.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import nibabel
import torch

from .evaluate import load_model
from .preprocess import preprocess
from .train import scores_of


def said_of(report):
    """{file name: study} of a report of `headway score --json`: a NIfTI is a study of its own, named after its file."""
    return {f"{study['series_description']}.nii.gz": study for study in report["studies"]}


def apart(scans, said, folder):
    """[(file name, the program's logit, PyTorch's)] of every scan that the program scored."""
    model, *_ = load_model(folder, "cpu")
    card = json.loads((folder / "card.json").read_text())
    rows = []
    for name, study in said.items():
        if study["logit"] is None:
            continue
        image = nibabel.load(scans / name)
        volume = torch.from_numpy(preprocess(image.get_fdata(), image.affine, card["input"]))[None]
        rows.append((name, study["logit"], float(scores_of(model, volume, "cpu")[0])))
    return rows


def declined(facts, said):
    """{kind: {reason code or "scored": how many}}."""
    counts = {}
    for name, fact in facts.items():
        study = said.get(name)
        outcome = "no study" if study is None else study["reason"]["code"] if study["reason"] else "scored"
        counts.setdefault(fact["kind"], Counter())[outcome] += 1
    return {kind: dict(count) for kind, count in counts.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scans", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    said = said_of(json.loads(options.report.read_text()))
    for kind, outcomes in declined(json.loads((options.scans / "facts.json").read_text()), said).items():
        print(kind, outcomes)
    rows = apart(options.scans, said, options.model)
    if rows:
        name, ours, theirs = max(rows, key=lambda row: abs(row[1] - row[2]))
        print(f"{len(rows)} scored; logits at most {abs(ours - theirs):.2e} apart ({name}: {ours:.6f} and {theirs:.6f})")


if __name__ == "__main__":
    main()
