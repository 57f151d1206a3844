"""A label map of nested ellipsoids, head-like and small: tests of the generator need no real anatomy."""

import numpy as np

SIZES = (150, 180, 165)


def label_map(ventricle_mm=(14, 26, 12)):
    """Labels [x, y, z] of 1 mm: skin, bone, CSF, cortex, white matter, ventricles, deep nuclei, brainstem, nose, cord."""
    at = list(np.meshgrid(*(np.arange(n) - (n - 1) / 2 for n in SIZES), indexing="ij"))
    at[2] = at[2] - 10

    def ellipsoid(radii, centre=(0, 0, 0)):
        return sum(((a - c) / r) ** 2 for a, r, c in zip(at, radii, centre)) < 1

    labels = np.zeros(SIZES, np.int16)
    layers = [
        ((72, 86, 74), 511),
        ((69, 83, 71), 507),
        ((66, 80, 68), 515),
        ((63, 77, 65), 24),
        ((59, 73, 61), 3),
        ((54, 68, 56), 2),
    ]
    for radii, label in layers:
        labels[ellipsoid(radii)] = label
    labels[ellipsoid((9, 9, 7), (24, 10, 0))] = 12
    labels[ellipsoid((9, 9, 7), (-24, 10, 0))] = 51
    labels[ellipsoid(ventricle_mm)] = 4
    labels[ellipsoid((4, 6, 6), (0, 0, -18))] = 14
    labels[ellipsoid((28, 20, 16), (0, -40, -38))] = 8
    labels[ellipsoid((20, 13, 10), (0, -40, -38))] = 7
    labels[ellipsoid((10, 10, 20), (0, -8, -45))] = 16
    labels[ellipsoid((9, 9, 10), (0, 76, -30))] = 509
    return labels
