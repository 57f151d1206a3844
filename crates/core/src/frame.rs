//! The pixels of one file: stored values and how they become signal.
//!
//! What a file compresses leaves here as [`PackedFrame`]s, whoever decodes them ([`crate::codec::decode`], perhaps in
//! another thread), and comes back as [`DecodedFrame`]s.

use crate::codec;
use crate::dicom::Fault;
use crate::dicom::data_set::DataSet;
use crate::dicom::fragments::Fragments;
use crate::dicom::part10::Part10;
use crate::dicom::syntax::Codec;
use crate::dicom::walk::Encoding;
use crate::instance::{Instance, PixelHeader, Tile};
use crate::nifti::{self, is_nifti};
use crate::reason::{Code, Reason};
use crate::scale::{Scale, bits_in_use};
use crate::unpack::gunzipped;
use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

/// An image to be read from a file, and the place for it.
pub type Wanted<'a> = (&'a Instance, Place<'a>);

/// Room for an image: `rows × columns` values, row by row.
#[derive(Debug)]
pub enum Place<'a> {
    /// For its signal.
    Signal(&'a mut [f32]),
    /// For its stored values of 16 bits, and for how they become signal.
    Stored(&'a mut [u16], &'a mut Scale),
}

/// A compressed frame of a file, on its way to a decoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedFrame {
    /// Which frame of the file, from 0.
    pub frame: usize,
    /// What to decode it as.
    pub form: PackedForm,
    /// The compressed bytes.
    pub bytes: Vec<u8>,
}

/// What a decoder has to know of a frame beside its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedForm {
    /// What compressed it.
    pub codec: Codec,
    /// Its *Rows*.
    pub rows: usize,
    /// Its *Columns*.
    pub columns: usize,
    /// *Bits Allocated* for each sample.
    pub bits_allocated: usize,
}

/// A frame as its decoder left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedFrame {
    /// Which frame of the file, from 0.
    pub frame: usize,
    /// Bytes of one sample: 1, 2 or 4.
    pub width: usize,
    /// The samples, little endian.
    pub bytes: Vec<u8>,
}

/// Reads some of a file's images into their places: *Rescale Slope* and *Intercept* applied (PS3.3, C.11.1),
/// MONOCHROME1 turned over so that more signal is brighter, padding set to no signal (0).
///
/// Where the file is compressed nothing is placed; the frames come back, for [`place_decoded`] once they are decoded.
///
/// # Errors
/// A reason that names the transfer syntax, the pixel format or the damage; the places then hold anything.
pub fn read_frames(bytes: &[u8], wanted: &mut [Wanted]) -> Result<Vec<PackedFrame>, Reason> {
    let bytes = gunzipped(bytes)?;
    if is_nifti(&bytes) {
        return nifti::read_frames(&bytes, wanted).map(|()| Vec::new());
    }
    let Some((first, _)) = wanted.first() else { return Ok(Vec::new()) };
    let first = *first;
    with_source(&bytes, first, |source| match source {
        Source::Native(native) => {
            for (instance, place) in wanted {
                native.samples(instance)?.place(instance, place)?;
            }
            Ok(Vec::new())
        }
        Source::Packed(packed) => packed.frames(wanted.iter().map(|(instance, _)| *instance)),
    })
}

/// An image's stored values.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// `rows × columns` values, row by row, little endian. Bits that hold no image are cleared.
    pub bytes: Vec<u8>,
    /// Bytes of one value.
    pub width: usize,
    /// *Bits Stored*, the lowest of each value.
    pub bits: usize,
}

/// Some of a file's images as they were stored, or the compressed frames they lie in.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredFrames {
    /// By image.
    Stored(Vec<Stored>),
    /// Each frame once, for [`stored_of`] when they are decoded.
    Packed(Vec<PackedFrame>),
}

/// Reads some of a DICOM file's images, in their order, as they were stored: neither rescaled nor turned over.
///
/// # Errors
/// As of [`read_frames`].
pub fn stored_frames(bytes: &[u8], images: &[&Instance]) -> Result<StoredFrames, Reason> {
    let Some(first) = images.first() else { return Ok(StoredFrames::Stored(Vec::new())) };
    with_source(bytes, first, |source| match source {
        Source::Native(native) => {
            let stored = images.iter().map(|image| native.samples(image)?.stored(image));
            stored.collect::<Result<_, _>>().map(StoredFrames::Stored)
        }
        Source::Packed(packed) => packed.frames(images.iter().copied()).map(StoredFrames::Packed),
    })
}

