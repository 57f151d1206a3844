//! Synthetic studies from files to rows. A case is a folder: `recipe.toml` in, `expected.toml` out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::preprocess::ModelInput;
use headway_core::reason::Code;
use headway_core::worklist::Stage;
use headway_synth::recipe::{Contrast, Place, Plane};
use headway_synth::{Recipe, SeriesRecipe};
use headway_tests::{run_choosing, run_files, run_recipe};
use serde::Deserialize;
use std::path::Path;

/// What a case promises of its one row.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// Description of a series that the reader asks for after the first run, with its part in brackets where it has several;
    /// the rest is promised of the second.
    reader_chooses: Option<String>,
    /// `scored` or a reason's code.
    outcome: String,
    /// Description of the series chosen; with its part in brackets where the series has several.
    chosen: Option<String>,
    /// The next best series, by description.
    runner_up: Option<String>,
    /// What the row's cautions say, a part of each.
    #[serde(default)]
    cautions: Vec<String>,
    /// Files that become a notice.
    #[serde(default)]
    noticed: usize,
    /// Code of the first reason against each rejected series, by description.
    #[serde(default)]
    rejected: std::collections::BTreeMap<String, String>,
}

#[test]
fn every_case_holds() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut failures = Vec::new();
    let mut count = 0;
    for case in std::fs::read_dir(cases).unwrap().flatten() {
        count += 1;
        if let Err(problem) = check(&case.path()) {
            failures.push(format!("{}: {problem}", case.file_name().display()));
        }
    }
    assert!(count >= 10, "only {count} cases were found");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(case: &Path) -> Result<(), String> {
    let read = |name: &str| std::fs::read_to_string(case.join(name)).map_err(|e| format!("{name}: {e}"));
    let recipe = read("recipe.toml")?;
    if !recipe.starts_with("# ") {
        return Err("recipe.toml does not begin with a comment that says why the case exists".to_owned());
    }
    let recipe: Recipe = toml::from_str(&recipe).map_err(|e| e.to_string())?;
    let expected: Expected = toml::from_str(&read("expected.toml")?).map_err(|e| e.to_string())?;
    let files = recipe.render().map_err(|e| e.to_string())?;
    let run = run_choosing(files, expected.reader_chooses.as_deref());
    run.assert_nothing_lost();
    let selection = run.view.rows.first().and_then(|row| row.selection.clone()).unwrap_or_default();
    let cautions = run.view.rows.first().map(|row| row.cautions.clone()).unwrap_or_default();
    let said = cautions.iter().zip(&expected.cautions).all(|(caution, part)| caution.contains(part.as_str()));
    if !said || cautions.len() != expected.cautions.len() {
        return Err(format!("cautions {cautions:?} instead of {:?}", expected.cautions));
    }
    let chosen = selection.chosen.map(|c| c.title());
    let runner_up = selection.runner_up.map(|c| c.title());
    let rejected =
        selection.rejected.iter().map(|r| (r.series.title(), r.reasons[0].code.as_str().to_owned())).collect();
    let found = (run.outcome(), chosen, runner_up, run.view.files.noticed, rejected);
    let promised = (expected.outcome, expected.chosen, expected.runner_up, expected.noticed, expected.rejected);
    if found == promised { Ok(()) } else { Err(format!("found {found:?} instead of {promised:?}")) }
}

/// Mean position of the brightest voxels, as a share of each side.
fn brightest(input: &ModelInput) -> [f64; 3] {
    let size = input.size;
    let most = input.values.iter().copied().fold(f32::MIN, f32::max);
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for (index, _) in input.values.iter().enumerate().filter(|(_, v)| **v > 0.95 * most) {
        for (axis, position) in [index / size / size, index / size % size, index % size].into_iter().enumerate() {
            sum[axis] += position as f64 / size as f64;
        }
        count += 1.0;
    }
    sum.map(|s| s / count)
}

