"""Writes golden.json: what pydicom reads in its own test files, for the test `pydicom_agrees`.

Needs pydicom 3.0, pylibjpeg with its openjpeg, libjpeg and rle plugins, and pyjpegls:

    python golden.py > golden.json

For each greyscale image it can decode: for each frame the SHA-256 of the signal (32-bit floats, little endian, rows
first), and some of its values, for streams that decoders may round differently. Signal means here what it means in
crates/core/src/frame.rs: rescaled, MONOCHROME1 turned over, padding set to 0.
"""

import hashlib
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

SAMPLES = 64
LOSSY = {"1.2.840.10008.1.2.4." + suffix for suffix in ("50", "51", "81", "91", "203")}


def rescaling(dataset, frame):
    shared = dataset.get("SharedFunctionalGroupsSequence", [None])[0]
    own = dataset.get("PerFrameFunctionalGroupsSequence")
    for groups in (own[frame] if own and frame < len(own) else None, shared):
        if groups is not None and "PixelValueTransformationSequence" in groups:
            item = groups.PixelValueTransformationSequence[0]
            return float(item.RescaleSlope), float(item.RescaleIntercept)
    return float(dataset.get("RescaleSlope") or 1), float(dataset.get("RescaleIntercept") or 0)


def signal(dataset, stored, frame):
    stored = stored.astype(np.int64)
    value = stored
    if dataset.PhotometricInterpretation == "MONOCHROME1":
        value = (-1 if dataset.PixelRepresentation else 2**dataset.BitsStored - 1) - stored
    slope, intercept = rescaling(dataset, frame)
    scaled = (value.astype(np.float64) * slope + intercept).astype("<f4")
    if dataset.get("PixelPaddingValue") is not None:
        ends = sorted([dataset.PixelPaddingValue, dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue)])
        scaled[(stored >= ends[0]) & (stored <= ends[1])] = 0
    return scaled


def frames(path):
    dataset = pydicom.dcmread(path, force=True)
    if "PixelData" not in dataset or not dataset.PhotometricInterpretation.startswith("MONOCHROME"):
        return None
    if "TransferSyntaxUID" not in dataset.file_meta:
        encoding = dataset.original_encoding
        dataset.file_meta.TransferSyntaxUID = (
            "1.2.840.10008.1.2" if encoding[0] else "1.2.840.10008.1.2.1" if encoding[1] else "1.2.840.10008.1.2.2"
        )
    stored = pixel_array(dataset)
    count = int(dataset.get("NumberOfFrames") or 1)
    stored = stored if count > 1 else stored[np.newaxis]
    signals = [signal(dataset, stored[frame], frame) for frame in range(count)]
    lossy = dataset.file_meta.TransferSyntaxUID in LOSSY
    return {
        "lossy": lossy,
        "slope": max(abs(rescaling(dataset, frame)[0]) for frame in range(count)),
        "sha256": [hashlib.sha256(one.tobytes()).hexdigest() for one in signals],
        "values": [[float(v) for v in one.ravel()[:: max(1, one.size // SAMPLES)][:SAMPLES]] for one in signals if lossy],
    }


def main():
    warnings.simplefilter("ignore")
    root = Path(pydicom.__file__).parent / "data"
    found = {}
    for path in sorted(p for p in root.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc")):
        try:
            images = frames(path)
        except Exception as problem:  # What pydicom itself cannot read is no reference.
            print(f"{path.name}: {problem}", file=sys.stderr)
            continue
        if images:
            found[path.relative_to(root).as_posix()] = images
    json.dump(found, sys.stdout, indent=None, separators=(",", ":"))
    print()


if __name__ == "__main__":
    main()
