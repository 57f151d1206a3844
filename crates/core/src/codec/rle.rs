//! RLE Lossless (PS3.5, annex G): PackBits segments, one for each byte of a sample, the highest first.

use super::Samples;
use crate::dicom::walk::u32_at;

/// Bytes of the header: the number of segments and up to 15 offsets.
const HEADER_BYTES: usize = 64;

/// Two bytes unpack to 128 at most.
const MAX_GROWTH: usize = 64;

/// Decodes `samples` values of `width` bytes each.
///
/// # Errors
/// In words.
pub(super) fn decode(packed: &[u8], samples: usize, width: usize) -> Result<Samples, String> {
    let header = packed.get(..HEADER_BYTES).ok_or("its RLE header is cut short")?;
    let segments = u32_at(header, 0, false) as usize;
    if segments != width {
        return Err(format!("{segments} RLE segments for samples of {width} bytes"));
    }
    if samples * width > packed.len() * MAX_GROWTH {
        return Err(format!("{} bytes of RLE cannot hold {samples} samples", packed.len()));
    }
    let mut bytes = vec![0; samples * width];
    for segment in 0..segments {
        let start = u32_at(header, 4 + 4 * segment, false) as usize;
        let data = packed.get(start.max(HEADER_BYTES)..).ok_or("an RLE segment starts after the frame's end")?;
        // The first segment holds the highest byte; the bytes are laid down little endian.
        let written = unpack(data, bytes.iter_mut().skip(width - 1 - segment).step_by(width));
        if written < samples {
            return Err(format!("RLE segment {} ends after {written} of {samples} bytes", segment + 1));
        }
    }
    Ok(Samples { bytes, width })
}

/// Unpacks until the places are full or the data ends; returns how many were written.
fn unpack<'a>(mut data: &[u8], mut places: impl Iterator<Item = &'a mut u8>) -> usize {
    let mut written = 0;
    let mut put = |byte: u8| match places.next() {
        Some(place) => {
            *place = byte;
            written += 1;
            true
        }
        None => false,
    };
    while let Some((&control, rest)) = data.split_first() {
        let run = match control {
            0..=127 => rest.len().min(usize::from(control) + 1),
            128 => 0,
            129..=255 => rest.len().min(1),
        };
        let (bytes, after) = rest.split_at(run);
        let times = if control > 128 { 257 - usize::from(control) } else { 1 };
        if !(0..times).all(|_| bytes.iter().all(|byte| put(*byte))) {
            break;
        }
        data = after;
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segments: &[&[u8]]) -> Vec<u8> {
        let mut packed = vec![0; HEADER_BYTES];
        packed[0] = segments.len() as u8;
        for (index, segment) in segments.iter().enumerate() {
            let start = (packed.len() as u32).to_le_bytes();
            packed[4 + 4 * index..8 + 4 * index].copy_from_slice(&start);
            packed.extend_from_slice(segment);
        }
        packed
    }

    #[test]
    fn literal_and_repeated_runs_fill_samples_of_every_width() {
        let eight = decode(&frame(&[&[2, 1, 2, 3, 254, 9]]), 6, 1).unwrap();
        assert_eq!(*eight.bytes, [1, 2, 3, 9, 9, 9]);
        let sixteen = decode(&frame(&[&[255, 0x12], &[1, 0x34, 0x56]]), 2, 2).unwrap();
        assert_eq!(*sixteen.bytes, [0x34, 0x12, 0x56, 0x12]);
        let thirty_two = decode(&frame(&[&[0, 1], &[0, 2], &[0, 3], &[0, 4]]), 1, 4).unwrap();
        assert_eq!(*thirty_two.bytes, [4, 3, 2, 1]);
    }

    #[test]
    fn damage_is_named() {
        assert!(decode(&[1; 20], 1, 1).unwrap_err().contains("cut short"));
        assert!(decode(&frame(&[&[0, 1]]), 1, 2).unwrap_err().contains("1 RLE segments"));
        assert!(decode(&frame(&[&[254, 9]]), 1 << 20, 1).unwrap_err().contains("cannot hold"));
        assert!(decode(&frame(&[&[254, 9]]), 6, 1).unwrap_err().contains("3 of 6"));
        let mut astray = frame(&[&[0, 1]]);
        astray[7] = 0xFF;
        assert!(decode(&astray, 1, 1).unwrap_err().contains("starts after"));
    }
}
