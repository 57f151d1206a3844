"""Two plots of an evaluation as SVG: ROC curve and reliability curve. No plotting library, NumPy only."""

import numpy as np

SIDE, MARGIN = 300, 48
STYLE = "font-family:sans-serif;font-size:12px"


def at(x, y):
    """Place in the picture of a point of the unit square, y upward."""
    return f"{MARGIN + x * SIDE:.1f},{MARGIN / 2 + (1 - y) * SIDE:.1f}"


def frame(title, across, upward, body):
    """A picture of the unit square with its diagonal, axes labelled, as SVG text."""
    width, height = SIDE + 1.5 * MARGIN, SIDE + 1.5 * MARGIN
    left, bottom = MARGIN, MARGIN / 2 + SIDE
    marks = "".join(
        f'<text x="{left + part * SIDE}" y="{bottom + 16}" text-anchor="middle">{part:g}</text>'
        f'<text x="{left - 8}" y="{bottom - part * SIDE + 4}" text-anchor="end">{part:g}</text>'
        for part in (0, 0.5, 1)
    )
    middle = MARGIN / 2 + SIDE / 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" style="{STYLE}">'
        f"<title>{title}</title>"
        f'<rect x="{left}" y="{MARGIN / 2}" width="{SIDE}" height="{SIDE}" fill="none" stroke="currentColor"/>'
        f'<polyline points="{at(0, 0)} {at(1, 1)}" fill="none" stroke="currentColor" stroke-dasharray="3 4" opacity="0.5"/>'
        f"{body}<g fill='currentColor'>{marks}"
        f'<text x="{left + SIDE / 2}" y="{bottom + 34}" text-anchor="middle">{across}</text>'
        f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{upward}</text></g></svg>\n'
    )


def roc_points(labels, logits):
    """(false positive rate, sensitivity) at every threshold, ties taken together, from (0, 0) to (1, 1)."""
    labels, logits = np.asarray(labels, bool), np.asarray(logits, float)
    order = np.argsort(-logits, kind="stable")
    last_of_ties = np.r_[np.diff(logits[order]) != 0, True]
    hits, alarms = np.cumsum(labels[order])[last_of_ties], np.cumsum(~labels[order])[last_of_ties]
    return np.c_[np.r_[0, alarms / max((~labels).sum(), 1)], np.r_[0, hits / max(labels.sum(), 1)]]


def roc(labels, logits):
    """The ROC curve as SVG text."""
    line = " ".join(at(x, y) for x, y in roc_points(labels, logits))
    body = f'<polyline points="{line}" fill="none" stroke="#0a6ebd" stroke-width="2"/>'
    return frame("ROC curve on synthetic heads", "1 - specificity", "sensitivity", body)


def reliability(curve):
    """The reliability curve (rows of statistics.reliability) as SVG text; larger dots stand for more heads."""
    most = max(count for count, _, _ in curve)
    dots = ""
    for count, mean, seen in curve:
        x, y = at(mean, seen).split(",")
        dots += f'<circle cx="{x}" cy="{y}" r="{2 + 6 * np.sqrt(count / most):.1f}" fill="#0a6ebd" opacity="0.7"/>'
    return frame("Reliability on synthetic heads", "predicted", "observed", dots)
