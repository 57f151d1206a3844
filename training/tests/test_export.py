"""Export from a checkpoint, and the committed golden vectors. Needs requirements-full.txt."""

import contextlib
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

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


def two_output_checkpoint(tmp_path):
    """The same with two outputs that compete."""
    import torch

    from headway_training.golden import lively
    from headway_training.network import network

    architecture = json.loads((GOLDEN / "card.json").read_text())["architecture"] | {"out_channels": 2}
    model = lively(network(architecture))
    path = tmp_path / "two.pt"
    torch.save(model.state_dict(), path)
    return path, model


SMALL = "architecture: {init_features: 8, growth_rate: 4, block_config: [2, 3, 2, 2], bn_size: 2, out_channels: %d}\n"


def export(*arguments):
    """The program in this process, which has PyTorch already: exit status, and what it prints."""
    from headway_training.export import main

    out, status = io.StringIO(), 0
    before, sys.argv = sys.argv, ["export", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out):
            main()
    except SystemExit as end:
        status, said = (1, end.code) if isinstance(end.code, str) else (end.code, "")
        return SimpleNamespace(returncode=status, stdout=out.getvalue(), stderr=said)
    finally:
        sys.argv = before
    return SimpleNamespace(returncode=status, stdout=out.getvalue(), stderr="")


def test_a_checkpoint_becomes_the_committed_model(tmp_path):
    checkpoint = small_checkpoint(tmp_path)
    done = export(checkpoint, "--yaml", GOLDEN / "card.json", "--out", tmp_path / "model", "--dtype", "f32")
    assert done.returncode == 0, done.stderr
    exported, committed = (json.loads((folder / "card.json").read_text()) for folder in (tmp_path / "model", GOLDEN))
    assert exported["weights"] == committed["weights"]
    assert abs(exported["self_test"]["logit"] - committed["self_test"]["logit"]) < 1e-5


def test_a_checkpoint_of_another_network_is_refused_in_words(tmp_path):
    card = json.loads((GOLDEN / "card.json").read_text())
    card["architecture"]["growth_rate"] = 8
    template = tmp_path / "card.json"
    template.write_text(json.dumps(card))
    done = export(small_checkpoint(tmp_path), "--yaml", template, "--out", tmp_path / "model")
    assert done.returncode != 0 and "denselayer1" in done.stderr, done.stderr


@pytest.mark.parametrize(
    "content, sentence",
    [(b"torn", "cannot be read as a checkpoint"), ({"epoch": 3}, "holds no state dict"), ([1], "holds no state dict")],
)
def test_what_is_no_checkpoint_is_refused_in_words(tmp_path, content, sentence):
    import torch

    path = tmp_path / "checkpoint.pt"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    done = export(path, "--yaml", GOLDEN / "card.json", "--out", tmp_path / "model")
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr, done.stderr


def test_weights_too_large_for_f16_are_refused(tmp_path):
    import torch

    path = small_checkpoint(tmp_path)
    checkpoint = torch.load(path, weights_only=True)
    checkpoint["state_dict"]["module.features.norm0.running_var"][0] = 1e6
    torch.save(checkpoint, path)
    for dtype, status in [("f16", 1), ("f32", 0)]:
        done = export(path, "--yaml", GOLDEN / "card.json", "--out", tmp_path / dtype, "--dtype", dtype)
        assert done.returncode == status, done.stderr
    assert not (tmp_path / "f16").exists()


def test_a_small_yaml_beside_the_checkpoint_is_all_it_takes(tmp_path):
    path, model = two_output_checkpoint(tmp_path)
    said = SMALL % 2 + (
        "version: 2.0.0\nevidence: clinical\nintended_use: Ours.\nlicence: MIT\n"
        "input: {size_voxels: 130, spacing_mm: 1.4, normalisation: zero_to_one, clamp: [0, 1]}\n"
        "output: {activation: softmax, abnormal_output: 1}\n"
        "calibration: {slope: 1.0, intercept: 0.0}\nthresholds: {sensitive: 0.3, specific: 0.6}\n"
    )
    path.with_suffix(".yaml").write_text(said)
    done = export(path, "--out", tmp_path / "ours", "--dtype", "f32")
    assert done.returncode == 0, done.stderr
    card = json.loads((tmp_path / "ours/card.json").read_text())
    assert (card["name"], card["version"], card["evidence"]) == ("ours", "2.0.0", "clinical")
    assert (card["input"]["size_voxels"], card["input"]["field_voxels"]) == (130, 182)
    assert card["input"]["geometry"]["min_slices"] > 0, "what the YAML leaves out is the template's"

    import torch

    from headway_training.probe import probe_input

    with torch.no_grad():
        normal, abnormal = model(torch.from_numpy(probe_input([card["self_test"]["size_voxels"]] * 3))[None, None])[0]
    share = torch.softmax(torch.stack([normal, abnormal]), 0)[1]
    assert abs(float(torch.logit(share)) - card["self_test"]["logit"]) < 1e-4


@pytest.mark.parametrize(
    "said, sentence",
    [
        ("input: {size_voxel: 120}\n", "no field input.size_voxel"),
        ("input: {spacing_mm: 1.47}\n", "not a whole number"),
        ("evidence: clinical\n", "needs calibration and thresholds"),
        ("evidence: local\n", "is not one of"),
        ("- a list\n", "holds no fields"),
        ("a: [\n", "is not YAML"),
    ],
)
def test_a_yaml_that_makes_no_card_is_refused_in_words(tmp_path, said, sentence):
    path = small_checkpoint(tmp_path)
    (tmp_path / "said.yaml").write_text(said)
    done = export(path, "--yaml", tmp_path / "said.yaml", "--out", tmp_path / "model")
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr, done.stderr
    missing = export(path, "--out", tmp_path / "model")
    assert missing.returncode == 1 and "checkpoint.yaml cannot be read" in missing.stderr


def test_the_example_is_one(tmp_path):
    path, _ = two_output_checkpoint(tmp_path)
    example = export("--example").stdout.replace("architecture:\n  out_channels: 2", (SMALL % 2).strip() + " #")
    path.with_suffix(".yaml").write_text(example)
    done = export(path, "--out", tmp_path / "model")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["densenet-small", "densenet-softmax"])
def test_the_committed_vectors_are_monais_answers(name):
    from safetensors.torch import load_file

    from headway_training.network import network, probe_logit

    folder = GOLDEN.parent / name
    card = json.loads((folder / "card.json").read_text())
    model = network(card["architecture"])
    model.load_state_dict(load_file(folder / "weights.safetensors"), strict=False)
    for case in json.loads((folder / "golden.json").read_text())["cases"]:
        assert abs(probe_logit(model, case["size_voxels"], card["output"]) - case["logit"]) < 1e-5
