//! One slice as stored values: sampled, noised, and put into the pixel format the recipe asks for.

use crate::head::is_intracranial;
use crate::phantom::Phantom;
use crate::random::Random;
use crate::series::SeriesRecipe;
use crate::stack::Stack;
use glam::DVec3;

/// Ghosts lie this fraction of the field of view apart.
const GHOSTS_APART: f64 = 7.0;

/// Stored values of a slice, row by row, `rows × columns`.
/// Signed ones are in two's complement over all 16 allocated bits (PS3.5 8.1.1).
pub(crate) fn stored_values(series: &SeriesRecipe, stack: &Stack, slice: u16, mut noise: Random) -> Vec<u16> {
    let phantom = Phantom::new(series.marker, &series.lesions);
    let storage = Storage::of(series);
    let clean = |point_mm: DVec3| series.contrast.signal(phantom.tissue_at(point_mm));
    let ghosts = ghosts(series, stack);
    stack
        .points_mm(slice, series.rows, series.columns)
        .map(|point_mm| {
            if series.skull_stripped && !is_intracranial(point_mm) {
                return storage.stored(0.0) as u16;
            }
            let signal = clean(point_mm) + ghosts.iter().map(|(share, by)| share * clean(point_mm + *by)).sum::<f64>();
            // A magnitude image: noise in both channels of the complex signal, air included.
            let [real, imaginary] = noise.complex_noise().map(|n| n * series.noise);
            let in_phase = signal + real;
            storage.stored((in_phase * in_phase + imaginary * imaginary).sqrt()) as u16
        })
        .collect()
}

/// Copies of the head along the columns, where the phase is encoded: each one's share of the signal, and where it comes from, mm.
/// Movement that repeats itself, as breathing does, throws them evenly, the nearest the strongest.
fn ghosts(series: &SeriesRecipe, stack: &Stack) -> Vec<(f64, DVec3)> {
    if series.ghosts == 0.0 {
        return Vec::new();
    }
    let [row_spacing_mm, _] = series.pixel_spacings_mm();
    let apart_mm = stack.along_column * row_spacing_mm * f64::from(series.rows) / GHOSTS_APART;
    [-2.0, -1.0, 1.0, 2.0].map(|nth: f64| (series.ghosts / nth.abs(), apart_mm * nth)).to_vec()
}

/// How a signal becomes a stored value and back (PS3.3 C.7.6.3.1, C.11.1).
pub(crate) struct Storage {
    slope: f64,
    intercept: f64,
    lowest: i32,
    highest: i32,
    inverted: bool,
}

impl Storage {
    pub(crate) fn of(series: &SeriesRecipe) -> Self {
        let values = 1_i32 << series.bits_stored;
        let lowest = if series.signed { -values / 2 } else { 0 };
        Self {
            slope: series.rescale_slope,
            intercept: series.rescale_intercept,
            lowest,
            highest: lowest + values - 1,
            inverted: series.monochrome1,
        }
    }

    /// The nearest stored value, clipped to what the bits hold.
    fn stored(&self, signal: f64) -> i32 {
        let exact = (signal - self.intercept) / self.slope;
        let value = exact.round().clamp(f64::from(self.lowest), f64::from(self.highest)) as i32;
        if self.inverted { self.lowest + self.highest - value } else { value }
    }

    /// *Window Center* and *Window Width* of the signals from 0 to 1000, after rescaling (PS3.3 C.11.2).
    pub(crate) fn window(&self) -> (f64, f64) {
        let rescaled = |signal| f64::from(self.stored(signal)) * self.slope + self.intercept;
        let (dark, bright) = (rescaled(0.0), rescaled(1000.0));
        ((dark + bright) / 2.0, (bright - dark).abs().max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage(spoil: impl FnOnce(&mut SeriesRecipe)) -> Storage {
        let mut series = SeriesRecipe::default();
        spoil(&mut series);
        Storage::of(&series)
    }

    #[test]
    fn stored_values_follow_the_pixel_format() {
        let plain = storage(|_| ());
        assert_eq!((plain.stored(-1.0), plain.stored(499.6), plain.stored(9e9)), (0, 500, 4095));
        let signed = storage(|s| {
            s.signed = true;
            s.rescale_slope = 0.5;
            s.rescale_intercept = 400.0;
        });
        assert_eq!((signed.stored(0.0), signed.stored(400.0)), (-800, 0));
        assert_eq!(signed.stored(9e9), 2047);
        let wide = storage(|s| {
            s.bits_stored = 16;
            s.rescale_slope = 0.02;
        });
        assert_eq!(wide.stored(900.0), 45_000);
    }

    #[test]
    fn ghosts_lie_along_the_columns_the_nearest_the_strongest() {
        let series = SeriesRecipe { ghosts: 0.4, yaw_degrees: 90.0, ..SeriesRecipe::default() };
        let stack = Stack::of(&series);
        let found = ghosts(&series, &stack);
        assert_eq!(found.iter().map(|(share, _)| *share).collect::<Vec<_>>(), [0.2, 0.4, 0.4, 0.2]);
        let apart_mm = 128.0 * 1.8 / GHOSTS_APART;
        assert!(found[2].1.distance(DVec3::NEG_X * apart_mm) < 1e-9, "{:?}", found[2]);
        assert!(ghosts(&SeriesRecipe::default(), &stack).is_empty());
    }

    #[test]
    fn monochrome1_turns_the_stored_values_over_and_the_window_follows() {
        let plain = storage(|_| ());
        let inverted = storage(|s| s.monochrome1 = true);
        assert_eq!(inverted.stored(900.0), 4095 - plain.stored(900.0));
        assert_eq!(plain.window(), (500.0, 1000.0));
        assert_eq!(inverted.window(), (3595.0, 1000.0));
    }
}
