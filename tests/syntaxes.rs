//! Every transfer syntax that is said to be read is read here; `docs/transfer-syntaxes.md` is written from what came of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use dicom_core::value::{PixelFragmentSequence, PrimitiveValue};
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::tags;
use headway_core::dicom::syntax::{SYNTAXES, TransferSyntax};
use headway_synth::recipe::TransferSyntax as Synthetic;
use headway_synth::{Recipe, SeriesRecipe};
use headway_tests::signals;
use std::fmt::Write;
use std::path::Path;

/// Largest error of an example that is compressed with loss: what `streams/make.py` allows JPEG-LS.
const NEAR: f32 = 2.0;
/// Syntaxes whose examples are compressed with loss.
const LOSSY: [&str; 6] = [".50", ".51", ".81", ".91", ".203", ".111"];

/// A slice of a head as an uncompressed file.
fn slice(transfer_syntax: Synthetic) -> Vec<u8> {
    let series = SeriesRecipe { transfer_syntax, slices: 1, rows: 64, columns: 96, ..SeriesRecipe::default() };
    Recipe { series: vec![series], ..Recipe::default() }.render().unwrap().remove(0).bytes
}

/// A stream by a foreign encoder, and the bits of its samples; `streams/make.py` wrote them.
fn stream(uid: &str) -> Option<(&'static [u8], u16)> {
    Some(match uid.strip_prefix("1.2.840.10008.1.2.4.")? {
        "50" => (include_bytes!("streams/jpeg_baseline.bin"), 8),
        "51" => (include_bytes!("streams/jpeg_extended_12.bin"), 12),
        "57" => (include_bytes!("streams/jpeg_lossless.bin"), 12),
        "70" => (include_bytes!("streams/jpeg_lossless_sv1.bin"), 12),
        "80" => (include_bytes!("streams/jpeg_ls.bin"), 12),
        "81" => (include_bytes!("streams/jpeg_ls_near.bin"), 12),
        "90" => (include_bytes!("streams/jpeg_2000.bin"), 12),
        "91" => (include_bytes!("streams/jpeg_2000_lossy.bin"), 12),
        "201" | "202" => (include_bytes!("streams/htj2k.bin"), 12),
        "203" => (include_bytes!("streams/htj2k_lossy.bin"), 12),
        "110" => (include_bytes!("streams/jpeg_xl.bin"), 12),
        "111" => (include_bytes!("streams/jpeg_xl_jpeg.bin"), 8),
        "112" => (include_bytes!("streams/jpeg_xl.bin"), 12),
        _ => return None,
    })
}

/// The image that the streams hold: the formula of `streams/make.py`.
fn formula(bits: u16) -> Vec<f32> {
    let sample = |row: u16, column: u16| (row * 40 + column * 13 + (row * column % 7) * 9) >> (12 - bits);
    (0..64).flat_map(|row| (0..96).map(move |column| f32::from(sample(row, column)))).collect()
}

/// A file whose pixels are a stream.
fn file_of(uid: &str, stream: &[u8], bits: u16) -> Vec<u8> {
    let mut object = dicom_object::from_reader(&slice(Synthetic::ExplicitLe)[..]).unwrap();
    object.put(DataElement::new(tags::BITS_STORED, VR::US, PrimitiveValue::from(bits)));
    object.put(DataElement::new(tags::HIGH_BIT, VR::US, PrimitiveValue::from(bits - 1)));
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PixelFragmentSequence::new_fragments(vec![stream.to_vec()])));
    object.meta_mut().transfer_syntax = uid.to_owned();
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).unwrap();
    bytes
}

/// A file in a syntax that compresses, and the values that should come out of it.
fn packed(uid: &str) -> Option<(Vec<u8>, Vec<f32>)> {
    stream(uid).map(|(stream, bits)| (file_of(uid, stream, bits), formula(bits)))
}

fn signal(bytes: &[u8]) -> Result<Vec<f32>, String> {
    signals(bytes).map(|mut signals| signals.remove(0)).map_err(|reason| reason.to_string())
}

/// An example of a syntax, and what should come out of it.
fn example(syntax: &TransferSyntax) -> Option<(Vec<u8>, Vec<f32>)> {
    let synthetic =
        [Synthetic::ImplicitLe, Synthetic::ExplicitLe, Synthetic::ExplicitBe, Synthetic::Deflated, Synthetic::Rle];
    match synthetic.into_iter().find(|synthetic| synthetic.uid() == syntax.uid) {
        Some(synthetic) => Some((slice(synthetic), signal(&slice(Synthetic::ExplicitLe)).unwrap())),
        None => packed(syntax.uid),
    }
}

