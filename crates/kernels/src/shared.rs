//! Channels-last feature maps: read by many, written in parts.

use core::marker::PhantomData;

/// Feature maps to read: `positions` times `stride` values, of which the first `channels` of each position are meant.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a> {
    pub(crate) values: &'a [f32],
    pub(crate) dims: [usize; 3],
    pub(crate) stride: usize,
    pub(crate) channels: usize,
}

impl<'a> Features<'a> {
    /// # Panics
    /// Where the slice is too short, or a position holds fewer than `channels`.
    pub fn new(values: &'a [f32], dims: [usize; 3], stride: usize, channels: usize) -> Self {
        assert!(
            channels <= stride && values.len() >= dims.iter().product::<usize>() * stride,
            "a feature map is too small"
        );
        Self { values, dims, stride, channels }
    }

    pub(crate) fn positions(&self) -> usize {
        self.dims.iter().product()
    }

    /// Where a position's channels begin.
    ///
    /// # Safety
    /// `position` lies inside.
    #[inline(always)]
    pub(crate) unsafe fn at(&self, position: usize) -> *const f32 {
        unsafe { self.values.as_ptr().add(position * self.stride) }
    }
}

/// Feature maps to write: `channels` of each position from `offset` on.
#[derive(Debug)]
pub struct FeaturesMut<'a> {
    start: *mut f32,
    pub(crate) dims: [usize; 3],
    pub(crate) stride: usize,
    pub(crate) channels: usize,
    borrowed: PhantomData<&'a mut [f32]>,
}

// Sound: kernels promise that their units write to different places.
unsafe impl Sync for FeaturesMut<'_> {}
unsafe impl Send for FeaturesMut<'_> {}

impl<'a> FeaturesMut<'a> {
    /// # Panics
    /// Where the slice is too short, or a position does not reach as far as the channels.
    pub fn new(values: &'a mut [f32], dims: [usize; 3], stride: usize, offset: usize, channels: usize) -> Self {
        let positions = dims.iter().product::<usize>();
        assert!(offset + channels <= stride && values.len() >= positions * stride, "a feature map is too small");
        assert!(positions > 0, "a feature map is empty");
        // Sound: inside the slice, since a position reaches that far.
        let start = unsafe { values.as_mut_ptr().add(offset) };
        Self { start, dims, stride, channels, borrowed: PhantomData }
    }

    pub(crate) fn positions(&self) -> usize {
        self.dims.iter().product()
    }

    /// Where a position's channels begin.
    ///
    /// # Safety
    /// `position` lies inside, and nobody else writes there.
    #[inline(always)]
    pub(crate) unsafe fn at(&self, position: usize) -> *mut f32 {
        unsafe { self.start.add(position * self.stride) }
    }
}
