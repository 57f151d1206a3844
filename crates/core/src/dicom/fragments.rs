//! Encapsulated pixel data: fragments, and which of them make a frame (PS3.5, A.4).

use super::Fault;
use super::walk::{Element, Walker, u32_at};
use crate::reason::{Code, Reason};
use std::borrow::Cow;
use std::ops::Range;

/// The compressed frames of a file, each as the places of its fragments.
#[derive(Debug)]
pub(crate) struct Fragments<'a> {
    bytes: &'a [u8],
    frames: Vec<Range<usize>>,
    fragments: Vec<Range<usize>>,
}

impl<'a> Fragments<'a> {
    /// Parts the fragments of `pixel_data` into `frames` frames; `offsets` is the value of
    /// *Extended Offset Table* (7FE0,0001), or empty.
    ///
    /// # Errors
    /// [`Code::TruncatedPixels`] where a fragment reaches past the file,
    /// [`Code::DamagedPixels`] where the fragments make another number of frames.
    pub(crate) fn read(
        walker: Walker<'a>,
        pixel_data: &Element,
        offsets: &[u8],
        frames: usize,
    ) -> Result<Self, Reason> {
        let cut_short = |fault| match fault {
            Fault::NeedsWholeFile => Reason::new(Code::TruncatedPixels, "The file ends inside its compressed pixels."),
            Fault::Refused(reason) => Reason::new(Code::TruncatedPixels, reason.text),
        };
        let (mut at, end) = (pixel_data.value.start, walker.end);
        let mut fragments = Vec::new();
        while let Some((fragment, next)) = walker.item(at, end, 1).map_err(cut_short)? {
            fragments.push(fragment);
            at = next;
        }
        if fragments.is_empty() {
            return Err(Reason::new(Code::DamagedPixels, "The pixel data holds no fragments. Export the file again."));
        }
        let basic = &walker.bytes[fragments.remove(0)];
        let mut read = Self { bytes: walker.bytes, frames: Vec::new(), fragments };
        read.frames = read.part(basic, offsets, frames).ok_or_else(|| {
            Reason::new(
                Code::DamagedPixels,
                format!(
                    "Its {} fragments cannot be parted into the {frames} frames the header states. Export the file again.",
                    read.fragments.len()
                ),
            )
        })?;
        Ok(read)
    }

    /// The compressed bytes of a frame.
    pub(crate) fn frame(&self, index: usize) -> Option<Cow<'a, [u8]>> {
        match &self.fragments[self.frames.get(index)?.clone()] {
            [one] => Some(Cow::Borrowed(&self.bytes[one.clone()])),
            several => Some(Cow::Owned(several.iter().flat_map(|range| &self.bytes[range.clone()]).copied().collect())),
        }
    }

    /// Which fragments belong to each frame.
    fn part(&self, basic: &[u8], extended: &[u8], frames: usize) -> Option<Vec<Range<usize>>> {
        let count = self.fragments.len();
        if frames == 1 {
            return Some(std::iter::once(0..count).collect());
        }
        if count == frames {
            return Some((0..count).map(|index| index..index + 1).collect());
        }
        let starts = match (extended.len() / 8, basic.len() / 4) {
            (n, _) if n == frames => self.at_offsets(extended.chunks_exact(8).map(|o| {
                // A file over 4 GB is never read whole, so the low half says it all.
                if u32_at(o, 4, false) == 0 { u32_at(o, 0, false) } else { u32::MAX }
            }))?,
            (_, n) if n == frames => self.at_offsets(basic.chunks_exact(4).map(|o| u32_at(o, 0, false)))?,
            _ => self.at_stream_starts(),
        };
        let ends = starts.iter().skip(1).copied().chain([count]);
        (starts.len() == frames && starts.is_sorted())
            .then(|| starts.iter().copied().zip(ends).map(|(a, b)| a..b).collect())
    }

    /// The fragments whose items start at offsets from the first item.
    fn at_offsets(&self, offsets: impl Iterator<Item = u32>) -> Option<Vec<usize>> {
        let first = self.fragments.first()?.start;
        let places =
            offsets.map(|offset| self.fragments.binary_search_by_key(&(first + offset as usize), |f| f.start).ok());
        places.collect()
    }

    /// The fragments that begin a JPEG or JPEG 2000 stream, for files without offsets.
    fn at_stream_starts(&self) -> Vec<usize> {
        let begins = |range: &Range<usize>| {
            let bytes = &self.bytes[range.clone()];
            bytes.starts_with(&[0xFF, 0xD8]) || bytes.starts_with(&[0xFF, 0x4F])
        };
        (0..self.fragments.len()).filter(|&index| begins(&self.fragments[index])).collect()
    }
}
