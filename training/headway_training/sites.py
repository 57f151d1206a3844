"""What a model loses at another hospital: two networks, each trained on one style of acquisition and measured on both.

python -m headway_training.sites A/on-A A/on-B B/on-A B/on-B --model ../public/models/NAME

Takes the folders that `evaluate --style` wrote for a network trained with `--style A` and for one trained with `--style B`, in that
order, and writes a section of README.md.
"""

import argparse
import json
from pathlib import Path

from .report import replaced, shown

WANTED_DROP = 0.02
BEGIN, END = "<!-- sites: written by headway_training.sites -->", "<!-- end of sites -->"


def section(results):
    """The section's Markdown. `results` has (trained on A, measured on A), (A, B), (B, A), (B, B)."""
    styles = [result["style"] for result in results]
    if styles != ["A", "B", "A", "B"]:
        raise SystemExit(f"The evaluations are of styles {', '.join(styles)}; A, B, A, B are wanted.")
    aucs = [result["figures"]["auc"] for result in results]
    drops = {"A": aucs[0][0] - aucs[1][0], "B": aucs[3][0] - aucs[2][0]}
    lines = "\n".join(
        f"| {trained} | {results[at]['step']} | {shown(aucs[at])} | {shown(aucs[at + 1])} | {drops[trained]:.3f} |"
        for trained, at in {"A": 0, "B": 2}.items()
    )
    reached = "reached" if max(drops.values()) <= WANTED_DROP else "not reached"
    size, heads = results[0]["size_voxels"], results[0]["figures"]["heads"]
    return f"""{BEGIN}
## At another hospital

Two networks of the same kind at {size}^3, each trained from nothing on heads of one style of acquisition alone and measured on the same {heads} unseen
heads in either style. A drop of at most {WANTED_DROP} is wanted: {reached}, by figures whose
intervals are wider than that. Neither is the model of this folder, which has learnt from both styles.

| trained on | steps | AUC in style A (95 %) | AUC in style B (95 %) | drop at the other |
|---|---|---|---|---|
{lines}
{END}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluations", type=Path, nargs=4)
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    results = [json.loads((folder / "evaluation.json").read_text()) for folder in options.evaluations]
    readme = options.model / "README.md"
    readme.write_text(replaced(readme.read_text(), section(results), BEGIN, END))


if __name__ == "__main__":
    main()
