"""Export from a checkpoint, and the committed golden vectors. Needs requirements-full.txt."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests/golden/densenet-small"

pytestmark = pytest.mark.full


def small_checkpoint(tmp_path):
    """A checkpoint as a training run would leave it: wrapped, with `module.` prefixes."""
    import torch

    from headway_training.golden import lively
    from headway_training.network import network

    model = lively(network(json.loads((GOLDEN / "card.json").read_text())["architecture"]))
    path = tmp_path / "checkpoint.pt"
    torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in model.state_dict().items()}}, path)
    return path


def export(*arguments):
    command = [sys.executable, "-m", "headway_training.export", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT / "training")


def test_a_checkpoint_becomes_the_committed_model(tmp_path):
    checkpoint = small_checkpoint(tmp_path)
    done = export(checkpoint, "--template", GOLDEN / "card.json", "--out", tmp_path / "model", "--dtype", "f32")
    assert done.returncode == 0, done.stderr
    exported, committed = (json.loads((folder / "card.json").read_text()) for folder in (tmp_path / "model", GOLDEN))
    assert exported["weights"] == committed["weights"]
    assert abs(exported["self_test"]["logit"] - committed["self_test"]["logit"]) < 1e-5


def test_a_checkpoint_of_another_network_is_refused_in_words(tmp_path):
    card = json.loads((GOLDEN / "card.json").read_text())
    card["architecture"]["growth_rate"] = 8
    template = tmp_path / "card.json"
    template.write_text(json.dumps(card))
    done = export(small_checkpoint(tmp_path), "--template", template, "--out", tmp_path / "model")
    assert done.returncode != 0 and "denselayer1" in done.stderr, done.stderr


@pytest.mark.parametrize(
    "content, sentence",
    [(b"torn", "cannot be read as a checkpoint"), ({"epoch": 3}, "holds no state dict"), ([1], "holds no state dict")],
)
def test_what_is_no_checkpoint_is_refused_in_words(tmp_path, content, sentence):
    import torch

    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    done = export(path, "--template", GOLDEN / "card.json", "--out", tmp_path / "model")
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_weights_too_large_for_f16_are_refused(tmp_path):
    import torch

    path = small_checkpoint(tmp_path)
    checkpoint = torch.load(path, weights_only=True)
    checkpoint["state_dict"]["module.features.norm0.running_var"][0] = 1e6
    torch.save(checkpoint, path)
    for dtype, status in [("f16", 1), ("f32", 0)]:
        done = export(path, "--template", GOLDEN / "card.json", "--out", tmp_path / dtype, "--dtype", dtype)
        assert done.returncode == status, done.stderr
    assert not (tmp_path / "f16").exists()


def test_the_committed_vectors_are_monais_answers():
    from safetensors.torch import load_file

    from headway_training.network import network, probe_logit

    model = network(json.loads((GOLDEN / "card.json").read_text())["architecture"])
    model.load_state_dict(load_file(GOLDEN / "weights.safetensors"), strict=False)
    for case in json.loads((GOLDEN / "golden.json").read_text())["cases"]:
        assert abs(probe_logit(model, case["size_voxels"]) - case["logit"]) < 1e-5