/// Images as they were stored, out of a file's decoded frames.
///
/// # Errors
/// [`Code::TruncatedPixels`].
pub fn stored_of(frames: &[DecodedFrame], images: &[&Instance]) -> Result<Vec<Stored>, Reason> {
    images.iter().map(|image| samples_of(frames, image)?.stored(image)).collect()
}

/// Puts a file's decoded frames into their places, as [`read_frames`] does what is not compressed.
///
/// # Errors
/// [`Code::DamagedPixels`], [`Code::TruncatedPixels`].
pub fn place_decoded(frames: &[DecodedFrame], wanted: &mut [Wanted]) -> Result<(), Reason> {
    for (instance, place) in wanted {
        samples_of(frames, instance)?.place(instance, place)?;
    }
    Ok(())
}

/// Reads some of a file's images into their places, and decodes here and now what is compressed.
///
/// # Errors
/// As [`read_frames`], and what the decoder says.
pub fn read_and_decode(bytes: &[u8], wanted: &mut [Wanted]) -> Result<(), Reason> {
    let packed = read_frames(bytes, wanted)?;
    if packed.is_empty() {
        return Ok(());
    }
    let decoded = packed.iter().map(codec::decode).collect::<Result<Vec<_>, _>>()?;
    place_decoded(&decoded, wanted)
}

/// Opens the pixels of a DICOM file that holds this image, and works with them.
fn with_source<T>(bytes: &[u8], image: &Instance, work: impl FnOnce(Source) -> Result<T, Reason>) -> Result<T, Reason> {
    let unreadable = |fault| match fault {
        Fault::NeedsWholeFile => {
            Reason::new(Code::TruncatedPixels, "The file ends before its pixels do. Copy it again.")
        }
        Fault::Refused(reason) => reason,
    };
    let part10 = Part10::read(bytes, bytes.len()).map_err(unreadable)?;
    let data_set = part10.data_set().map_err(unreadable)?;
    readable_format(&image.pixels)?;
    work(Source::open(&part10, &data_set, image)?)
}

/// The frame of an image among those that were decoded.
fn samples_of<'a>(frames: &'a [DecodedFrame], instance: &Instance) -> Result<Samples<'a>, Reason> {
    let decoded = frames.iter().find(|decoded| decoded.frame == instance.frame).ok_or_else(|| cut_short(instance))?;
    Ok(Samples { bytes: &decoded.bytes, width: decoded.width, big_endian: false })
}

/// One frame's stored values as bytes.
#[derive(Clone, Copy, Debug)]
struct Samples<'a> {
    bytes: &'a [u8],
    /// Bytes of one sample: 1, 2 or 4.
    width: usize,
    big_endian: bool,
}

/// The pixel data of one file.
enum Source<'a> {
    Native(Native<'a>),
    Packed(Packed<'a>),
}

struct Native<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

struct Packed<'a> {
    fragments: Fragments<'a>,
    codec: Codec,
}

impl<'a> Source<'a> {
    fn open(part10: &'a Part10, data_set: &DataSet<'a>, instance: &Instance) -> Result<Self, Reason> {
        let codec = part10.syntax.and_then(|syntax| syntax.codec).ok_or_else(|| unsupported(part10))?;
        let Some(element) = data_set.element(tags::PIXEL_DATA) else {
            return Err(Reason::new(
                Code::PixelFormat,
                "The pixels are stored as floating point numbers, which is not read.",
            ));
        };
        if codec == Codec::Native {
            let end = element.value.end.min(part10.bytes().len());
            let bytes = part10.bytes().get(element.value.start..end).unwrap_or_default();
            return Ok(Self::Native(Native { bytes, big_endian: part10.walker().encoding == Encoding::ExplicitBe }));
        }
        let offsets = data_set.bytes(tags::EXTENDED_OFFSET_TABLE);
        let fragments = Fragments::read(part10.walker(), element, offsets, instance.pixels.frames)?;
        Ok(Self::Packed(Packed { fragments, codec }))
    }
}

