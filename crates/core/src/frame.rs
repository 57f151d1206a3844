//! The pixels of one file as signal values.

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
use crate::unpack::gunzipped;
use dicom_dictionary_std::tags;
use std::borrow::Cow;

/// An image to be read from a file, and the place for its signal: `rows × columns` values, row by row.
pub type Wanted<'a> = (&'a Instance, &'a mut [f32]);

/// Reads some of a file's images into their places: *Rescale Slope* and *Intercept* applied (PS3.3, C.11.1),
/// MONOCHROME1 turned over so that more signal is brighter, padding set to no signal (0).
///
/// # Errors
/// A reason that names the transfer syntax, the pixel format or the damage; the places then hold anything.
pub fn read_frames(bytes: &[u8], wanted: &mut [Wanted]) -> Result<(), Reason> {
    let bytes = gunzipped(bytes)?;
    if is_nifti(&bytes) {
        return nifti::read_frames(&bytes, wanted);
    }
    let images: Vec<&Instance> = wanted.iter().map(|(instance, _)| *instance).collect();
    each_frame(&bytes, &images, |index, samples| place(samples, images[index], wanted[index].1))
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

/// Reads some of a DICOM file's images, in their order, as they were stored: neither rescaled nor turned over.
///
/// # Errors
/// As of [`read_frames`].
pub fn stored_frames(bytes: &[u8], images: &[&Instance]) -> Result<Vec<Stored>, Reason> {
    let mut stored = Vec::new();
    each_frame(&gunzipped(bytes)?, images, |index, samples| {
        stored.push(cut_out(samples, images[index])?);
        Ok(())
    })?;
    Ok(stored)
}

/// Hands over the frame of each of a DICOM file's images; one that holds several is decoded once.
fn each_frame(
    bytes: &[u8],
    images: &[&Instance],
    mut take: impl FnMut(usize, &Samples) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let unreadable = |fault| match fault {
        Fault::NeedsWholeFile => {
            Reason::new(Code::TruncatedPixels, "The file ends before its pixels do. Copy it again.")
        }
        Fault::Refused(reason) => reason,
    };
    let part10 = Part10::read(bytes, bytes.len()).map_err(unreadable)?;
    let data_set = part10.data_set().map_err(unreadable)?;
    let Some(first) = images.first() else { return Ok(()) };
    readable_format(&first.pixels)?;
    let source = Source::open(&part10, &data_set, first)?;
    let mut decoded: Option<(usize, Samples)> = None;
    for (index, instance) in images.iter().enumerate() {
        let samples = match decoded.take().filter(|(frame, _)| *frame == instance.frame) {
            Some((_, samples)) => samples,
            None => source.frame(instance)?,
        };
        take(index, &samples)?;
        decoded = Some((instance.frame, samples));
    }
    Ok(())
}

/// One frame's stored values as bytes.
#[derive(Debug)]
pub(crate) struct Samples<'a> {
    pub(crate) bytes: Cow<'a, [u8]>,
    /// Bytes of one sample: 1, 2 or 4.
    pub(crate) width: usize,
    pub(crate) big_endian: bool,
}

/// The pixel data of one file.
enum Source<'a> {
    Native { bytes: &'a [u8], big_endian: bool },
    Packed { fragments: Fragments<'a>, codec: Codec },
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
            return Ok(Self::Native { bytes, big_endian: part10.walker().encoding == Encoding::ExplicitBe });
        }
        let offsets = data_set.bytes(tags::EXTENDED_OFFSET_TABLE);
        let fragments = Fragments::read(part10.walker(), element, offsets, instance.pixels.frames)?;
        Ok(Self::Packed { fragments, codec })
    }

    fn frame(&self, instance: &Instance) -> Result<Samples<'a>, Reason> {
        let pixels = &instance.pixels;
        let (rows, columns) = instance.tile.map_or((pixels.rows, pixels.columns), |t| (t.frame_rows, t.frame_columns));
        let cut_short = || {
            Reason::new(
                Code::TruncatedPixels,
                format!(
                    "The file ends before the pixels of its frame {} do. Copy or export it again.",
                    instance.frame + 1
                ),
            )
        };
        match self {
            Self::Native { bytes, big_endian } => {
                let width = pixels.bits_allocated / 8;
                let size = rows * columns * width;
                let start = size.checked_mul(instance.frame).ok_or_else(cut_short)?;
                let bytes = bytes.get(start..).and_then(|rest| rest.get(..size)).ok_or_else(cut_short)?;
                Ok(Samples { bytes: Cow::Borrowed(bytes), width, big_endian: *big_endian })
            }
            Self::Packed { fragments, codec } => {
                let packed = fragments.frame(instance.frame).ok_or_else(cut_short)?;
                codec::decode(*codec, &packed, rows, columns, pixels.bits_allocated)
            }
        }
    }
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
            "Pixels are stored as {name} ({}), which is not decoded yet. Export the series uncompressed (Explicit VR Little Endian).",
            part10.transfer_syntax_uid
        ),
    )
}

/// The rows of an image's part of its frame, as bytes.
fn rows_of<'a>(samples: &'a Samples, instance: &Instance) -> Result<impl Iterator<Item = &'a [u8]>, Reason> {
    let pixels = &instance.pixels;
    let whole = Tile { row: 0, column: 0, frame_rows: pixels.rows, frame_columns: pixels.columns };
    let tile = instance.tile.unwrap_or(whole);
    let row_bytes = tile.frame_columns * samples.width;
    if samples.bytes.len() < tile.frame_rows * row_bytes {
        return Err(Reason::new(
            Code::TruncatedPixels,
            format!(
                "The image holds {} of {} pixels. Copy or export the file again.",
                samples.bytes.len() / samples.width,
                tile.frame_rows * tile.frame_columns
            ),
        ));
    }
    let (width, columns) = (samples.width, pixels.columns);
    Ok((tile.row..tile.row + pixels.rows).map(move |row| {
        let start = row * row_bytes + tile.column * width;
        &samples.bytes[start..start + columns * width]
    }))
}

