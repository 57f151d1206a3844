//! Bytes that were deflated, with a bound on what they may grow to.

use crate::reason::{Code, Reason};
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::borrow::Cow;
use std::io::Read;

/// What unpacked bytes may come to: this much more than [`MAX_GROWTH`] times the packed ones.
const SPARE_BYTES: usize = 64 << 20;
/// Images deflate to a third; masks and empty slices to less.
const MAX_GROWTH: usize = 8;

/// Whether a file is packed with gzip (RFC 1952).
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B, 0x08])
}

/// The content of a gzip file, or the bytes themselves where they are none.
///
/// # Errors
/// [`Code::DamagedArchive`], [`Code::TooLarge`].
pub fn gunzipped(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Reason> {
    if !is_gzip(bytes) {
        return Ok(Cow::Borrowed(bytes));
    }
    read_within(MultiGzDecoder::new(bytes), most_bytes(bytes.len())).map(Cow::Owned)
}

/// A raw deflate stream (RFC 1951) as *Deflated Explicit VR Little Endian* holds it.
///
/// # Errors
/// [`Code::DamagedArchive`], [`Code::TooLarge`].
pub(crate) fn inflated(bytes: &[u8]) -> Result<Vec<u8>, Reason> {
    read_within(DeflateDecoder::new(bytes), most_bytes(bytes.len()))
}

fn most_bytes(packed: usize) -> usize {
    packed.saturating_mul(MAX_GROWTH).saturating_add(SPARE_BYTES)
}

/// All that a reader gives, if it is no more than `most_bytes`.
pub(crate) fn read_within(reader: impl Read, most_bytes: usize) -> Result<Vec<u8>, Reason> {
    let mut unpacked = Vec::new();
    reader.take(most_bytes as u64 + 1).read_to_end(&mut unpacked).map_err(|e| {
        Reason::new(Code::DamagedArchive, format!("It cannot be unpacked ({e}). Copy or pack it again."))
    })?;
    if unpacked.len() > most_bytes {
        return Err(Reason::new(
            Code::TooLarge,
            format!(
                "It unpacks to more than {} MB, far more than an image of its size. Unpack it first, if it is sound.",
                most_bytes >> 20
            ),
        ));
    }
    Ok(unpacked)
}