impl Native<'_> {
    /// The frame of an image.
    fn samples(&self, instance: &Instance) -> Result<Samples<'_>, Reason> {
        let (rows, columns) = frame_size(instance);
        let width = instance.pixels.bits_allocated / 8;
        let size = rows * columns * width;
        let start = size.checked_mul(instance.frame).ok_or_else(|| cut_short(instance))?;
        let bytes = self.bytes.get(start..).and_then(|rest| rest.get(..size)).ok_or_else(|| cut_short(instance))?;
        Ok(Samples { bytes, width, big_endian: self.big_endian })
    }
}

impl Packed<'_> {
    /// The frames of the images wanted, each once.
    fn frames<'i>(&self, wanted: impl Iterator<Item = &'i Instance>) -> Result<Vec<PackedFrame>, Reason> {
        let mut frames: Vec<PackedFrame> = Vec::new();
        for instance in wanted {
            if frames.iter().rev().any(|packed| packed.frame == instance.frame) {
                continue;
            }
            let (rows, columns) = frame_size(instance);
            let bytes = self.fragments.frame(instance.frame).ok_or_else(|| cut_short(instance))?.into_owned();
            let form = PackedForm { codec: self.codec, rows, columns, bits_allocated: instance.pixels.bits_allocated };
            frames.push(PackedFrame { frame: instance.frame, form, bytes });
        }
        Ok(frames)
    }
}

/// Rows and columns of the whole frame that an image is or lies in.
fn frame_size(instance: &Instance) -> (usize, usize) {
    let pixels = &instance.pixels;
    instance.tile.map_or((pixels.rows, pixels.columns), |tile| (tile.frame_rows, tile.frame_columns))
}

fn cut_short(instance: &Instance) -> Reason {
    let frame = instance.frame + 1;
    Reason::new(
        Code::TruncatedPixels,
        format!("The file ends before the pixels of its frame {frame} do. Copy or export it again."),
    )
}

fn readable_format(pixels: &PixelHeader) -> Result<(), Reason> {
    let grey = matches!(pixels.photometric.as_str(), "MONOCHROME1" | "MONOCHROME2" | "");
    let bits = matches!(pixels.bits_allocated, 8 | 16 | 32)
        && (1..=pixels.bits_allocated).contains(&pixels.bits_stored)
        && (pixels.bits_stored - 1..pixels.bits_allocated).contains(&pixels.high_bit);
    if grey && bits && pixels.samples_per_pixel == 1 {
        return Ok(());
    }
    Err(Reason::new(
        Code::PixelFormat,
        format!(
            "{} with {} samples of {} bits per pixel ({} stored, up to bit {}) is not read; export the series as plain greyscale MR (MONOCHROME2).",
            pixels.photometric, pixels.samples_per_pixel, pixels.bits_allocated, pixels.bits_stored, pixels.high_bit
        ),
    ))
}

fn unsupported(part10: &Part10) -> Reason {
    let name = part10.syntax.map_or("an unknown transfer syntax", |syntax| syntax.name);
    Reason::new(
        Code::TransferSyntax,
        format!(
            "Pixels are stored as {name} ({}), which is not read. Export the series uncompressed (Explicit VR Little Endian).",
            part10.transfer_syntax_uid
        ),
    )
}

impl<'a> Samples<'a> {
    /// The rows of an image, as bytes: all of the frame, or its tile.
    fn rows(&self, instance: &Instance) -> Result<impl Iterator<Item = &'a [u8]> + use<'a>, Reason> {
        let pixels = &instance.pixels;
        let whole = Tile { row: 0, column: 0, frame_rows: pixels.rows, frame_columns: pixels.columns };
        let tile = instance.tile.unwrap_or(whole);
        let row_bytes = tile.frame_columns * self.width;
        if self.bytes.len() < tile.frame_rows * row_bytes {
            return Err(Reason::new(
                Code::TruncatedPixels,
                format!(
                    "The image holds {} of {} pixels. Copy or export the file again.",
                    self.bytes.len() / self.width,
                    tile.frame_rows * tile.frame_columns
                ),
            ));
        }
        let (bytes, width, columns) = (self.bytes, self.width, pixels.columns);
        Ok((tile.row..tile.row + pixels.rows).map(move |row| {
            let start = row * row_bytes + tile.column * width;
            &bytes[start..start + columns * width]
        }))
    }

