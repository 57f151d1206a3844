//! One slice as stored values: sampled, noised, and put into the pixel format the recipe asks for.

use crate::head::is_intracranial;
use crate::phantom::Phantom;
use crate::random::Random;
use crate::series::SeriesRecipe;
use crate::stack::Stack;

/// Stored values of a slice, row by row, `rows × columns`.
/// Signed ones are in two's complement over all 16 allocated bits (PS3.5 8.1.1).
pub(crate) fn stored_values(series: &SeriesRecipe, stack: &Stack, slice: u16, mut noise: Random) -> Vec<u16> {
    let phantom = Phantom::new(series.marker);
    let storage = Storage::of(series);
    stack
        .points_mm(slice, series.rows, series.columns)
        .map(|point_mm| {
            if series.skull_stripped && !is_intracranial(point_mm) {
                return storage.stored(0.0) as u16;
            }
            let signal = series.contrast.signal(phantom.tissue_at(point_mm));
            // A magnitude image: noise in both channels of the complex signal, air included.
            let [real, imaginary] = noise.complex_noise().map(|n| n * series.noise);
            let in_phase = signal + real;
            storage.stored((in_phase * in_phase + imaginary * imaginary).sqrt()) as u16
        })
        .collect()
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
    fn monochrome1_turns_the_stored_values_over_and_the_window_follows() {
        let plain = storage(|_| ());
        let inverted = storage(|s| s.monochrome1 = true);
        assert_eq!(inverted.stored(900.0), 4095 - plain.stored(900.0));
        assert_eq!(plain.window(), (500.0, 1000.0));
        assert_eq!(inverted.window(), (3595.0, 1000.0));
    }
}
