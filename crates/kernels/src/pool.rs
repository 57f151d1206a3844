//! Pooling: the stem's maximum along x, and a transition's average with the norm before it.

use crate::lanes::{Lanes, Level};
use crate::pointwise::Norm;
use crate::shared::{Features, FeaturesMut};
use crate::task::Kernel;

/// The largest of some registers of values that ReLU has left: none is below zero.
///
/// # Safety
/// All are readable.
#[inline(always)]
pub(crate) unsafe fn max_of<S: Lanes>(places: impl Iterator<Item = *const f32>) -> S {
    let mut most = S::splat(0.0);
    for place in places {
        most = unsafe { S::load(place) }.max(most);
    }
    most
}

/// Max pooling along x: window 3, stride 2, padding 1. For values that are not negative.
#[derive(Debug)]
pub struct MaxAlongX<'a> {
    input: Features<'a>,
    output: FeaturesMut<'a>,
}

impl<'a> MaxAlongX<'a> {
    /// # Shapes
    /// `[x, y, z, channels]` to `[⌈x/2⌉, y, z, channels]`
    ///
    /// # Panics
    /// Where the sizes disagree.
    pub fn new(level: Level, input: Features<'a>, output: FeaturesMut<'a>) -> Self {
        let [x, y, z] = input.dims;
        assert!(output.dims == [x.div_ceil(2), y, z] && input.channels == output.channels, "sizes disagree");
        assert!(input.channels.is_multiple_of(level.lanes()), "the channels do not fill registers");
        Self { input, output }
    }
}

// Sound: a unit writes its own plane.
unsafe impl Kernel for MaxAlongX<'_> {
    fn units(&self) -> usize {
        self.output.dims[0]
    }

    fn scratch_len(&self, _: usize) -> usize {
        0
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, _: &mut [f32]) {
        let [side, y, z] = self.input.dims;
        let plane = y * z;
        let planes = (2 * unit).saturating_sub(1)..(2 * unit + 2).min(side);
        for place in 0..plane {
            for channel in (0..self.input.channels).step_by(S::COUNT) {
                unsafe {
                    let from = planes.clone().map(|x| self.input.at(x * plane + place).add(channel));
                    max_of::<S>(from).store(self.output.at(unit * plane + place).add(channel));
                }
            }
        }
    }
}

/// Batch norm, ReLU, then average pooling: window 2, stride 2; a last odd plane is dropped.
#[derive(Debug)]
pub struct AveragePool<'a> {
    input: Features<'a>,
    norm: Norm<'a>,
    output: FeaturesMut<'a>,
}

impl<'a> AveragePool<'a> {
    /// # Shapes
    /// `[x, y, z, channels]` to `[⌊x/2⌋, ⌊y/2⌋, ⌊z/2⌋, channels]`
    ///
    /// # Panics
    /// Where the sizes disagree.
    pub fn new(level: Level, input: Features<'a>, norm: Norm<'a>, output: FeaturesMut<'a>) -> Self {
        assert!(output.dims == input.dims.map(|n| n / 2) && input.channels == output.channels, "sizes disagree");
        norm.check(input.channels, level.lanes());
        Self { input, norm, output }
    }
}

// Sound: a unit writes its own plane.
unsafe impl Kernel for AveragePool<'_> {
    fn units(&self) -> usize {
        self.output.dims[0]
    }

    fn scratch_len(&self, _: usize) -> usize {
        0
    }

    #[inline(always)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, _: &mut [f32]) {
        let [_, side_y, side_z] = self.input.dims;
        let [_, pooled_y, pooled_z] = self.output.dims;
        for y in 0..pooled_y {
            for z in 0..pooled_z {
                let corner = (2 * unit * side_y + 2 * y) * side_z + 2 * z;
                for channel in (0..self.input.channels).step_by(S::COUNT) {
                    let mut sum = S::splat(0.0);
                    for place in [0, 1, side_z, side_z + 1].map(|n| corner + n) {
                        for place in [place, place + side_y * side_z] {
                            sum = unsafe { self.norm.apply::<S>(self.input.at(place).add(channel), channel) }.add(sum);
                        }
                    }
                    let mean = sum.mul_add(S::splat(0.125), S::splat(0.0));
                    unsafe { mean.store(self.output.at((unit * pooled_y + y) * pooled_z + z).add(channel)) };
                }
            }
        }
    }
}
