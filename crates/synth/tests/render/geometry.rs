//! The headers say where the images lie, and the images show what lies there.

use crate::support::{numbers, objects, one_series, pixel_mm, stored_values, vector};
use dicom_dictionary_std::tags;
use glam::DVec3;
use headway_synth::Recipe;
use headway_synth::recipe::Place;

/// *Image Position (Patient)* of every file, mm.
fn positions_mm(recipe: &Recipe) -> Vec<DVec3> {
    let all = objects(recipe);
    all.iter().map(|o| vector(o, tags::IMAGE_POSITION_PATIENT, 0)).collect()
}

#[test]
fn positions_lie_on_the_normal_with_the_stated_spacing() {
    let orientations = [
        "plane = 'axial'",
        "plane = 'sagittal'\nreversed = true",
        "plane = 'coronal'\nflipped = true",
        "pitch_degrees = 14.0\nyaw_degrees = -9.0\nmirrored = true",
    ];
    for orientation in orientations {
        let all = objects(&one_series(&format!("slice_spacing_mm = 6.5\n{orientation}")));
        for pair in all.windows(2) {
            let along_row = vector(&pair[0], tags::IMAGE_ORIENTATION_PATIENT, 0);
            let along_column = vector(&pair[0], tags::IMAGE_ORIENTATION_PATIENT, 3);
            let step_mm = pixel_mm(&pair[1], 0, 0) - pixel_mm(&pair[0], 0, 0);
            assert!((along_row.length() - 1.0).abs() < 1e-6, "{orientation}");
            assert!(step_mm.dot(along_row).abs() < 1e-5, "{orientation}: {step_mm}");
            assert!(step_mm.dot(along_column).abs() < 1e-5, "{orientation}: {step_mm}");
            assert!((step_mm.length() - 6.5).abs() < 1e-5, "{orientation}: {step_mm}");
            assert_eq!(numbers(&pair[0], tags::SPACING_BETWEEN_SLICES), [6.5]);
        }
    }
}

#[test]
fn slices_run_to_the_head_or_reversed_to_the_feet() {
    let rising = |recipe: &Recipe| positions_mm(recipe).is_sorted_by(|a, b| a.z < b.z);
    let falling = |recipe: &Recipe| positions_mm(recipe).is_sorted_by(|a, b| a.z > b.z);
    assert!(rising(&one_series("")));
    assert!(falling(&one_series("reversed = true")));
    assert!(rising(&one_series("flipped = true")));
}

#[test]
fn a_tilt_shears_the_positions() {
    let positions_mm = positions_mm(&one_series("tilt_degrees = 18.0\nslice_spacing_mm = 5.0"));
    let step_mm = positions_mm[1] - positions_mm[0];
    let expected_mm = DVec3::new(0.0, 5.0 * 18_f64.to_radians().tan(), 5.0);
    assert!(step_mm.distance(expected_mm) < 1e-5, "{step_mm}");
}

#[test]
fn position_errors_move_the_header_and_not_the_image() {
    let sound = objects(&one_series(""));
    let spoilt = objects(&one_series("displaced_slices = [3]\ndisplacement_mm = 1.5"));
    for (slice, (sound, spoilt)) in (1..).zip(sound.iter().zip(&spoilt)) {
        let moved_mm = pixel_mm(spoilt, 0, 0) - pixel_mm(sound, 0, 0);
        let expected_mm = if slice == 3 { DVec3::Z * 1.5 } else { DVec3::ZERO };
        assert!(moved_mm.distance(expected_mm) < 1e-9, "slice {slice}: {moved_mm}");
        assert_eq!(stored_values(spoilt), stored_values(sound));
    }
}

#[test]
fn jitter_stays_within_its_bound_and_differs_between_slices() {
    let sound = positions_mm(&one_series(""));
    let jittered = positions_mm(&one_series("origin_jitter_mm = 0.1"));
    let errors: Vec<DVec3> = jittered.iter().zip(&sound).map(|(j, s)| j - s).collect();
    assert!(errors.iter().all(|e| e.abs().max_element() <= 0.1), "{errors:?}");
    assert!(errors.windows(2).all(|pair| pair[0].distance(pair[1]) > 1e-3), "{errors:?}");
}

/// Middle of the pixels brighter than any tissue, mm, placed by the headers.
fn marker_mm(recipe: &Recipe) -> DVec3 {
    let mut bright_mm = Vec::new();
    for object in objects(recipe) {
        let columns = numbers(&object, tags::COLUMNS)[0] as usize;
        let values = stored_values(&object);
        let bright = values.iter().enumerate().filter(|&(_, &value)| value > 1100);
        bright_mm.extend(bright.map(|(i, _)| pixel_mm(&object, i / columns, i % columns)));
    }
    assert!(!bright_mm.is_empty(), "no marker");
    bright_mm.iter().sum::<DVec3>() / bright_mm.len() as f64
}

#[test]
fn markers_lie_where_they_are_named_in_every_orientation() {
    let orientations = [
        "",
        "reversed = true",
        "mirrored = true",
        "flipped = true",
        "pitch_degrees = 20.0\nyaw_degrees = 15.0",
        "plane = 'sagittal'",
        "plane = 'coronal'\nreversed = true\nmirrored = true",
    ];
    let places =
        [("left", Place::Left), ("right", Place::Right), ("anterior", Place::Anterior), ("superior", Place::Superior)];
    for orientation in orientations {
        for (name, place) in places {
            let fields = format!("slices = 40\nslice_spacing_mm = 4.0\nmarker = '{name}'\n{orientation}");
            let found_mm = marker_mm(&one_series(&fields));
            assert!(found_mm.distance(place.position_mm()) < 2.0, "{name} {orientation}: {found_mm}");
        }
    }
    assert!(marker_mm(&one_series("slices = 40\nmarker = 'left'")).x > 0.0);
}
