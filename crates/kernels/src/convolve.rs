//! The 3³ convolution of a dense layer, padding 1, stride 1, by Winograd's tiles.

use crate::lanes::{Lanes, Level};
use crate::pack::panel_columns;
use crate::product::{Product, TOGETHER};
use crate::shared::{Features, FeaturesMut};
use crate::task::Kernel;
use crate::tile::{IN, OUT, POINTS, TAPS, Tile, transform_input, transform_output, transform_taps};

/// Tiles worked on together, at most: the transformed weights are read once for all of them,
/// and what they become must stay in the second-level cache.
const TILES_TOGETHER: usize = 16;
/// And at least, where there are as many: fewer rows leave registers of a product empty.
const LEAST_TOGETHER: usize = 4;
/// Input channels whose weights are transformed together.
const CHANNELS_AT_ONCE: usize = 8;
/// Values between the planes of two points beyond their size, so that they do not fall on the same lines of the cache.
const SKEW: usize = 16;

/// Values that the transformed weights of such a layer take up.
pub const fn tile_weights_len(level: Level, inputs: usize, outputs: usize) -> usize {
    POINTS * weights_stride(inputs, outputs, level.lanes())
}

/// Values between two points' weights.
const fn weights_stride(inputs: usize, outputs: usize, lanes: usize) -> usize {
    inputs * outputs.next_multiple_of(panel_columns(lanes)) + SKEW
}

/// Weights become factors of tiles, packed for the product, point by point.
#[derive(Debug)]
pub struct TileWeights<'a> {
    weights: &'a [f32],
    inputs: usize,
    outputs: usize,
    into: FeaturesMut<'a>,
}

impl<'a> TileWeights<'a> {
    /// # Shapes
    /// `weights`: `[3, 3, 3, inputs, outputs]`; `into`: [`tile_weights_len`] values.
    ///
    /// # Panics
    /// Where a slice has another length.
    pub fn new(level: Level, weights: &'a [f32], inputs: usize, outputs: usize, into: &'a mut [f32]) -> Self {
        let len = tile_weights_len(level, inputs, outputs);
        assert!(weights.len() == TAPS * TAPS * TAPS * inputs * outputs && into.len() == len, "sizes disagree");
        Self { weights, inputs, outputs, into: FeaturesMut::new(into, [1, 1, len], 1, 0, 1) }
    }

    /// One register of outputs, taps at their places in a tile.
    #[inline(always)]
    unsafe fn taps<S: Lanes>(&self, input: usize, output: usize) -> Tile<S> {
        let mut tile = [S::splat(0.0); POINTS];
        let valid = self.outputs - output;
        for x in 0..TAPS {
            for y in 0..TAPS {
                for z in 0..TAPS {
                    let from = (((x * TAPS + y) * TAPS + z) * self.inputs + input) * self.outputs + output;
                    let from = unsafe { self.weights.as_ptr().add(from) };
                    tile[(x * IN + y) * IN + z] = unsafe { load_part(from, valid) };
                }
            }
        }
        tile
    }
}

// Sound: a unit writes the rows of its own input channels.
unsafe impl Kernel for TileWeights<'_> {
    fn units(&self) -> usize {
        self.inputs.div_ceil(CHANNELS_AT_ONCE)
    }

    fn scratch_len(&self, _: usize) -> usize {
        0
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, _: &mut [f32]) {
        let width = panel_columns(S::COUNT);
        let stride = weights_stride(self.inputs, self.outputs, S::COUNT);
        let inputs = unit * CHANNELS_AT_ONCE..((unit + 1) * CHANNELS_AT_ONCE).min(self.inputs);
        for input in inputs {
            for output in (0..self.outputs).step_by(S::COUNT) {
                let (panel, lane) = (output / width, output % width);
                let place = (panel * self.inputs + input) * width + lane;
                unsafe {
                    let mut tile = self.taps::<S>(input, output);
                    transform_taps(&mut tile);
                    for (point, factors) in tile.iter().enumerate() {
                        factors.store(self.into.at(point * stride + place));
                    }
                }
            }
        }
    }
}