/// The stored values of the instance's tile.
fn cut_out(samples: &Samples, instance: &Instance) -> Result<Stored, Reason> {
    let width = samples.width;
    let (high_bit, bits) = bits_in_use(&instance.pixels, width);
    let (above, below) = (31 - high_bit as u32, 32 - bits as u32);
    let mut bytes = Vec::with_capacity(instance.pixels.rows * instance.pixels.columns * width);
    for value in rows_of(samples, instance)?.flat_map(|row| row.chunks_exact(width)) {
        let joined = |word: u32, byte: &u8| word << 8 | u32::from(*byte);
        let word = if samples.big_endian { value.iter().fold(0, joined) } else { value.iter().rev().fold(0, joined) };
        let raised = word << above;
        let stored = if instance.pixels.signed { (raised as i32 >> below) as u32 } else { raised >> below };
        bytes.extend_from_slice(&stored.to_le_bytes()[..width]);
    }
    Ok(Stored { bytes, width, bits })
}

/// Turns stored values into signal, those of the instance's tile only.
fn place(samples: &Samples, instance: &Instance, signal: &mut [f32]) -> Result<(), Reason> {
    let pixels = &instance.pixels;
    let rows = rows_of(samples, instance)?;
    if signal.len() != pixels.rows * pixels.columns {
        let text = format!("The image has {} × {} pixels, unlike its stack.", pixels.columns, pixels.rows);
        return Err(Reason::new(Code::MixedShapes, text));
    }
    let scale = Scale::of(pixels, samples.width);
    for (stored, signal) in rows.zip(signal.chunks_exact_mut(pixels.columns)) {
        match (samples.width, samples.big_endian) {
            (1, _) => scale.row(stored, signal, |[byte]| u32::from(byte)),
            (2, false) => scale.row(stored, signal, |pair| u32::from(u16::from_le_bytes(pair))),
            (2, true) => scale.row(stored, signal, |pair| u32::from(u16::from_be_bytes(pair))),
            (_, false) => scale.row(stored, signal, u32::from_le_bytes),
            (_, true) => scale.row(stored, signal, u32::from_be_bytes),
        }
    }
    if scale.is_bounded() {
        return Ok(());
    }
    match signal.iter().position(|value| !value.is_finite()) {
        Some(index) => Err(Reason::new(
            Code::DamagedPixels,
            format!("Pixel {index} is not a number after rescaling. Export it again."),
        )),
        None => Ok(()),
    }
}

/// The highest bit of a stored value and how many there are.
/// A codec may return fewer bytes than were allocated, never with stored bits shifted.
fn bits_in_use(pixels: &PixelHeader, width: usize) -> (usize, usize) {
    if pixels.high_bit < 8 * width { (pixels.high_bit, pixels.bits_stored) } else { (8 * width - 1, 8 * width) }
}

/// How a stored value becomes signal.
struct Scale {
    /// Unused bits above and below the stored ones.
    above: u32,
    below: u32,
    signed: bool,
    padding: Option<(i64, i64)>,
    slope: f64,
    intercept: f64,
}

impl Scale {
    fn of(pixels: &PixelHeader, width: usize) -> Self {
        let (high_bit, bits) = bits_in_use(pixels, width);
        // MONOCHROME1 shows the lowest value brightest: turned over inside the range of the stored bits (PS3.3, C.7.6.3.1.2).
        let turned = pixels.photometric == "MONOCHROME1";
        let lowest_and_highest = if pixels.signed { -1.0 } else { (1_u64 << bits) as f64 - 1.0 };
        let (slope, intercept) = (pixels.rescale_slope, pixels.rescale_intercept);
        Self {
            above: 31 - high_bit as u32,
            below: 32 - bits as u32,
            signed: pixels.signed,
            padding: pixels.padding,
            slope: if turned { -slope } else { slope },
            intercept: if turned { intercept + slope * lowest_and_highest } else { intercept },
        }
    }

    /// Whether no stored value of 32 bits can become anything but a number.
    fn is_bounded(&self) -> bool {
        let most = 2_f64.powi(32) * self.slope.abs() + self.intercept.abs();
        most <= f64::from(f32::MAX)
    }

    // What is the same for all values is decided before the loops: they are what reading an uncompressed series takes.
    fn row<const N: usize>(&self, stored: &[u8], signal: &mut [f32], word: impl Fn([u8; N]) -> u32) {
        let raised = |bytes: &[u8; N]| word(*bytes) << self.above;
        if self.signed {
            self.rescale(stored, signal, |bytes| f64::from(raised(bytes) as i32 >> self.below));
        } else {
            self.rescale(stored, signal, |bytes| f64::from(raised(bytes) >> self.below));
        }
    }

    fn rescale<const N: usize>(&self, stored: &[u8], signal: &mut [f32], value: impl Fn(&[u8; N]) -> f64) {
        let pairs = stored.as_chunks::<N>().0.iter().zip(signal);
        match self.padding {
            Some((low, high)) => {
                let padding = low as f64..=high as f64;
                for (bytes, signal) in pairs {
                    let value = value(bytes);
                    *signal = if padding.contains(&value) { 0.0 } else { (value * self.slope + self.intercept) as f32 };
                }
            }
            None if self.slope == 1.0 && self.intercept == 0.0 => {
                pairs.for_each(|(bytes, signal)| *signal = value(bytes) as f32);
            }
            None => pairs.for_each(|(bytes, signal)| *signal = (value(bytes) * self.slope + self.intercept) as f32),
        }
    }
}
