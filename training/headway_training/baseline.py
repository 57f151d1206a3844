"""Can heads be told apart without looking at anatomy? Logistic regression on global statistics, cross-validated.

python -m headway_training.baseline --data FOLDER [--heads 400] [--size 80]
Prints one JSON object: AUC over all classes and with each class alone. NumPy does the regression.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from .statistics import auc_interval

QUANTILES = (0.5, 0.75, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)


def global_statistics(volume):
    """What a volume [x, y, z] is as a whole: mean, deviation, sharpness along each axis, histogram."""
    edges = [np.abs(np.diff(volume, axis=axis)).mean() for axis in range(3)]
    return np.array([volume.mean(), volume.std(), *edges, *np.quantile(volume, QUANTILES)])


def fitted(features, labels, ridge=1.0, rounds=25):
    """Weights of a ridge logistic regression on standardised features with a leading 1, by Newton's method."""
    weights = np.zeros(features.shape[1])
    penalty = ridge * np.eye(len(weights))
    penalty[0, 0] = 0
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        gradient = features.T @ (chance - labels) + penalty @ weights
        hessian = features.T @ (features * (chance * (1 - chance))[:, None]) + penalty
        weights -= np.linalg.solve(hessian, gradient)
    return weights


def held_out_scores(features, labels, groups, folds=5):
    """Scores of every row from a regression that saw none of its group, [n]."""
    scores = np.empty(len(labels))
    for fold in range(folds):
        out = groups % folds == fold
        mean, deviation = features[~out].mean(0), features[~out].std(0) + 1e-9
        rows = np.c_[np.ones(len(features)), (features - mean) / deviation]
        scores[out] = rows[out] @ fitted(rows[~out], labels[~out])
    return scores


def main():
    from .world import generator

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--heads", type=int, default=400)
    parser.add_argument("--size", type=int, default=80)
    parser.add_argument("--seed", type=int, default=77)
    options = parser.parse_args()
    heads = generator(options.data, "train", options.seed, options.size, cache=options.cache)
    made = [heads.head(index) for index in range(options.heads)]
    labels = np.array([head.abnormal for head in made], float)
    features = np.stack([global_statistics(head.volume.numpy()) for head in made])
    scores = held_out_scores(features, labels, np.arange(options.heads) // 2)
    kinds = np.array([head.facts["class"] for head in made])
    by_class = {
        kind: auc_interval(labels[(kinds == kind) | (labels == 0)], scores[(kinds == kind) | (labels == 0)])
        for kind in sorted(set(kinds) - {"normal"})
    }
    print(json.dumps({"heads": options.heads, "auc": auc_interval(labels, scores), "by_class": by_class}, indent=2))


if __name__ == "__main__":
    main()
