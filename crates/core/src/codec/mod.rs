//! Compressed frames become stored values: one file per family of streams, one door.

mod jpeg_lossless;
mod rle;
mod stream;

use crate::dicom::syntax::Codec;
use crate::frame::Samples;
use crate::reason::{Code, Reason};
use openreadout_codecs::{jpeg_decode_limited, jpeg2000_decode_limited, jpegls_decode_limited};
use std::borrow::Cow;

/// Decodes one greyscale frame of `rows × columns`, `bits_allocated` bits each.
///
/// # Errors
/// [`Code::DamagedPixels`] in the decoder's words.
pub(crate) fn decode(
    codec: Codec,
    packed: &[u8],
    rows: usize,
    columns: usize,
    bits_allocated: usize,
) -> Result<Samples<'static>, Reason> {
    let decoded = match codec {
        Codec::Native => Err("uncompressed pixels have no fragments".to_owned()),
        Codec::Rle => rle::decode(packed, rows * columns, bits_allocated / 8),
        Codec::Jpeg if jpeg_lossless::is_lossless(packed) => jpeg_lossless::decode(packed, rows, columns),
        Codec::Jpeg => stream::decode(jpeg_decode_limited, packed, rows, columns),
        Codec::JpegLs => stream::decode(jpegls_decode_limited, packed, rows, columns),
        Codec::Jpeg2000 => stream::decode(jpeg2000_decode_limited, packed, rows, columns),
    };
    decoded.map_err(|problem| {
        Reason::new(
            Code::DamagedPixels,
            format!("The pixels cannot be decoded ({problem}). Copy or export the file again."),
        )
    })
}

/// Samples in the decoder's little-endian bytes.
fn little_endian(bytes: Vec<u8>, width: usize) -> Samples<'static> {
    Samples { bytes: Cow::Owned(bytes), width, big_endian: false }
}
