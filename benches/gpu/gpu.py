"""Our kernels on a graphics processor beside PyTorch with cuDNN: the same weights, the same volume, one machine.

`cargo xtask bench gpu` lays this file, densenet.py, the program and the model into one folder and calls it there. The folder
travels: on a machine with a graphics processor and without Rust, `python3 gpu.py` in it does the same. It needs a Vulkan
driver, and PyTorch with CUDA for the other side; what is missing is said and left out. Writes gpu.json and gpu.md.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIZES = [48, 64, 120]
ROUNDS = 25
# Warm-up: the first volume of a size makes its buffers, cuDNN looks for its fastest kernels.
DROPPED = 5
GOAL_RATIO, GOAL_MS = 1.5, 10
SOFTWARE = ("llvmpipe", "swiftshader", "lavapipe")
BASELINE = "eager, f32"


def ask(*command):
    """The JSON object that a program prints, or why there is none."""
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    lines = (done.stderr or done.stdout).strip().splitlines()
    return {"missing": lines[-1] if lines else f"it ended with {done.returncode}"}


def median_ms(samples):
    return statistics.median(sample["wall_ms"] for sample in samples[DROPPED:] or samples)


def measure(size, rounds):
    """Each side twice, so that neither always has the cooler chip."""
    program, densenet = str(HERE / "headway-bench-native"), str(HERE / "densenet.py")
    rows = []
    for _ in range(2):
        for device in ["gpu", "gpu-f16"]:
            rows.append({"name": f"Headway, {device}", **ask(program, "model", str(size), device, str(rounds))})
        torch = ask(sys.executable, densenet, "model", str(size), "cuda", "1", str(rounds))
        for name, way in torch.get("ways", {"": {}}).items():
            about = {"device": torch.get("device"), "missing": torch.get("missing"), "version": torch.get("version")}
            rows.append({"name": f"PyTorch, {name}" if name else "PyTorch", **about, **way})
    return {"size_voxels": size, "rows": rows}


def table(result):
    """One line for each way, both passes together, and what the goals say."""
    lines = [
        "# Graphics processor benchmark",
        "",
        f"Written by `cargo xtask bench gpu`: {result['adapter']}, {result['machine']}, commit {result['commit']}. Medians of "
        f"{2 * (result['rounds'] - DROPPED)} volumes, each waited for. Ours count upload, all work and the answer read back; "
        "PyTorch's begin with the volume on the device.",
    ]
    for sized in result["sizes"]:
        lines += ["", f"## {sized['size_voxels']}³", "", "| engine | warm, ms | first, ms | logit |", "|---|---|---|---|"]
        medians = {}
        for name in dict.fromkeys(row["name"] for row in sized["rows"]):
            rows = [row for row in sized["rows"] if row["name"] == name]
            if "samples" not in rows[0]:
                lines.append(f"| {name} | not run: {rows[0].get('missing')} | | |")
                continue
            medians[name] = statistics.median(median_ms(row["samples"]) for row in rows)
            first, logit = rows[0]["samples"][0]["wall_ms"], rows[0]["samples"][-1]["logit"]
            lines.append(f"| {name} | {medians[name]:.2f} | {first:.1f} | {logit:.5f} |")
        ours, theirs = medians.get("Headway, gpu"), medians.get(f"PyTorch, {BASELINE}")
        if ours and theirs:
            lines += ["", f"- over PyTorch {BASELINE}, cudnn.benchmark: **{ours / theirs:.2f}** (goal at most {GOAL_RATIO})"]
        if ours and sized["size_voxels"] == 120:
            lines += [*([] if theirs else [""]), f"- 120³ in **{ours:.1f} ms** (goal under {GOAL_MS})"]
    return "\n".join(lines) + "\n"


def main():
    # Volume after volume on an emulation shows nothing more.
    adapter = ask(str(HERE / "headway-bench-native"), "model", "32", "gpu", "1")
    if "missing" in adapter:
        raise SystemExit(f"Our kernels do not run here: {adapter['missing']}")
    software = any(mark in adapter["device"].lower() for mark in SOFTWARE)
    rounds = DROPPED + 1 if software else ROUNDS
    commit = (HERE / "COMMIT").read_text().strip()
    result = {
        "adapter": adapter["device"],
        "software": software,
        "machine": f"{os.cpu_count()} cores, {platform.platform()}",
        "commit": commit,
        "rounds": rounds,
        "sizes": [measure(size, rounds) for size in SIZES],
    }
    (HERE / "gpu.json").write_text(json.dumps(result, indent=1) + "\n")
    (HERE / "gpu.md").write_text(table(result))
    print(table(result))


if __name__ == "__main__":
    main()
