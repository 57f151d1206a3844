"""The network as PyTorch alone has it, with MONAI's tensor names: a machine with a graphics processor may lack MONAI.

python densenet.py MODEL SIZE cpu|cuda THREADS ROUNDS: one JSON object, one entry for each way to run it.
"""

import json
import statistics
import struct
import sys
import time
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from torch import nn


class DenseLayer(nn.Module):
    def __init__(self, inputs, bottleneck, growth):
        super().__init__()
        self.layers = nn.Sequential(OrderedDict(
            norm1=nn.BatchNorm3d(inputs), relu1=nn.ReLU(True), conv1=nn.Conv3d(inputs, bottleneck, 1, bias=False),
            norm2=nn.BatchNorm3d(bottleneck), relu2=nn.ReLU(True),
            conv2=nn.Conv3d(bottleneck, growth, 3, padding=1, bias=False)))  # fmt: skip

    def forward(self, x):
        return torch.cat([x, self.layers(x)], 1)


class DenseNet(nn.Module):
    def __init__(self, card):
        super().__init__()
        channels, growth = card["init_features"], card["growth_rate"]
        parts = OrderedDict(
            conv0=nn.Conv3d(card["in_channels"], channels, 7, stride=2, padding=3, bias=False),
            norm0=nn.BatchNorm3d(channels), relu0=nn.ReLU(True), pool0=nn.MaxPool3d(3, stride=2, padding=1))  # fmt: skip
        for number, layers in enumerate(card["block_config"], 1):
            block = nn.Sequential()
            for layer in range(1, layers + 1):
                block.add_module(f"denselayer{layer}", DenseLayer(channels, card["bn_size"] * growth, growth))
                channels += growth
            parts[f"denseblock{number}"] = block
            if number < len(card["block_config"]):
                parts[f"transition{number}"] = nn.Sequential(OrderedDict(
                    norm=nn.BatchNorm3d(channels), relu=nn.ReLU(True),
                    conv=nn.Conv3d(channels, channels // 2, 1, bias=False), pool=nn.AvgPool3d(2, 2)))  # fmt: skip
                channels //= 2
        parts["norm5"] = nn.BatchNorm3d(channels)
        self.features = nn.Sequential(parts)
        self.class_layers = nn.Sequential(OrderedDict(
            relu=nn.ReLU(True), pool=nn.AdaptiveAvgPool3d(1), flatten=nn.Flatten(1),
            out=nn.Linear(channels, card["out_channels"])))  # fmt: skip

    def forward(self, x):
        return self.class_layers(self.features(x))


def stored(path):
    """Tensors of a safetensors file: 8 bytes of length, a JSON head, then the values."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    head = json.loads(data[8 : 8 + length])
    types = {"F16": np.float16, "F32": np.float32}
    for name, entry in head.items():
        if name == "__metadata__":
            continue
        begin, end = (8 + length + at for at in entry["data_offsets"])
        values = np.frombuffer(data[begin:end], types[entry["dtype"]]).astype(np.float32).reshape(entry["shape"])
        yield name, torch.from_numpy(values)


def load(folder):
    card = json.loads((folder / "card.json").read_text())
    network = DenseNet(card["architecture"]).eval()
    missing, unknown = network.load_state_dict(dict(stored(folder / card["weights"]["file"])), strict=False)
    lacking = [name for name in missing if not name.endswith("num_batches_tracked")]
    if lacking or unknown:
        raise SystemExit(f"The weights do not fit: {lacking + unknown}.")
    return network


def probe(size):
    """As `probe_input` in crates/core/src/preprocess.rs."""
    x, y, z = np.meshgrid(*[np.arange(size)] * 3, indexing="ij")
    values = 1.5 * (np.sin(0.9 * x) + np.cos(0.7 * y) * np.sin(0.5 * z))
    return torch.from_numpy(np.clip(values, -1, 5).astype(np.float32)[None, None])


def measure(run, rounds):
    """Samples of a call that returns the logit once everything is done."""
    samples = []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        logit = float(run())
        samples.append({"wall_ms": 1e3 * (time.perf_counter() - wall), "cpu_s": time.process_time() - cpu, "logit": logit})
    return samples


def on_cpu(network, volume, threads, rounds):
    torch.set_num_threads(threads)
    yield "eager", measure(lambda: network(volume), rounds)


def on_cuda(network, volume, rounds):
    """Eager with cuDNN's fastest kernels in f32 first: what the goal is measured against. A forward ends with its logit read."""
    torch.backends.cudnn.benchmark = True
    network = network.cuda().to(memory_format=torch.channels_last_3d)
    volume = volume.cuda().to(memory_format=torch.channels_last_3d)
    for name, tf32 in [("eager, f32", False), ("eager, TF32", True)]:
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = tf32
        # cuDNN looks for its fastest kernels during the first ones.
        measure(lambda: network(volume), 5)
        yield name, measure(lambda: network(volume), rounds)
        graph = torch.cuda.CUDAGraph()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            network(volume)
        torch.cuda.current_stream().wait_stream(side)
        with torch.cuda.graph(graph):
            answer = network(volume)

        def replay():
            graph.replay()
            return answer

        yield name.replace("eager", "CUDA graph"), measure(replay, rounds)


def main():
    folder, size, device = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    threads, rounds = int(sys.argv[4]), int(sys.argv[5])
    network, volume = load(folder), probe(size)
    with torch.no_grad():
        runs = on_cuda(network, volume, rounds) if device == "cuda" else on_cpu(network, volume, threads, rounds)
        ways = {name: {"samples": samples, "median_ms": statistics.median(s["wall_ms"] for s in samples)} for name, samples in runs}
    name = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    cudnn = torch.backends.cudnn.version() if device == "cuda" else None
    print(json.dumps({"version": torch.__version__, "device": name, "cudnn": cudnn, "ways": ways}))


if __name__ == "__main__":
    main()
