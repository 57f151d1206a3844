"""One classic DICOM series of a folder as an array and an affine, read with pydicom."""

from pathlib import Path

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError


def images(folder):
    """Every readable DICOM image below a folder."""
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            try:
                image = pydicom.dcmread(path)
            except InvalidDicomError:
                continue
            if "PixelData" in image:
                yield image


def read_series(folder, description):
    """The series of that description: signal [i, j, k] (column, row, slice) and its affine to RAS+ millimetres."""
    chosen = [image for image in images(folder) if image.get("SeriesDescription", "") == description]
    if len(chosen) < 2:
        raise ValueError(f"{folder} holds no stack called {description!r}")
    if (series := len({image.SeriesInstanceUID for image in chosen})) > 1:
        raise ValueError(f"{folder} holds {series} series called {description!r}: name a folder with one")
    row, column = np.reshape(np.array(chosen[0].ImageOrientationPatient, dtype=float), (2, 3))
    # Unit vectors (PS3.3 C.7.6.2.1.1), but for the digits they were written with.
    row, column = row / np.linalg.norm(row), column / np.linalg.norm(column)
    normal = np.cross(row, column)
    chosen.sort(key=lambda image: float(np.dot(normal, np.array(image.ImagePositionPatient, dtype=float))))
    origins = [np.array(image.ImagePositionPatient, dtype=float) for image in (chosen[0], chosen[-1])]
    between_rows, between_columns = (float(v) for v in chosen[0].PixelSpacing)
    lps = np.eye(4)
    lps[:3, 0] = row * between_columns
    lps[:3, 1] = column * between_rows
    lps[:3, 2] = (origins[1] - origins[0]) / (len(chosen) - 1)
    lps[:3, 3] = origins[0]
    signal = np.stack([rescaled(image) for image in chosen], axis=-1)
    return signal, np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps


def rescaled(image):
    """Signal [column, row] with Rescale Slope and Intercept applied."""
    stored = image.pixel_array.astype(np.float64)
    return stored.T * float(image.get("RescaleSlope", 1)) + float(image.get("RescaleIntercept", 0))