/// The table of what is read, each line shown by reading an example. Set `HEADWAY_WRITE_DOCS` to write it anew.
#[test]
fn transfer_syntaxes_are_read_as_documented() {
    let mut text = String::from(
        "# Transfer syntaxes\n\nHow DICOM files may be written, and which are read. \
         Written by the test `transfer_syntaxes_are_read_as_documented`, which reads an image in each, the compressed ones by \
         encoders that share no code with Headway (libjpeg-turbo, CharLS, OpenJPEG, OpenJPH, libjxl); \
         `one_image_in_many_transfer_syntaxes_has_one_signal` and `pydicom_agrees` do the same with real files of other writers.\n\n\
         Greyscale of 8, 16 or 32 bits is read (1 sample per pixel); colour, floating point and single bits are not.\n\n\
         | transfer syntax | UID | read | largest error of the example |\n|---|---|---|---|\n",
    );
    for syntax in SYNTAXES {
        let (read, error) = match (syntax.codec, example(syntax)) {
            (Some(_), Some((bytes, expected))) => {
                let found = signal(&bytes).unwrap_or_else(|e| panic!("{}: {e}", syntax.name));
                let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert_eq!(found.len(), expected.len(), "{}", syntax.name);
                assert!(
                    apart <= if LOSSY.iter().any(|end| syntax.uid.ends_with(end)) { NEAR } else { 0.0 },
                    "{}: {apart}",
                    syntax.name
                );
                ("yes", format!("{apart}"))
            }
            (None, None) => ("no", String::new()),
            (codec, _) => panic!("{}: {codec:?}, but the example says otherwise", syntax.name),
        };
        let lossy = if syntax.lossy && syntax.codec.is_some() { ", a caution on the row" } else { "" };
        writeln!(text, "| {} | {} | {read}{lossy} | {error} |", syntax.name, syntax.uid).unwrap();
    }
    text.push_str(
        "\nLoss that the file admits (*Lossy Image Compression*, 0028,2110) is a caution on the row in any syntax.\n\
         JPEG XL is read where it is lossless or holds a JPEG; its own lossy compression (XYB) is refused in words.\n\
         What is not read becomes a notice that names the syntax; exporting the series uncompressed is the remedy.\n",
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/transfer-syntaxes.md");
    if std::env::var_os("HEADWAY_WRITE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "docs/transfer-syntaxes.md is out of step: run the tests once with HEADWAY_WRITE_DOCS=1");
}

#[test]
fn a_syntax_that_is_not_read_is_named_with_its_remedy() {
    let (sound, _) = packed("1.2.840.10008.1.2.4.201").unwrap();
    let at = sound.windows(23).position(|text| text == b"1.2.840.10008.1.2.4.201").unwrap();
    for (uid, name) in [
        ("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level"),
        ("1.2.840.99999.1.2.3.444", "an unknown transfer syntax"),
    ] {
        let mut bytes = sound.clone();
        bytes[at..at + 23].copy_from_slice(uid.as_bytes());
        let reason = signal(&bytes).unwrap_err();
        assert!(reason.contains(&format!("{name} ({uid})")) && reason.contains("uncompressed"), "{reason}");
    }
}

/// jxl-oxide 0.12.6 leaves a corner of this image black without a word.
#[test]
fn jpeg_xls_own_lossy_compression_is_refused() {
    let bytes = file_of("1.2.840.10008.1.2.4.112", include_bytes!("streams/jpeg_xl_lossy.bin"), 8);
    let reason = signal(&bytes).unwrap_err();
    assert!(reason.contains("XYB") && reason.contains("uncompressed"), "{reason}");
}

/// Damage anywhere in a compressed stream is an image or a reason, and never a panic.
#[test]
fn damaged_streams_of_every_syntax_are_survived() {
    for syntax in SYNTAXES {
        let Some((sound, _)) = packed(syntax.uid) else { continue };
        let pixels = sound.len() - stream(syntax.uid).unwrap().0.len();
        for at in (pixels..sound.len()).step_by(29) {
            for wrong in [0x01, 0x80, 0xFF] {
                let mut bytes = sound.clone();
                bytes[at] ^= wrong;
                let _ = signals(&bytes);
            }
        }
    }
}

/// A stream that ends too early is never an image, whether the file or the stream alone was cut.
#[test]
fn a_stream_cut_short_is_no_image() {
    for syntax in SYNTAXES {
        let Some((stream, bits)) = stream(syntax.uid) else { continue };
        let sound = file_of(syntax.uid, stream, bits);
        // The last bytes are padding and delimiter, which may be missing.
        for at in (400..sound.len() - 16).step_by(101) {
            assert!(signals(&sound[..at]).is_err(), "{}: file cut at {at}", syntax.name);
        }
        for tenths in 1..=9 {
            let cut = file_of(syntax.uid, &stream[..stream.len() * tenths / 10], bits);
            assert!(signals(&cut).is_err(), "{}: {tenths} tenths of the stream", syntax.name);
        }
    }
}
