//! Sides: a marker in the patient stands beside its letter in every plane, however the stack was stored,
//! and the attention map lies where the part of the head is that it speaks of.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use glam::{DAffine3, DMat3, DVec3};
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_core::preprocess::{ModelInput, prepare};
use headway_core::viewing::{BODY_PLANES, PlaneGrid, Pose, Screen, Viewable, Viewing, picture};
use headway_core::volume::Volume;
use headway_synth::recipe::{Place, Plane};
use headway_synth::{Recipe, SeriesRecipe, SyntheticFile};
use headway_tests::{assembled, card};

/// Between the marker's signal, 1200, and that of fluid, 900.
const MARKED: f32 = 1080.0;

/// Where markers are put, and the letter that they must stand beside.
const MARKERS: [(Place, char); 6] = [
    (Place::Left, 'L'),
    (Place::Right, 'R'),
    (Place::Anterior, 'A'),
    (Place::Posterior, 'P'),
    (Place::Superior, 'H'),
    (Place::Inferior, 'F'),
];

/// Stacks in every manner of lying and of being stored.
fn stacks() -> Vec<(&'static str, SeriesRecipe)> {
    let plain = || SeriesRecipe {
        rows: 96,
        columns: 96,
        pixel_spacing_mm: 2.4,
        slices: 38,
        slice_spacing_mm: 5.0,
        noise: 0.0,
        ..SeriesRecipe::default()
    };
    vec![
        ("axial", plain()),
        ("from the head down", SeriesRecipe { reversed: true, ..plain() }),
        ("columns to the right", SeriesRecipe { mirrored: true, ..plain() }),
        ("rows to the front", SeriesRecipe { flipped: true, reversed: true, ..plain() }),
        ("oblique", SeriesRecipe { pitch_degrees: 18.0, yaw_degrees: -14.0, ..plain() }),
        (
            "oblique, mirrored, reversed",
            SeriesRecipe { pitch_degrees: -15.0, yaw_degrees: 12.0, mirrored: true, reversed: true, ..plain() },
        ),
        ("sagittal", SeriesRecipe { plane: Plane::Sagittal, ..plain() }),
        ("sagittal, reversed", SeriesRecipe { plane: Plane::Sagittal, reversed: true, ..plain() }),
        ("coronal", SeriesRecipe { plane: Plane::Coronal, ..plain() }),
    ]
}

fn volume_of(series: &SeriesRecipe, marker: Place) -> Volume {
    let series = SeriesRecipe { marker: Some(marker), ..series.clone() };
    assembled(&Recipe { series: vec![series], ..Recipe::default() }.render().unwrap(), "")
}

fn viewing_of(volume: &Volume) -> Viewing {
    Viewing::of(&Viewable::new(volume.clone(), true, None))
}

/// The middle of all voxels of a plane's pictures that `counts`: column, row, slice.
fn middle(grid: &PlaneGrid, counts: impl Fn(usize) -> Vec<bool>) -> DVec3 {
    let [columns, _, slices] = grid.dims;
    let (mut sum, mut count) = (DVec3::ZERO, 0.0);
    for slice in 0..slices {
        for (index, _) in counts(slice).into_iter().enumerate().filter(|(_, counts)| *counts) {
            sum += DVec3::new((index % columns) as f64, (index / columns) as f64, slice as f64);
            count += 1.0;
        }
    }
    assert!(count > 0.0, "nothing is marked on the {} pictures", grid.plane.name());
    sum / count
}

fn marker_on(volume: &Volume, grid: &PlaneGrid) -> DVec3 {
    middle(grid, |slice| picture(volume, grid.plane, slice).iter().map(|signal| *signal > MARKED).collect())
}

/// The marker lies on the side of the screen whose letter names it, in the picture's own columns and rows and,
/// mirrored or not, on the screen.
fn assert_beside_its_letter(what: &str, volume: &Volume, letter: char) {
    let mut named = 0;
    for grid in &viewing_of(volume).planes {
        let place = marker_on(volume, grid);
        for mirrored in [false, true] {
            let pose = Pose { mirrored, ..Pose::default() };
            let [x, y] = Screen::new(grid, [400.0, 300.0], pose).screen_from_grid([place.x, place.y]);
            let [left, right, top, bottom] = grid.letters.clone().unwrap();
            let (left, right) = if mirrored { (right, left) } else { (left, right) };
            let sides = [(left, x < 190.0), (right, x > 210.0), (top, y < 140.0), (bottom, y > 160.0)];
            for (letters, lies_there) in sides.into_iter().filter(|(letters, _)| letters.starts_with(letter)) {
                assert!(
                    lies_there,
                    "{what}: {letters} on the {} pictures, marker at {x:.0}, {y:.0}",
                    grid.plane.name()
                );
                named += 1;
            }
        }
    }
    assert_eq!(named, 4, "{what}: two planes have a side {letter}, each seen twice");
}

#[test]
fn a_marker_stands_beside_its_letter_in_every_plane_of_every_stack_mirrored_or_not() {
    for (name, series) in stacks() {
        for (marker, letter) in MARKERS {
            assert_beside_its_letter(name, &volume_of(&series, marker), letter);
        }
    }
}

