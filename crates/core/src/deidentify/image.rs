//! One image as a new file, written from what is known of it. Nothing goes along but what stands here:
//! an attribute that is not named is not copied, private ones never.

use super::Wishes;
use super::write::Elements;
use crate::dicom::data_set::DataSet;
use crate::frame::Stored;
use crate::instance::Instance;
use crate::population::age_years;
use crate::worklist::pseudonym::Secret;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};

/// What is copied where the header states it: codes and numbers about how the image was made. None of them is in
/// table E.1-1 of PS3.15 (2026c). A value that is not written as its representation demands stays behind.
pub(super) const COPIED: [(Tag, VR); 35] = [
    (tags::MANUFACTURER, VR::LO),
    (tags::MANUFACTURER_MODEL_NAME, VR::LO),
    (tags::BODY_PART_EXAMINED, VR::CS),
    (tags::SEQUENCE_VARIANT, VR::CS),
    (tags::SCAN_OPTIONS, VR::CS),
    (tags::MR_ACQUISITION_TYPE, VR::CS),
    (tags::ANGIO_FLAG, VR::CS),
    (tags::SLICE_THICKNESS, VR::DS),
    (tags::NUMBER_OF_AVERAGES, VR::DS),
    (tags::IMAGING_FREQUENCY, VR::DS),
    (tags::IMAGED_NUCLEUS, VR::SH),
    (tags::ECHO_NUMBERS, VR::IS),
    (tags::MAGNETIC_FIELD_STRENGTH, VR::DS),
    (tags::SPACING_BETWEEN_SLICES, VR::DS),
    (tags::NUMBER_OF_PHASE_ENCODING_STEPS, VR::IS),
    (tags::ECHO_TRAIN_LENGTH, VR::IS),
    (tags::PERCENT_SAMPLING, VR::DS),
    (tags::PERCENT_PHASE_FIELD_OF_VIEW, VR::DS),
    (tags::PIXEL_BANDWIDTH, VR::DS),
    (tags::RECONSTRUCTION_DIAMETER, VR::DS),
    (tags::ACQUISITION_MATRIX, VR::US),
    (tags::IN_PLANE_PHASE_ENCODING_DIRECTION, VR::CS),
    (tags::FLIP_ANGLE, VR::DS),
    (tags::VARIABLE_FLIP_ANGLE_FLAG, VR::CS),
    (tags::PATIENT_POSITION, VR::CS),
    (tags::DIFFUSION_GRADIENT_ORIENTATION, VR::FD),
    (tags::SERIES_NUMBER, VR::IS),
    (tags::ACQUISITION_NUMBER, VR::IS),
    (tags::NUMBER_OF_TEMPORAL_POSITIONS, VR::IS),
    (tags::BURNED_IN_ANNOTATION, VR::CS),
    (tags::WINDOW_CENTER, VR::DS),
    (tags::WINDOW_WIDTH, VR::DS),
    (tags::LOSSY_IMAGE_COMPRESSION, VR::CS),
    (tags::LOSSY_IMAGE_COMPRESSION_RATIO, VR::DS),
    (tags::LOSSY_IMAGE_COMPRESSION_METHOD, VR::CS),
];

/// Attributes that every MR image has (type 2) and that say whose it is: written without a value.
const EMPTY: [(Tag, VR); 9] = [
    (tags::STUDY_DATE, VR::DA),
    (tags::STUDY_TIME, VR::TM),
    (tags::ACCESSION_NUMBER, VR::SH),
    (tags::REFERRING_PHYSICIAN_NAME, VR::PN),
    (tags::PATIENT_BIRTH_DATE, VR::DA),
    (tags::PATIENT_SEX, VR::CS),
    (tags::STUDY_ID, VR::SH),
    (tags::LATERALITY, VR::CS),
    (tags::POSITION_REFERENCE_INDICATOR, VR::LO),
];

/// A file and where its pixels begin in it.
#[derive(Debug)]
pub(super) struct NewFile {
    pub(super) bytes: Vec<u8>,
    pub(super) pixels_at: usize,
    /// Bytes of one stored value.
    pub(super) width: usize,
}

