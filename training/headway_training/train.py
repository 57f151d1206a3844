"""Trains DenseNet-121 on synthetic heads, from small inputs to large ones, and can be stopped and gone on with.

python -m headway_training.train --data FOLDER --out FOLDER [--minutes 60] [--seed 1] [--device cuda]

Writes into --out: last.pt (everything a run needs to go on), best-SIZE.pt for each input size (averaged weights of the
best validation AUC, as `export` takes them), log.jsonl (one line per validation, one per run). The same command goes on
where it stopped.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from .learner import Averaged, Learner, loss_of
from .pool import Pool, pairs_from
from .statistics import auc_interval
from .world import generator, heads_from

DATA_VERSION = "heads-1"
# (input voxels over 180 mm, learning rate, pairs per step). 120 is the paper's.
STAGES = [(48, 1e-3, 8), (64, 5e-4, 8), (80, 3e-4, 8), (96, 2e-4, 6), (120, 1e-4, 4)]
VALIDATION_SEED = 900_000


def arguments_of(line=None):
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with label maps and lesion masks")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run, outside the repository")
    parser.add_argument("--minutes", type=float, default=60, help="stop after this long (wall clock)")
    parser.add_argument("--steps", type=int, help="stop after this many more steps")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, help="threads of PyTorch; its own choice otherwise")
    parser.add_argument("--float32", action="store_true", help="no bfloat16 in the network's passes; needed where all steps are skipped, as seen with oneDNN at 64^3")
    parser.add_argument("--style", choices=["A", "B", "mixed"], default="mixed")
    parser.add_argument("--largest", type=int, choices=[size for size, *_ in STAGES], default=120)
    parser.add_argument("--workers", type=int, default=0, help="processes that make heads on the CPU ahead of time")
    parser.add_argument("--fresh", type=int, default=2, help="new pairs per step; the others come from the pool")
    parser.add_argument("--pool", type=int, default=400, help="pairs kept")
    parser.add_argument("--every", type=int, default=100, help="steps between validations")
    parser.add_argument("--patience", type=int, default=8, help="validations without a better AUC that end a stage")
    parser.add_argument("--validation", type=int, default=200, help="heads of unseen maps and masks per validation")
    parser.add_argument("--cache", type=Path, help="keeps prepared maps; OUT/cache otherwise")
    return parser.parse_args(line)


def scores_of(model, heads, device, batch=8):
    """Logits of heads, the mean of each and its mirror image, float64 [n]."""
    logits = []
    with torch.no_grad():
        for start in range(0, len(heads), batch):
            volumes = torch.stack([head.volume for head in heads[start : start + batch]])[:, None].float().to(device)
            logits.append(((model(volumes) + model(volumes.flip(2))) / 2)[:, 0].double().cpu())
    return torch.cat(logits).numpy()


class Run:
    """A training run: its state is what last.pt holds."""

    def __init__(self, options):
        self.options, self.started = options, time.time()
        self.state = {"stage": 0, "step": 0, "pairs": 0, "best": -1.0, "stale": 0, "seconds": 0.0}
        torch.manual_seed(options.seed)
        options.out.mkdir(parents=True, exist_ok=True)
        self.learner = Learner().to(options.device, memory_format=torch.channels_last_3d)
        self.averaged = Averaged(self.learner.net)
        self.optimiser = torch.optim.AdamW(self.learner.parameters(), lr=STAGES[0][1], weight_decay=1e-4)
        if (options.out / "last.pt").exists():
            self.resume(torch.load(options.out / "last.pt", map_location=options.device, weights_only=True))
        self.enter_stage()

    def resume(self, kept):
        """Goes on from last.pt; another seed or style would be another run."""
        for name in ("seed", "style"):
            if kept[name] != getattr(self.options, name):
                raise SystemExit(f"{self.options.out}: begun with --{name} {kept[name]}; choose another folder")
        self.state = kept["state"]
        self.learner.load_state_dict(kept["learner"])
        self.averaged.model.load_state_dict(kept["averaged"])
        self.averaged.steps = kept["averaged_steps"]
        self.optimiser.load_state_dict(kept["optimiser"])

    def save(self):
        """Writes last.pt whole or not at all."""
        part = self.options.out / "last.pt.part"
        kept = {
            "seed": self.options.seed,
            "style": self.options.style,
            "state": self.state,
            "learner": self.learner.state_dict(),
            "averaged": self.averaged.model.state_dict(),
            "averaged_steps": self.averaged.steps,
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(kept, part)
        part.replace(self.options.out / "last.pt")

    def enter_stage(self):
        """Makes the generators, the pool and the validation heads of the current input size."""
        size, rate, self.pairs_per_step = STAGES[self.state["stage"]]
        options, cache = self.options, self.options.cache or self.options.out / "cache"
        # Other processes make heads on the CPU; without them heads are made where the network is.
        world = (options.style, cache, "cpu" if options.workers else options.device)
        heads = generator(options.data, "train", options.seed, size, *world)
        self.made = pairs_from(heads, self.state["pairs"], options.workers)
        validation = generator(options.data, "validation", VALIDATION_SEED, size, *world)
        self.unseen = list(heads_from(validation, range(options.validation), options.workers))
        self.pool = Pool(options.pool, options.seed + self.state["pairs"])
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def fill(self, wanted):
        """Makes this many pairs; indices go on where the run stopped, so that no head comes twice."""
        for _ in range(wanted):
            # A copy: what comes from another process holds a file open for as long as it is kept.
            self.pool.add(next(self.made).to(self.options.device, copy=True))
            self.state["pairs"] += 1

    def step(self):
        """One step of learning; returns its loss."""
        fresh = min(self.options.fresh, self.pairs_per_step)
        self.fill(fresh if self.pool.pairs else self.pairs_per_step)
        volumes, findings, abnormal = self.pool.batch(self.pairs_per_step, fresh)
        self.learner.train()
        device = self.options.device.split(":")[0]
        with torch.autocast(device, torch.bfloat16, enabled=not self.options.float32):
            outputs = self.learner(volumes.contiguous(memory_format=torch.channels_last_3d))
        loss = loss_of([output.float() for output in outputs], abnormal, findings)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.learner.parameters(), 2.0)
        self.state["step"] += 1
        if not torch.isfinite(norm):
            # Halved precision overflows at times; one such step would spoil every weight.
            self.log("skipped", loss=float(loss.detach()), finite_input=bool(torch.isfinite(volumes).all()))
            return float("nan")
        self.optimiser.step()
        self.averaged.update(self.learner.net)
        return float(loss.detach())

    def validate(self, losses):
        """AUC on unseen maps and masks; keeps the best weights and counts validations without a better one."""
        labels = np.array([head.abnormal for head in self.unseen])
        auc, low, high = auc_interval(labels, scores_of(self.averaged.model, self.unseen, self.options.device))
        better = auc > self.state["best"]
        self.state |= {"best": max(auc, self.state["best"]), "stale": 0 if better else self.state["stale"] + 1}
        size = STAGES[self.state["stage"]][0]
        if better:
            best = {"state_dict": self.averaged.model.state_dict(), "size_voxels": size, "step": self.state["step"]}
            torch.save(best, self.options.out / f"best-{size}.pt")
        self.log("validation", size_voxels=size, loss=float(np.nanmean(losses)), auc=auc, interval=[low, high])

    def log(self, event, **figures):
        """A line in log.jsonl."""
        common = {"event": event, "seed": self.options.seed, "data": DATA_VERSION, "style": self.options.style}
        hours = (self.state["seconds"] + time.time() - self.started) / 3600
        line = {**common, "hours": round(hours, 4), "step": self.state["step"], "pairs": self.state["pairs"], **figures}
        with open(self.options.out / "log.jsonl", "a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)

    def advance(self):
        """Enters the next stage when patience is spent; False at the end of the last."""
        if self.state["stale"] < self.options.patience:
            return True
        if STAGES[self.state["stage"]][0] >= self.options.largest:
            return False
        # A larger input is another task: its first validation sets a new mark, and the average forgets faster at first.
        self.state |= {"stage": self.state["stage"] + 1, "best": -1.0, "stale": 0}
        self.averaged.steps = 0
        self.enter_stage()
        return True

    def train(self):
        """Learns until time or patience is spent."""
        going, losses = True, []
        last = self.state["step"] + self.options.steps if self.options.steps else float("inf")
        while going and self.state["step"] < last and time.time() - self.started < 60 * self.options.minutes:
            losses.append(self.step())
            if self.state["step"] % self.options.every == 0:
                self.validate(losses)
                losses = []
                going = self.advance()
                self.save()
        self.log("stopped", size_voxels=STAGES[self.state["stage"]][0], best=self.state["best"], finished=not going)
        self.state["seconds"] += time.time() - self.started
        self.save()


def main():
    options = arguments_of()
    if options.threads:
        torch.set_num_threads(options.threads)
    Run(options).train()


if __name__ == "__main__":
    main()
