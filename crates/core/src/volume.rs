//! The signal of a stack of slices on its geometry.

use crate::file::FileId;
use crate::frame::{Wanted, read_frames};
use crate::geometry::Geometry;
use crate::instance::Instance;
use crate::reason::{Code, Reason};
use crate::selection::Stack;
use std::collections::HashSet;

/// Signal on an even grid; column index fastest, then row, then slice. MR signal has no unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// `dims[0] · dims[1] · dims[2]` values.
    pub signal: Vec<f32>,
    /// Where they lie.
    pub geometry: Geometry,
}

/// Most voxels of a volume: 512 MB of signal, a cube of 512.
const MAX_VOXELS: usize = 1 << 27;

/// A volume being filled, slice by slice, in any order.
#[derive(Debug)]
pub struct VolumeBuilder {
    stack: Stack,
    signal: Vec<f32>,
    unusable: Vec<(FileId, Reason)>,
}

impl VolumeBuilder {
    /// Makes room for a stack.
    ///
    /// # Errors
    /// [`Code::TooLarge`] over [`MAX_VOXELS`].
    pub fn new(stack: Stack) -> Result<Self, Reason> {
        let [columns, rows, slices] = stack.geometry.dims;
        let voxels = columns.saturating_mul(rows).saturating_mul(slices);
        if voxels > MAX_VOXELS {
            return Err(Reason::new(
                Code::TooLarge,
                format!(
                    "The series has {columns} × {rows} × {slices} voxels; Headway takes up to {} million. Export it at a lower resolution.",
                    MAX_VOXELS / 1_000_000
                ),
            ));
        }
        Ok(Self { stack, signal: vec![0.0; voxels], unusable: Vec::new() })
    }

    /// The files to read, in the order of their first slices.
    pub fn files(&self) -> Vec<FileId> {
        let mut seen = HashSet::new();
        self.instances().iter().map(|instance| instance.file).filter(|file| seen.insert(*file)).collect()
    }

    fn instances(&self) -> &[Instance] {
        self.stack.series.instances()
    }

    /// Decodes the slices of a file into their places.
    pub fn place(&mut self, file: FileId, bytes: &[u8]) {
        let [columns, rows, _] = self.stack.geometry.dims;
        let places = self.signal.chunks_exact_mut(columns * rows);
        let slices = self.stack.series.instances().iter().zip(places);
        let mut wanted: Vec<Wanted> = slices.filter(|(instance, _)| instance.file == file).collect();
        wanted.sort_by_key(|(instance, _)| instance.frame);
        if let Err(reason) = read_frames(bytes, &mut wanted) {
            self.refuse(file, reason);
        }
    }

    /// Notes that a file cannot be used.
    pub fn refuse(&mut self, file: FileId, reason: Reason) {
        self.unusable.push((file, reason));
    }

    /// The volume, if every slice has its pixels; and the files that had none.
    pub fn finish(self) -> (Result<Volume, Reason>, Vec<(FileId, Reason)>) {
        let outcome = match self.unusable.first() {
            None => Ok(Volume { signal: self.signal, geometry: self.stack.geometry }),
            Some((_, first)) => Err(whole_stack(first, self.lost_slices(), self.stack.geometry.dims[2])),
        };
        (outcome, self.unusable)
    }

    fn lost_slices(&self) -> usize {
        let lost = |instance: &&Instance| self.unusable.iter().any(|(file, _)| *file == instance.file);
        self.instances().iter().filter(lost).count()
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
