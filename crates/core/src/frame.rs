//! The pixels of one file as signal values.

use crate::instance::PixelHeader;
use crate::reason::{Code, Reason};
use dicom_dictionary_std::tags;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_object::{DefaultDicomObject, OpenFileOptions};
use dicom_pixeldata::{ConvertOptions, ModalityLutOption, PixelDecoder, VoiLutOption};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;

/// Decodes the one frame of a file: Rescale Slope and Intercept applied (PS3.3 C.11.1), row by row, `rows × columns` values.
///
/// Reading ends at the first element that sorts after the pixel data, so most trailing bytes do no harm.
/// Trailing zeros do: they read as an element of a lower tag, and the file is refused as cut short.
///
/// # Errors
/// A reason that names the transfer syntax, the pixel format or the damage.
pub fn decode_frame(bytes: &[u8], expected: &PixelHeader) -> Result<Vec<f32>, Reason> {
    let object = OpenFileOptions::new().read_to(tags::PIXEL_DATA).from_reader(bytes).map_err(|e| {
        Reason::new(
            Code::TruncatedPixels,
            format!("The file cannot be read to the end of its pixels ({e}). Copy or export it again."),
        )
    })?;
    readable_format(expected)?;
    decodable(&object)?;
    let damaged = |e: &dyn std::fmt::Display| {
        Reason::new(Code::DamagedPixels, format!("The pixels cannot be decoded ({e}). Copy or export the file again."))
    };
    let decoded = object.decode_pixel_data_frame(0).map_err(|e| damaged(&e))?;
    let options =
        ConvertOptions::new().with_modality_lut(ModalityLutOption::Default).with_voi_lut(VoiLutOption::Identity);
    let signal = decoded.to_vec_with_options::<f32>(&options).map_err(|e| damaged(&e))?;
    let (found, wanted) = (signal.len(), expected.rows * expected.columns);
    if found < wanted {
        return Err(Reason::new(
            Code::TruncatedPixels,
            format!("The image holds {found} of {wanted} pixels. Copy or export the file again."),
        ));
    }
    if let Some(index) = signal.iter().position(|v| !v.is_finite()) {
        return Err(damaged(&format!("pixel {index} is not a number")));
    }
    Ok(signal)
}

fn readable_format(pixels: &PixelHeader) -> Result<(), Reason> {
    let grey = matches!(pixels.photometric.as_str(), "MONOCHROME2" | "");
    if grey && pixels.samples_per_pixel == 1 && matches!(pixels.bits_allocated, 8 | 16 | 32) {
        return Ok(());
    }
    Err(Reason::new(
        Code::PixelFormat,
        format!(
            "{} with {} samples of {} bits per pixel is not read; export the series as plain greyscale MR (MONOCHROME2).",
            pixels.photometric, pixels.samples_per_pixel, pixels.bits_allocated
        ),
    ))
}

fn decodable(object: &DefaultDicomObject) -> Result<(), Reason> {
    let uid = object.meta().transfer_syntax();
    let syntax = TransferSyntaxRegistry.get(uid);
    if syntax.is_some_and(|syntax| syntax.can_decode_all()) {
        return Ok(());
    }
    let name = syntax.map_or("unknown", |syntax| syntax.name());
    Err(Reason::new(
        Code::TransferSyntax,
        format!(
            "Pixels are compressed as {name} ({uid}), which is not decoded yet. Export the series uncompressed (Explicit VR Little Endian)."
        ),
    ))
}
