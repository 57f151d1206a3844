//! Whatever the encoding, the pixels are the same; whatever the damage, it is the one that was asked for.

use crate::support::{files, numbers, objects, one_series, stored_values, text};
use dicom_dictionary_std::tags;
use dicom_object::{InMemDicomObject, OpenFileOptions, from_reader};
use dicom_transfer_syntax_registry::entries::EXPLICIT_VR_LITTLE_ENDIAN;
use headway_synth::recipe::TransferSyntax;
use headway_synth::{Recipe, SynthError};

#[test]
fn every_transfer_syntax_holds_the_same_pixels() {
    let plain: Vec<_> = objects(&one_series("")).iter().map(stored_values).collect();
    assert_eq!(plain[2].len(), 64 * 48);
    let syntaxes = [
        ("implicit_le", TransferSyntax::ImplicitLe),
        ("explicit_be", TransferSyntax::ExplicitBe),
        ("deflated", TransferSyntax::Deflated),
        ("rle", TransferSyntax::Rle),
    ];
    for (name, syntax) in syntaxes {
        let encoded = objects(&one_series(&format!("transfer_syntax = '{name}'")));
        assert_eq!(encoded.len(), plain.len());
        for (object, plain) in encoded.iter().zip(&plain) {
            assert_eq!(object.meta().transfer_syntax().trim_end_matches('\0'), syntax.uid());
            assert!(stored_values(object) == *plain, "{name}: pixels differ");
        }
    }
}

#[test]
fn rle_and_deflated_files_are_smaller_and_even() {
    let size = |name: &str| {
        let sizes = files(&one_series(&format!("noise = 0.0\ntransfer_syntax = '{name}'")));
        assert!(sizes.iter().all(|file| file.bytes.len() % 2 == 0), "{name}");
        sizes.iter().map(|file| file.bytes.len()).sum::<usize>()
    };
    let plain = size("explicit_le");
    assert!(size("rle") < plain && size("deflated") < plain);
}

#[test]
fn signed_rescaled_and_inverted_pixels_show_the_same_signal() {
    let signal = |fields: &str| -> Vec<f64> {
        let object = objects(&one_series(fields)).remove(2);
        let signed = numbers(&object, tags::PIXEL_REPRESENTATION) == [1.0];
        let number = |tag, absent| object.get(tag).map_or(absent, |_| numbers(&object, tag)[0]);
        let (slope, intercept) = (number(tags::RESCALE_SLOPE, 1.0), number(tags::RESCALE_INTERCEPT, 0.0));
        let stored = |v: u16| {
            if signed { f64::from(v as i16) } else { f64::from(v) }
        };
        let inverted = |v: f64| {
            if text(&object, tags::PHOTOMETRIC_INTERPRETATION) == "MONOCHROME1" { 4095.0 - v } else { v }
        };
        let values = stored_values(&object);
        values.iter().map(|&v| inverted(stored(v)) * slope + intercept).collect()
    };
    let plain = signal("");
    let formats = [
        ("signed = true\nrescale_slope = 0.5\nrescale_intercept = 700.0", 0.26),
        ("bits_stored = 16\nrescale_slope = 0.02", 0.02),
        ("monochrome1 = true", 0.0),
    ];
    for (fields, step) in formats {
        let largest = signal(fields).iter().zip(&plain).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        // The plain format rounds to whole numbers, so half a unit is its own error.
        assert!(largest <= step + 0.5 && plain.iter().any(|&v| v > 300.0), "{fields}: {largest}");
    }
    assert_eq!(signal("monochrome1 = true"), plain);
}

#[test]
fn equal_recipes_render_to_equal_bytes_and_seeds_matter() {
    let seeded = |seed: u64| Recipe { seed, ..one_series("shuffled_names = true\norigin_jitter_mm = 0.2") };
    assert_eq!(files(&seeded(5)), files(&seeded(5)));
    let (five, six) = (objects(&seeded(5)), objects(&seeded(6)));
    assert_ne!(stored_values(&five[0]), stored_values(&six[0]));
    for uid in [tags::STUDY_INSTANCE_UID, tags::SERIES_INSTANCE_UID, tags::SOP_INSTANCE_UID] {
        assert_ne!(text(&five[0], uid), text(&six[0], uid));
    }
}

#[test]
fn damage_is_what_was_asked_for() {
    let sound = files(&one_series(""));
    let spoilt =
        files(&one_series("trailing_bytes = 33\ntrailing_byte = 7\ntruncated_slices = [2]\ntruncated_bytes = 1000"));
    for (slice, (sound, spoilt)) in (1..).zip(sound.iter().zip(&spoilt)) {
        let cut = if slice == 2 { 1000 } else { 0 };
        let kept = sound.bytes.len() - cut;
        assert_eq!(spoilt.bytes[..kept], sound.bytes[..kept]);
        assert_eq!(spoilt.bytes[kept..], [7; 33]);
    }
}

#[test]
fn preamble_and_meta_information_can_be_left_out() {
    let whole = files(&one_series("")).remove(0).bytes;
    let no_preamble = files(&one_series("without_preamble = true")).remove(0).bytes;
    let bare = files(&one_series("without_meta = true")).remove(0).bytes;
    assert_eq!(no_preamble, whole[128..]);
    assert!(whole.ends_with(&bare) && bare.starts_with(&[8, 0, 5, 0]));
    let syntax = EXPLICIT_VR_LITTLE_ENDIAN.erased();
    let read = InMemDicomObject::read_dataset_with_ts(bare.as_slice(), &syntax).expect("a data set");
    assert!(read.get(tags::PIXEL_DATA).is_some());
    assert!(from_reader(no_preamble.as_slice()).is_ok());
}

#[test]
fn attributes_can_be_left_out_if_they_are_there() {
    let spoilt = one_series("missing_attributes = ['PixelSpacing', 'PixelData']");
    for file in files(&spoilt) {
        let object = OpenFileOptions::new().from_reader(file.bytes.as_slice()).expect("DICOM");
        assert!(object.get(tags::PIXEL_SPACING).is_none() && object.get(tags::PIXEL_DATA).is_none());
        assert!(object.get(tags::ROWS).is_some());
    }
    for keyword in ["InversionTime", "PixelSpacings", "TransferSyntaxUID"] {
        let error = one_series(&format!("missing_attributes = ['{keyword}']")).render().expect_err(keyword);
        assert!(matches!(&error, SynthError::NothingToLeaveOut { keyword: k, .. } if k == keyword), "{error}");
    }
}
