//! The files say what the recipe says.

use crate::support::{files, numbers, objects, one_series, recipe, text};
use dicom_dictionary_std::tags;
use headway_synth::Recipe;
use std::collections::BTreeSet;

#[test]
fn headers_equal_the_recipe() {
    let recipe = recipe(
        r#"
        patient_id = "P1"
        patient_name = "MÜLLER^ANNA"
        birth_date = "19551231"
        sex = "F"
        study_uid = "1.2.3"
        study_date = "20251124"
        study_time = "101530"
        description = "Kopf"
        accession_number = "A9"
        institution = "Ward"
        manufacturer = "Maker"
        model_name = "Model"
        [[series]]
        description = "t2_tse ax"
        series_uid = "1.2.3.4"
        series_number = 7
        modality = "OT"
        body_part = "BRAIN"
        echo_time_ms = 88.5
        repetition_time_ms = 5100.0
        inversion_time_ms = 120.0
        image_type = 'DERIVED\SECONDARY\MPR'
        rows = 20
        columns = 30
        slices = 2
        row_spacing_mm = 7.5
        pixel_spacing_mm = 6.25
        slice_thickness_mm = 2.5
        bits_stored = 16
        "#,
    );
    let object = &objects(&recipe)[1];
    let texts = [
        (tags::PATIENT_ID, "P1"),
        (tags::PATIENT_NAME, "MÜLLER^ANNA"),
        (tags::PATIENT_BIRTH_DATE, "19551231"),
        (tags::PATIENT_SEX, "F"),
        (tags::STUDY_INSTANCE_UID, "1.2.3"),
        (tags::STUDY_DATE, "20251124"),
        (tags::STUDY_TIME, "101530"),
        (tags::STUDY_DESCRIPTION, "Kopf"),
        (tags::ACCESSION_NUMBER, "A9"),
        (tags::INSTITUTION_NAME, "Ward"),
        (tags::MANUFACTURER, "Maker"),
        (tags::MANUFACTURER_MODEL_NAME, "Model"),
        (tags::SERIES_DESCRIPTION, "t2_tse ax"),
        (tags::SERIES_INSTANCE_UID, "1.2.3.4"),
        (tags::SERIES_NUMBER, "7"),
        (tags::MODALITY, "OT"),
        (tags::BODY_PART_EXAMINED, "BRAIN"),
        (tags::IMAGE_TYPE, "DERIVED\\SECONDARY\\MPR"),
        (tags::INSTANCE_NUMBER, "2"),
        (tags::SOP_CLASS_UID, "1.2.840.10008.5.1.4.1.1.4"),
    ];
    for (tag, expected) in texts {
        assert_eq!(text(object, tag), expected, "{tag}");
    }
    let values: [(_, &[f64]); 9] = [
        (tags::ECHO_TIME, &[88.5]),
        (tags::REPETITION_TIME, &[5100.0]),
        (tags::INVERSION_TIME, &[120.0]),
        (tags::ROWS, &[20.0]),
        (tags::COLUMNS, &[30.0]),
        (tags::PIXEL_SPACING, &[7.5, 6.25]),
        (tags::SLICE_THICKNESS, &[2.5]),
        (tags::BITS_STORED, &[16.0]),
        (tags::HIGH_BIT, &[15.0]),
    ];
    for (tag, expected) in values {
        assert_eq!(numbers(object, tag), expected, "{tag}");
    }
    assert_eq!(
        text(object, tags::SOP_INSTANCE_UID),
        object.meta().media_storage_sop_instance_uid().trim_end_matches('\0')
    );
}

