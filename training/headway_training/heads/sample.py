"""One synthetic head from (seed, index): painted, scanned, brought to the network's input, with its lesion map.

`Generator.head(index)` gives a head with or without a finding; `Generator.pair(index)` the same head both ways.
"""

from dataclasses import dataclass, field, replace

import torch

from .canvas import Canvas
from .draw import Draws
from .field import SPEC, field_of, normalised, spec_of
from .findings import FINDINGS, paint_finding
from .findings.spaces import mark_walls
from .scan import acquire
from .signal import draw_sequence
from .style import STYLES, style_name
from .variants import apply_variants

# A sham goes through a finding's code with this part of its contrast at most: nothing that could be seen.
SHAM_AMPLITUDE = 0.03
# A finding counts as there where its map reaches this much in some voxel of the input.
VISIBLE = 0.15
ATTEMPTS = 4


@dataclass
class Head:
    """`volume` and `findings` are [size, size, size]; `facts` say map, class, volume in mL, contrast, amplitude, style."""

    volume: torch.Tensor
    findings: torch.Tensor
    abnormal: bool
    facts: dict = field(default_factory=dict)


@dataclass
class Generator:
    """Heads from prepared anatomies. `anatomies` are normal, `atrophic` only ever abnormal, `shapes` are lesion masks.

    `changes` replaces ranges of the style, and `mirrored` exchanges left and right, to see what that does to a score. `size_voxels` over 180 mm;
    `sequence` is one that signal.draw_sequence knows; `work_mm` is the grid on which heads are deformed and scanned (2 is enough below 64).
    """

    seed: int
    anatomies: list
    atrophic: list
    shapes: list
    style: str = "mixed"
    changes: dict = field(default_factory=dict)
    mirrored: bool = False
    sequence: str = "T2"
    size_voxels: int = 120
    work_mm: int = 1
    clamp: tuple = tuple(SPEC["clamp"])
    classes: tuple = tuple(FINDINGS)

    def native(self, index, kind, amplitude, attempt=0):
        """The scan itself before any preprocessing: (volume, findings, spacing in mm, facts)."""
        of = {name: Draws(self.seed, index, name) for name in ("anatomy", "signal", "variants", "scan")}
        of["finding"] = Draws(self.seed, index, f"finding {attempt}")
        atrophic = of["finding"].chance(0.5) and kind == "atrophy" and amplitude == 1 and self.atrophic
        anatomy = of["anatomy"].choice(self.atrophic if atrophic else self.anatomies)
        canvas = Canvas.of(anatomy, draw_sequence(of["signal"], self.sequence))
        canvas.facts |= {"map": anatomy.name, "class": kind if amplitude == 1 else "normal", "amplitude": amplitude}
        apply_variants(canvas, of["variants"])
        if atrophic:
            mark_walls(canvas, 2)
        elif kind:
            canvas.amplitude = amplitude
            paint_finding(kind, canvas, of["finding"], self.shapes)
        canvas.facts["style"] = style_name(self.style, of["scan"])
        style = replace(STYLES[canvas.facts["style"]], **self.changes)
        volume, findings, spacing_mm = acquire(canvas, of["scan"], style, self.work_mm)
        if self.mirrored:
            volume, findings = volume.flip(0), findings.flip(0)
        return volume, findings, spacing_mm, canvas.facts

    def rendered(self, index, kind, amplitude, attempt=0):
        """The head as the network gets it."""
        volume, findings, spacing_mm, facts = self.native(index, kind, amplitude, attempt)
        spec = spec_of(self.size_voxels)
        grid = field_of(volume, spacing_mm, spec)
        abnormal = amplitude == 1
        marked = grid.of(findings) if abnormal else torch.zeros((self.size_voxels,) * 3, device=volume.device)
        return Head(normalised(grid.of(volume), self.clamp), marked, abnormal, facts)

    def abnormal(self, index, kind):
        """(head, attempt): findings outside the slices or lost between voxels are drawn anew, so that labels are true."""
        for attempt in range(ATTEMPTS):
            head = self.rendered(index, kind, 1.0, attempt)
            if head.findings.max() > VISIBLE:
                break
        return head, attempt

    def kind(self, index):
        """The class that this index has, or would have if it were abnormal."""
        return Draws(self.seed, index, "class").choice(self.classes)

    def sham(self, index):
        """The amplitude of a normal head's sham: often none at all."""
        draws = Draws(self.seed, index, "sham")
        return draws.uniform(0, SHAM_AMPLITUDE) if draws.chance(0.5) else 0.0

    def native_head(self, index):
        """`native` of what `head` would give, findings that no voxel of the input shows included."""
        return self.native(index, self.kind(index), 1.0 if index % 2 else self.sham(index))

    def head(self, index):
        """Even indices are normal, odd ones abnormal."""
        if index % 2:
            return self.abnormal(index, self.kind(index))[0]
        return self.rendered(index, self.kind(index), self.sham(index))

    def pair(self, index):
        """The same head with its finding and with a sham in its place: (abnormal, normal)."""
        kind = self.kind(index)
        abnormal, attempt = self.abnormal(index, kind)
        return abnormal, self.rendered(index, kind, self.sham(index), attempt)
