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

/// Shifts a cube of `size` voxels a side, last index fastest, by whole voxels; the border is repeated.
pub fn shift(values: &mut [f32], size: usize, by: [isize; 3]) {
    let from = |axis: usize, index: usize| (index as isize - by[axis]).clamp(0, size as isize - 1) as usize;
    // From the side that the cube moves to: what a voxel takes has not been written yet.
    let nth = |axis: usize, step: usize| if by[axis] > 0 { size - 1 - step } else { step };
    for x in (0..size).map(|step| nth(0, step)) {
        for y in (0..size).map(|step| nth(1, step)) {
            let (row, from_row) = ((x * size + y) * size, (from(0, x) * size + from(1, y)) * size);
            for z in (0..size).map(|step| nth(2, step)) {
                values[row + z] = values[from_row + from(2, z)];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_moves_every_voxel_and_repeats_the_border() {
        const SIZE: usize = 4;
        let values: Vec<f32> = (0..SIZE * SIZE * SIZE).map(|value| value as f32).collect();
        for by in SHIFTS.into_iter().chain([[0; 3], [2, 0, -3]]) {
            let mut moved = values.clone();
            shift(&mut moved, SIZE, by);
            for (place, value) in moved.into_iter().enumerate() {
                let at = [place / SIZE / SIZE, place / SIZE % SIZE, place % SIZE];
                let [x, y, z] = std::array::from_fn(|axis| (at[axis] as isize - by[axis]).clamp(0, 3) as usize);
                assert_eq!(value, values[(x * SIZE + y) * SIZE + z], "{by:?}, {at:?}");
            }
        }
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
