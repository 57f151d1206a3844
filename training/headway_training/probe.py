"""The known input of self-tests and golden vectors; the twin of `probe_input` in crates/core/src/preprocess.rs."""

import numpy as np


def probe_input(dims):
    """clamp(1.5 (sin 0.9x + cos 0.7y · sin 0.5z), -1, 5), float32, shape [x, y, z]."""
    x, y, z = np.meshgrid(*(np.arange(n, dtype=np.float64) for n in dims), indexing="ij")
    return np.clip(1.5 * (np.sin(0.9 * x) + np.cos(0.7 * y) * np.sin(0.5 * z)), -1.0, 5.0).astype(np.float32)
