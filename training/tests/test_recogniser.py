"""The check before the score: what is stored is what was learnt. Needs requirements-full.txt."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.full

torch = pytest.importorskip("torch")
pytest.importorskip("scipy")

from headway_training import bank, recogniser  # noqa: E402
from headway_training.heads.sample import Generator  # noqa: E402


def test_what_is_stored_gives_the_answers_written_down(tmp_path):
    torch.manual_seed(2)
    model = recogniser.Recogniser()
    for norm in model.norms:
        norm.running_mean.uniform_(-1, 1), norm.running_var.uniform_(0.5, 2), norm.weight.data.uniform_(0.5, 2)
    recogniser.write(model.eval(), tmp_path)
    written = json.loads((tmp_path / "recogniser.json").read_text())
    volume = torch.from_numpy(recogniser.probe_input([48] * 3))[None, None]
    with torch.no_grad():
        learnt = model(volume)[0]
    # bfloat16 keeps three digits of each weight.
    assert np.allclose(written["probe_logits"], learnt, atol=0.05 * float(learnt.abs().max()) + 0.02)
    count = sum(weight.numel() + bias.numel() for weight, bias in model.folded())
    assert (tmp_path / "recogniser.bin").stat().st_size == 2 * count


def test_examples_bear_the_labels_of_what_they_are(anatomy, tmp_path):
    heads = Generator(3, [anatomy], [], [], size_voxels=72, work_mm=2, clamp=(bank.LOW, bank.HIGH), classes=("tumour",))
    (tmp_path / "right").mkdir()
    bank.keep(bank.packed_pair(heads, 0), tmp_path / "right" / "0.pt")
    (tmp_path / "wrong").mkdir()
    bank.keep(bank.packed_wrong(heads, 1), tmp_path / "wrong" / "1.pt")
    examples = recogniser.Examples(tmp_path / "right", tmp_path / "wrong", 4)
    volumes, labels = examples.batch(40)
    assert volumes.shape == (40, 1, 48, 48, 48) and torch.isfinite(volumes).all()
    seen = {recogniser.LABELS[label] for label in labels}
    assert {"T2", "FLAIR"} < seen <= {"T2", "FLAIR", *recogniser.MADE_WRONG}


def test_limits_lie_between_right_and_wrong_and_warn_of_their_part_of_right_ones():
    rows = [("T2", "normal", float(odds)) for odds in range(100)] + [("noise", "", -50.0)] * 50 + [("PD", "", 7.0)]
    least, doubtful = recogniser.limits_of(rows, 0.25)
    assert least == 3.5 and doubtful == pytest.approx(24.75)
    counted = recogniser.table(rows, least, doubtful)
    assert counted == {"T2 normal": (100, 4, 21), "noise": (50, 50, 0), "PD": (1, 0, 1)}
    apart = recogniser.limits_of(rows[:-1])
    assert apart[0] == -25.0 and apart[1] > 0


def test_odds_weigh_t2_against_everything_else():
    logits = torch.zeros(1, len(recogniser.LABELS))
    assert recogniser.odds_of_right(logits)[0] == pytest.approx(-np.log(len(recogniser.LABELS) - 1))
