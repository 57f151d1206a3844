//! How far a score moves under changes that mean nothing: the head mirrored, and shifted by a voxel of the input.
//!
//! It says how steady the network is on this examination, and nothing of how likely it is to be right: no confidence interval.

use crate::card::{InputSpec, Thresholds};
use crate::reason::Reason;
use serde::{Deserialize, Serialize};

/// Shifts of the input tried, in its voxels: to four corners of a cube, so that each axis is moved both ways.
pub const SHIFTS: [[isize; 3]; 4] = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]];

/// The least and the greatest score of all that were tried.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRange {
    /// Least, 0 to 1.
    pub low: f64,
    /// Greatest, 0 to 1.
    pub high: f64,
    /// How often the network was run.
    pub runs: usize,
    /// How far the head was shifted along each axis, mm.
    pub shift_mm: f64,
}

/// How far the work on a range has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum RangeWork {
    /// Nobody has asked for it, or it is there.
    #[default]
    None,
    /// Asked for, or under way.
    UnderWay,
    /// It came to nothing, and why.
    Failed(Reason),
}

impl ScoreRange {
    /// Whether a threshold lies inside: another shift would have given another band.
    pub fn crosses(&self, thresholds: Thresholds) -> bool {
        [thresholds.sensitive, thresholds.specific]
            .iter()
            .any(|threshold| self.low < *threshold && *threshold <= self.high)
    }
}

/// How far a shift by one voxel of the input goes along an axis, mm.
pub fn shift_mm(spec: &InputSpec) -> f64 {
    spec.resample_mm * spec.field_voxels as f64 / spec.size_voxels as f64
}

/// A cube of `size` voxels a side, last index fastest, shifted by whole voxels; the border is repeated.
pub fn shifted(values: &[f32], size: usize, by: [isize; 3]) -> Vec<f32> {
    let from = |axis: usize, index: usize| (index as isize - by[axis]).clamp(0, size as isize - 1) as usize;
    let mut moved = Vec::with_capacity(values.len());
    for x in 0..size {
        for y in 0..size {
            let row = (from(0, x) * size + from(1, y)) * size;
            moved.extend((0..size).map(|z| values[row + from(2, z)]));
        }
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_moves_every_voxel_and_repeats_the_border() {
        let values: Vec<f32> = (0..27).map(|value| value as f32).collect();
        let moved = shifted(&values, 3, [1, -1, 0]);
        // What stood at (0, 2, 1) stands at (1, 1, 1).
        assert_eq!(moved[13], values[7]);
        assert_eq!(moved[0], values[3], "from outside comes the border");
        assert_eq!(shifted(&values, 3, [0; 3]), values);
    }

    #[test]
    fn the_shifts_move_each_axis_both_ways_and_sum_to_nothing() {
        for axis in 0..3 {
            assert_eq!(SHIFTS.iter().map(|shift| shift[axis]).sum::<isize>(), 0);
        }
    }

    #[test]
    fn a_range_crosses_a_threshold_that_parts_its_ends() {
        let thresholds = Thresholds { sensitive: 0.3, specific: 0.6 };
        let range = |low, high| ScoreRange { low, high, runs: 10, shift_mm: 1.5 };
        assert!(range(0.2, 0.3).crosses(thresholds) && range(0.5, 0.7).crosses(thresholds));
        assert!(!range(0.3, 0.5).crosses(thresholds) && !range(0.1, 0.29).crosses(thresholds));
    }
}
