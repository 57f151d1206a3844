//! The first layer: 7³ convolution, stride 2, padding 3, bias, ReLU, and max pooling within each plane.
//!
//! Along z it is Winograd's: a filter of stride 2 is two of stride 1, its even taps over every other value and its odd
//! taps over the rest. Both are taken at the same seven points (0, ±1, ±2, −½, infinity), so that 4 outputs need
//! 7 products of each instead of 14 taps between them, and their products are sums of one and the same kind.

use crate::lanes::{Lanes, Level};
use crate::pack::{pack, packed_len, panel_columns};
use crate::pool::max_of;
use crate::product::Product;
use crate::shared::FeaturesMut;
use crate::task::Kernel;

const TAPS: usize = 7;
const STRIDE: usize = 2;
const PADDING: usize = 3;
/// Outputs of a tile along z.
const OUT: usize = 4;
const POINTS: usize = 7;
/// All points but infinity.
const AT: [f64; POINTS - 1] = [0.0, 1.0, -1.0, 2.0, -2.0, -0.5];
/// Even and odd taps.
const PARITIES: usize = 2;
/// Factors that lie together: the taps along y, of both parities.
const SEGMENT: usize = TAPS * PARITIES;
/// Factors of one product.
pub const STEM_DEPTH: usize = TAPS * SEGMENT;

/// Inputs become factors: row by point, column by input. Row `q` is the polynomial that is zero at all other points.
const INPUT: [[f32; POINTS]; POINTS] = {
    let mut rows = [[0.0; POINTS]; POINTS];
    let mut point = 0;
    while point < POINTS {
        let mut row = [0.0; POINTS];
        row[0] = 1.0;
        let mut other = 0;
        while other < POINTS - 1 {
            if other != point {
                // Times (x − the other point).
                let mut power = POINTS - 1;
                while power > 0 {
                    row[power] = row[power - 1] - AT[other] * row[power];
                    power -= 1;
                }
                row[0] *= -AT[other];
            }
            other += 1;
        }
        let mut power = 0;
        while power < POINTS {
            rows[point][power] = row[power] as f32;
            power += 1;
        }
        point += 1;
    }
    rows
};

/// Values that the stem's transformed weights take up.
pub const fn stem_weights_len(level: Level, outputs: usize) -> usize {
    POINTS * packed_len(level, STEM_DEPTH, outputs)
}

/// Weights become factors, packed for the product, point by point.
///
/// # Shapes
/// `weights`: `[7, 7, 7, outputs]`, taps in the order x, y, z; `into`: [`stem_weights_len`] values;
/// `room`: [`STEM_DEPTH`] values for each output, whatever they hold.
///
/// # Panics
/// Where a slice has another length.
pub fn stem_weights(level: Level, weights: &[f32], outputs: usize, room: &mut [f32], into: &mut [f32]) {
    assert!(weights.len() == TAPS * TAPS * TAPS * outputs && room.len() == STEM_DEPTH * outputs, "sizes disagree");
    assert!(into.len() == stem_weights_len(level, outputs), "sizes disagree");
    for (point, packed) in into.chunks_exact_mut(packed_len(level, STEM_DEPTH, outputs)).enumerate() {
        for (row, factors) in room.chunks_exact_mut(outputs).enumerate() {
            let (tap_xy, parity) = (row / PARITIES, row % PARITIES);
            for (output, factor) in factors.iter_mut().enumerate() {
                let tap = |n: usize| f64::from(weights[(tap_xy * TAPS + PARITIES * n + parity) * outputs + output]);
                *factor = tap_factor(point, parity, tap) as f32;
            }
        }
        pack(level, room, STEM_DEPTH, outputs, packed);
    }
}

/// The taps of one parity, a polynomial, at a point. At infinity only the even taps reach as far as the last output.
fn tap_factor(point: usize, parity: usize, tap: impl Fn(usize) -> f64) -> f64 {
    let taps = TAPS / PARITIES + 1 - parity;
    if point == AT.len() {
        return if parity == 0 { tap(taps - 1) } else { 0.0 };
    }
    let value = (0..taps).rev().fold(0.0, |sum, n| sum * AT[point] + tap(n));
    let others = (0..AT.len()).filter(|other| *other != point);
    value / others.map(|other| AT[point] - AT[other]).product::<f64>()
}

