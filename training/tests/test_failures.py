"""The gallery shows the worst of each class, the finding's border and a slice the right way round. Needs requirements-full.txt."""

import zlib
from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.full

pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import failures  # noqa: E402


def row(kind, abnormal, logit):
    return {"class": kind, "abnormal": abnormal, "logit": logit}


def test_the_worst_of_each_class_and_the_loudest_normals_are_chosen():
    rows = [row("tumour", True, 2.0), row("tumour", True, -1.0), row("cyst", True, 3.0)]
    rows += [row("normal", False, logit) for logit in range(8)]
    chosen = failures.worst(rows)
    assert [(found["class"], found["logit"]) for found in chosen[:2]] == [("cyst", 3.0), ("tumour", -1.0)]
    assert [found["logit"] for found in chosen[2:]] == [7, 6, 5, 4, 3, 2]


def test_a_slice_shows_right_on_the_left_and_front_up_where_the_finding_is():
    volume, findings = np.zeros((4, 5, 6)), np.zeros((4, 5, 6))
    # Indices run to the patient's right, front and top.
    volume[3, 4, 2], findings[3, 4, 2] = failures.WHITE, 1
    grey, finding = failures.axial(SimpleNamespace(volume=volume, findings=findings))
    assert grey.shape == (5, 4) and np.argwhere(grey == 255).tolist() == [[0, 0]]
    assert np.argwhere(finding).tolist() == [[0, 0]]
    assert sorted(failures.edges(finding).split("M")[1:]) == ["0 0h1", "0 0v1", "0 1h1", "1 0v1"]


def test_a_png_holds_the_bytes_it_was_given():
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    written = failures.png(grey)
    at = written.index(b"IDAT") + 4
    lines = zlib.decompress(written[at : written.index(b"IEND") - 8])
    assert np.frombuffer(lines, np.uint8).reshape(3, 5)[:, 1:].tolist() == grey.tolist()
