"""The steps of the reading against PyTorch's and MONAI's own. Needs requirements-full.txt."""

import numpy as np
import pytest

from headway_training.preprocess import canonical, crop_or_pad, interpolate, resample, resize

pytestmark = pytest.mark.full


@pytest.fixture
def volume():
    return np.random.default_rng(1).random((41, 38, 29))


def test_resize_is_torchs_interpolate(volume):
    import torch

    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(volume)[None, None], size=(24,) * 3, mode="trilinear", align_corners=False, antialias=False
    )
    assert np.abs(resize(volume, 24) - theirs[0, 0].numpy()).max() < 1e-12


def test_interpolate_is_torchs_grid_sample_with_border_padding(volume):
    import torch

    # Past both ends too; grid_sample places -1 and 1 on the outer faces of the first and last voxel.
    positions = np.linspace(-2.0, 42.0, 67)
    axes = [torch.from_numpy((2 * at + 1) / n - 1) for at, n in zip((positions, np.arange(38), np.arange(29)), volume.shape)]
    x, y, z = torch.meshgrid(*axes, indexing="ij")
    # The grid's last dimension names the fastest axis first.
    grid = torch.stack([z, y, x], dim=-1)[None]
    theirs = torch.nn.functional.grid_sample(
        torch.from_numpy(volume)[None, None], grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    assert np.abs(interpolate(volume, 0, positions) - theirs[0, 0].numpy()).max() < 1e-12


def test_resample_is_monais_spacing(volume):
    import torch
    from monai.data import MetaTensor
    from monai.transforms import Spacing

    spacing = (0.9, 0.7, 3.3)
    image = MetaTensor(torch.from_numpy(volume)[None], affine=torch.diag(torch.tensor([*spacing, 1.0], dtype=torch.float64)))
    spaced = Spacing((1.0,) * 3, diagonal=False, mode="bilinear", padding_mode="border", dtype=np.float64)
    theirs = spaced(image)[0].numpy()
    ours = resample(volume, spacing, 1.0)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-6


@pytest.mark.parametrize("codes", ["LPS", "PIR", "RSP", "ASL"])
def test_canonical_is_nibabels(volume, codes):
    import nibabel

    turn = nibabel.orientations.ornt_transform(*map(nibabel.orientations.axcodes2ornt, ("RAS", codes)))
    stored = nibabel.Nifti1Image(volume, np.eye(4)).as_reoriented(turn)
    assert nibabel.aff2axcodes(stored.affine) == tuple(codes)
    assert np.array_equal(canonical(stored.get_fdata(), stored.affine)[0], volume)


@pytest.mark.parametrize("field", [30, 45, 60])
def test_crop_or_pad_is_monais(volume, field):
    from monai.transforms import ResizeWithPadOrCrop

    theirs = ResizeWithPadOrCrop((field,) * 3, method="symmetric", mode="constant")(volume[None])[0].numpy()
    assert np.array_equal(crop_or_pad(volume, field), theirs)
