"""Golden numbers for crates/evaluate/src/statistics, from another implementation.

    python statistics.py > statistics.json

numpy, scipy and scikit-learn do what they can; DeLong's test and the delta method are written out here from the
papers, pair by pair, without the sorting that the Rust code uses. The cases are part of the output.
"""

import json

import numpy as np
from scipy import optimize, stats
from sklearn import metrics

rng = np.random.default_rng(20210617)


def binormal(n_normal, n_abnormal, shift, digits):
    label = np.r_[np.zeros(n_normal, int), np.ones(n_abnormal, int)]
    latent = rng.normal(label * shift - shift / 2 - 0.3, 1.0)
    second = 0.6 * latent + rng.normal(label * 0.2, 0.8)
    order = rng.permutation(len(label))
    squash = lambda x: np.round(1 / (1 + np.exp(-x)), digits)
    return label[order], squash(1.5 * latent)[order], squash(second)[order]


def placements(label, score):
    positive, negative = score[label == 1], score[label == 0]
    kernel = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return kernel.mean(), kernel.mean(axis=1), kernel.mean(axis=0)


def delong_covariance(a, b):
    of = lambda x, y: np.cov(x, y)[0, 1] / len(x)
    return of(a[1], b[1]) + of(a[2], b[2])


def comparison(difference, variance):
    error = np.sqrt(variance)
    z = difference / error
    low, high = stats.norm.interval(0.95, difference, error)
    return {"difference": difference, "low": low, "high": high, "z": z, "p": 2 * stats.norm.sf(abs(z))}


def splitmix(counter):
    mask = (1 << 64) - 1
    while True:
        counter = (counter + 0x9E3779B97F4A7C15) & mask
        z = counter
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield z ^ (z >> 31)


def bootstrap_auc(label, score, clusters, replicates, seed):
    values = []
    for replicate in range(replicates):
        parent = seed ^ (replicate * 0xD1B54A32D192ED03 & ((1 << 64) - 1))
        bits = splitmix(next(splitmix(parent)))
        drawn = np.concatenate([clusters[next(bits) * len(clusters) >> 64] for _ in clusters])
        if 0 < label[drawn].sum() < len(drawn):
            values.append(metrics.roc_auc_score(label[drawn], score[drawn]))
    return list(np.percentile(values, [2.5, 97.5]))


def logit_line(label, score):
    x = np.log(score / (1 - score))
    design = np.c_[np.ones_like(x), x]
    loss = lambda b: np.sum(np.logaddexp(0, design @ b) - label * (design @ b))
    gradient = lambda b: design.T @ (1 / (1 + np.exp(-design @ b)) - label)
    start = optimize.minimize(loss, [0, 1], jac=gradient, method="BFGS").x
    beta = optimize.root(gradient, start, tol=1e-14).x
    p = 1 / (1 + np.exp(-design @ beta))
    error = np.sqrt(np.diag(np.linalg.inv(design.T @ (design * (p * (1 - p))[:, None]))))
    intervals = [stats.norm.interval(0.95, b, e) for b, e in zip(beta, error)]
    return {"intercept": [beta[0], *intervals[0]], "slope": [beta[1], *intervals[1]]}


def expected_calibration_error(label, score):
    index = np.minimum(np.floor(score * 10), 9)
    gaps = [abs(score[index == i].sum() - label[index == i].sum()) for i in range(10)]
    return sum(gaps) / len(label)


def wilson(hits, n):
    interval = stats.binomtest(int(hits), int(n)).proportion_ci(0.95, method="wilson")
    return [hits / n, interval.low, interval.high]


def predictive(se, sp, n1, n0, prevalence):
    """Mercaldo, Lau and Zhou (2007): logit intervals with the delta method's variances."""
    ppv = se * prevalence / (se * prevalence + (1 - sp) * (1 - prevalence))
    npv = sp * (1 - prevalence) / ((1 - se) * prevalence + sp * (1 - prevalence))
    var_ppv = (1 - se) / se / n1 + sp / (1 - sp) / n0
    var_npv = se / (1 - se) / n1 + (1 - sp) / sp / n0
    both = lambda value, var: [value, *(1 / (1 + np.exp(-np.array(stats.norm.interval(0.95, np.log(value / (1 - value)), np.sqrt(var))))))]
    return {"prevalence": prevalence, "positive": both(ppv, var_ppv), "negative": both(npv, var_npv)}


def golden(name, n_normal, n_abnormal, shift, digits, threshold):
    label, score, second = binormal(n_normal, n_abnormal, shift, digits)
    score, second = np.clip(score, 0.001, 0.999), np.clip(second, 0.001, 0.999)
    one, two = placements(label, score), placements(label, second)
    assert abs(one[0] - metrics.roc_auc_score(label, score)) < 1e-12
    half = len(label) // 2
    left, right = placements(label[:half], score[:half]), placements(label[half:], score[half:])
    v = delong_covariance
    low, high = stats.norm.interval(0.95, one[0], np.sqrt(v(one, one)))
    tn, fp, fn, tp = metrics.confusion_matrix(label, score >= threshold).ravel()
    fpr, tpr, _ = metrics.roc_curve(label, score, drop_intermediate=False)
    clusters = [np.arange(i, min(i + 3, len(label))) for i in range(0, len(label), 3)]
    singles = [np.array([i]) for i in range(len(label))]
    return {
        "name": name,
        "label": label.tolist(),
        "score": score.tolist(),
        "second_score": second.tolist(),
        "threshold": threshold,
        "auc": [metrics.roc_auc_score(label, score), max(low, 0), min(high, 1)],
        "auc_variance": v(one, one),
        "paired": comparison(one[0] - two[0], v(one, one) + v(two, two) - 2 * v(one, two)),
        "unpaired": comparison(left[0] - right[0], v(left, left) + v(right, right)),
        "roc": [fpr.tolist(), tpr.tolist()],
        "average_precision": metrics.average_precision_score(label, score),
        "counts": [int(tp), int(fp), int(fn), int(tn)],
        "sensitivity": wilson(tp, tp + fn),
        "specificity": wilson(tn, tn + fp),
        "positive_predictive": wilson(tp, tp + fp),
        "negative_predictive": wilson(tn, tn + fn),
        "balanced_accuracy": metrics.balanced_accuracy_score(label, score >= threshold),
        "f1": metrics.f1_score(label, score >= threshold),
        "predictive_at": [predictive(tp / (tp + fn), tn / (tn + fp), tp + fn, tn + fp, p) for p in (0.02, 0.35)],
        "brier": metrics.brier_score_loss(label, score),
        "ece": expected_calibration_error(label, score),
        "logit_line": logit_line(label, score),
        "bootstrap_auc": bootstrap_auc(label, score, singles, 200, 7),
        "cluster_bootstrap_auc": bootstrap_auc(label, score, clusters, 200, 7),
    }


print(json.dumps([
    golden("small", 14, 12, 1.0, 4, 0.5),
    golden("ties", 90, 60, 1.2, 1, 0.4),
    golden("paper-sized", 320, 280, 2.235, 6, 0.35),
], indent=None, separators=(",", ":")))
