"""A trained and evaluated checkpoint becomes the model folder that the page is shipped with.

python -m headway_training.release best-48.pt --template CARD.json --out public/models/NAME --version 0.1.0
python -m headway_training.release public/models/NAME --out public/models/NAME --version 0.1.1

OUT holds what `evaluate` wrote about the same checkpoint: temperature and operating points come from there. The second form
takes what was measured of a model folder as it is shipped into its card; the weights stay.
"""

import argparse
import json
import math
from pathlib import Path

from .card import write_model
from .export import read_checkpoint, read_template, state_of

INTENDED_USE = (
    "Shows how triage by a network works and where it fails. Trained and tested on computed heads alone, never on patients: "
    "the score says nothing reliable about a patient. Research software, not a medical device."
)
TRAINING_DATA = (
    "Synthetic T2-weighted heads made from 13 label maps and 979 infarct masks by training/headway_training/heads: "
    "half with one of twelve kinds of finding, half without. No scan of a patient was used."
)
POPULATION = "None. The computed heads imitate adults; nothing was measured on patients."
MEANING = "How likely a computed head that looks like this one was made with a finding, where half of them were."
MEASURED_ON = "{heads} synthetic heads seen neither in training nor in validation, half of them abnormal; no patients"


def probability(logit, temperature):
    """What the card's calibration makes of a logit."""
    return 1 / (1 + math.exp(-logit / temperature))


def card_of(template, name, version, size_voxels, figures):
    """The card of a model of this input size, with what its evaluation measured."""
    temperature = figures["calibration"]["temperature"]
    points = figures["operating_points"]
    measured = [{"name": name} | point for name, point in points.items()]
    thresholds = {point: probability(points[point]["threshold_logit"], temperature) for point in ("sensitive", "specific")}
    return template | {
        "schema": "1.3",
        "name": name,
        "version": version,
        "evidence": "synthetic",
        "intended_use": INTENDED_USE,
        "training_data": TRAINING_DATA,
        "population": POPULATION,
        "input": template["input"] | {"size_voxels": size_voxels},
        "output": {"meaning": MEANING, "mirror_averaged": True},
        "calibration": {"slope": 1 / temperature, "intercept": 0.0},
        "thresholds": thresholds,
        "measured": {"on": MEASURED_ON.format(heads=figures["heads"]), "evidence": "synthetic", "points": measured},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--template", type=Path, help="a card whose limits of the input are taken over; a model folder has its own")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", required=True)
    options = parser.parse_args()
    shipped = options.checkpoint.is_dir()
    if not shipped and not options.template:
        parser.error("a checkpoint has no card of its own: --template names one")
    template = read_template(options.checkpoint / "card.json" if shipped else options.template)
    checkpoint = {"step": None, "size_voxels": template["input"]["size_voxels"]} if shipped else read_checkpoint(options.checkpoint)
    measured = json.loads((options.out / "evaluation.json").read_text())
    if (measured["checkpoint"], measured["step"]) != (options.checkpoint.name, checkpoint["step"]):
        raise SystemExit(f"{options.out}/evaluation.json is about another checkpoint; evaluate this one first.")
    card = card_of(template, options.out.name, options.version, checkpoint["size_voxels"], measured["figures"])
    if shipped:
        (options.out / "card.json").write_text(json.dumps(card, indent=2) + "\n")
    else:
        card, _ = write_model(options.out, card, state_of(checkpoint), "f16")
    print(f"{options.out}: thresholds {card['thresholds']}, self-test logit {card['self_test']['logit']:.6f}")


if __name__ == "__main__":
    main()
