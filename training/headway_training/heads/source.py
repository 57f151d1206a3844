"""Where label maps and lesion masks come from: a folder of NIfTI, or the one file that `pack` makes of it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .maps import lesion_path, map_path, read_labels


@dataclass
class Shape:
    """One mask: cropped voxels (bool [x, y, z]), the crop's first corner in the whole mask, and its volume."""

    name: str
    voxels: np.ndarray
    corner: np.ndarray
    volume_ml: float


class Folder:
    """A folder with `labels_synthseg_01_13` and `lesions_soop_mni_dev`."""

    def __init__(self, path):
        self.path = path

    def labels(self, name):
        """A label map, int16 [x, y, z]."""
        return read_labels(map_path(self.path, name))

    def shape(self, name):
        """A lesion mask in RAS order; raises ValueError where it is empty."""
        import nibabel

        image = nibabel.as_closest_canonical(nibabel.load(lesion_path(self.path, name)))
        voxels = np.asarray(image.dataobj) > 0
        if not voxels.any():
            raise ValueError(f"{lesion_path(self.path, name)}: the mask is empty")
        ends = [np.flatnonzero(voxels.any(tuple({0, 1, 2} - {axis})))[[0, -1]] for axis in range(3)]
        crop = voxels[tuple(slice(a, b + 1) for a, b in ends)]
        return Shape(name, crop, np.array([a for a, _ in ends], float), voxels.sum() / 1000.0)


def opened(data):
    """The source at a path."""
    if Path(data).is_file():
        from ..pack import Packed

        return Packed(data)
    return Folder(data)
