//! The 1³ convolution, with batch norm and ReLU before it where asked for.

use crate::lanes::{Lanes, Level};
use crate::pack::{packed_len, panel_columns};
use crate::product::{Product, TOGETHER};
use crate::shared::{Features, FeaturesMut};
use crate::task::Kernel;

/// Values of the input kept at hand while all outputs of their positions are made.
const AT_HAND: usize = 32 * 1024;
/// Positions of a unit are a multiple of this: of the rows in a block of a product, 4 or 6.
const ROWS: usize = 12;

/// A settled batch norm: `value · scale + shift`, by channel.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Factors.
    pub scale: &'a [f32],
    /// Added after.
    pub shift: &'a [f32],
}

impl Norm<'_> {
    pub(crate) fn check(&self, channels: usize, lanes: usize) {
        assert!(self.scale.len() >= channels && self.shift.len() >= channels, "a norm has too few channels");
        assert!(channels.is_multiple_of(lanes), "the channels do not fill registers");
    }

    /// Norm and ReLU of one register.
    ///
    /// # Safety
    /// `from` is readable, and `channel` one of the channels checked.
    #[inline(always)]
    pub(crate) unsafe fn apply<S: Lanes>(&self, from: *const f32, channel: usize) -> S {
        unsafe {
            let (scale, shift) = (S::load(self.scale.as_ptr().add(channel)), S::load(self.shift.as_ptr().add(channel)));
            S::load(from).mul_add(scale, shift).max(S::splat(0.0))
        }
    }
}

/// Norm and ReLU, 1³ convolution, bias, ReLU; all but the convolution as asked for.
#[derive(Debug)]
pub struct Pointwise<'a> {
    input: Features<'a>,
    norm: Option<Norm<'a>>,
    weights: &'a [f32],
    /// Filled up to whole panels; ReLU follows it.
    bias: Option<&'a [f32]>,
    output: FeaturesMut<'a>,
    /// Positions of a unit.
    together: usize,
}

impl<'a> Pointwise<'a> {
    /// # Shapes
    /// `[x, y, z, inputs]` to `[x, y, z, outputs]`; `weights`: `[inputs, outputs]` packed;
    /// `bias`, with which ReLU goes: `[outputs]`, filled up to whole panels.
    ///
    /// # Panics
    /// Where the sizes disagree.
    pub fn new(
        level: Level,
        input: Features<'a>,
        norm: Option<Norm<'a>>,
        weights: &'a [f32],
        bias: Option<&'a [f32]>,
        output: FeaturesMut<'a>,
    ) -> Self {
        assert!(input.positions() == output.positions(), "a 1³ convolution keeps its sides");
        assert!(weights.len() == packed_len(level, input.channels, output.channels), "sizes disagree");
        let columns = output.channels.next_multiple_of(panel_columns(level.lanes()));
        assert!(bias.is_none_or(|bias| bias.len() >= columns), "the bias is too short");
        if let Some(norm) = norm {
            norm.check(input.channels, level.lanes());
        }
        let together = (AT_HAND / input.channels).max(ROWS) / ROWS * ROWS;
        Self { input, norm, weights, bias, output, together }
    }

    /// Cut so that so many workers find work on a small map.
    #[must_use]
    pub fn among(mut self, workers: usize) -> Self {
        self.together = self.input.positions().div_ceil(workers).next_multiple_of(ROWS).min(self.together);
        self
    }
}

// Sound: a unit writes its own positions.
unsafe impl Kernel for Pointwise<'_> {
    fn units(&self) -> usize {
        self.input.positions().div_ceil(self.together)
    }

    fn scratch_len(&self, _: usize) -> usize {
        if self.norm.is_some() { self.together * self.input.channels } else { 0 }
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, scratch: &mut [f32]) {
        let inputs = self.input.channels;
        let first = unit * self.together;
        let rows = self.together.min(self.input.positions() - first);
        unsafe {
            let (mut left, mut left_stride) = (self.input.at(first), self.input.stride);
            if let Some(norm) = &self.norm {
                for row in 0..rows {
                    let (from, to) = (self.input.at(first + row), scratch.as_mut_ptr().add(row * inputs));
                    for channel in (0..inputs).step_by(S::COUNT) {
                        norm.apply::<S>(from.add(channel), channel).store(to.add(channel));
                    }
                }
                (left, left_stride) = (scratch.as_ptr(), inputs);
            }
            Product {
                rows,
                depth: inputs,
                segment: TOGETHER,
                segment_stride: TOGETHER,
                columns: self.output.channels,
                left,
                left_stride,
                right: self.weights.as_ptr(),
                results: self.output.at(first),
                results_stride: self.output.stride,
                bias: self.bias.map_or(core::ptr::null(), <[f32]>::as_ptr),
                relu: self.bias.is_some(),
            }
            .compute::<S>();
        }
    }
}