/// A register of which only the first values exist.
///
/// # Safety
/// `from` is readable for `valid` values.
#[inline(always)]
unsafe fn load_part<S: Lanes>(from: *const f32, valid: usize) -> S {
    if valid >= S::COUNT {
        return unsafe { S::load(from) };
    }
    let mut part = [0.0f32; 8];
    unsafe {
        core::ptr::copy_nonoverlapping(from, part.as_mut_ptr(), valid);
        S::load(part.as_ptr())
    }
}

/// The counterpart: only the first values are written.
///
/// # Safety
/// `to` is writable for `valid` values.
#[inline(always)]
unsafe fn store_part<S: Lanes>(value: S, to: *mut f32, valid: usize) {
    if valid >= S::COUNT {
        return unsafe { value.store(to) };
    }
    let mut part = [0.0f32; 8];
    unsafe {
        value.store(part.as_mut_ptr());
        core::ptr::copy_nonoverlapping(part.as_ptr(), to, valid);
    }
}

/// The convolution itself, over transformed weights.
#[derive(Debug)]
pub struct Convolve<'a> {
    input: Features<'a>,
    weights: &'a [f32],
    output: FeaturesMut<'a>,
    tiles: [usize; 3],
    /// Tiles of a unit.
    together: usize,
    /// Units that share the same tiles, each for some panels of outputs.
    shares: usize,
}

impl<'a> Convolve<'a> {
    /// # Shapes
    /// `[x, y, z, inputs]` to `[x, y, z, outputs]`; `weights` as [`TileWeights`] leaves them.
    ///
    /// # Panics
    /// Where the sizes disagree, or the inputs are no whole number of registers.
    pub fn new(level: Level, input: Features<'a>, weights: &'a [f32], output: FeaturesMut<'a>) -> Self {
        assert!(input.dims == output.dims, "a convolution keeps its sides");
        assert!(weights.len() == tile_weights_len(level, input.channels, output.channels), "sizes disagree");
        assert!(input.channels.is_multiple_of(level.lanes()), "the inputs do not fill registers");
        let tiles = input.dims.map(|side| side.div_ceil(OUT));
        Self { input, weights, output, tiles, together: TILES_TOGETHER, shares: 1 }
    }

    /// Cut so that so many workers find work on a small map: first into fewer tiles a unit; where these do not
    /// suffice, several units transform the same tiles, each for its own outputs.
    #[must_use]
    pub fn among(mut self, level: Level, workers: usize) -> Self {
        let tiles = self.tiles.iter().product::<usize>();
        self.together = tiles.div_ceil(workers).clamp(LEAST_TOGETHER, TILES_TOGETHER);
        let panels = self.padded_outputs(level.lanes()) / panel_columns(level.lanes());
        let shares = (workers / tiles.div_ceil(self.together)).clamp(1, panels);
        // As many as have a panel.
        self.shares = panels.div_ceil(panels.div_ceil(shares));
        self
    }

    /// Output channels of one share, filled up to whole panels.
    fn share_columns(&self, lanes: usize) -> usize {
        self.padded_outputs(lanes).div_ceil(self.shares).next_multiple_of(panel_columns(lanes))
    }

    fn padded_outputs(&self, lanes: usize) -> usize {
        self.output.channels.next_multiple_of(panel_columns(lanes))
    }

    /// Values between two points' factors of the input, and between two points' products.
    fn point_strides(&self, lanes: usize) -> [usize; 2] {
        [self.input.channels, self.share_columns(lanes)].map(|channels| self.together * channels + SKEW)
    }

    /// A tile's first output.
    fn corner(&self, tile: usize) -> [usize; 3] {
        let [_, y, z] = self.tiles;
        [tile / (y * z), tile / z % y, tile % z].map(|n| n * OUT)
    }

    #[inline(always)]
    unsafe fn gather<S: Lanes>(&self, tile: usize, factors: *mut f32, point_stride: usize) {
        let beyond = [0.0f32; 8];
        let places = self.places(tile);
        for channel in (0..self.input.channels).step_by(S::COUNT) {
            let mut values = [S::splat(0.0); POINTS];
            for (value, &place) in values.iter_mut().zip(&places) {
                let from =
                    if place == usize::MAX { beyond.as_ptr() } else { unsafe { self.input.at(place).add(channel) } };
                *value = unsafe { S::load(from) };
            }
            transform_input(&mut values);
            for (point, value) in values.iter().enumerate() {
                unsafe { value.store(factors.add(point * point_stride + channel)) };
            }
        }
    }

