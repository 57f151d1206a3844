"""Statistics against what they are defined as, counted naively. No torch."""

import numpy as np
import pytest

from headway_training import statistics


def naive_auc(labels, scores):
    pairs = [(p > n) + 0.5 * (p == n) for p in scores[labels == 1] for n in scores[labels == 0]]
    return np.mean(pairs)


def test_auc_is_the_share_of_ordered_pairs():
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 200)
    scores = np.round(random.normal(labels, 1.0), 1)
    auc, low, high = statistics.auc_interval(labels, scores)
    assert auc == pytest.approx(naive_auc(labels, scores), abs=1e-12)
    assert low < auc < high


def test_the_interval_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(4)
    truth, hits = 0.76025, 0  # Phi(1 / sqrt 2) for unit normals one deviation apart
    for _ in range(400):
        labels = np.repeat([0, 1], 60)
        _, low, high = statistics.auc_interval(labels, random.normal(labels, 1.0))
        hits += low <= truth <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_one_class_alone_has_no_auc():
    assert np.isnan(statistics.auc_interval([1, 1], [0.2, 0.4])[0])


def test_operating_points():
    labels, scores = np.r_[np.zeros(10), np.ones(4)], np.r_[np.arange(10), [8.5, 9.5, 3, 20]]
    threshold = statistics.threshold_at_specificity(labels, scores, 0.9)
    assert (scores[:10] <= threshold).mean() == 0.9
    assert statistics.sensitivity(labels, scores, threshold) == 0.75


def test_calibration_of_the_calibrated_and_of_the_overconfident():
    random = np.random.default_rng(5)
    probabilities = random.uniform(0, 1, 40000)
    labels = random.uniform(0, 1, 40000) < probabilities
    assert statistics.calibration_error(labels, probabilities) < 0.01
    assert statistics.brier(labels, probabilities) == pytest.approx(1 / 6, abs=0.005)
    logits = 2.5 * np.log(probabilities / (1 - probabilities))
    assert statistics.temperature(labels, logits) == pytest.approx(2.5, rel=0.05)
    assert statistics.calibration_error(labels, 1 / (1 + np.exp(-logits))) > 0.05


def test_the_baseline_finds_a_global_difference_and_none_in_noise():
    from headway_training.baseline import global_statistics, held_out_scores

    random = np.random.default_rng(6)
    labels = np.arange(120) % 2
    plain = [random.normal(0, 1, (8, 8, 8)) for _ in labels]
    brighter = [volume + 0.3 * label for volume, label in zip(plain, labels)]
    groups = np.arange(120) // 2
    for volumes, lowest, highest in ((plain, 0.3, 0.7), (brighter, 0.95, 1.0)):
        features = np.stack([global_statistics(volume) for volume in volumes])
        auc, _, _ = statistics.auc_interval(labels, held_out_scores(features, labels, groups))
        assert lowest <= auc <= highest
