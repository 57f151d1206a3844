"""A small network that tells a T2-weighted head, lying as its header says, from inputs that must not be scored.

python -m headway_training.recogniser train --right FOLDER --wrong FOLDER --out FOLDER [--steps 3000]
python -m headway_training.recogniser measure FOLDER/recogniser.pt --right FOLDER --wrong FOLDER [--limits LEAST DOUBTFUL]

The folders are what `bank` makes: pairs, and with --wrong the inputs of heads.wrong. `train` writes recogniser.pt and, as the
product reads them, recogniser.bin (bfloat16, little-endian: of each layer the weights as neighbour, input, output, then the
biases) and recogniser.json (labels, answers to the probe input). It never sees a real scan, nor the network that scores.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn.functional import avg_pool3d, cross_entropy
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from .bank import read_kept, unpacked
from .heads.wrong import KINDS
from .probe import probe_input
from .views import normalised, placement, plain_view, recoloured, sampled

SIDE = 48
CHANNELS = (1, 8, 16, 32, 32)
# What is right comes first.
LABELS = ("T2", *KINDS)
# Part of the stored inputs in a batch that are right.
RIGHT_SHARE = 0.65
# Inputs in a batch.
BATCH = 16


class Recogniser(torch.nn.Module):
    """Four convolutions that halve each side, with batch norms that export folds away, and one linear layer."""

    def __init__(self):
        super().__init__()
        pairs = list(zip(CHANNELS, CHANNELS[1:]))
        self.convolutions = torch.nn.ModuleList(torch.nn.Conv3d(a, b, 3, 2, 1) for a, b in pairs)
        self.norms = torch.nn.ModuleList(torch.nn.BatchNorm3d(b) for _, b in pairs)
        self.dropout = torch.nn.Dropout(0.3)
        side = SIDE // 2 ** len(pairs)
        self.last = torch.nn.Linear(CHANNELS[-1] * side**3, len(LABELS))

    def forward(self, volumes):
        """Logits [n, labels] of volumes [n, 1, 48, 48, 48]."""
        for convolution, norm in zip(self.convolutions, self.norms):
            volumes = torch.relu(norm(convolution(volumes)))
        return self.last(self.dropout(volumes.flatten(1)))

    def folded(self):
        """[(weight, bias)] of every layer with its norm folded in."""
        layers = []
        for convolution, norm in zip(self.convolutions, self.norms):
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = convolution.weight * scale[:, None, None, None, None]
            layers.append((weight, (convolution.bias - norm.running_mean) * scale + norm.bias))
        return [*layers, (self.last.weight, self.last.bias)]


def odds_of_right(logits):
    """Log-odds of T2 against everything else, of logits [n, labels]."""
    return logits[:, 0] - torch.logsumexp(logits[:, 1:], 1)


def blurred(volume, random):
    """A field [1, n, n, n] averaged over 7 to 13 mm in plane and over less through it, axis by axis."""
    step_mm = 180 / volume.shape[-1]
    for axis, width_mm in enumerate((random.uniform(7, 13),) * 2 + (3,)):
        sizes = [1, 1, 1]
        sizes[axis] = 2 * round(float(width_mm) / step_mm / 2) + 1
        volume = avg_pool3d(volume[None], sizes, 1, [size // 2 for size in sizes], count_include_pad=False)[0]
    return volume


# What makes a wrong input of a right one's field [1, x, y, z], by label.
MADE_WRONG = {
    "upside_down": lambda volume, _: volume.flip(3),
    "back_to_front": lambda volume, _: volume.flip(2),
    "sideways": lambda volume, random: volume.rot90(int(random.choice([1, 3])), (1, 2)),
    "blurred": blurred,
}


class Examples:
    """Random views of right and wrong inputs with their labels."""

    def __init__(self, right, wrong, seed):
        self.random = np.random.default_rng(seed)
        self.right, self.wrong = sorted(right.glob("*.pt")), sorted(wrong.glob("*.pt"))

    def two(self):
        """Two examples of one stored input, (volume [1, 48, 48, 48], index of its label): a right one also stands for a wrong one."""
        random = self.random
        if random.random() < RIGHT_SHARE:
            one = int(random.integers(2))
            volume = unpacked(read_kept(random.choice(self.right))["volumes"][one : one + 1])
            label = str(random.choice(list(MADE_WRONG)))
            return [self.seen(volume, "T2"), self.seen(MADE_WRONG[label](volume, random), label)]
        kept = read_kept(random.choice(self.wrong))
        volume = unpacked(kept["volumes"])
        return [self.seen(volume, kept["kind"]) for _ in range(2)]

    def seen(self, volume, label):
        """A random view."""
        random = self.random
        volume = sampled(volume, placement(random), SIDE)
        if random.random() < 0.7:
            volume = recoloured(volume.expand(2, -1, -1, -1), random, int(random.integers(2**31)))[:1]
        return normalised(volume), LABELS.index(label)

    def batch(self, count):
        """(volumes [count, 1, 48, 48, 48], labels [count]), `count` even."""
        volumes, labels = zip(*(example for _ in range(count // 2) for example in self.two()))
        return torch.stack(volumes), torch.tensor(labels)


class Stream(IterableDataset):
    """Batches without end; each process of a DataLoader draws its own."""

    def __init__(self, options):
        self.options = options

    def __iter__(self):
        worker = get_worker_info()
        seed = [self.options.seed, worker.id if worker else 0]
        examples = Examples(self.options.right, self.options.wrong, seed)
        while True:
            yield examples.batch(BATCH)


def train(options):
    """Learns and writes what came out."""
    torch.manual_seed(options.seed)
    batches, model = iter(DataLoader(Stream(options), batch_size=None, num_workers=options.workers)), Recogniser()
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, options.steps, pct_start=0.1)
    options.out.mkdir(parents=True, exist_ok=True)
    began, losses = time.time(), []
    for step in range(1, options.steps + 1):
        volumes, labels = next(batches)
        loss = cross_entropy(model.train()(volumes), labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 20 == 0 or step == options.steps:
            print(f"step {step}, loss {np.mean(losses[-20:]):.4f}, {time.time() - began:.0f} s", flush=True)
    torch.save(model.state_dict(), options.out / "recogniser.pt")
    write(model.eval(), options.out)


def ordered(tensor):
    """Weights in the product's order: the voxel's place first, then inputs, then outputs."""
    if tensor.ndim == 5:
        return tensor.permute(2, 3, 4, 1, 0)
    if tensor.ndim == 2:
        return tensor.unflatten(1, (CHANNELS[-1], -1)).permute(2, 1, 0)
    return tensor


def write(model, folder):
    """recogniser.bin and recogniser.json of a network."""
    layers = [tensor.detach().to(torch.bfloat16) for layer in model.folded() for tensor in layer]
    stored = [ordered(tensor).contiguous().view(torch.int16).numpy().astype("<i2").tobytes() for tensor in layers]
    (folder / "recogniser.bin").write_bytes(b"".join(stored))
    answers = answer([tensor.float() for tensor in layers], torch.from_numpy(probe_input([SIDE] * 3))[None, None])
    facts = {"labels": LABELS, "probe_logits": answers[0].tolist()}
    (folder / "recogniser.json").write_text(json.dumps(facts, indent=2) + "\n")


def answer(tensors, volumes):
    """Logits of volumes by the layers as they were stored: what the product computes."""
    *convolutions, last = zip(tensors[::2], tensors[1::2])
    for weight, bias in convolutions:
        volumes = torch.relu(torch.nn.functional.conv3d(volumes, weight, bias, 2, 1))
    return torch.nn.functional.linear(volumes.flatten(1), *last)


def rows_of(model, right, wrong):
    """[(label, class of the finding or "", log-odds of T2)] of every stored input as the product would see it."""
    rows = []
    for path in sorted(right.glob("*.pt")) + sorted(wrong.glob("*.pt")):
        kept = read_kept(path)
        with torch.no_grad():
            odds = odds_of_right(model(plain_view(unpacked(kept["volumes"]), SIDE)[:, None])).tolist()
        if "kind" in kept:
            rows.append((kept["kind"], "", odds[0]))
        else:
            rows += [("T2", kept["facts"]["class"], odds[0]), ("T2", "normal", odds[1])]
    return rows


def limits_of(rows, warned=0.01):
    """The card's limits (min_t2_log_odds, doubtful_t2_log_odds), fixed on these inputs.

    No score halfway between the lowest right and the highest wrong one; a caution below which this part of the right ones lies.
    """
    right = [odds for label, _, odds in rows if label == "T2"]
    wrong = [odds for label, _, odds in rows if label != "T2"]
    least = (min(right) + max(wrong)) / 2
    return least, max(least, float(np.quantile(right, warned)))


def table(rows, least, doubtful):
    """{label: (inputs, declined, accepted with a caution)}, and of right ones by class of the finding."""
    groups = {}
    for label, finding, odds in rows:
        groups.setdefault(f"{label} {finding}".strip(), []).append(odds)
    return {
        name: (len(odds), sum(o < least for o in odds), sum(least <= o < doubtful for o in odds))
        for name, odds in sorted(groups.items())
    }


def measure(options):
    """Prints the table, and the limits where they are fixed on these inputs."""
    model = Recogniser()
    model.load_state_dict(torch.load(options.checkpoint, weights_only=True))
    rows = rows_of(model.eval(), options.right, options.wrong)
    least, doubtful = options.limits or limits_of(rows)
    print(f"min_t2_log_odds {least:.3f}, doubtful_t2_log_odds {doubtful:.3f}")
    for name, (inputs, declined, warned) in table(rows, least, doubtful).items():
        print(f"{name}: of {inputs} {declined} declined, {warned} with a caution")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    one = verbs.add_parser("train")
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--steps", type=int, default=3000, help=f"of {BATCH} inputs each")
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--workers", type=int, default=0, help="processes that make examples")
    one.set_defaults(verb=train)
    other = verbs.add_parser("measure")
    other.add_argument("checkpoint", type=Path)
    other.add_argument("--limits", type=float, nargs=2, help="the card's two limits; fixed on these inputs otherwise")
    other.set_defaults(verb=measure)
    for verb in (one, other):
        verb.add_argument("--right", type=Path, required=True)
        verb.add_argument("--wrong", type=Path, required=True)
        verb.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.verb(options)


if __name__ == "__main__":
    main()
