"""How well scores separate, and how well they are calibrated: AUC with DeLong's interval, operating points, Brier, ECE.

DeLong, DeLong and Clarke-Pearson, Biometrics 1988. NumPy only. `labels` are 0 or 1, `scores` any real number.
"""

import numpy as np

NORMAL_95 = 1.959964


def midranks(values):
    """Ranks from 1; ties share their mean rank."""
    order = np.argsort(values, kind="stable")
    ordered = np.asarray(values)[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    ends = np.r_[starts[1:], len(ordered)]
    ranks = np.empty(len(ordered))
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


def auc_interval(labels, scores):
    """(AUC, lowest, highest) with a 95 % interval; NaN where a class is missing."""
    labels, scores = np.asarray(labels, bool), np.asarray(scores, float)
    positive, negative = scores[labels], scores[~labels]
    m, n = len(positive), len(negative)
    if not m or not n:
        return float("nan"), float("nan"), float("nan")
    ranks = midranks(np.r_[positive, negative])
    above = (ranks[:m] - midranks(positive)) / n
    below = 1 - (ranks[m:] - midranks(negative)) / m
    auc = above.mean()
    variance = (above.var(ddof=1) / m if m > 1 else 0.0) + (below.var(ddof=1) / n if n > 1 else 0.0)
    half = NORMAL_95 * np.sqrt(variance)
    return float(auc), float(max(auc - half, 0)), float(min(auc + half, 1))


def threshold_at_specificity(labels, scores, specificity):
    """The score that at least this part of the normals stays at or below."""
    negative = np.sort(np.asarray(scores, float)[~np.asarray(labels, bool)])
    return float(negative[min(int(np.ceil(specificity * len(negative))) - 1, len(negative) - 1)])


def sensitivity(labels, scores, threshold):
    """The part of the abnormal that lies above a threshold; NaN where there is none."""
    positive = np.asarray(scores, float)[np.asarray(labels, bool)]
    return float((positive > threshold).mean()) if len(positive) else float("nan")


def brier(labels, probabilities):
    """Mean squared distance of probability and outcome."""
    return float(np.mean((np.asarray(probabilities) - np.asarray(labels, float)) ** 2))


def reliability(labels, probabilities, bins=15):
    """Rows (count, mean probability, observed frequency) of equal bins over [0, 1]; empty bins are left out."""
    labels, probabilities = np.asarray(labels, float), np.asarray(probabilities, float)
    which = np.minimum((probabilities * bins).astype(int), bins - 1)
    rows = [(which == b) for b in range(bins)]
    return [(int(at.sum()), float(probabilities[at].mean()), float(labels[at].mean())) for at in rows if at.any()]


def calibration_error(labels, probabilities, bins=15):
    """Expected calibration error over equal bins."""
    return sum(count * abs(mean - seen) for count, mean, seen in reliability(labels, probabilities, bins)) / len(labels)


def temperature(labels, logits):
    """The temperature that fits logits to labels best (likelihood), by a search over its logarithm."""
    labels, logits = np.asarray(labels, float), np.asarray(logits, float)

    def loss(log_temperature):
        scaled = logits * np.exp(-log_temperature)
        return np.mean(np.logaddexp(0, scaled) - labels * scaled)

    grid = np.linspace(-5, 5, 2001)
    return float(np.exp(grid[int(np.argmin([loss(value) for value in grid]))]))
