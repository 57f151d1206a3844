//! How bright the tissues are in the middle of the brain, against each other.

use super::head::{Head, quantile};

/// Depth of the brain's middle below the top of the head, mm: about the lateral ventricles.
const MIDDLE_DEPTH_MM: f64 = 70.0;
/// Half the height of the part looked at, mm.
const HALF_HEIGHT_MM: f64 = 20.0;
/// Its half width and half length, as a share of the head's width and length: well inside the skull.
const HALF_SIDE_SHARE: f64 = 0.3;

/// Signal over the background in an ellipsoid about the ventricles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tissue {
    /// The median: brain.
    pub(super) brain: f64,
    /// The 98th percentile in medians: fluid, if it is bright.
    pub(super) brightest: f64,
    /// The 2nd percentile in medians: fluid, if it is dark.
    pub(super) darkest: f64,
}

impl Tissue {
    /// `None` where the head is too small to hold the ellipsoid, or its middle is empty.
    pub(super) fn of(head: &Head) -> Option<Self> {
        let mut signal = samples(head);
        let brain = quantile(&mut signal, 0.5)? - head.background;
        let mut in_medians = |share| quantile(&mut signal, share).map(|value| (value - head.background) / brain);
        let (brightest, darkest) = (in_medians(0.98)?, in_medians(0.02)?);
        (brain > 0.0).then_some(Self { brain, brightest, darkest })
    }

    /// How far the bright end lies from the median, as a multiple of how far the dark end lies.
    pub(super) fn bright_over_dark(&self) -> f64 {
        (self.brightest - 1.0) / (1.0 - self.darkest).max(1e-6)
    }
}

fn samples(head: &Head) -> Vec<f32> {
    let (grid, [width_mm, length_mm], [r0, a0]) = (&head.grid, head.size_mm(), head.middle());
    let s0 = head.slice_below_top(MIDDLE_DEPTH_MM) as f64;
    let half_mm = [width_mm * HALF_SIDE_SHARE, length_mm * HALF_SIDE_SHARE, HALF_HEIGHT_MM];
    let squared = |axis: usize, sample: usize, middle: f64| {
        ((sample as f64 - middle) * grid.step_mm[axis] / half_mm[axis]).powi(2)
    };
    let mut signal = Vec::new();
    for s in 0..grid.dims[2] {
        for a in 0..grid.dims[1] {
            let outside = squared(2, s, s0) + squared(1, a, a0);
            let inside = (0..grid.dims[0]).filter(|&r| outside + squared(0, r, r0) <= 1.0);
            signal.extend(inside.map(|r| grid.at([r, a, s])));
        }
    }
    signal
}