/// Writes the image as the `number`th of its series, counted from 1. `header` is that of its file.
pub(super) fn written(
    image: &Instance,
    header: &DataSet,
    stored: Stored,
    number: usize,
    whose: &Secret,
    wishes: Wishes,
) -> NewFile {
    let mut elements = Elements::default();
    EMPTY.iter().for_each(|(tag, vr)| elements.text(*tag, *vr, ""));
    COPIED.iter().for_each(|(tag, vr)| copy(&mut elements, header, *tag, *vr));
    let uid = name(&mut elements, image, header, whose, wishes);
    place(&mut elements, image, number);
    elements.text(tags::IMAGE_TYPE, VR::CS, &codes(image.acquisition.image_type.iter().map(String::as_str)));
    acquisition(&mut elements, image);
    say_what_was_done(&mut elements, wishes);
    let (width, size) = (stored.width, stored.bytes.len());
    pixels(&mut elements, image, stored);
    let bytes = elements.into_file(uids::MR_IMAGE_STORAGE, &uid);
    NewFile { pixels_at: bytes.len() - size - size % 2, bytes, width }
}

/// Whose the image is, under other names; its own new UID.
fn name(elements: &mut Elements, image: &Instance, header: &DataSet, whose: &Secret, wishes: Wishes) -> String {
    let place = image.tile.map_or([0, 0], |tile| [tile.row, tile.column]);
    let uid = whose.uid(&format!("{} {} {place:?}", image.sop_instance_uid, image.frame));
    elements.text(tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE);
    elements.text(tags::SOP_INSTANCE_UID, VR::UI, &uid);
    elements.text(tags::MODALITY, VR::CS, "MR");
    let key = image.study_key();
    let digits = whose.patient(&key).unwrap_or_else(|| whose.study(&key));
    let pseudonym = format!("HEADWAY-{}", digits[..8].to_uppercase());
    elements.text(tags::PATIENT_NAME, VR::PN, &pseudonym);
    elements.text(tags::PATIENT_ID, VR::LO, &pseudonym);
    elements.text(tags::STUDY_INSTANCE_UID, VR::UI, &whose.uid(&image.study.uid));
    elements.text(tags::SERIES_INSTANCE_UID, VR::UI, &whose.uid(&image.series.uid));
    let frame_of_reference = header.text(tags::FRAME_OF_REFERENCE_UID);
    if !frame_of_reference.is_empty() {
        elements.text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &whose.uid(&frame_of_reference));
    }
    if wishes.keep_age_and_sex {
        if let sex @ ("M" | "F" | "O") = image.patient.sex.trim() {
            elements.text(tags::PATIENT_SEX, VR::CS, sex);
        }
        if let Some(years) = age_years(&image.patient, &image.study).filter(|years| *years >= 1.0) {
            // From 90 on an age tells who somebody is.
            elements.text(tags::PATIENT_AGE, VR::AS, &format!("{:03.0}Y", years.floor().min(90.0)));
        }
    }
    uid
}

fn place(elements: &mut Elements, image: &Instance, number: usize) {
    elements.text(tags::INSTANCE_NUMBER, VR::IS, &number.to_string());
    let Some(plane) = image.plane else { return };
    elements.decimals(tags::IMAGE_POSITION_PATIENT, &plane.origin_mm.to_array());
    let directions = [plane.along_row.to_array(), plane.along_column.to_array()];
    elements.decimals(tags::IMAGE_ORIENTATION_PATIENT, directions.as_flattened());
    elements.decimals(tags::PIXEL_SPACING, &[plane.row_spacing_mm, plane.column_spacing_mm]);
}

/// As it was read, be it from the header or from a frame's own part of it.
fn acquisition(elements: &mut Elements, image: &Instance) {
    let acquisition = &image.acquisition;
    let times = [
        (tags::ECHO_TIME, acquisition.echo_time_ms),
        (tags::REPETITION_TIME, acquisition.repetition_time_ms),
        (tags::INVERSION_TIME, acquisition.inversion_time_ms),
    ];
    times.iter().for_each(|(tag, ms)| elements.decimals(*tag, ms.as_slice()));
    if !acquisition.scanning_sequence.is_empty() {
        let sequence = codes(acquisition.scanning_sequence.iter().map(String::as_str));
        elements.text(tags::SCANNING_SEQUENCE, VR::CS, &sequence);
    }
    if let Some(b_value) = acquisition.b_value {
        elements.bytes(tags::DIFFUSION_B_VALUE, VR::FD, b_value.to_le_bytes().to_vec(), 0);
    }
    if let Some(point) = acquisition.time_point {
        elements.text(tags::TEMPORAL_POSITION_IDENTIFIER, VR::IS, &point.to_string());
    }
}

