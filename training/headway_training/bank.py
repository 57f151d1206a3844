"""Pairs of heads made once and kept as files, to be learnt from many times: a head costs more to make than to learn from.

python -m headway_training.bank --data FOLDER --out FOLDER --count 2000 [--workers 15] [--work-mm 2] [--wrong]

A pair is the same head with a finding and with a sham in its place. Voxels are bytes over 180 mm, finer than any input they
are learnt at, so that `views` can turn, scale and shift a head and still sample it as the product samples a scan.
With --wrong the files hold inputs that must not be scored, one each, for `recogniser`.
"""

import argparse
import multiprocessing
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch.nn.functional import max_pool3d

from .heads.anatomy import load
from .heads.shapes import splits
from .heads.wrong import wrong_input
from .world import generator

# Voxels over 180 mm: three times 48, so that the plain view of 48 is the generator's own.
SIZE = 144

# What a byte stands for: z-scores of the whole field, past the clamp of every card.
LOW, HIGH = -1.5, 7.0
# Lesion maps are kept this much coarser.
COARSER = 3


def packed(volume):
    """Z-scores as bytes."""
    return ((volume.clamp(LOW, HIGH) - LOW) * (255 / (HIGH - LOW))).round().to(torch.uint8)


def unpacked(stored):
    """Bytes as z-scores, float32."""
    return stored.float() * ((HIGH - LOW) / 255) + LOW


def packed_pair(heads, index):
    """{"volumes" [2 (abnormal, normal), n, n, n], "findings" [n/3, n/3, n/3]}, bytes, and the pair's facts."""
    abnormal, normal = heads.pair(index)
    findings = max_pool3d(abnormal.findings[None, None], COARSER)[0, 0]
    return {
        "volumes": packed(torch.stack([abnormal.volume, normal.volume])).cpu(),
        "findings": (findings.clamp(0, 1) * 255).round().to(torch.uint8).cpu(),
        "facts": {name: value if isinstance(value, str) else float(value) for name, value in abnormal.facts.items()},
    }


def keep(made, path):
    """Writes a file whole or not at all."""
    part = path.with_suffix(".part")
    torch.save(made, part)
    part.replace(path)


def read_kept(path):
    """What `keep` wrote."""
    return torch.load(path, weights_only=True)


def packed_wrong(heads, index):
    """{"volumes" [1, n, n, n], bytes, "kind"} of an input that must not be scored."""
    volume, kind = wrong_input(heads, index)
    return {"volumes": packed(volume[None]).cpu(), "kind": kind}


@dataclass(frozen=True)
class Order:
    """What a bank is made of; `make` is packed_pair or packed_wrong."""

    data: Path
    part: str
    seed: int
    style: str
    size: int
    work_mm: int
    cache: Path
    make: object

    def heads(self):
        """The generator; its volumes are clamped by the bytes alone."""
        heads = generator(self.data, self.part, self.seed, self.size, self.style, self.cache)
        return replace(heads, work_mm=self.work_mm, clamp=(LOW, HIGH))


def fill(order, folder, indices):
    """Makes what is ordered of these indices, where it is not there yet, on one thread."""
    torch.set_num_threads(1)
    heads = order.heads()
    folder.mkdir(parents=True, exist_ok=True)
    for index in indices:
        path = folder / f"{index:06d}.pt"
        if not path.exists():
            keep(order.make(heads, index), path)


def start(order, folder, count, workers):
    """Processes that share the work of `fill`; maps are prepared first, once each, by as many processes."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers) as pool:
        pool.starmap(prepare_map, [(order.data, name, order.cache) for name in names_of(order.part)])
    shares = [(order, folder, range(share, count, workers)) for share in range(workers)]
    makers = [context.Process(target=fill, args=share, daemon=True) for share in shares]
    for maker in makers:
        maker.start()
    return makers


def names_of(part):
    """The label maps of a part of the split."""
    split = splits()
    return [*split["maps"][part], *split["atrophic"][part]]


def prepare_map(data, name, cache):
    """Puts a prepared map into the cache."""
    load(data, name, cache)


def arguments_of(line=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with label maps and lesion masks, or `pack`'s file")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--part", choices=["train", "validation", "test"], default="train")
    parser.add_argument("--wrong", action="store_true", help="inputs that must not be scored, in place of pairs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", choices=["A", "B", "mixed"], default="mixed")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--size", type=int, default=SIZE, help="voxels over 180 mm")
    parser.add_argument("--work-mm", type=int, default=1, choices=[1, 2], help="grid on which heads are deformed")
    parser.add_argument("--cache", type=Path, help="keeps prepared maps between runs; OUT-cache otherwise")
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args(line)


def main():
    options = arguments_of()
    order = Order(
        options.data,
        options.part,
        options.seed,
        options.style,
        options.size,
        options.work_mm,
        options.cache or options.out.with_name(options.out.name + "-cache"),
        packed_wrong if options.wrong else packed_pair,
    )
    for maker in start(order, options.out, options.count, options.workers):
        maker.join()
        if maker.exitcode:
            raise SystemExit(f"{options.out}: a process that made heads ended with {maker.exitcode}")


if __name__ == "__main__":
    main()
