//! JPEG XL (ISO/IEC 18181): lossless, or a JPEG recompressed. What was compressed with loss in its own way (in XYB colours)
//! is refused: jxl-oxide 0.12.6 leaves a corner of the test's example black without a word.

use super::Samples;
use jxl_oxide::image::BitDepth;
use jxl_oxide::{AllocTracker, JxlImage};
use std::io::Cursor;

/// What the decoder may hold beside the stream: floating point planes and transforms of each sample, and its tables.
const BYTES_PER_SAMPLE: usize = 32;
const SPARE_BYTES: usize = 64 << 20;

/// Decodes one greyscale frame of up to 16 bits.
///
/// # Errors
/// In the decoder's words, or where the stream is another image than the header says.
pub(super) fn decode(packed: &[u8], rows: usize, columns: usize) -> Result<Samples, String> {
    let limit = AllocTracker::with_limit(rows.saturating_mul(columns).saturating_mul(BYTES_PER_SAMPLE) + SPARE_BYTES);
    let image = JxlImage::builder().alloc_tracker(limit).read(Cursor::new(packed)).map_err(|e| e.to_string())?;
    let metadata = &image.image_header().metadata;
    let channels = if metadata.grayscale() { 1 } else { 3 } + metadata.ec_info.len();
    let found = (image.height() as usize, image.width() as usize);
    if found != (rows, columns) || channels != 1 {
        return Err(format!(
            "the stream holds {} × {} pixels of {channels} channels, the header promises {rows} × {columns} of one",
            found.0, found.1
        ));
    }
    if metadata.xyb_encoded {
        return Err("JPEG XL's own lossy compression (XYB) is not read; export the series uncompressed".to_owned());
    }
    let BitDepth::IntegerSample { bits_per_sample: bits @ 1..=16 } = metadata.bit_depth else {
        return Err(format!("samples of {} bits, or no integers", metadata.bit_depth.bits_per_sample()));
    };
    if !image.is_loading_done() {
        return Err("the stream was cut short".to_owned());
    }
    let rendered = image.render_frame(0).map_err(|e| e.to_string())?.image_all_channels();
    let most = ((1_u32 << bits) - 1) as f32;
    let samples = rendered.buf().iter().map(|share| (share * most + 0.5).clamp(0.0, most) as u16);
    Ok(match bits {
        1..=8 => Samples { bytes: samples.map(|sample| sample as u8).collect(), width: 1 },
        _ => Samples { bytes: samples.flat_map(u16::to_le_bytes).collect(), width: 2 },
    })
}