fn say_what_was_done(elements: &mut Elements, wishes: Wishes) {
    elements.text(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES");
    elements.text(tags::DEIDENTIFICATION_METHOD, VR::LO, &wishes.method());
    let code = |(value, meaning): (&str, &str)| {
        let mut code = Elements::default();
        code.text(tags::CODE_VALUE, VR::SH, value);
        code.text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM");
        code.text(tags::CODE_MEANING, VR::LO, meaning);
        code
    };
    let codes: Vec<Elements> = wishes.options().into_iter().map(code).collect();
    elements.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, &codes);
    // Nobody has shown that the blanked face cannot be recognised.
    elements.text(tags::RECOGNIZABLE_VISUAL_FEATURES, VR::CS, "YES");
    elements.text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, "REMOVED");
}

fn pixels(elements: &mut Elements, image: &Instance, stored: Stored) {
    let pixels = &image.pixels;
    let words = [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, pixels.rows),
        (tags::COLUMNS, pixels.columns),
        (tags::BITS_ALLOCATED, 8 * stored.width),
        (tags::BITS_STORED, stored.bits),
        (tags::HIGH_BIT, stored.bits - 1),
        (tags::PIXEL_REPRESENTATION, usize::from(pixels.signed)),
    ];
    words.into_iter().for_each(|(tag, value)| elements.word(tag, VR::US, value as u16));
    let inverted = pixels.photometric == "MONOCHROME1";
    let photometric = if inverted { "MONOCHROME1" } else { "MONOCHROME2" };
    elements.text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, photometric);
    if let Some((low, high)) = pixels.padding.filter(|_| stored.width <= 2) {
        let vr = if pixels.signed { VR::SS } else { VR::US };
        elements.word(tags::PIXEL_PADDING_VALUE, vr, low as u16);
        elements.word(tags::PIXEL_PADDING_RANGE_LIMIT, vr, high as u16);
    }
    if (pixels.rescale_slope, pixels.rescale_intercept) != (1.0, 0.0) {
        elements.decimals(tags::RESCALE_INTERCEPT, &[pixels.rescale_intercept]);
        elements.decimals(tags::RESCALE_SLOPE, &[pixels.rescale_slope]);
        elements.text(tags::RESCALE_TYPE, VR::LO, "US");
    }
    let vr = if stored.width == 1 { VR::OB } else { VR::OW };
    elements.bytes(tags::PIXEL_DATA, vr, stored.bytes, 0);
}

/// Copies a value that is written as it should be.
fn copy(elements: &mut Elements, header: &DataSet, tag: Tag, vr: VR) {
    match vr {
        VR::US => {
            let bytes = header.values(tag).iter().flat_map(|value| (*value as u16).to_le_bytes()).collect();
            keep(elements, tag, vr, bytes);
        }
        VR::FD => keep(elements, tag, vr, header.values(tag).iter().flat_map(|value| value.to_le_bytes()).collect()),
        VR::DS => {
            let values = header.values(tag);
            if !values.is_empty() && values.iter().all(|value| value.is_finite()) {
                elements.decimals(tag, &values);
            }
        }
        VR::IS => {
            let values = header.values(tag);
            let whole = |value: &f64| value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX);
            let texts: Vec<String> = values.iter().filter(|value| whole(value)).map(f64::to_string).collect();
            keep(elements, tag, vr, texts.join("\\").into_bytes());
        }
        VR::CS => keep(elements, tag, vr, codes(header.texts(tag).iter().map(String::as_str)).into_bytes()),
        _ => {
            let text = header.text(tag);
            let plain = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            keep(elements, tag, vr, if plain { text.into_bytes() } else { Vec::new() });
        }
    }
}

fn keep(elements: &mut Elements, tag: Tag, vr: VR, value: Vec<u8>) {
    if !value.is_empty() {
        elements.bytes(tag, vr, value, b' ');
    }
}

/// The values that are *Code Strings* (PS3.5, 6.2). A slice of a mosaic is one no more.
fn codes<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let is_code = |value: &&str| {
        (1..=16).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b' '))
    };
    let kept: Vec<&str> = values.filter(is_code).filter(|value| !matches!(*value, "MOSAIC" | "VFRAME")).collect();
    kept.join("\\")
}
