//! How a stored value becomes signal (PS3.3, C.7.6.3 and C.11.1).

use crate::instance::PixelHeader;

/// The way from an image's stored values to its signal, the same for all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Unused bits above and below the stored ones, of 32.
    above: u32,
    below: u32,
    signed: bool,
    /// Stored values that are no image, from least to greatest.
    padding: Option<(i64, i64)>,
    slope: f64,
    intercept: f64,
}

/// The highest bit of a stored value of `width` bytes and how many there are.
/// A codec may return fewer bytes than were allocated, never with stored bits shifted.
pub(crate) fn bits_in_use(pixels: &PixelHeader, width: usize) -> (usize, usize) {
    if pixels.high_bit < 8 * width { (pixels.high_bit, pixels.bits_stored) } else { (8 * width - 1, 8 * width) }
}

impl Scale {
    /// Of an image that is not there: no signal (0), whatever is stored.
    pub const NO_SIGNAL: Self = Self { above: 0, below: 0, signed: false, padding: None, slope: 0.0, intercept: 0.0 };

    /// Of samples of `width` bytes.
    pub(crate) fn of(pixels: &PixelHeader, width: usize) -> Self {
        let (high_bit, bits) = bits_in_use(pixels, width);
        // MONOCHROME1 shows the lowest value brightest: turned over inside the range of the stored bits (PS3.3, C.7.6.3.1.2).
        let turned = pixels.photometric == "MONOCHROME1";
        let lowest_and_highest = if pixels.signed { -1.0 } else { (1_u64 << bits) as f64 - 1.0 };
        let (slope, intercept) = (pixels.rescale_slope, pixels.rescale_intercept);
        Self {
            above: 31 - high_bit as u32,
            below: 32 - bits as u32,
            signed: pixels.signed,
            padding: pixels.padding,
            slope: if turned { -slope } else { slope },
            intercept: if turned { intercept + slope * lowest_and_highest } else { intercept },
        }
    }

    /// Whether no stored value of 32 bits can become anything but a number.
    pub(crate) fn is_bounded(&self) -> bool {
        let most = 2_f64.powi(32) * self.slope.abs() + self.intercept.abs();
        most <= f64::from(f32::MAX)
    }

    /// The signal of one stored word.
    pub fn signal(&self, word: u32) -> f32 {
        let mut signal = [0.0];
        self.row(&mut signal, std::iter::once(word));
        signal[0]
    }

    /// The signal of stored words, as many as there is room for.
    // What is the same for all values is decided before the loops: they are what reading a series takes.
    pub(crate) fn row(&self, signal: &mut [f32], words: impl Iterator<Item = u32>) {
        let raised = words.map(|word| word << self.above);
        if self.signed {
            self.rescale(signal, raised.map(|raised| f64::from(raised as i32 >> self.below)));
        } else {
            self.rescale(signal, raised.map(|raised| f64::from(raised >> self.below)));
        }
    }

    fn rescale(&self, signal: &mut [f32], values: impl Iterator<Item = f64>) {
        let pairs = signal.iter_mut().zip(values);
        match self.padding {
            Some((low, high)) => {
                let padding = low as f64..=high as f64;
                for (signal, value) in pairs {
                    *signal = if padding.contains(&value) { 0.0 } else { (value * self.slope + self.intercept) as f32 };
                }
            }
            None if self.slope == 1.0 && self.intercept == 0.0 => {
                pairs.for_each(|(signal, value)| *signal = value as f32);
            }
            None => pairs.for_each(|(signal, value)| *signal = (value * self.slope + self.intercept) as f32),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels() -> PixelHeader {
        PixelHeader {
            bits_stored: 12,
            high_bit: 11,
            rescale_slope: 2.0,
            rescale_intercept: -3.0,
            ..PixelHeader::default()
        }
    }

    #[test]
    fn unused_bits_signs_padding_and_turned_values_are_minded() {
        let plain = Scale::of(&pixels(), 2);
        assert_eq!((plain.signal(0x0005), plain.signal(0xF005)), (7.0, 7.0), "bits above the stored ones say nothing");
        let signed = Scale::of(&PixelHeader { signed: true, ..pixels() }, 2);
        assert_eq!(signed.signal(0x0FFF), -5.0);
        let shifted = Scale::of(&PixelHeader { high_bit: 15, ..pixels() }, 2);
        assert_eq!(shifted.signal(0x0057), 7.0);
        let padded = Scale::of(&PixelHeader { padding: Some((5, 6)), ..pixels() }, 2);
        assert_eq!((padded.signal(5), padded.signal(7)), (0.0, 11.0));
        let turned = Scale::of(&PixelHeader { photometric: "MONOCHROME1".to_owned(), ..pixels() }, 2);
        assert_eq!(turned.signal(4095), -3.0);
        assert_eq!(Scale::of(&pixels(), 1).signal(0xFF), 507.0, "a codec gave 8 bits for 12 stored ones");
        assert_eq!(Scale::NO_SIGNAL.signal(777), 0.0);
    }
}
