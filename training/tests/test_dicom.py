"""Reading a series: a small written one, and a real one where it lies (HEADWAY_DATA)."""

import os
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, RLELossless, generate_uid

from headway_training.dicom import read_series


def write_image(path: Path, series: str, description: str, z_mm: float, pixels: np.ndarray, syntax) -> None:
    """One axial image: columns to the Left, rows to the Posterior, 0.5 mm by 0.75 mm pixels."""
    image = Dataset()
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, generate_uid()
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    image.SeriesInstanceUID, image.SeriesDescription = series, description
    image.ImagePositionPatient, image.ImageOrientationPatient = [-10, -20, z_mm], [1, 0, 0, 0, 1, 0]
    image.PixelSpacing = [0.75, 0.5]
    image.Rows, image.Columns = pixels.shape
    image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
    image.BitsAllocated, image.BitsStored, image.HighBit, image.PixelRepresentation = 16, 16, 15, 0
    image.RescaleSlope, image.RescaleIntercept = 2, -5
    image.PixelData = pixels.astype("<u2").tobytes()
    if syntax == RLELossless:
        image.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    image.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(path, image, enforce_file_format=True)


def write_study(folder: Path, syntax=ExplicitVRLittleEndian) -> np.ndarray:
    """Four T2 slices, named against their order, and one other series; returns [row][column][slice]."""
    pixels = np.random.default_rng(0).integers(0, 1000, (6, 5, 4))
    t2, flair = generate_uid(), generate_uid()
    for k in range(4):
        write_image(folder / f"{9 - k}.dcm", t2, "T2", 3.0 * k + 1, pixels[:, :, k], syntax)
    write_image(folder / "a", flair, "FLAIR", 0, pixels[:, :, 0], ExplicitVRLittleEndian)
    (folder / "notes.txt").write_text("not an image")
    return pixels


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_a_series_is_sorted_rescaled_and_placed(tmp_path, syntax):
    pixels = write_study(tmp_path, syntax)
    signal, affine = read_series(tmp_path, "T2")
    assert np.array_equal(signal, pixels.transpose(1, 0, 2) * 2.0 - 5.0)
    assert affine.tolist() == [[-0.5, 0, 0, 10], [0, -0.75, 0, 20], [0, 0, 3, 1], [0, 0, 0, 1]]


def test_what_is_no_stack_is_named(tmp_path):
    write_study(tmp_path)
    for description in ("T1", "FLAIR"):
        with pytest.raises(ValueError, match=f"no stack called '{description}'"):
            read_series(tmp_path, description)


def test_two_series_of_one_description_are_not_mixed(tmp_path):
    for visit in ("first", "second"):
        (tmp_path / visit).mkdir()
        write_study(tmp_path / visit)
    with pytest.raises(ValueError, match="2 series called 'T2'"):
        read_series(tmp_path, "T2")


@pytest.mark.skipif("HEADWAY_DATA" not in os.environ, reason="HEADWAY_DATA is not set: no real scans")
def test_a_real_series_has_its_stated_shape_and_sides():
    signal, affine = read_series(Path(os.environ["HEADWAY_DATA"]) / "dicom_study_ms03", "T2W_TSE_tra")
    assert signal.shape[2] == 44
    assert np.linalg.norm(affine[:3, 2]) == pytest.approx(3.3, abs=0.01)
    assert nibabel.aff2axcodes(affine) == ("L", "P", "S")