/// A NIfTI file of a head with a ball at a place (RAS, mm), stored along these axes, its *sform* stated.
fn nifti(axes: DMat3, ball_mm: DVec3) -> SyntheticFile {
    let dims = [76_usize, 90, 76];
    let matrix = axes * 2.5;
    let middle = DVec3::new(37.5, 44.5, 37.5);
    let ras_from_voxel = DAffine3::from_mat3_translation(matrix, -(matrix * middle));
    let mut bytes = vec![0_u8; 352];
    let mut put = |at: usize, value: &[u8]| bytes[at..at + value.len()].copy_from_slice(value);
    put(0, &348_i32.to_le_bytes());
    for (axis, n) in [3, dims[0] as i16, dims[1] as i16, dims[2] as i16, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * axis, &n.to_le_bytes());
    }
    put(70, &4_i16.to_le_bytes());
    put(72, &16_i16.to_le_bytes());
    for (axis, mm) in [1.0_f32, 2.5, 2.5, 2.5].into_iter().enumerate() {
        put(76 + 4 * axis, &mm.to_le_bytes());
    }
    put(108, &352.0_f32.to_le_bytes());
    put(112, &1.0_f32.to_le_bytes());
    put(254, &1_i16.to_le_bytes());
    for row in 0..3 {
        for (column, value) in
            ras_from_voxel.matrix3.row(row).to_array().into_iter().chain([ras_from_voxel.translation[row]]).enumerate()
        {
            put(280 + 16 * row + 4 * column, &(value as f32).to_le_bytes());
        }
    }
    put(344, b"n+1\0");
    for slice in 0..dims[2] {
        for row in 0..dims[1] {
            for column in 0..dims[0] {
                let at_mm = ras_from_voxel.transform_point3(DVec3::new(column as f64, row as f64, slice as f64));
                let head = (at_mm / DVec3::new(72.0, 92.0, 85.0)).length() < 1.0;
                let value: i16 = if at_mm.distance(ball_mm) < 9.0 {
                    1200
                } else if head {
                    400
                } else {
                    0
                };
                bytes.extend(value.to_le_bytes());
            }
        }
    }
    SyntheticFile { path: "t2.nii".to_owned(), bytes }
}

#[test]
fn a_marker_of_a_nifti_file_stands_beside_its_letter_whichever_way_it_is_stored() {
    let tilt = DMat3::from_rotation_x(0.25);
    let stored = [
        DMat3::IDENTITY,
        DMat3::from_diagonal(DVec3::new(-1.0, 1.0, 1.0)),
        DMat3::from_diagonal(DVec3::new(-1.0, -1.0, -1.0)),
        DMat3::from_cols(DVec3::Y, DVec3::Z, DVec3::X),
        tilt,
    ];
    for axes in stored {
        for (ball_mm, letter) in [(DVec3::NEG_X * 45.0, 'L'), (DVec3::Y * 60.0, 'A'), (DVec3::Z * 50.0, 'H')] {
            let volume = assembled(&[nifti(axes, ball_mm)], "");
            assert_beside_its_letter(&format!("NIfTI {axes}"), &volume, letter);
        }
    }
}

/// The cell of the input in which most of the marker lies.
fn marked_cell(input: &ModelInput) -> [usize; 3] {
    let size = input.size;
    let most = input.values.iter().copied().fold(f32::MIN, f32::max);
    let bright = (0..input.values.len()).filter(|&n| input.values[n] > 0.9 * most);
    let places: Vec<DVec3> =
        bright.map(|n| DVec3::from([n / size / size, n / size % size, n % size].map(|n| n as f64 + 0.5))).collect();
    let middle = places.iter().sum::<DVec3>() / places.len() as f64;
    middle.to_array().map(|at| (at / size as f64 * ATTENTION_CELLS as f64) as usize)
}

#[test]
fn the_attention_map_lies_over_what_it_speaks_of_in_every_plane_of_every_stack() {
    let spec = card().input;
    let cell_mm = spec.field_voxels as f64 * spec.resample_mm / ATTENTION_CELLS as f64;
    for (name, series) in stacks() {
        for marker in [Place::Left, Place::Anterior, Place::Superior] {
            let volume = volume_of(&series, marker);
            let input = prepare(&volume, &spec).unwrap();
            let [x, y, z] = marked_cell(&input);
            let mut map = AttentionMap { drops: vec![0.0; ATTENTION_CELLS.pow(3)], logit: 0.0, share: 1.0 };
            map.drops[(x * ATTENTION_CELLS + y) * ATTENTION_CELLS + z] = 1.0;
            let place = AttentionMap::place(input.patient_from_model, input.size);
            for plane in BODY_PLANES {
                let grid = viewing_of(&volume).plane(plane).clone();
                let tinted =
                    middle(&grid, |slice| place.under(&map, &grid, slice).iter().map(|drop| *drop > 0.4).collect());
                let marked = marker_on(&volume, &grid);
                let [tinted, marked] = [tinted, marked].map(|at| grid.patient_from_grid.transform_point3(at));
                let apart_mm = tinted.distance(marked);
                assert!(apart_mm < cell_mm, "{name}, {marker:?}, {}: {apart_mm:.1} mm apart", plane.name());
                let [column, row, slice] = place.strongest(&map, &grid).unwrap();
                let strongest =
                    grid.patient_from_grid.transform_point3(DVec3::new(column as f64, row as f64, slice as f64));
                assert!(
                    strongest.distance(marked) < 1.5 * cell_mm,
                    "{name}: jumps {:.0} mm away",
                    strongest.distance(marked)
                );
            }
        }
    }
}
