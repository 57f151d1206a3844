//! The signal of a stack of slices on its geometry.

use crate::file::FileId;
use crate::frame::{DecodedFrame, PackedFrame, Place, Wanted, place_decoded, read_frames};
use crate::geometry::Geometry;
use crate::instance::{Format, Instance};
use crate::reason::{Code, Reason};
use crate::selection::Stack;
use crate::signal::Signal;
use std::borrow::Cow;
use std::collections::HashSet;

/// Signal on an even grid; column index fastest, then row, then slice.
#[derive(Clone, Debug, PartialEq)]
pub struct Volume {
    /// `dims[0] · dims[1] · dims[2]` values.
    pub signal: Signal,
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
        let mut signal = self.signal.to_vec();
        let (before, rest) = signal.split_at_mut(missing * plane);
        let (gap, after) = rest.split_at_mut(plane);
        let neighbours = before[(missing - 1) * plane..].iter().zip(&*after);
        gap.iter_mut().zip(neighbours).for_each(|(value, (below, above))| *value = f32::midpoint(*below, *above));
        Cow::Owned(Self { signal: Signal::Plain(signal), geometry: self.geometry })
    }
}

/// Most voxels of a volume: 256 to 512 MB of signal, a cube of 512.
const MAX_VOXELS: usize = 1 << 27;

/// A volume being filled, slice by slice.
#[derive(Debug)]
pub struct VolumeBuilder {
    stack: Stack,
    signal: Signal,
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
        let is_short = |image: &Instance| image.format == Format::Dicom && image.pixels.bits_allocated == 16;
        let signal = match stack.series.instances().iter().all(is_short) {
            true => Signal::stored(slices, columns * rows),
            false => Signal::Plain(vec![0.0; voxels]),
        };
        Ok(Self { stack, signal, unusable: Vec::new(), copies: Copies::default() })
    }

    /// The files to read, in the order of their first slices; those of copies last.
    pub fn files(&self) -> Vec<FileId> {
        let mut seen = HashSet::new();
        let images = self.instances().iter().chain(self.stack.series.copies());
        images.map(|instance| instance.file).filter(|file| seen.insert(*file)).collect()
    }

    /// Whether a file holds nothing but copies: those of others have to be in their places before.
    pub(crate) fn is_copy(&self, file: FileId) -> bool {
        self.instances().iter().all(|instance| instance.file != file)
    }

    fn instances(&self) -> &[Instance] {
        self.stack.series.instances()
    }

    /// Puts the slices of a file into their places. What is compressed comes back as frames, for [`Self::place_decoded`].
    pub fn place(&mut self, file: FileId, bytes: &[u8]) -> Vec<PackedFrame> {
        self.fill(file, |wanted| read_frames(bytes, wanted))
    }

    /// Puts the slices of a file into their places, once its frames are decoded.
    pub fn place_decoded(&mut self, file: FileId, frames: Result<Vec<DecodedFrame>, Reason>) {
        match frames {
            Ok(frames) => drop(self.fill(file, |wanted| place_decoded(&frames, wanted).map(|()| Vec::new()))),
            Err(reason) => self.refuse(file, reason),
        }
    }

    /// Has a file's images and copies read, and compares the copies; what is still packed comes back.
    fn fill(
        &mut self,
        file: FileId,
        read: impl FnOnce(&mut [Wanted]) -> Result<Vec<PackedFrame>, Reason>,
    ) -> Vec<PackedFrame> {
        let [columns, rows, _] = self.stack.geometry.dims;
        let series = &self.stack.series;
        let copies: Vec<&Instance> = series.copies().iter().filter(|copy| copy.file == file).collect();
        let mut pictures = vec![vec![0.0; columns * rows]; copies.len()];
        let places = places(&mut self.signal, &self.stack.geometry);
        let mut wanted: Vec<Wanted> =
            series.instances().iter().zip(places).filter(|(instance, _)| instance.file == file).collect();
        let rooms = pictures.iter_mut().map(|picture| Place::Signal(picture));
        wanted.extend(copies.iter().copied().zip(rooms));
        wanted.sort_by_key(|(instance, _)| instance.frame);
        let packed = match read(&mut wanted) {
            Ok(packed) => packed,
            Err(reason) => {
                self.refuse(file, reason);
                return Vec::new();
            }
        };
        if packed.is_empty() {
            let copies: Vec<Instance> = copies.into_iter().cloned().collect();
            copies.iter().zip(&pictures).for_each(|(copy, picture)| self.compare(copy, picture));
        }
        packed
    }

    /// A copy whose every value equals its original's is set aside; another image at the same place is a conflict.
    fn compare(&mut self, copy: &Instance, picture: &[f32]) {
        let series = &self.stack.series;
        let Some(image) = series.original_of(copy) else { return };
        let original = &series.instances()[image];
        let slice = self.stack.geometry.slice_of_image(image);
        if *self.signal.slice(slice, picture.len()) == *picture {
            let text = format!("The same image as {}, sent twice; this copy is set aside.", original.path);
            self.copies.set_aside.push((copy.file, Reason::new(Code::DuplicateInstance, text)));
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

/// The places of the images in order: a missing slice has none.
fn places<'a>(signal: &'a mut Signal, geometry: &Geometry) -> Box<dyn Iterator<Item = Place<'a>> + 'a> {
    let [columns, rows, _] = geometry.dims;
    let missing = geometry.missing_slice;
    let taken = move |slice: &usize| Some(*slice) != missing;
    match signal {
        Signal::Plain(values) => {
            let slices = values.chunks_exact_mut(columns * rows).enumerate();
            Box::new(slices.filter(move |(slice, _)| taken(slice)).map(|(_, signal)| Place::Signal(signal)))
        }
        Signal::Stored { words, scales } => {
            let slices = words.chunks_exact_mut(columns * rows).zip(scales).enumerate();
            let place = |(_, (words, scale))| Place::Stored(words, scale);
            Box::new(slices.filter(move |(slice, _)| taken(slice)).map(place))
        }
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
