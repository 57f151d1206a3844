"""Writes the compressed streams of the test `transfer_syntaxes_are_read_as_documented`: one formula image, by encoders
that share no code with Headway's decoders (libjpeg-turbo, CharLS, OpenJPEG, OpenJPH, libjxl, all in the package imagecodecs);
and in `small/` a corner of it, for fuzzing: what takes a tenth of the time is tried ten times as often.

    python make.py
"""

from pathlib import Path

import imagecodecs
import numpy as np

NEAR = 2


def image(bits, rows, columns):
    """Slopes with steps. The test has the same formula."""
    row, column = np.mgrid[0:rows, 0:columns]
    return ((row * 40 + column * 13 + (row * column % 7) * 9) >> (12 - bits)).astype(np.uint8 if bits == 8 else np.uint16)


def write(folder, rows, columns):
    grey8, grey12 = image(8, rows, columns), image(12, rows, columns)
    streams = {
        "jpeg_baseline": imagecodecs.jpeg_encode(grey8, level=100),
        "jpeg_extended_12": imagecodecs.jpeg_encode(grey12, level=100, bitspersample=12),
        "jpeg_lossless": imagecodecs.jpeg_encode(grey12, lossless=True, bitspersample=12, predictor=6),
        "jpeg_lossless_sv1": imagecodecs.jpeg_encode(grey12, lossless=True, bitspersample=12, predictor=1),
        "jpeg_ls": imagecodecs.jpegls_encode(grey12),
        "jpeg_ls_near": imagecodecs.jpegls_encode(grey12, level=NEAR),
        "jpeg_2000": imagecodecs.jpeg2k_encode(grey12, codecformat="j2k", reversible=True, bitspersample=12),
        "jpeg_2000_lossy": imagecodecs.jpeg2k_encode(grey12, codecformat="j2k", level=90, bitspersample=12),
        "htj2k": imagecodecs.htj2k_encode(grey12, reversible=True),
        "htj2k_lossy": imagecodecs.htj2k_encode(grey12, reversible=False, level=0.00001),
        "jpeg_xl": imagecodecs.jpegxl_encode(grey12, lossless=True, bitspersample=12),
        "jpeg_xl_jpeg": imagecodecs.jpegxl_encode_jpeg(imagecodecs.jpeg_encode(grey8, level=100)),
        "jpeg_xl_lossy": imagecodecs.jpegxl_encode(grey8, distance=0.01),
    }
    for name, stream in streams.items():
        (folder / f"{name}.bin").write_bytes(stream)


if __name__ == "__main__":
    here = Path(__file__).parent
    write(here, 64, 96)
    write(here / "small", 8, 12)
