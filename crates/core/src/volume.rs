//! The signal of a stack of slices on its geometry.

use crate::file::FileId;
use crate::frame::decode_frame;
use crate::geometry::Geometry;
use crate::instance::Instance;
use crate::reason::{Code, Reason};
use crate::selection::Stack;

/// Signal on an even grid; column index fastest, then row, then slice. MR signal has no unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// `dims[0] · dims[1] · dims[2]` values.
    pub signal: Vec<f32>,
    /// Where they lie.
    pub geometry: Geometry,
}

/// A volume being filled, slice by slice, in any order.
#[derive(Debug)]
pub struct VolumeBuilder {
    stack: Stack,
    signal: Vec<f32>,
    unusable: Vec<(FileId, Reason)>,
}

impl VolumeBuilder {
    /// Makes room for a stack.
    pub fn new(stack: Stack) -> Self {
        let voxels = stack.geometry.dims.iter().product();
        Self { stack, signal: vec![0.0; voxels], unusable: Vec::new() }
    }

    /// The images to place, in slice order.
    pub fn instances(&self) -> &[Instance] {
        self.stack.series.instances()
    }

    /// Decodes the file of slice `index` into its place.
    pub fn place(&mut self, index: usize, bytes: &[u8]) {
        let instance = &self.stack.series.instances()[index];
        match decode_frame(bytes, &instance.pixels) {
            Ok(frame) => {
                let pixels = instance.pixels.rows * instance.pixels.columns;
                self.signal[index * pixels..][..pixels].copy_from_slice(&frame[..pixels]);
            }
            Err(reason) => self.refuse(index, reason),
        }
    }

    /// Notes that the file of slice `index` cannot be used.
    pub fn refuse(&mut self, index: usize, reason: Reason) {
        self.unusable.push((self.stack.series.instances()[index].file, reason));
    }

    /// The volume, if every slice has its pixels; and the files that had none.
    pub fn finish(self) -> (Result<Volume, Reason>, Vec<(FileId, Reason)>) {
        let outcome = match self.unusable.first() {
            None => Ok(Volume { signal: self.signal, geometry: self.stack.geometry }),
            Some((_, first)) => Err(whole_stack(first, self.unusable.len(), self.stack.geometry.dims[2])),
        };
        (outcome, self.unusable)
    }
}

/// What unreadable slices mean for the stack: an unreadable encoding is its own reason, single damaged files are missing slices.
fn whole_stack(first: &Reason, unusable: usize, slices: usize) -> Reason {
    if unusable == slices {
        return first.clone();
    }
    Reason::new(
        Code::MissingSlices,
        format!(
            "{unusable} of {slices} slices of the chosen series cannot be read (see the notices); a score needs all of them."
        ),
    )
}
