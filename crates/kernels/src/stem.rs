//! The first layer: 7³ convolution, stride 2, padding 3, bias, ReLU, and max pooling within each plane.

use crate::lanes::{Lanes, Level};
use crate::pack::{packed_len, panel_columns};
use crate::pool::max_of;
use crate::product::Product;
use crate::shared::FeaturesMut;
use crate::task::Kernel;

const TAPS: usize = 7;
const STRIDE: usize = 2;
const PADDING: usize = 3;
const DEPTH: usize = TAPS * TAPS * TAPS;

/// The stem over one volume. Pooling along x is [`crate::MaxAlongX`]'s.
#[derive(Debug)]
pub struct Stem<'a> {
    input: &'a [f32],
    input_dims: [usize; 3],
    dims: [usize; 3],
    weights: &'a [f32],
    bias: &'a [f32],
    output: FeaturesMut<'a>,
}

impl<'a> Stem<'a> {
    /// # Shapes
    /// `[x, y, z]` to `[⌈x/2⌉, ⌈y/4⌉, ⌈z/4⌉, outputs]`; `weights`: `[343, outputs]` packed, taps in the order x, y, z;
    /// `bias`: `[outputs]`, filled up to whole panels.
    ///
    /// # Panics
    /// Where the sizes disagree, or the outputs are no whole number of registers.
    pub fn new(
        level: Level,
        input: &'a [f32],
        input_dims: [usize; 3],
        weights: &'a [f32],
        bias: &'a [f32],
        output: FeaturesMut<'a>,
    ) -> Self {
        let dims = input_dims.map(|side| side.div_ceil(STRIDE));
        let [x, y, z] = dims;
        assert!(input.len() == input_dims.iter().product::<usize>(), "the volume has another size");
        assert!(output.dims == [x, y.div_ceil(2), z.div_ceil(2)], "the output has another size");
        assert!(weights.len() == packed_len(level, DEPTH, output.channels), "sizes disagree");
        assert!(bias.len() >= output.channels.next_multiple_of(panel_columns(level.lanes())), "the bias is too short");
        assert!(output.channels.is_multiple_of(level.lanes()), "the outputs do not fill registers");
        Self { input, input_dims, dims, weights, bias, output }
    }

    /// What the taps of each position of a row see, zero beyond the border.
    fn windows(&self, x: usize, y: usize, windows: &mut [f32]) {
        let [side_x, side_y, side_z] = self.input_dims;
        windows.fill(0.0);
        for tap_x in 0..TAPS {
            let at_x = (x * STRIDE + tap_x).wrapping_sub(PADDING);
            for tap_y in 0..TAPS {
                let at_y = (y * STRIDE + tap_y).wrapping_sub(PADDING);
                if at_x >= side_x || at_y >= side_y {
                    continue;
                }
                let row = &self.input[(at_x * side_y + at_y) * side_z..][..side_z];
                for (z, window) in windows.chunks_exact_mut(DEPTH).enumerate() {
                    let taps = &mut window[(tap_x * TAPS + tap_y) * TAPS..][..TAPS];
                    let begin = z * STRIDE;
                    if begin >= PADDING && begin - PADDING + TAPS <= side_z {
                        taps.copy_from_slice(&row[begin - PADDING..][..TAPS]);
                        continue;
                    }
                    for (tap_z, tap) in taps.iter_mut().enumerate() {
                        *tap = row.get((begin + tap_z).wrapping_sub(PADDING)).copied().unwrap_or(0.0);
                    }
                }
            }
        }
    }
}

// Sound: a unit writes its own plane.
unsafe impl Kernel for Stem<'_> {
    fn units(&self) -> usize {
        self.dims[0]
    }

    fn scratch_len(&self, _: usize) -> usize {
        let [_, y, z] = self.dims;
        z * DEPTH + y * z * self.output.channels
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, scratch: &mut [f32]) {
        let [_, side_y, side_z] = self.dims;
        let channels = self.output.channels;
        let (windows, plane) = scratch.split_at_mut(side_z * DEPTH);
        for y in 0..side_y {
            self.windows(unit, y, windows);
            let product = Product {
                rows: side_z,
                depth: DEPTH,
                columns: channels,
                left: windows.as_ptr(),
                left_stride: DEPTH,
                right: self.weights.as_ptr(),
                results: plane[y * side_z * channels..].as_mut_ptr(),
                results_stride: channels,
                bias: self.bias.as_ptr(),
                relu: true,
            };
            unsafe { product.compute::<S>() };
        }
        let [_, pooled_y, pooled_z] = self.output.dims;
        for y in 0..pooled_y {
            for z in 0..pooled_z {
                let place = (unit * pooled_y + y) * pooled_z + z;
                unsafe { pool_window::<S>(plane, [side_y, side_z], channels, [y, z], self.output.at(place)) };
            }
        }
    }
}

/// The largest of a window of 3 by 3, stride 2, padding 1.
///
/// # Safety
/// `plane` holds the sides times the channels, and `to` is writable for the channels.
#[inline(always)]
unsafe fn pool_window<S: Lanes>(plane: &[f32], sides: [usize; 2], channels: usize, [y, z]: [usize; 2], to: *mut f32) {
    let window = |at: usize, side: usize| (2 * at).saturating_sub(1)..(2 * at + 2).min(side);
    for channel in (0..channels).step_by(S::COUNT) {
        let places = window(y, sides[0]).flat_map(|y| window(z, sides[1]).map(move |z| y * sides[1] + z));
        unsafe {
            max_of::<S>(places.map(|place| plane.as_ptr().add(place * channels + channel))).store(to.add(channel));
        };
    }
}