    /// An image's stored values.
    fn stored(&self, instance: &Instance) -> Result<Stored, Reason> {
        let (pixels, width) = (&instance.pixels, self.width);
        let (high_bit, bits) = bits_in_use(pixels, width);
        let (above, below) = (31 - high_bit as u32, 32 - bits as u32);
        let mut bytes = Vec::with_capacity(pixels.rows * pixels.columns * width);
        for value in self.rows(instance)?.flat_map(|row| row.chunks_exact(width)) {
            let joined = |word: u32, byte: &u8| word << 8 | u32::from(*byte);
            let word = if self.big_endian { value.iter().fold(0, joined) } else { value.iter().rev().fold(0, joined) };
            let raised = word << above;
            let stored = if pixels.signed { (raised as i32 >> below) as u32 } else { raised >> below };
            bytes.extend_from_slice(&stored.to_le_bytes()[..width]);
        }
        Ok(Stored { bytes, width, bits })
    }

    /// Puts an image into its place.
    fn place(&self, instance: &Instance, place: &mut Place) -> Result<(), Reason> {
        let pixels = &instance.pixels;
        let rows = self.rows(instance)?;
        let room = match place {
            Place::Signal(signal) => signal.len(),
            Place::Stored(stored, _) => stored.len(),
        };
        if room != pixels.rows * pixels.columns {
            let text = format!("The image has {} × {} pixels, unlike its stack.", pixels.columns, pixels.rows);
            return Err(Reason::new(Code::MixedShapes, text));
        }
        let scale = Scale::of(pixels, self.width);
        let not_a_number = match place {
            Place::Signal(signal) => {
                rows.zip(signal.chunks_exact_mut(pixels.columns))
                    .for_each(|(bytes, row)| self.signal(bytes, &scale, row));
                (!scale.is_bounded()).then(|| signal.iter().position(|value| !value.is_finite())).flatten()
            }
            Place::Stored(stored, of_image) => {
                for (bytes, row) in rows.zip(stored.chunks_exact_mut(pixels.columns)) {
                    self.copy(bytes, row)?;
                }
                **of_image = scale;
                let number = |word: &u16| scale.signal(u32::from(*word)).is_finite();
                (!scale.is_bounded()).then(|| stored.iter().position(|word| !number(word))).flatten()
            }
        };
        match not_a_number {
            Some(index) => Err(Reason::new(
                Code::DamagedPixels,
                format!("Pixel {index} is not a number after rescaling. Export it again."),
            )),
            None => Ok(()),
        }
    }

    fn signal(&self, bytes: &[u8], scale: &Scale, signal: &mut [f32]) {
        match (self.width, self.big_endian) {
            (1, _) => scale.row(signal, bytes.iter().map(|byte| u32::from(*byte))),
            (2, false) => scale.row(signal, words(bytes).map(|pair| u32::from(u16::from_le_bytes(pair)))),
            (2, true) => scale.row(signal, words(bytes).map(|pair| u32::from(u16::from_be_bytes(pair)))),
            (_, false) => scale.row(signal, words(bytes).map(u32::from_le_bytes)),
            (_, true) => scale.row(signal, words(bytes).map(u32::from_be_bytes)),
        }
    }

    fn copy(&self, bytes: &[u8], row: &mut [u16]) -> Result<(), Reason> {
        match (self.width, self.big_endian) {
            (1, _) => row.iter_mut().zip(bytes).for_each(|(word, byte)| *word = u16::from(*byte)),
            (2, false) => row.iter_mut().zip(words(bytes)).for_each(|(word, pair)| *word = u16::from_le_bytes(pair)),
            (2, true) => row.iter_mut().zip(words(bytes)).for_each(|(word, pair)| *word = u16::from_be_bytes(pair)),
            _ => {
                let sentence = "The pixels are deeper than the header states. Export the file again.";
                return Err(Reason::new(Code::DamagedPixels, sentence));
            }
        }
        Ok(())
    }
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}
