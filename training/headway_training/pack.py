"""Label maps and lesion masks as one small file, in place of the folder of NIfTI: to take along to another machine.

python -m headway_training.pack --data FOLDER --out FILE.npz

Every `--data` takes either. The file holds what the generator reads: maps cropped to the head, masks cropped and as bits.
"""

import argparse
from pathlib import Path

import numpy as np

from .heads.shapes import splits
from .heads.source import Shape, opened


def pack(data, out):
    """Writes the file."""
    source, split = opened(data), splits()
    held = {}
    for name in (name for part in ("maps", "atrophic") for names in split[part].values() for name in names):
        held[f"map-{name}"] = source.labels(name)
    for name in (name for names in split["lesions"].values() for name in names):
        shape = source.shape(name)
        held[f"bits-{name}"] = np.packbits(shape.voxels)
        held[f"box-{name}"] = np.array([*shape.voxels.shape, *shape.corner], np.int16)
    np.savez_compressed(out, **held)


class Packed:
    """Reads what `pack` wrote."""

    def __init__(self, path):
        self.held = np.load(path)

    def labels(self, name):
        """A label map, int16 [x, y, z]."""
        return self.held[f"map-{name}"]

    def shape(self, name):
        """A lesion mask."""
        box = self.held[f"box-{name}"]
        sizes = tuple(int(size) for size in box[:3])
        voxels = np.unpackbits(self.held[f"bits-{name}"], count=int(np.prod(sizes))).reshape(sizes).astype(bool)
        return Shape(name, voxels, box[3:].astype(float), voxels.sum() / 1000.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    pack(options.data, options.out)


if __name__ == "__main__":
    main()
