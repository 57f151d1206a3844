//! Refuses recipes whose values make no image, before the first file is rendered.

use crate::error::SynthError;
use crate::series::SeriesRecipe;

impl SeriesRecipe {
    /// Whether the values make images; `series` is the place in the recipe, from 0.
    ///
    /// # Errors
    /// [`SynthError::Field`] for the first that does not.
    pub(crate) fn check(&self, series: usize) -> Result<(), SynthError> {
        let in_stack = format!("from 1 to {}, the number of slices", self.slices);
        let grid = self.grid_values().into_iter();
        let slices = self.slice_lists().into_iter();
        let mut all =
            grid.chain(self.signal_values()).chain(slices.map(|(field, holds)| (field, holds, in_stack.as_str())));
        match all.find(|(_, holds, _)| !holds) {
            Some((field, _, must)) => Err(SynthError::Field { series, field, must: must.to_owned() }),
            None => Ok(()),
        }
    }

    /// Field, whether it holds, and what it must be: size and place.
    fn grid_values(&self) -> [(&'static str, bool, &'static str); 12] {
        let count = |n: u16| n > 0;
        let finite = |x: Option<f64>| x.is_none_or(f64::is_finite);
        let tilt = self.tilt_degrees.abs() < 90.0;
        [
            ("rows", count(self.rows), "1 or more"),
            ("columns", count(self.columns), "1 or more"),
            ("slices", count(self.slices), "1 or more"),
            ("pixel_spacing_mm", positive(self.pixel_spacing_mm), ABOVE_0),
            ("row_spacing_mm", self.row_spacing_mm.is_none_or(positive), ABOVE_0),
            ("slice_spacing_mm", magnitude(self.slice_spacing_mm), "0 or more"),
            ("pitch_degrees", self.pitch_degrees.is_finite(), "finite"),
            ("yaw_degrees", self.yaw_degrees.is_finite(), "finite"),
            ("tilt_degrees", tilt, "between -90 and 90"),
            ("centre_mm", self.centre_mm.is_finite(), "finite"),
            ("origin_jitter_mm", magnitude(self.origin_jitter_mm), "0 or more"),
            ("displacement_mm", finite(self.displacement_mm), "finite"),
        ]
    }

    /// Field, whether it holds, and what it must be: signal and stored values.
    fn signal_values(&self) -> [(&'static str, bool, &'static str); 4] {
        let slope = self.rescale_slope.is_finite() && self.rescale_slope != 0.0;
        let bits = matches!(self.bits_stored, 12 | 16);
        [
            ("noise", magnitude(self.noise), "0 or more"),
            ("bits_stored", bits, "12 or 16"),
            ("rescale_slope", slope, "finite and not 0"),
            ("rescale_intercept", self.rescale_intercept.is_finite(), "finite"),
        ]
    }

    /// Lists of slices, and whether every one is a slice of the stack.
    fn slice_lists(&self) -> [(&'static str, bool); 5] {
        [
            ("missing_slices", &self.missing_slices),
            ("repeated_slices", &self.repeated_slices),
            ("displaced_slices", &self.displaced_slices),
            ("truncated_slices", &self.truncated_slices),
            ("strangers", &self.strangers),
        ]
        .map(|(field, list)| (field, list.iter().all(|s| (1..=self.slices).contains(s))))
    }
}

const ABOVE_0: &str = "above 0";

fn positive(x: f64) -> bool {
    x.is_finite() && x > 0.0
}

fn magnitude(x: f64) -> bool {
    x.is_finite() && x >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_sound() {
        assert!(SeriesRecipe::default().check(0).is_ok());
    }

    #[test]
    fn every_impossible_value_is_named() {
        type Spoil = fn(&mut SeriesRecipe);
        let spoilt: [(&str, Spoil); 7] = [
            ("rows", |s| s.rows = 0),
            ("pixel_spacing_mm", |s| s.pixel_spacing_mm = f64::NAN),
            ("tilt_degrees", |s| s.tilt_degrees = 90.0),
            ("bits_stored", |s| s.bits_stored = 13),
            ("rescale_slope", |s| s.rescale_slope = 0.0),
            ("missing_slices", |s| s.missing_slices = vec![37]),
            ("strangers", |s| s.strangers = vec![0]),
        ];
        for (expected, spoil) in spoilt {
            let mut series = SeriesRecipe::default();
            spoil(&mut series);
            let error = series.check(2).expect_err(expected).to_string();
            assert!(error.starts_with(&format!("Series 3 of the recipe: {expected} must be ")), "{error}");
        }
    }
}
