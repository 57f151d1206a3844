//! Where the head lies in a volume, by its signal alone.

use super::grid::Grid;
use crate::volume::Volume;
use std::ops::RangeInclusive;

/// Foreground of a slice from which it counts as part of the head, mm².
const SLICE_AREA_MM2: f64 = 2000.0;
/// Foreground of a row of samples from which it counts as part of the head, as a share of the row.
const ROW_SHARE: f64 = 0.02;

/// The head in a volume: the samples over a threshold, and the box they fill around the brain.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) grid: Grid,
    /// Signal from which a sample is foreground: a quarter of the way from the least to the typical bright signal.
    pub(super) threshold: f64,
    /// Median signal outside the foreground.
    pub(super) background: f64,
    /// Share of the samples outside the foreground that hold the least value exactly.
    pub(super) blank_share: f64,
    /// Share of the foreground that holds the greatest value exactly.
    pub(super) clipped_share: f64,
    /// The uppermost slice of the head.
    top: usize,
    /// Foreground of that slice as a share of the largest slice's.
    pub(super) vertex_share: f64,
    /// Samples of the head towards the right, 50 to 100 mm below its top.
    right: RangeInclusive<usize>,
    /// And towards the front.
    anterior: RangeInclusive<usize>,
}

impl Head {
    /// `None` where the volume holds one value only.
    pub(super) fn find(volume: &Volume) -> Option<Self> {
        let grid = Grid::of(volume);
        let least = grid.signal.iter().copied().fold(f32::MAX, f32::min);
        let greatest = grid.signal.iter().copied().fold(f32::MIN, f32::max);
        if least >= greatest {
            return None;
        }
        let least_signal = f64::from(least);
        let threshold = least_signal + bright_signal(&grid.signal, least_signal) / 4.0;
        let (mut inside, mut outside) = (0.0, Vec::new());
        let (mut clipped, mut blank) = (0.0, 0.0);
        for &value in &grid.signal {
            if f64::from(value) >= threshold {
                inside += 1.0;
                clipped += f64::from(u8::from(value == greatest));
            } else {
                outside.push(value);
                blank += f64::from(u8::from(value == least));
            }
        }
        let blank_share = blank / (outside.len() as f64).max(1.0);
        let background = quantile(&mut outside, 0.5).unwrap_or(least_signal);
        let mut head = Self {
            threshold,
            background,
            blank_share,
            clipped_share: clipped / inside,
            top: 0,
            vertex_share: 0.0,
            right: 0..=0,
            anterior: 0..=0,
            grid,
        };
        head.find_top();
        head.find_box();
        Some(head)
    }

    fn is_foreground(&self, sample: [usize; 3]) -> bool {
        f64::from(self.grid.at(sample)) >= self.threshold
    }

    fn find_top(&mut self) {
        let [columns, rows, slices] = self.grid.dims;
        let sample_mm2 = self.grid.step_mm[0] * self.grid.step_mm[1];
        let areas_mm2: Vec<f64> = (0..slices)
            .map(|s| {
                let samples = (0..rows).flat_map(|a| (0..columns).map(move |r| [r, a, s]));
                samples.filter(|sample| self.is_foreground(*sample)).count() as f64 * sample_mm2
            })
            .collect();
        self.top = areas_mm2.iter().rposition(|area| *area >= SLICE_AREA_MM2).unwrap_or(slices - 1);
        let largest_mm2 = areas_mm2.iter().copied().fold(1.0, f64::max);
        self.vertex_share = areas_mm2[self.top] / largest_mm2;
    }

    fn find_box(&mut self) {
        let [columns, rows, _] = self.grid.dims;
        let (mut along_right, mut along_anterior) = (vec![0_usize; columns], vec![0_usize; rows]);
        let slices = self.slice_below_top(100.0)..=self.slice_below_top(50.0);
        let depth = slices.clone().count();
        let samples = slices.flat_map(|s| (0..rows).flat_map(move |a| (0..columns).map(move |r| [r, a, s])));
        for sample in samples.filter(|sample| self.is_foreground(*sample)) {
            along_right[sample[0]] += 1;
            along_anterior[sample[1]] += 1;
        }
        self.right = span(&along_right, rows * depth);
        self.anterior = span(&along_anterior, columns * depth);
    }

    /// The slice this far below the uppermost, or the lowest.
    pub(super) fn slice_below_top(&self, depth_mm: f64) -> usize {
        (self.top as f64 - depth_mm / self.grid.step_mm[2]).round().max(0.0) as usize
    }

    /// Width and length, mm.
    pub(super) fn size_mm(&self) -> [f64; 2] {
        let length = |range: &RangeInclusive<usize>, step_mm: f64| (range.end() - range.start()) as f64 * step_mm;
        [length(&self.right, self.grid.step_mm[0]), length(&self.anterior, self.grid.step_mm[1])]
    }

    /// Where the uppermost slice and the front of the head lie: mm from the first sample, towards the head and the front.
    pub(super) fn top_and_front_mm(&self) -> [f64; 2] {
        [self.top as f64 * self.grid.step_mm[2], *self.anterior.end() as f64 * self.grid.step_mm[1]]
    }

    /// The middle of the box, in samples towards right and front.
    pub(super) fn middle(&self) -> [f64; 2] {
        [&self.right, &self.anterior].map(|range| (range.start() + range.end()) as f64 / 2.0)
    }
}

/// Mean of the samples over the mean, above the least.
fn bright_signal(signal: &[f32], least: f64) -> f64 {
    let mean_of = |over: f64| {
        let bright = signal.iter().map(|&value| f64::from(value) - least).filter(|value| *value >= over);
        let (sum, count) = bright.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    };
    mean_of(mean_of(0.0))
}

/// From the first to the last row whose foreground is more than a stray sample or two.
fn span(counts: &[usize], row_samples: usize) -> RangeInclusive<usize> {
    let counts_as_head = |count: &usize| *count as f64 > ROW_SHARE * row_samples as f64;
    let first = counts.iter().position(counts_as_head).unwrap_or(0);
    first..=counts.iter().rposition(counts_as_head).unwrap_or(first)
}

/// A quantile by rank; `None` of nothing. Reorders the values.
pub(super) fn quantile(values: &mut [f32], share: f64) -> Option<f64> {
    let rank = (values.len().checked_sub(1)? as f64 * share) as usize;
    Some(f64::from(*values.select_nth_unstable_by(rank, f32::total_cmp).1))
}
