//! JPEG, JPEG-LS and JPEG 2000: streams that state size and depth themselves, which must agree with the header.

use super::Samples;
use openreadout_codecs::{CodecError, Raster};

/// Decodes the first `most_bytes` that a stream's own header may promise.
type Decoder = fn(&[u8], usize) -> Result<Raster, CodecError>;

/// Decodes one greyscale frame.
///
/// # Errors
/// In the decoder's words, or where the stream is another image than the header says.
pub(super) fn decode(decoder: Decoder, packed: &[u8], rows: usize, columns: usize) -> Result<Samples, String> {
    if !is_whole(packed) {
        return Err("the stream has no end marker: it was cut short".to_owned());
    }
    // 16-bit samples are the deepest any of these streams give.
    let raster = decoder(packed, rows * columns * 2).map_err(|e| e.to_string())?;
    let found = (raster.height as usize, raster.width as usize);
    if found != (rows, columns) || raster.channels != 1 {
        return Err(format!(
            "the stream holds {} × {} pixels of {} channels, the header promises {rows} × {columns} of one",
            found.0, found.1, raster.channels
        ));
    }
    Ok(Samples { bytes: raster.data, width: raster.bits_per_sample as usize / 8 })
}

/// Whether the end marker stands at the end, but for padding. All three families have the same, and none can have it
/// inside of coded data. Decoders fill in what is missing without a word, so it is asked for here.
fn is_whole(packed: &[u8]) -> bool {
    let tail = &packed[packed.len().saturating_sub(16)..];
    tail.windows(2).any(|pair| pair == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests {
    use super::*;
    use openreadout_codecs::{jpeg_decode_limited, jpeg2000_decode_limited, jpegls_decode_limited};

    /// A start-of-frame that promises more pixels than the header does is refused before anything is decoded.
    #[test]
    fn a_stream_of_another_size_is_refused() {
        let promise = |marker: u8, precision: u8| {
            let mut stream = vec![0xFF, 0xD8, 0xFF, marker, 0, 11, precision];
            stream.extend([0xF0, 0, 0xF0, 0, 1, 1, 0x11, 0]);
            stream.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xD9]);
            stream
        };
        let jpeg = decode(jpeg_decode_limited, &promise(0xC0, 8), 64, 64).unwrap_err();
        assert!(jpeg.contains("61440 x 61440"), "{jpeg}");
        let jpeg_ls = decode(jpegls_decode_limited, &promise(0xF7, 12), 64, 64).unwrap_err();
        assert!(jpeg_ls.contains("61440x61440"), "{jpeg_ls}");
        assert!(decode(jpeg2000_decode_limited, &[0xFF, 0x4F, 0xFF, 0x51], 64, 64).is_err());
    }
}
