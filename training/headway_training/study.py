"""The page's built-in study: one synthetic head with a tumour, as DICOM files in an archive.

python -m headway_training.study --data FOLDER --out ../public/sample.zip

The head is the first of the test part's that has a tumour; nothing else chose it. It was never trained on, whatever a model says
of it. A T2 series to be scored and a FLAIR that must not be, of the same head. The face is cut away. Equal inputs give equal bytes.
"""

import argparse
import io
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from .evaluate import TEST_SEED
from .world import generator

# How a head is scanned for the eye: at rest, hardly tilted.
CALM = {"ghost": (0.0, 0.0), "tilt_deg": (2.0, 4.0), "gap_share": (0.1, 0.1)}
# Grey values: as many as keep the archive small.
LEVELS = 160
# The face: what lies in front of a plane through these shares of the field, at its lowest and its highest slice (front is 1).
FACE_FROM = (0.5, 1.6)
# ZIP's earliest date: the archive depends on nothing but its content.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Study:
    """What the headers of a study say of it. `root` begins the UIDs of what is in it; they are made from numbers (PS3.5 B.2)."""

    uid: str
    root: str
    patient_id: str
    patient_name: str
    accession: str
    description: str


@dataclass(frozen=True)
class Series:
    """What the headers of a series say: its number, its name, and times in ms as a scanner would have had them."""

    number: int
    description: str
    repetition_ms: int
    echo_ms: int
    inversion_ms: int | None = None


SAMPLE = Study("2.25.4119.0", "2.25.4119", "HEADWAY-SAMPLE", "SAMPLE^SYNTHETIC", "SAMPLE", "SYNTHETIC head, computed, no patient")
# Sequence, what is said of it, pixel and slice in mm.
SERIES = (
    ("T2", Series(1, "t2_tse_tra", 4500, 100), 0.95, 4.5),
    ("FLAIR", Series(2, "t2_flair_tra", 9000, 120, 2500), 1.25, 5.5),
)


def tumour_index(heads):
    """The first odd index whose finding is a tumour."""
    return next(index for index in range(1, 1000, 2) if heads.kind(index) == "tumour")


def faceless(volume):
    """The volume [x, y, z] in RAS order, empty where the face was."""
    _, y, z = (torch.linspace(0, 1, size) for size in volume.shape)
    front = FACE_FROM[0] + (FACE_FROM[1] - FACE_FROM[0]) * z
    return volume * (y[None, :, None] < front[None, None, :])


def stored(volume):
    """Whole numbers from 0 to LEVELS; the brightest thousandth is clipped."""
    most = float(torch.quantile(volume.flatten()[::5], 0.999))
    return (volume / most * LEVELS).round().clamp(0, LEVELS).to(torch.int32).numpy().astype(np.uint16)


def image(pixels, study, series, number, position_mm, spacing_mm):
    """One image: rows run to the back, columns to the left."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SpecificCharacterSet = "ISO_IR 192"
    data.ImageType = ["ORIGINAL", "PRIMARY", "M", "NONE"]
    data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, f"{study.root}.{series.number}.{number}"
    data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    data.StudyDate, data.StudyTime, data.AccessionNumber = "20260101", "080000", study.accession
    data.Modality, data.Manufacturer, data.InstitutionName = "MR", "Headway", "Synthetic"
    data.ManufacturerModelName = "Synthetic head"
    data.StudyDescription, data.SeriesDescription = study.description, series.description
    data.PatientName, data.PatientID, data.PatientAge, data.PatientSex = study.patient_name, study.patient_id, "050Y", "O"
    data.PatientIdentityRemoved, data.DeidentificationMethod = "YES", "Computed; never was a patient. Face cut away."
    data.BodyPartExamined, data.PatientPosition = "HEAD", "HFS"
    data.ScanningSequence, data.SequenceVariant, data.MRAcquisitionType = ["SE", "IR"] if series.inversion_ms else "SE", "SK", "2D"
    data.RepetitionTime, data.EchoTime, data.MagneticFieldStrength = series.repetition_ms, series.echo_ms, 1.5
    if series.inversion_ms:
        data.InversionTime = series.inversion_ms
    data.StudyInstanceUID, data.SeriesInstanceUID = study.uid, f"{study.root}.{series.number}"
    data.FrameOfReferenceUID = f"{study.root}.9"
    data.StudyID, data.SeriesNumber, data.InstanceNumber = study.accession, series.number, number
    data.ImageComments = "Computed image of a synthetic head. No patient."
    data.ImagePositionPatient = [f"{value:.3f}" for value in position_mm]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = [f"{spacing_mm[1]:.4f}", f"{spacing_mm[0]:.4f}"]
    data.SliceThickness = data.SpacingBetweenSlices = f"{spacing_mm[2]:.3f}"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.WindowCenter, data.WindowWidth = LEVELS // 2, LEVELS
    data.PixelData = np.ascontiguousarray(pixels).tobytes()
    return data


def patient_mm(place, shape, spacing_mm):
    """DICOM patient coordinates (LPS) of a voxel (x, y, z) of a volume in RAS order, whose middle is the origin."""
    middle = (np.array(shape) - 1) / 2
    return (np.array(place) - middle) * spacing_mm * [-1, -1, 1]


def images(volume, spacing_mm, study, series):
    """(file name, DICOM file) of every slice of a volume [x, y, z] in RAS order, from the lowest up."""
    # From RAS to LPS: both axes of the plane turn round, so that rows begin at the right front.
    pixels = stored(faceless(volume))[::-1, ::-1]
    width, depth, count = pixels.shape
    for slice_at in range(count):
        position = patient_mm((width - 1, depth - 1, slice_at), pixels.shape, spacing_mm)
        data = image(pixels[:, :, slice_at].T, study, series, slice_at + 1, position, spacing_mm)
        file = io.BytesIO()
        data.save_as(file, enforce_file_format=True)
        yield f"{series.number}_{series.description}/{slice_at + 1:03d}.dcm", file.getvalue()


def scanned(heads, index, kind, pixel_mm, slice_mm):
    """(volume [x, y, z], findings, spacing in mm) of a head with its finding, if any, acquired as style A does but for these."""
    changes = CALM | {"pixel_mm": (pixel_mm, pixel_mm), "slice_mm": (slice_mm, slice_mm)}
    made = replace(heads, style="A", changes=changes)
    return made.native(index, kind, 1.0)[:3]


def put(archive, name, content):
    """A file into an archive that depends on nothing but its content."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    archive.writestr(entry, content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    heads = generator(options.data, "test", TEST_SEED + 20, 120, cache=options.cache)
    index = tumour_index(heads)
    with zipfile.ZipFile(options.out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for sequence, series, pixel_mm, slice_mm in SERIES:
            scan = scanned(replace(heads, sequence=sequence), index, heads.kind(index), pixel_mm, slice_mm)
            for name, content in images(scan[0], scan[2], SAMPLE, series):
                put(archive, name, content)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB, head {index}")


if __name__ == "__main__":
    main()