/// Sides of a volume, its stem and the room between them.
#[derive(Clone, Copy, Debug)]
struct Shape {
    input: [usize; 3],
    output: [usize; 3],
    /// Tiles along z.
    tiles: usize,
    /// Input planes, and rows of one, with what lies beyond the border.
    padded: [usize; 2],
}

impl Shape {
    fn of(input: [usize; 3]) -> Self {
        let output = input.map(|side| side.div_ceil(STRIDE));
        let padded = [0, 1].map(|axis| STRIDE * (output[axis] - 1) + TAPS);
        Self { input, output, tiles: output[2].div_ceil(OUT), padded }
    }

    /// Factors of all rows of a plane, for one point and one tile.
    fn line(&self) -> usize {
        self.padded[1] * PARITIES
    }

    fn plane(&self) -> usize {
        POINTS * self.tiles * self.line()
    }
}

/// Values that lie between [`StemInput`] and [`Stem`].
pub fn stem_input_len(dims: [usize; 3]) -> usize {
    let shape = Shape::of(dims);
    shape.padded[0] * shape.plane()
}

/// Rows of the volume become factors along z.
#[derive(Debug)]
pub struct StemInput<'a> {
    input: &'a [f32],
    shape: Shape,
    factors: FeaturesMut<'a>,
}

impl<'a> StemInput<'a> {
    /// # Shapes
    /// `input`: `[x, y, z]`; `factors`: [`stem_input_len`] values.
    ///
    /// # Panics
    /// Where a slice has another length.
    pub fn new(input: &'a [f32], dims: [usize; 3], factors: &'a mut [f32]) -> Self {
        assert!(input.len() == dims.iter().product::<usize>(), "the volume has another size");
        let len = stem_input_len(dims);
        assert!(factors.len() == len, "sizes disagree");
        Self { input, shape: Shape::of(dims), factors: FeaturesMut::new(factors, [1, 1, len], 1, 0, 1) }
    }

    /// A row of the volume, counted with what lies beyond the border.
    fn row(&self, x: usize, y: usize) -> Option<&[f32]> {
        let [side_x, side_y, side_z] = self.shape.input;
        let (x, y) = (x.checked_sub(PADDING)?, y.checked_sub(PADDING)?);
        (x < side_x && y < side_y).then(|| &self.input[(x * side_y + y) * side_z..][..side_z])
    }
}

// Sound: a unit writes its own plane.
unsafe impl Kernel for StemInput<'_> {
    fn units(&self) -> usize {
        self.shape.padded[0]
    }

    fn scratch_len(&self, _: usize) -> usize {
        0
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, _: &mut [f32]) {
        let shape = &self.shape;
        for y in 0..shape.padded[1] {
            let row = self.row(unit, y).unwrap_or_default();
            for tile in 0..shape.tiles {
                let mut seen = [0.0; POINTS * PARITIES];
                for (n, seen) in seen.iter_mut().enumerate() {
                    let at = (tile * OUT * STRIDE + n).wrapping_sub(PADDING);
                    *seen = row.get(at).copied().unwrap_or(0.0);
                }
                for (point, weights) in INPUT.iter().enumerate() {
                    let place = unit * shape.plane() + (point * shape.tiles + tile) * shape.line() + y * PARITIES;
                    for parity in 0..PARITIES {
                        let values = seen[parity..].iter().step_by(PARITIES);
                        let factor = values.zip(weights).map(|(value, weight)| value * weight).sum();
                        unsafe { *self.factors.at(place + parity) = factor };
                    }
                }
            }
        }
    }
}

/// The stem over one volume. Pooling along x is [`crate::MaxAlongX`]'s.
#[derive(Debug)]
pub struct Stem<'a> {
    factors: &'a [f32],
    shape: Shape,
    weights: &'a [f32],
    bias: &'a [f32],
    output: FeaturesMut<'a>,
}

impl<'a> Stem<'a> {
    /// # Shapes
    /// `[x, y, z]`, as [`StemInput`] leaves it, to `[⌈x/2⌉, ⌈y/4⌉, ⌈z/4⌉, outputs]`; `weights` as [`stem_weights`]
    /// leaves them; `bias`: `[outputs]`.
    ///
    /// # Panics
    /// Where the sizes disagree, or the outputs are no whole number of registers.
    pub fn new(
        level: Level,
        factors: &'a [f32],
        dims: [usize; 3],
        weights: &'a [f32],
        bias: &'a [f32],
        output: FeaturesMut<'a>,
    ) -> Self {
        let shape = Shape::of(dims);
        let [x, y, z] = shape.output;
        assert!(factors.len() == stem_input_len(dims), "the volume has another size");
        assert!(output.dims == [x, y.div_ceil(2), z.div_ceil(2)], "the output has another size");
        assert!(weights.len() == stem_weights_len(level, output.channels), "sizes disagree");
        assert!(bias.len() >= output.channels, "the bias is too short");
        assert!(output.channels.is_multiple_of(level.lanes()), "the outputs do not fill registers");
        Self { factors, shape, weights, bias, output }
    }

