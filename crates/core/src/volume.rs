//! The signal of a stack of slices on its geometry.

use crate::file::FileId;
use crate::frame::{Wanted, read_frames};
use crate::geometry::Geometry;
use crate::instance::Instance;
use crate::reason::{Code, Reason};
use crate::selection::Stack;
use std::borrow::Cow;
use std::collections::HashSet;

/// Signal on an even grid; column index fastest, then row, then slice. MR signal has no unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// `dims[0] · dims[1] · dims[2]` values.
    pub signal: Vec<f32>,
    /// Where they lie. A missing slice holds no signal (0).
    pub geometry: Geometry,
}

impl Volume {
    /// The volume with its one missing slice, if any, interpolated from the neighbours: for the network alone.
    pub fn bridged(&self) -> Cow<'_, Self> {
        let [columns, rows, slices] = self.geometry.dims;
        let plane = columns * rows;
        let Some(missing) = self.geometry.missing_slice.filter(|missing| (1..slices - 1).contains(missing)) else {
            return Cow::Borrowed(self);
        };
        let mut bridged = self.clone();
        let (before, rest) = bridged.signal.split_at_mut(missing * plane);
        let (gap, after) = rest.split_at_mut(plane);
        let neighbours = before[(missing - 1) * plane..].iter().zip(&*after);
        gap.iter_mut().zip(neighbours).for_each(|(value, (below, above))| *value = f32::midpoint(*below, *above));
        Cow::Owned(bridged)
    }
}

/// Most voxels of a volume: 512 MB of signal, a cube of 512.
const MAX_VOXELS: usize = 1 << 27;

/// A volume being filled, slice by slice, in any order.
#[derive(Debug)]
pub struct VolumeBuilder {
    stack: Stack,
    signal: Vec<f32>,
    unusable: Vec<(FileId, Reason)>,
    copies: Copies,
}

/// What became of images that seemed to be sent twice.
#[derive(Debug, Default)]
struct Copies {
    set_aside: Vec<(FileId, Reason)>,
    /// Another image at the same place.
    conflict: Option<Reason>,
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
        Ok(Self { stack, signal: vec![0.0; voxels], unusable: Vec::new(), copies: Copies::default() })
    }

    /// The files to read, in the order of their first slices; those of copies last.
    pub fn files(&self) -> Vec<FileId> {
        let mut seen = HashSet::new();
        let images = self.instances().iter().chain(self.stack.series.copies());
        images.map(|instance| instance.file).filter(|file| seen.insert(*file)).collect()
    }

    fn instances(&self) -> &[Instance] {
        self.stack.series.instances()
    }

    /// Decodes the slices of a file into their places.
    pub fn place(&mut self, file: FileId, bytes: &[u8]) {
        let [columns, rows, _] = self.stack.geometry.dims;
        let missing = self.stack.geometry.missing_slice;
        let slices = self.signal.chunks_exact_mut(columns * rows).enumerate();
        let places = slices.filter(|(slice, _)| Some(*slice) != missing).map(|(_, place)| place);
        let images = self.stack.series.instances().iter().zip(places);
        let mut wanted: Vec<Wanted> = images.filter(|(instance, _)| instance.file == file).collect();
        wanted.sort_by_key(|(instance, _)| instance.frame);
        let read = if wanted.is_empty() { Ok(()) } else { read_frames(bytes, &mut wanted) };
        match read.and_then(|()| self.compare_copies(file, bytes)) {
            Ok(()) => {}
            Err(reason) => self.refuse(file, reason),
        }
    }

    /// A copy whose every value equals its original's is set aside; another image at the same place is a conflict.
    fn compare_copies(&mut self, file: FileId, bytes: &[u8]) -> Result<(), Reason> {
        let [columns, rows, _] = self.stack.geometry.dims;
        let mut signal = vec![0.0; columns * rows];
        let series = &self.stack.series;
        for copy in series.copies().iter().filter(|copy| copy.file == file) {
            read_frames(bytes, &mut [(copy, &mut signal)])?;
            let Some(image) = series.original_of(copy) else { continue };
            let original = &series.instances()[image];
            let slice = self.stack.geometry.slice_of_image(image);
            if self.signal.chunks_exact(columns * rows).nth(slice) == Some(signal.as_slice()) {
                let text = format!("The same image as {}, sent twice; this copy is set aside.", original.path);
                self.copies.set_aside.push((file, Reason::new(Code::DuplicateInstance, text)));
            } else {
                let text = format!(
                    "Two different images lie at the place of slice {}: {} and {}. Send one of them.",
                    slice + 1,
                    original.path,
                    copy.path
                );
                self.copies.conflict.get_or_insert(Reason::new(Code::OverlappingSlices, text));
            }
        }
        Ok(())
    }

    /// Notes that a file cannot be used.
    pub fn refuse(&mut self, file: FileId, reason: Reason) {
        self.unusable.push((file, reason));
    }

    /// The volume, if every slice has its pixels; and the files that had none.
    pub fn finish(self) -> (Result<Volume, Reason>, Vec<(FileId, Reason)>) {
        let unusable = self.unusable.first().filter(|_| self.lost_slices() > 0);
        let outcome = match (unusable, self.copies.conflict.clone()) {
            (Some((_, first)), _) => Err(whole_stack(first, self.lost_slices(), self.instances().len())),
            (None, Some(conflict)) => Err(conflict),
            (None, None) => Ok(Volume { signal: self.signal, geometry: self.stack.geometry }),
        };
        let mut notices = self.unusable;
        notices.extend(self.copies.set_aside);
        (outcome, notices)
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
