"""Plots show the numbers they are given. No torch."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from headway_training import plots
from headway_training.statistics import auc_interval

SVG = "{http://www.w3.org/2000/svg}"


def test_the_area_under_the_curve_drawn_is_the_auc():
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 300)
    logits = np.round(random.normal(labels, 1.0), 1)
    x, y = plots.roc_points(labels, logits).T
    area = np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2)
    assert area == pytest.approx(auc_interval(labels, logits)[0], abs=1e-12)
    assert (x[-1], y[-1]) == (1, 1)
    drawn = ElementTree.fromstring(plots.roc(labels, logits)).findall(f"{SVG}polyline")[-1].get("points").split()
    assert len(drawn) == len(x) and drawn[0] == plots.at(0, 0) and drawn[-1] == plots.at(1, 1)


def test_every_bin_is_a_dot_where_it_belongs():
    curve = [(10, 0.1, 0.0), (90, 0.9, 1.0)]
    dots = ElementTree.fromstring(plots.reliability(curve)).findall(f"{SVG}circle")
    assert [f"{dot.get('cx')},{dot.get('cy')}" for dot in dots] == [plots.at(0.1, 0.0), plots.at(0.9, 1.0)]
    assert float(dots[1].get("r")) > float(dots[0].get("r"))