/// A marker on the patient's left shows on the left side of the input (RAS: index 0 is leftmost), however the images are stored.
#[test]
fn a_marker_stays_on_its_side_in_every_order() {
    let base = SeriesRecipe {
        noise: 0.0,
        rows: 120,
        columns: 120,
        pixel_spacing_mm: 2.0,
        slices: 40,
        slice_spacing_mm: 3.8,
        ..SeriesRecipe::default()
    };
    let orders = [
        ("axial", base.clone()),
        ("oblique", SeriesRecipe { pitch_degrees: 18.0, yaw_degrees: 12.0, ..base.clone() }),
        ("instance numbers reversed", SeriesRecipe { reversed: true, shuffled_names: true, ..base.clone() }),
        ("columns mirrored", SeriesRecipe { mirrored: true, ..base.clone() }),
        ("turned by 90 degrees", SeriesRecipe { yaw_degrees: 90.0, ..base.clone() }),
        ("upside down in the scanner", SeriesRecipe { yaw_degrees: 180.0, ..base }),
    ];
    let places = [
        (Place::Left, 0, true),
        (Place::Right, 0, false),
        (Place::Anterior, 1, false),
        (Place::Posterior, 1, true),
        (Place::Superior, 2, false),
    ];
    for (order, series) in orders {
        for (place, axis, low) in places {
            let series = SeriesRecipe { marker: Some(place), ..series.clone() };
            let run = run_recipe(&Recipe { series: vec![series], ..Recipe::default() });
            assert_eq!(run.outcome(), "scored", "{order}");
            let share = brightest(&run.inputs[0])[axis];
            assert!(if low { share < 0.4 } else { share > 0.6 }, "{order}, {place:?}: at {share:.2} of axis {axis}");
        }
    }
}

/// Sagittal and coronal volumes come out in RAS order too, when a card allows any plane.
#[test]
fn a_marker_stays_on_its_side_in_sagittal_and_coronal_order() {
    use headway_core::file::{FileId, FileMeta};
    use headway_core::intake::Intake;
    use headway_core::study::StudyKey;
    for plane in [Plane::Sagittal, Plane::Coronal] {
        for (place, axis, low) in [(Place::Left, 0, true), (Place::Anterior, 1, false), (Place::Superior, 2, false)] {
            let series = SeriesRecipe { plane, marker: Some(place), noise: 0.0, slices: 60, ..SeriesRecipe::default() };
            let files = Recipe { series: vec![series], ..Recipe::default() }.render().unwrap();
            let mut intake = Intake::default();
            let mut key = StudyKey::default();
            for (index, file) in files.iter().enumerate() {
                let size_bytes = file.bytes.len() as u64;
                let meta = FileMeta { id: FileId(index as u32), path: file.path.clone(), size_bytes };
                let part = intake.take_whole(&meta, &file.bytes).unwrap_or_else(|e| panic!("{}: {e}", file.path));
                key = StudyKey { patient_id: part.patient.id, study_uid: part.study.uid };
            }
            let mut spec = headway_tests::card().input;
            spec.geometry.max_obliquity_degrees = 90.0;
            let mut build = headway_core::build::Build::begin(&intake, &key, None, &spec);
            build.read_all(|file| Ok(&files[file.0 as usize].bytes));
            let (report, input) = build.volume(0.0).prepare(&spec, || 0.0);
            let input = input.unwrap_or_else(|| panic!("{plane:?}: {report:?}"));
            let share = brightest(&input)[axis];
            assert!(if low { share < 0.4 } else { share > 0.6 }, "{plane:?}, {place:?}: at {share:.2}");
        }
    }
}

#[test]
fn a_study_of_two_patients_withholds_the_score() {
    let strangers = SeriesRecipe { strangers: vec![3], ..SeriesRecipe::default() };
    let run = run_recipe(&Recipe { series: vec![strangers], ..Recipe::default() });
    run.assert_nothing_lost();
    let codes: Vec<_> = run
        .view
        .rows
        .iter()
        .map(|row| match &row.stage {
            Stage::NotScored { reason } => Some(reason.code),
            _ => None,
        })
        .collect();
    assert_eq!(codes, [Some(Code::MixedPatients); 2], "each patient has a row, and neither is scored");
}

#[test]
fn the_same_file_twice_is_one_image_and_a_notice() {
    let mut files = Recipe::default().render().unwrap();
    let mut copy = files[4].clone();
    copy.path = "copy of it".into();
    files.push(copy);
    let run = run_files(files);
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.view.files.noticed), ("scored", 1));
    assert_eq!(run.view.notices[0].reason.code.as_str(), "duplicate_instance");
}

#[test]
fn the_phantom_is_scored_and_its_flair_passed_over() {
    let run = run_recipe(&Recipe::phantom());
    assert_eq!(run.outcome(), "scored");
    let selection = run.view.rows[0].selection.as_ref().unwrap();
    assert_eq!(selection.rejected[0].reasons[0].code.as_str(), "wrong_contrast");
    assert!(matches!(Recipe::phantom().series[0].contrast, Contrast::T2));
}
