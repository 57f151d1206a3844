use super::*;

/// A volume whose signal is the patient's own coordinate: how far to the Left, Posterior or Head each voxel lies, mm.
fn coordinates(columns: [DVec3; 3], dims: [usize; 3], axis: usize) -> Viewable {
    let patient_from_voxel = DAffine3::from_mat3_translation(
        DMat3::from_cols(columns[0], columns[1], columns[2]),
        DVec3::new(-7.0, 3.0, 11.0),
    );
    let mut signal = Vec::new();
    for slice in 0..dims[2] {
        for row in 0..dims[1] {
            for column in 0..dims[0] {
                let voxel = DVec3::new(column as f64, row as f64, slice as f64);
                signal.push(patient_from_voxel.transform_point3(voxel)[axis] as f32);
            }
        }
    }
    let volume = Volume { signal: signal.into(), geometry: Geometry { dims, patient_from_voxel, missing_slice: None } };
    Viewable::new(volume, true, None)
}

/// Stacks in every manner of lying: axial from either end, sagittal, coronal, tilted.
fn stacks() -> Vec<[DVec3; 3]> {
    let tilt = glam::DQuat::from_rotation_x(0.3);
    vec![
        [DVec3::X * 0.5, DVec3::Y * 0.7, DVec3::Z * 4.0],
        [DVec3::X * 0.5, DVec3::Y * 0.7, DVec3::Z * -4.0],
        [DVec3::X * -0.5, DVec3::Y * -0.7, DVec3::Z * 4.0],
        [DVec3::Y, -DVec3::Z, DVec3::X * 3.0],
        [DVec3::X, -DVec3::Z, DVec3::Y * 3.0],
        [tilt * DVec3::X * 0.5, tilt * DVec3::Y * 0.7, tilt * DVec3::Z * 4.0],
    ]
}

const DIMS: [usize; 3] = [6, 5, 4];

