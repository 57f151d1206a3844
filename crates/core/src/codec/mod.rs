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
    let samples = match form.codec {
        Codec::Native | Codec::JpegXl => Err("another decoder's pixels".to_owned()),
        Codec::Rle => rle::decode(bytes, rows * columns, form.bits_allocated / 8),
        Codec::Jpeg if jpeg_lossless::is_lossless(bytes) => jpeg_lossless::decode(bytes, rows, columns),
        Codec::Jpeg => stream::decode(jpeg_decode_limited, bytes, rows, columns),
        Codec::JpegLs => stream::decode(jpegls_decode_limited, bytes, rows, columns),
        Codec::Jpeg2000 => stream::decode(jpeg2000_decode_limited, bytes, rows, columns),
    };
    decoded(*frame, samples)
}

/// Decodes JPEG XL.
///
/// # Errors
/// [`Code::DamagedPixels`] in the decoder's words.
pub fn decode_jpeg_xl(packed: &PackedFrame) -> Result<DecodedFrame, Reason> {
    decoded(packed.frame, jpeg_xl::decode(&packed.bytes, packed.form.rows, packed.form.columns))
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