    /// The products of one tile along z for all rows of a plane: `[points, y, width]`.
    #[inline(always)]
    unsafe fn products<S: Lanes>(&self, x: usize, tile: usize, products: &mut [f32]) {
        let (channels, rows) = (self.output.channels, self.shape.output[1]);
        let width = channels.next_multiple_of(panel_columns(S::COUNT));
        let plane = STRIDE * x * self.shape.plane();
        for point in 0..POINTS {
            let product = Product {
                rows,
                depth: STEM_DEPTH,
                segment: SEGMENT,
                segment_stride: self.shape.plane(),
                columns: channels,
                left: self.factors[plane + (point * self.shape.tiles + tile) * self.shape.line()..].as_ptr(),
                left_stride: STRIDE * PARITIES,
                right: self.weights[point * STEM_DEPTH * width..].as_ptr(),
                results: products[point * rows * width..].as_mut_ptr(),
                results_stride: width,
                bias: core::ptr::null(),
                relu: false,
            };
            unsafe { product.compute::<S>() };
        }
    }

    /// Products become outputs of a plane: bias and ReLU on the way.
    #[inline(always)]
    unsafe fn outputs<S: Lanes>(&self, tile: usize, products: &[f32], plane: &mut [f32]) {
        let (channels, [_, rows, side]) = (self.output.channels, self.shape.output);
        let width = channels.next_multiple_of(panel_columns(S::COUNT));
        for row in 0..rows {
            for channel in (0..channels).step_by(S::COUNT) {
                let place = |point: usize| products[(point * rows + row) * width + channel..].as_ptr();
                let bias = unsafe { S::load(self.bias[channel..].as_ptr()) };
                let values = outputs(core::array::from_fn(|point| unsafe { S::load(place(point)) }), bias);
                for (n, value) in values.into_iter().enumerate().take(side - tile * OUT) {
                    let at = (row * side + tile * OUT + n) * channels + channel;
                    unsafe { value.max(S::splat(0.0)).store(plane[at..].as_mut_ptr()) };
                }
            }
        }
    }
}

/// Four outputs from their products: each point's to the powers 0 to 3, infinity's to the last alone.
#[inline(always)]
fn outputs<S: Lanes>([zero, one, less_one, two, less_two, half, infinity]: [S; POINTS], bias: S) -> [S; OUT] {
    let (near, near_apart) = (one.add(less_one), one.sub(less_one));
    let (far, far_apart) = (two.add(less_two), two.sub(less_two));
    [
        zero.add(near).add(far.add(half)).add(bias),
        far_apart.mul_add(S::splat(2.0), half.mul_add(S::splat(-0.5), near_apart.add(bias))),
        far.mul_add(S::splat(4.0), half.mul_add(S::splat(0.25), near.add(bias))),
        far_apart.mul_add(S::splat(8.0), half.mul_add(S::splat(-0.125), near_apart.add(infinity).add(bias))),
    ]
}

// Sound: a unit writes its own plane.
unsafe impl Kernel for Stem<'_> {
    fn units(&self) -> usize {
        self.shape.output[0]
    }

    fn scratch_len(&self, lanes: usize) -> usize {
        let ([_, y, z], channels) = (self.shape.output, self.output.channels);
        POINTS * y * channels.next_multiple_of(panel_columns(lanes)) + y * z * channels
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, scratch: &mut [f32]) {
        let [_, side_y, side_z] = self.shape.output;
        let channels = self.output.channels;
        let width = channels.next_multiple_of(panel_columns(S::COUNT));
        let (products, plane) = scratch.split_at_mut(POINTS * side_y * width);
        for tile in 0..self.shape.tiles {
            unsafe {
                self.products::<S>(unit, tile, products);
                self.outputs::<S>(tile, products, plane);
            }
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
        }
    }
}
