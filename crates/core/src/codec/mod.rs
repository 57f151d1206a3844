//! Compressed frames become stored values: one file per family of streams, one door.
//! The largest decoder has a door of its own, so that a program may leave it out.

mod jpeg_lossless;
mod jpeg_xl;
mod rle;
mod stream;

use crate::dicom::syntax::Codec;
use crate::frame::{DecodedFrame, PackedFrame};
use crate::reason::{Code, Reason};
use openreadout_codecs::{jpeg_decode_limited, jpeg2000_decode_limited, jpegls_decode_limited};
use std::panic::{UnwindSafe, catch_unwind};

/// Decodes a greyscale frame, whatever compressed it.
///
/// # Errors
/// [`Code::DamagedPixels`] in the decoder's words.
pub fn decode(packed: &PackedFrame) -> Result<DecodedFrame, Reason> {
    match packed.form.codec {
        Codec::JpegXl => decode_jpeg_xl(packed),
        _ => decode_common(packed),
    }
}

/// Decodes what is not JPEG XL.
///
/// # Errors
/// [`Code::DamagedPixels`] in the decoder's words.
pub fn decode_common(packed: &PackedFrame) -> Result<DecodedFrame, Reason> {
    let PackedFrame { frame, form, bytes } = packed;
    let (rows, columns) = (form.rows, form.columns);
    let samples = guarded(|| match form.codec {
        Codec::Native | Codec::JpegXl => Err("another decoder's pixels".to_owned()),
        Codec::Rle => rle::decode(bytes, rows * columns, form.bits_allocated / 8),
        Codec::Jpeg if jpeg_lossless::is_lossless(bytes) => jpeg_lossless::decode(bytes, rows, columns),
        Codec::Jpeg => stream::decode(jpeg_decode_limited, bytes, rows, columns),
        Codec::JpegLs => stream::decode(jpegls_decode_limited, bytes, rows, columns),
        Codec::Jpeg2000 => stream::decode(jpeg2000_decode_limited, bytes, rows, columns),
    });
    decoded(*frame, samples)
}

/// Decodes JPEG XL.
///
/// # Errors
/// [`Code::DamagedPixels`] in the decoder's words.
pub fn decode_jpeg_xl(packed: &PackedFrame) -> Result<DecodedFrame, Reason> {
    decoded(packed.frame, guarded(|| jpeg_xl::decode(&packed.bytes, packed.form.rows, packed.form.columns)))
}

/// Most of these decoders are foreign, and a damaged stream may lead one past its own arrays (found by `fuzz/`). That costs the
/// frame; in a browser, where nothing unwinds, it ends the decode worker, and whoever started it says the same.
fn guarded(decode: impl FnOnce() -> Result<Samples, String> + UnwindSafe) -> Result<Samples, String> {
    catch_unwind(decode).unwrap_or_else(|_| Err("the decoder broke off".to_owned()))
}

/// Little-endian samples of so many bytes each.
#[derive(Debug)]
struct Samples {
    bytes: Vec<u8>,
    width: usize,
}

fn decoded(frame: usize, samples: Result<Samples, String>) -> Result<DecodedFrame, Reason> {
    let Samples { bytes, width } = samples.map_err(|problem| {
        Reason::new(
            Code::DamagedPixels,
            format!("The pixels cannot be decoded ({problem}). Copy or export the file again."),
        )
    })?;
    Ok(DecodedFrame { frame, width, bytes })
}
