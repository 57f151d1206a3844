"""The packed file holds what the folder holds. Needs requirements-full.txt."""

import json

import numpy as np
import pytest

pytestmark = pytest.mark.full

nibabel = pytest.importorskip("nibabel")
pytest.importorskip("torch")

from headway_training import pack  # noqa: E402
from headway_training.heads.source import opened  # noqa: E402
from phantom_head import label_map  # noqa: E402


def test_the_packed_file_gives_the_same_maps_and_masks_as_the_folder(tmp_path, monkeypatch):
    mask = np.zeros((20, 22, 24), np.uint8)
    mask[3:9, 5:6, 7:17] = 1
    mask[4, 5, 8] = 0
    for path, voxels in (("labels_synthseg_01_13/training_seg_01", label_map()), ("lesions_soop_mni_dev/sub-1", mask)):
        (tmp_path / path).parent.mkdir()
        nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), tmp_path / f"{path}.nii.gz")
    split = {"maps": {"train": ["01"]}, "atrophic": {"train": []}, "lesions": {"train": ["sub-1"]}}
    monkeypatch.setattr(pack, "splits", lambda: json.loads(json.dumps(split)))
    pack.pack(tmp_path, tmp_path / "heads.npz")
    folder, packed = opened(tmp_path), opened(tmp_path / "heads.npz")
    assert np.array_equal(folder.labels("01"), packed.labels("01"))
    one, other = folder.shape("sub-1"), packed.shape("sub-1")
    assert np.array_equal(one.voxels, other.voxels) and other.voxels.sum() == 59 and one.volume_ml == other.volume_ml
    assert one.corner.tolist() == other.corner.tolist() == [3, 5, 7]