    /// The positions a tile reads; `usize::MAX` beyond the border.
    #[inline(always)]
    fn places(&self, tile: usize) -> [usize; POINTS] {
        let corner = self.corner(tile);
        let mut places = [usize::MAX; POINTS];
        // Wraps around below zero, and is then not inside either.
        let along = |axis: usize, n: usize| {
            let at = (corner[axis] + n).wrapping_sub(1);
            (at < self.input.dims[axis]).then_some(at)
        };
        let [_, side_y, side_z] = self.input.dims;
        for x in 0..IN {
            let Some(at_x) = along(0, x) else { continue };
            for y in 0..IN {
                let Some(at_y) = along(1, y) else { continue };
                for z in 0..IN {
                    let Some(at_z) = along(2, z) else { continue };
                    places[(x * IN + y) * IN + z] = (at_x * side_y + at_y) * side_z + at_z;
                }
            }
        }
        places
    }

    /// Of the output channels from `first` on, `columns` at most.
    #[inline(always)]
    unsafe fn scatter<S: Lanes>(
        &self,
        tile: usize,
        products: *const f32,
        point_stride: usize,
        first: usize,
        columns: usize,
    ) {
        let corner = self.corner(tile);
        let [inside_x, inside_y, inside_z] = [0, 1, 2].map(|axis| (self.output.dims[axis] - corner[axis]).min(OUT));
        let [_, side_y, side_z] = self.output.dims;
        for channel in (first..self.output.channels.min(first + columns)).step_by(S::COUNT) {
            let mut values = [S::splat(0.0); POINTS];
            for (point, value) in values.iter_mut().enumerate() {
                *value = unsafe { S::load(products.add(point * point_stride + channel - first)) };
            }
            transform_output(&mut values);
            for x in 0..inside_x {
                for y in 0..inside_y {
                    for z in 0..inside_z {
                        let place = ((corner[0] + x) * side_y + corner[1] + y) * side_z + corner[2] + z;
                        let value = values[(x * IN + y) * IN + z];
                        unsafe {
                            store_part(value, self.output.at(place).add(channel), self.output.channels - channel);
                        };
                    }
                }
            }
        }
    }
}

// Sound: a unit writes its own outputs of its own tiles.
unsafe impl Kernel for Convolve<'_> {
    fn units(&self) -> usize {
        self.tiles.iter().product::<usize>().div_ceil(self.together) * self.shares
    }

    fn scratch_len(&self, lanes: usize) -> usize {
        self.point_strides(lanes).iter().sum::<usize>() * POINTS
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, scratch: &mut [f32]) {
        let (inputs, columns) = (self.input.channels, self.share_columns(S::COUNT));
        let [factors_stride, products_stride] = self.point_strides(S::COUNT);
        let weights_stride = weights_stride(inputs, self.padded_outputs(S::COUNT), S::COUNT);
        let factors = scratch.as_mut_ptr();
        let first_column = unit % self.shares * columns;
        // The last share may be smaller.
        let columns = columns.min(self.padded_outputs(S::COUNT) - first_column);
        let first = unit / self.shares * self.together;
        let tiles = self.together.min(self.tiles.iter().product::<usize>() - first);
        unsafe {
            let products = factors.add(factors_stride * POINTS);
            for n in 0..tiles {
                self.gather::<S>(first + n, factors.add(n * inputs), factors_stride);
            }
            for point in 0..POINTS {
                Product {
                    rows: tiles,
                    depth: inputs,
                    segment: TOGETHER,
                    segment_stride: TOGETHER,
                    columns,
                    left: factors.add(point * factors_stride),
                    left_stride: inputs,
                    // Panels follow one another.
                    right: self.weights.as_ptr().add(point * weights_stride + first_column * inputs),
                    results: products.add(point * products_stride),
                    results_stride: columns,
                    bias: core::ptr::null(),
                    relu: false,
                }
                .compute::<S>();
            }
            for n in 0..tiles {
                self.scatter::<S>(first + n, products.add(n * columns), products_stride, first_column, columns);
            }
        }
    }
}
