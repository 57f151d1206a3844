"""Trains DenseNet-121 on synthetic heads, from small inputs to large ones, and can be stopped and gone on with.

python -m headway_training.train --data FOLDER --workers 15 --out FOLDER [--minutes 60] [--stages 48:0.3,64:0.7]

Learns from the pairs in OUT/bank and chooses weights by those in OUT/unseen, as `bank` makes them. With --workers it makes them
itself: the unseen ones first, then the others while it learns. Writes into --out: last.pt (everything a run needs to go on),
best-SIZE.pt for each input size (averaged weights of the best validation AUC, as `export` takes them), log.jsonl (one line per
validation, one per run). The learning rate follows the time: it falls to nothing as --minutes are spent. The same command goes
on where it stopped.
"""

import argparse
import json
import math
import sys
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from .bank import SIZE, Order, packed_pair, read_kept, start, unpacked
from .export import state_of
from .learner import Averaged, Learner, loss_of
from .pool import Batches
from .statistics import auc_interval
from .views import plain_view

DATA_VERSION = "heads-1"
VALIDATION_SEED = 900_000
# Unseen pairs that are made.
UNSEEN = 160
# Part of a stage in which the learning rate rises, and how far it falls within a stage that is not the last.
WARM_UP, STAGE_END = 0.04, 0.2


def stages_of(text):
    """[(input voxels over 180 mm, part of the time)] of "48:0.3,64:0.7"."""
    stages = [(int(size), float(part)) for size, part in (stage.split(":") for stage in text.split(","))]
    if abs(sum(part for _, part in stages) - 1) > 1e-6:
        raise argparse.ArgumentTypeError("the parts of the time must add up to 1")
    return stages


def arguments_of(line=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run, outside the repository")
    parser.add_argument("--bank", type=Path, help="pairs to learn from; OUT/bank otherwise")
    parser.add_argument("--unseen", type=Path, help="pairs of other maps and masks; OUT/unseen otherwise")
    parser.add_argument("--data", type=Path, help="label maps and lesion masks, where pairs are to be made")
    parser.add_argument("--workers", type=int, default=0, help="processes that make pairs")
    parser.add_argument("--work-mm", type=int, default=1, choices=[1, 2], help="grid on which they deform heads")
    parser.add_argument("--style", choices=["A", "B", "mixed"], default="mixed")
    parser.add_argument("--minutes", type=float, default=60, help="length of the run, with all that came before")
    parser.add_argument("--steps", type=int, help="stop after this many more steps")
    parser.add_argument("--stages", type=stages_of, default="48:0.1,80:0.2,120:0.7", help="SIZE:PART,...")
    parser.add_argument("--rate", type=float, default=1e-3, help="highest learning rate")
    parser.add_argument("--pairs", type=int, default=8, help="pairs per step")
    parser.add_argument("--start", type=Path, help="checkpoint or weights.safetensors whose network is gone on from")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="threads of PyTorch; its own choice otherwise")
    parser.add_argument("--every", type=float, default=5, help="minutes between validations")
    options = parser.parse_args(line)
    options.bank = options.bank or options.out / "bank"
    options.unseen = options.unseen or options.out / "unseen"
    return options


def make_pairs(options):
    """Makes the unseen pairs and goes on making others; returns once there are enough to begin with."""

    def order(part, seed):
        cache = options.out / "cache"
        return Order(options.data, part, seed, options.style, SIZE, options.work_mm, cache, packed_pair)

    def ended(makers):
        return any(maker.exitcode for maker in makers)

    for maker in (makers := start(order("validation", VALIDATION_SEED), options.unseen, UNSEEN, options.workers)):
        maker.join()
    if not ended(makers):
        makers = start(order("train", options.seed), options.bank, sys.maxsize, options.workers)
        while len(list(options.bank.glob("*.pt"))) < 4 * options.pairs and not ended(makers):
            time.sleep(0.2)
    if ended(makers):
        raise SystemExit("A process that made pairs failed; what it printed is above.")


def scores_of(model, volumes, device, batch=8):
    """Logits of volumes [n, size, size, size], the mean of each and its mirror image, float64 [n]."""
    logits = []
    with torch.no_grad():
        for some in volumes.split(batch):
            some = some[:, None].float().to(device)
            logits.append(((model(some) + model(some.flip(2))) / 2)[:, 0].double().cpu())
    return torch.cat(logits).numpy()


def unseen_heads(folder, size, device):
    """(volumes [2 n, size, size, size] half floats, labels [2 n]) of all pairs of a folder, as the product would see them."""
    paths = sorted(folder.glob("*.pt"))
    if not paths:
        raise SystemExit(f"{folder} holds no pairs to choose weights by; make some with `bank`, or give --data and --workers.")
    volumes = [plain_view(unpacked(read_kept(path)["volumes"].to(device)), size).half() for path in paths]
    return torch.cat(volumes), np.arange(2 * len(paths)) % 2 == 0


def start_weights(path):
    """The state dict of a checkpoint or of a model folder's weights."""
    if path.suffix == ".safetensors":
        return {name: tensor.float() for name, tensor in load_file(path).items()}
    return state_of(torch.load(path, map_location="cpu", weights_only=True))


