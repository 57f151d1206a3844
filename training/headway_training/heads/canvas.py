"""A head being painted: its signal at 1 mm, where it is abnormal, and the deformations that come with the findings.

Every finding, variant and sham is painted through `Canvas.paint`, before slices are averaged; a finding's strength is
scaled by `amplitude` in one place, so that amplitude 0 leaves the head exactly as it was.
"""

from dataclasses import dataclass, field

import numpy as np
import torch

from .signal import between_grey_and_csf, render
from .warp import sample


@dataclass
class Canvas:
    """`image` and `findings` are [x, y, z] at 1 mm; `warps` go from the painted map's deformed side to the map's own."""

    anatomy: object
    signals: dict
    image: torch.Tensor
    findings: torch.Tensor
    amplitude: float = 1.0
    warps: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)

    @classmethod
    def of(cls, anatomy, signals):
        """A head without anything painted."""
        image = render(anatomy, signals)
        return cls(anatomy, signals, image, torch.zeros_like(image))

    def paint(self, box, alpha, value, finding=True):
        """Blends `value` in by `alpha` (0 to 1) within a box of slices; findings are also marked on the lesion map."""
        alpha = (alpha * self.amplitude) if finding else alpha
        self.image[box] += alpha * (value - self.image[box])
        if finding and self.amplitude > 0:
            self.findings[box] = torch.maximum(self.findings[box], alpha / self.amplitude)

    def tone(self, contrast):
        """Signal at this part of the way from grey matter to CSF."""
        return between_grey_and_csf(self.signals, contrast)

    def deform(self, warp_of_strength, strength):
        """Adds a deformation that belongs to a finding; at amplitude 0 it is the identity."""
        if self.amplitude > 0:
            self.warps.append(warp_of_strength(strength * self.amplitude))

    def box(self, centre, radius_mm):
        """Slices of the cube around a point, cut at the volume's ends."""
        low = np.maximum(np.floor(np.asarray(centre) - radius_mm), 0).astype(int)
        high = np.minimum(np.ceil(np.asarray(centre) + radius_mm) + 1, self.image.shape).astype(int)
        return tuple(slice(int(a), int(max(a + 1, b))) for a, b in zip(low, high))

    def offsets(self, box, centre):
        """Positions of a box's voxels relative to a point, [3, x, y, z] in mm."""
        axes = [torch.arange(at.start, at.stop, device=self.image.device) - float(c) for at, c in zip(box, centre)]
        return torch.stack(torch.meshgrid(*axes, indexing="ij")).float()


def sphere_radius(volume_ml):
    """Radius in mm of a ball of this volume."""
    return float((volume_ml * 1000 * 3 / (4 * np.pi)) ** (1 / 3))


def blob(canvas, draws, centre, radius_mm, ragged=0.25, stretch=1.4, soft_mm=1.0):
    """A rounded, ragged, stretched shape: (box, alpha). `ragged` is how far its edge strays, as a part of the radius."""
    axes = np.exp(draws.uniform(-1, 1, 3) * np.log(stretch))
    axes /= np.prod(axes) ** (1 / 3)
    box = canvas.box(centre, radius_mm * axes.max() * (1 + 2 * ragged) + 3)
    frame = np.linalg.qr(draws.random.standard_normal((3, 3)))[0] / axes[:, None]
    offsets = canvas.offsets(box, centre)
    frame = torch.as_tensor(frame, dtype=torch.float32, device=offsets.device)
    away = torch.einsum("ij,jabc->iabc", frame, offsets).square().sum(0).sqrt()
    knots = draws.noise((1, 6, 6, 6)).to(offsets.device)
    noise = sample(knots, offsets / max(radius_mm, 1.0) * 1.25 + 2.5)[0]
    edge = radius_mm * (1 + ragged * noise.clamp(-2, 2)) - away
    return box, torch.sigmoid(edge / (0.4 * soft_mm)) * (edge > -2 * soft_mm)
