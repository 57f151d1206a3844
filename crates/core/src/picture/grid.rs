//! A volume on a coarse grid in the patient's order, fine enough to tell a head from what is none.

use crate::canonical::Canonical;
use crate::volume::Volume;

/// Distance between samples where the volume has finer ones, mm.
const STEP_MM: f64 = 2.0;

/// The nearest voxel to each point of a grid in RAS order. Nothing is averaged: a value is one that the volume holds.
#[derive(Debug)]
pub(super) struct Grid {
    /// `dims[0] · dims[1] · dims[2]` values, the first (Right) index fastest.
    pub(super) signal: Vec<f32>,
    /// Samples towards Right, Anterior and Superior.
    pub(super) dims: [usize; 3],
    /// Distance between samples, mm.
    pub(super) step_mm: [f64; 3],
}

impl Grid {
    pub(super) fn of(volume: &Volume) -> Self {
        let canonical = Canonical::of(&volume.geometry);
        let (spacing, [columns, rows, _]) = (volume.geometry.spacing_mm(), volume.geometry.dims);
        let strides = [1, columns, columns * rows];
        let mut step_mm = [0.0; 3];
        // For each axis, the offset of every sample in the stored volume.
        let offsets: [Vec<usize>; 3] = std::array::from_fn(|ras| {
            let (axis, stored) = (canonical.voxel_axis[ras], canonical.dims[ras]);
            step_mm[ras] = spacing[axis].max(STEP_MM);
            let per_sample = step_mm[ras] / spacing[axis];
            let place = |index: usize| if canonical.flipped[ras] { stored - 1 - index } else { index };
            (0..stored)
                .map(|sample| (sample as f64 * per_sample).round() as usize)
                .take_while(|index| *index < stored)
                .map(|index| place(index) * strides[axis])
                .collect()
        });
        let [right, anterior, superior] = &offsets;
        let mut signal = Vec::with_capacity(right.len() * anterior.len() * superior.len());
        for s in superior {
            for a in anterior {
                signal.extend(right.iter().map(|r| volume.signal.at(r + a + s)));
            }
        }
        Self { signal, dims: [right.len(), anterior.len(), superior.len()], step_mm }
    }

    /// The signal at a sample.
    pub(super) fn at(&self, [r, a, s]: [usize; 3]) -> f32 {
        self.signal[r + self.dims[0] * (a + self.dims[1] * s)]
    }
}