class Run:
    """A training run: its state is what last.pt holds."""

    def __init__(self, options):
        self.options = options
        self.state = {"stage": -1, "step": 0, "best": -1.0, "seconds": 0.0}
        torch.manual_seed(options.seed)
        options.out.mkdir(parents=True, exist_ok=True)
        self.learner = Learner()
        if options.start:
            self.learner.net.load_state_dict(start_weights(options.start), strict=False)
        self.learner.to(options.device, memory_format=torch.channels_last_3d)
        self.averaged = Averaged(self.learner.net)
        self.optimiser = torch.optim.AdamW(self.learner.parameters(), lr=options.rate, weight_decay=1e-2)
        if (options.out / "last.pt").exists():
            self.resume(torch.load(options.out / "last.pt", map_location=options.device, weights_only=True))
        self.before, self.started = self.state["seconds"], time.time()

    def resume(self, kept):
        """Goes on from last.pt; another seed would be another run."""
        if kept["seed"] != self.options.seed:
            raise SystemExit(f"{self.options.out}: begun with --seed {kept['seed']}; choose another folder")
        self.state = kept["state"]
        self.learner.load_state_dict(kept["learner"])
        self.averaged.model.load_state_dict(kept["averaged"])
        self.averaged.steps = kept["averaged_steps"]
        self.optimiser.load_state_dict(kept["optimiser"])
        self.prepare()

    def save(self):
        """Writes last.pt whole or not at all."""
        part = self.options.out / "last.pt.part"
        kept = {
            "seed": self.options.seed,
            "state": self.state,
            "learner": self.learner.state_dict(),
            "averaged": self.averaged.model.state_dict(),
            "averaged_steps": self.averaged.steps,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(kept, part)
        part.replace(self.options.out / "last.pt")

    def size(self):
        """Input voxels of the current stage."""
        return self.options.stages[self.state["stage"]][0]

    def prepare(self):
        """Makes ready what depends on the input size."""
        options, seed = self.options, [self.options.seed, self.state["step"]]
        self.batches = Batches(options.bank, options.pairs, self.size(), seed, options.device)
        self.unseen, self.labels = unseen_heads(options.unseen, self.size(), options.device)

    def progress(self):
        """(stage, part of the stage that is over) by the time spent; the stage past the last one ends the run."""
        self.state["seconds"] = self.before + time.time() - self.started
        spent = self.state["seconds"] / (60 * self.options.minutes)
        for stage, (_, part) in enumerate(self.options.stages):
            if spent < part:
                return stage, spent / part
            spent -= part
        return len(self.options.stages), 1.0

    def rate(self, stage, over):
        """The learning rate: a short rise, then a cosine."""
        end = 0.0 if stage == len(self.options.stages) - 1 else STAGE_END
        fall = end + (1 - end) * 0.5 * (1 + math.cos(math.pi * over))
        return self.options.rate * min(1.0, over / WARM_UP + 0.02) * fall

    def enter(self, stage):
        """A larger input is another task: its first validation sets a new mark."""
        self.state |= {"stage": stage, "best": -1.0}
        self.averaged.steps = 0
        self.prepare()

    def step(self):
        """One step of learning; returns its loss."""
        volumes, findings = self.batches.next()
        self.learner.train()
        with torch.autocast(self.options.device.split(":")[0], torch.bfloat16):
            logits, maps = self.learner(volumes.contiguous(memory_format=torch.channels_last_3d))
        loss = loss_of(logits.float(), [predicted.float() for predicted in maps], findings)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 2.0)
        self.state["step"] += 1
        if not torch.isfinite(norm):
            # One such step would spoil every weight.
            self.log("skipped", loss=float(loss.detach()), finite_input=bool(torch.isfinite(volumes).all()))
            return float("nan")
        self.optimiser.step()
        self.averaged.update(self.learner.net)
        return float(loss.detach())

    def validate(self, losses):
        """AUC on unseen maps and masks; keeps the best weights."""
        auc, *_ = auc_interval(self.labels, scores_of(self.averaged.model, self.unseen, self.options.device))
        if auc > self.state["best"]:
            self.state["best"] = auc
            best = {"state_dict": self.averaged.model.state_dict(), "size_voxels": self.size(), "step": self.state["step"]}
            torch.save(best, self.options.out / f"best-{self.size()}.pt")
        self.log("validation", loss=float(np.nanmean(losses)), auc=auc, rate=self.optimiser.param_groups[0]["lr"])
        self.save()

    def log(self, event, **figures):
        """A line in log.jsonl."""
        line = {
            "event": event,
            "seed": self.options.seed,
            "data": DATA_VERSION,
            "hours": round(self.state["seconds"] / 3600, 4),
            "step": self.state["step"],
            "pairs": self.state["step"] * self.options.pairs,
            "size_voxels": self.size(),
            **figures,
        }
        with open(self.options.out / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def train(self):
        """Learns until the time is spent."""
        last = self.state["step"] + self.options.steps if self.options.steps else float("inf")
        losses, validated = [], time.time()
        while self.state["step"] < last:
            stage, over = self.progress()
            if losses and (stage != self.state["stage"] or time.time() - validated > 60 * self.options.every):
                self.validate(losses)
                losses, validated = [], time.time()
            if stage == len(self.options.stages):
                break
            if stage != self.state["stage"]:
                self.enter(stage)
            for group in self.optimiser.param_groups:
                group["lr"] = self.rate(stage, over)
            losses.append(self.step())
        if losses:
            self.validate(losses)
        self.log("stopped", best=self.state["best"], finished=self.progress()[0] == len(self.options.stages))


def main():
    options = arguments_of()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.workers:
        make_pairs(options)
    Run(options).train()


if __name__ == "__main__":
    main()