#[test]
fn missing_and_repeated_slices_are_counted_in_files() {
    let all = objects(&one_series("missing_slices = [2]\nrepeated_slices = [4]"));
    let instance_numbers: Vec<String> = all.iter().map(|o| text(o, tags::INSTANCE_NUMBER)).collect();
    assert_eq!(instance_numbers, ["1", "3", "4", "5", "4"]);
    let uids: BTreeSet<String> = all.iter().map(|o| text(o, tags::SOP_INSTANCE_UID)).collect();
    assert_eq!(uids.len(), all.len());
    let (slice, copy) = (&all[2], &all[4]);
    for tag in [tags::IMAGE_POSITION_PATIENT, tags::PIXEL_DATA] {
        assert_eq!(slice.element(tag).expect("present"), copy.element(tag).expect("present"));
    }
}

#[test]
fn one_slice_can_belong_to_someone_else() {
    let all = objects(&one_series(
        "strangers = [2]\nstranger = { patient_id = 'P2', patient_name = 'OTHER', study_uid = '1.2.9' }",
    ));
    let whose = |i: usize| [tags::PATIENT_ID, tags::PATIENT_NAME, tags::STUDY_INSTANCE_UID].map(|t| text(&all[i], t));
    assert_eq!(whose(1), ["P2", "OTHER", "1.2.9"]);
    assert_eq!(whose(0), whose(2));
    assert!(whose(0).iter().zip(whose(1)).all(|(a, b)| *a != b));
}

#[test]
fn paths_are_unique_and_follow_shuffle_and_suffix() {
    let paths = |recipe: &Recipe| -> Vec<String> { files(recipe).into_iter().map(|f| f.path).collect() };
    let plain = paths(&one_series(""));
    assert_eq!(plain[0], "STUDY/T2W_TSE_tra/IM0001.dcm");
    let mut shuffled = paths(&one_series("shuffled_names = true\nslices = 20\nsuffix = ''"));
    assert!(!shuffled.is_sorted() && shuffled.iter().all(|p| !p.contains('.')), "{shuffled:?}");
    shuffled.sort();
    shuffled.dedup();
    assert_eq!(shuffled.len(), 20);
    let mut two_alike = one_series("slices = 1\ndescription = 'a/b c'");
    two_alike.series.push(two_alike.series[0].clone());
    assert_eq!(paths(&two_alike), ["STUDY/a_b_c/IM0001.dcm", "STUDY/a_b_c_2/IM0001.dcm"]);
}

#[test]
fn a_misspelt_field_is_refused() {
    for toml in ["sede = 1", "patientid = 'x'", "[[series]]\nslice = 3", "[[series]]\nstranger = { sex = 'F' }"] {
        assert!(toml::from_str::<Recipe>(toml).is_err(), "{toml}");
    }
}

#[test]
fn the_phantom_is_marked_as_synthetic_and_covers_a_head() {
    let phantom = Recipe::phantom();
    let heads: Vec<_> = phantom.series.iter().map(|s| f64::from(s.slices - 1) * s.slice_spacing_mm).collect();
    assert!(heads.iter().all(|&extent_mm| extent_mm > 130.0), "{heads:?}");
    let counted: Vec<u16> = phantom.series.iter().map(|s| s.slices).collect();
    assert_eq!(counted, [44, 30]);
    // Slice 1 of each series speaks for its header; the other 72 need not be rendered here.
    let first_and_last = [phantom.series[0].clone(), phantom.series[1].clone()].map(|mut series| {
        series.missing_slices = (2..=series.slices).collect();
        series
    });
    let all = objects(&Recipe { series: first_and_last.to_vec(), ..phantom });
    assert_eq!(all.len(), 2);
    for object in &all {
        assert_eq!(text(object, tags::PATIENT_ID), "HEADWAY-SAMPLE");
        assert_eq!(text(object, tags::PATIENT_NAME), "SAMPLE^SYNTHETIC");
        assert!(text(object, tags::STUDY_DESCRIPTION).contains("SYNTHETIC"));
    }
    let echo_times: Vec<_> = all.iter().map(|o| numbers(o, tags::ECHO_TIME)[0]).collect();
    assert_eq!(echo_times, [96.0, 120.0]);
    assert_eq!(numbers(&all[1], tags::INVERSION_TIME), [2500.0]);
}
