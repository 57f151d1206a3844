"""Label maps measured and classified: how large ventricles and CSF are, and which map counts as a normal head.

The lines drawn here are written down in README.md; they decide what "normal" means to the network. NumPy and nibabel.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .tissues import BRAIN, GROUPS, LESION_LABELS, VENTRICLES

# Past either line a map is an atrophic head, not a normal one.
VENTRICLES_MAX_ML = 65.0
CSF_SHARE_MAX = 0.32
# Kept below the brain: enough for the foramen magnum and the upper neck.
NECK_MM = 45


@dataclass(frozen=True)
class Measures:
    """Volumes of one map. `csf_share` is of the intracranial volume: brain, ventricles and the CSF around them."""

    ventricles_ml: float
    intracranial_ml: float
    csf_share: float
    lesion_labels_ml: float

    @property
    def normal(self):
        """Within what counts as normal ageing here."""
        return self.ventricles_ml <= VENTRICLES_MAX_ML and self.csf_share <= CSF_SHARE_MAX


def labels_of(names):
    """All labels of these groups."""
    return [label for name in names for label in GROUPS[name][0]]


def measure(labels):
    """Measures of an integer label map at 1 mm; raises ValueError where there is no brain in it."""
    cord = (512,)
    millilitres = np.bincount(labels.ravel(), minlength=1024) / 1000.0
    brain = sum(millilitres[label] for label in labels_of(BRAIN) if label not in cord)
    ventricles = sum(millilitres[label] for label in labels_of(VENTRICLES))
    if brain == 0:
        raise ValueError("the label map has no voxel of brain")
    # CSF around the spinal cord is not intracranial: only what lies above the lowest voxel of cerebellum counts.
    brain_z = np.flatnonzero(np.isin(labels, labels_of(("cerebellar_cortex", "cortex"))).any((0, 1)))
    around = np.count_nonzero(labels[:, :, brain_z[0] :] == 24) / 1000.0
    total = brain + ventricles + around
    lesions = sum(millilitres[label] for label in LESION_LABELS)
    return Measures(float(ventricles), float(total), float((ventricles + around) / total), float(lesions))


def read_labels(path):
    """A map of 1 mm as int16 [x, y, z] in RAS order, cropped to the head and NECK_MM below the brain."""
    import nibabel

    image = nibabel.as_closest_canonical(nibabel.load(path))
    if not np.allclose(image.header.get_zooms()[:3], 1.0, atol=1e-3):
        raise ValueError(f"{path}: voxels of {image.header.get_zooms()[:3]} mm; label maps of 1 mm are needed")
    labels = np.asarray(image.dataobj).astype(np.int16)
    lowest = np.flatnonzero(np.isin(labels, labels_of(("cerebellar_cortex", "cortex"))).any((0, 1)))[0]
    labels = labels[:, :, max(lowest - NECK_MM, 0) :]
    inside = [np.flatnonzero((labels > 0).any(tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    return np.ascontiguousarray(labels[tuple(slice(max(at[0] - 2, 0), at[-1] + 3) for at in inside)])


def map_path(data, name):
    """The file of map `name` ("01" to "13") under the data folder."""
    return Path(data) / "labels_synthseg_01_13" / f"training_seg_{name}.nii.gz"


def lesion_path(data, name):
    """The file of lesion mask `name` under the data folder."""
    return Path(data) / "lesions_soop_mni_dev" / f"{name}.nii.gz"