#[test]
fn the_signal_grows_to_the_letter_in_every_plane_of_every_stack() {
    for columns in stacks() {
        for (axis, letter, opposite) in [(0, 'L', 'R'), (1, 'P', 'A'), (2, 'H', 'F')] {
            let viewable = coordinates(columns, DIMS, axis);
            let viewing = Viewing::of(&viewable);
            for grid in &viewing.planes {
                let [columns, rows, _] = grid.dims;
                let picture = picture(&viewable.volume, grid.plane, 1);
                let [left, right, top, bottom] = grid.letters.clone().unwrap();
                let ends = [(picture[0], &left), (picture[columns - 1], &right)];
                let sides = [(picture[0], &top), (picture[(rows - 1) * columns], &bottom)];
                for [(from, from_letters), (to, to_letters)] in [ends, sides] {
                    if to_letters.starts_with(letter) || from_letters.starts_with(opposite) {
                        assert!(to > from && from_letters.starts_with(opposite), "{grid:?}");
                    }
                    if from_letters.starts_with(letter) || to_letters.starts_with(opposite) {
                        assert!(from > to && to_letters.starts_with(opposite), "{grid:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn screens_hang_as_radiology_does() {
    for columns in stacks() {
        let viewing = Viewing::of(&coordinates(columns, DIMS, 0));
        let first = |plane: BodyPlane| -> String {
            let letters = viewing.plane(plane).letters.clone().unwrap();
            letters.iter().filter_map(|side| side.chars().next()).collect()
        };
        assert_eq!(BODY_PLANES.map(first), ["RLAP", "RLHF", "APHF"]);
    }
}

#[test]
fn a_voxel_stands_where_its_grid_says() {
    for columns in stacks() {
        for axis in 0..3 {
            let viewable = coordinates(columns, DIMS, axis);
            for grid in &Viewing::of(&viewable).planes {
                let [columns, rows, slices] = grid.dims;
                for slice in 0..slices {
                    let picture = picture(&viewable.volume, grid.plane, slice);
                    assert_eq!(picture.len(), columns * rows);
                    for (index, signal) in picture.iter().enumerate() {
                        let place = DVec3::new((index % columns) as f64, (index / columns) as f64, slice as f64);
                        let expected = grid.patient_from_grid.transform_point3(place)[axis];
                        assert!((f64::from(*signal) - expected).abs() < 1e-4);
                    }
                }
            }
        }
    }
}

#[test]
fn a_point_is_the_same_on_every_plane() {
    for columns in stacks() {
        let viewing = Viewing::of(&coordinates(columns, DIMS, 0));
        for grid in &viewing.planes {
            for other in &viewing.planes {
                let point = [1, 2, 3].map(|i: usize| i.min(3));
                assert_eq!(other.on(grid, grid.on(other, point)), point);
            }
        }
    }
}

#[test]
fn oblique_letters_name_both_sides_and_small_tilts_none() {
    let tilted = |radians: f64| letters(glam::DQuat::from_rotation_x(radians) * DVec3::Y);
    assert_eq!([tilted(0.0), tilted(0.1), tilted(0.3), tilted(1.2)], ["P", "P", "PH", "HP"]);
}

#[test]
fn without_orientation_there_are_no_letters() {
    let viewing = Viewing::of(&Viewable { oriented: false, ..coordinates(stacks()[0], DIMS, 0) });
    assert!(viewing.planes.iter().all(|grid| grid.letters.is_none()));
}

#[test]
fn the_gap_stays_a_gap_where_the_stack_was_cut_and_nowhere_else() {
    let mut viewable = coordinates(stacks()[1], DIMS, 2);
    viewable.volume.geometry.missing_slice = Some(1);
    let viewing = Viewing::of(&viewable);
    assert_eq!(viewing.planes.each_ref().map(|grid| grid.missing_slice), [Some(2), None, None]);
    assert_eq!(viewing.planes.each_ref().map(|grid| grid.acquired), [true, false, false]);
}

#[test]
fn black_and_white_leave_out_the_brightest_and_a_flat_picture_is_no_division_by_nothing() {
    let mut signal = vec![0.0; 500];
    signal.extend((0..500).map(|value| value as f32));
    signal[3] = 1e6;
    signal[4] = f32::NAN;
    let range = SignalRange::of(&signal.into());
    assert!((range.black, range.least, range.greatest) == (0.0, 0.0, 1e6) && (490.0..500.0).contains(&range.white));
    let flat = SignalRange::of(&vec![7.0; 10].into());
    assert!((flat.black, flat.white, flat.least, flat.greatest) == (7.0, 8.0, 7.0, 7.0));
    assert!(SignalRange::of(&vec![].into()).white > SignalRange::of(&vec![].into()).black);
}

#[test]
fn a_stated_window_counts_values_and_one_that_shows_nothing_is_none() {
    // PS3.3 C.11.2.1.2.1: centre 2048, width 4096 shows 0 black and 4095 white.
    let window = Window::stated(2048.0, 4096.0).unwrap();
    assert_eq!((window.black, window.white), (0.0, 4095.0));
    assert_eq!([Window::stated(100.0, 1.0), Window::stated(100.0, f64::INFINITY)], [None, None]);
}

#[test]
fn a_window_runs_from_black_to_white_and_is_cut_off_beyond() {
    let window = Window { black: 100.0, white: 200.0 };
    let greys = |inverted| -> Vec<u8> {
        window.pixels(&[0.0, 100.0, 150.0, 200.0, 900.0, f32::NAN], inverted).into_iter().step_by(4).collect()
    };
    assert_eq!((greys(false), greys(true)), (vec![0, 0, 127, 255, 255, 0], vec![255, 255, 128, 0, 0, 255]));
    let turned = window.turned(2.0, 0.25);
    assert_eq!((turned.centre(), turned.width()), (125.0, 200.0));
    assert!(window.turned(0.0, 0.0).width() > 0.0, "never without width");
}
