//! The steps of preprocessing one by one, each as its middle axial slice: what the composed map does in one go.
//! For the eye alone; the network is given what [`prepare`] makes.

use super::{Axis, ModelInput, centred, prepare};
use crate::card::InputSpec;
use crate::reason::Reason;
use crate::viewing::{BodyPlane, Viewable, Viewing, picture};
use crate::volume::Volume;
use serde::{Deserialize, Serialize};

/// The middle axial slice after one step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// What was done, in words.
    pub name: String,
    /// The whole volume's columns, rows and slices.
    pub dims: [usize; 3],
    /// Its voxels, mm: across, down and through.
    pub spacing_mm: [f64; 3],
    /// Signal shown black and white.
    pub range: [f32; 2],
    /// The slice, row by row from the anterior side, the patient's right on the left.
    #[serde(skip)]
    pub signal: Vec<f32>,
}

/// The five steps: as acquired, resampled, centred, resized, normalised.
///
/// # Errors
/// As [`prepare`].
pub fn stages(volume: &Volume, spec: &InputSpec) -> Result<[Stage; 5], Reason> {
    let (source, axes) = centred(volume, spec)?;
    let input = prepare(volume, spec)?;
    let viewing = Viewing::of(&Viewable::new(volume.clone(), true, None));
    let native = viewing.plane(BodyPlane::Axial);
    let usual = [viewing.range.black, viewing.range.white];
    let step = |name: String, dims: [usize; 3], spacing_mm: f64, slice: Vec<f32>| Stage {
        name,
        dims,
        spacing_mm: [spacing_mm; 3],
        range: usual,
        signal: as_seen(&slice, dims),
    };
    let (field, size) = (spec.field_voxels, spec.size_voxels);
    let resampled = axes.map(|axis| axis.resampled);
    let field_mm = spec.resample_mm * field as f64 / size as f64;
    let taken = |taps: &dyn Fn(&Axis) -> Vec<super::Taps>| source.middle_slice(axes.each_ref().map(taps));
    Ok([
        Stage {
            name: "As acquired".to_owned(),
            dims: native.dims,
            spacing_mm: native.spacing_mm,
            range: usual,
            signal: picture(volume, BodyPlane::Axial, native.dims[2] / 2),
        },
        step(
            format!("Resampled to {} mm", spec.resample_mm),
            resampled,
            spec.resample_mm,
            taken(&Axis::resampled_taps),
        ),
        step("Centred on the head".to_owned(), [field; 3], spec.resample_mm, taken(&|axis| axis.field_taps(spec))),
        step(format!("Resized to {size}³"), [size; 3], field_mm, taken(&|axis| axis.model_taps(spec))),
        Stage { range: spec.clamp, ..step("Normalised".to_owned(), [size; 3], field_mm, middle_of(&input)) },
    ])
}

/// The middle slice of an input: R first, the Anterior index fastest.
fn middle_of(input: &ModelInput) -> Vec<f32> {
    input.values.iter().copied().skip(input.size / 2).step_by(input.size).collect()
}

/// A slice in RAS order as radiologists see it: the patient's right on the left, the face on top.
fn as_seen(slice: &[f32], [columns, rows, _]: [usize; 3]) -> Vec<f32> {
    let at = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        slice[(columns - 1 - column) * rows + rows - 1 - row]
    };
    (0..columns * rows).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use glam::{DAffine3, DMat3, DVec3};

    /// A head of even signal in air, its left half brighter, stored with the columns to the right.
    fn half_bright() -> Volume {
        let dims = [100, 110, 44];
        let mut signal = Vec::new();
        for _slice in 0..dims[2] {
            for row in 0..dims[1] {
                for column in 0..dims[0] {
                    let head = (10..90).contains(&column) && (10..100).contains(&row);
                    let left = column < 50;
                    signal.push(if head { if left { 200.0 } else { 100.0 } } else { 0.0 });
                }
            }
        }
        let matrix = DMat3::from_diagonal(DVec3::new(-2.0, 2.0, 4.0));
        Volume {
            signal: signal.into(),
            geometry: Geometry { dims, patient_from_voxel: DAffine3::from_mat3(matrix), missing_slice: None },
        }
    }

    fn spec() -> InputSpec {
        let card: crate::card::Card =
            serde_json::from_str(include_str!("../../../infer/src/template_card.json")).unwrap();
        card.input
    }

    #[test]
    fn every_step_shows_the_patients_left_on_the_right_and_says_its_size() {
        let (spec, volume) = (spec(), half_bright());
        let stages = stages(&volume, &spec).unwrap();
        let dims: Vec<[usize; 3]> = stages.iter().map(|stage| stage.dims).collect();
        let (field, size) = (spec.field_voxels, spec.size_voxels);
        assert_eq!(dims, [[100, 110, 44], [199, 219, 173], [field; 3], [size; 3], [size; 3]]);
        for stage in &stages {
            let [columns, rows, _] = stage.dims;
            assert_eq!(stage.signal.len(), columns * rows, "{}", stage.name);
            let row = &stage.signal[rows / 2 * columns..][..columns];
            let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
            let (right, left) =
                (mean(&row[columns / 4..columns / 2 - 2]), mean(&row[columns / 2 + 2..columns * 3 / 4]));
            assert!(left > right, "{}: {left} on the left, {right} on the right", stage.name);
        }
    }

    #[test]
    fn the_last_step_is_what_the_network_is_given_and_the_step_before_is_the_same_before_scaling() {
        let (spec, volume) = (spec(), half_bright());
        let stages = stages(&volume, &spec).unwrap();
        let input = prepare(&volume, &spec).unwrap();
        let size = input.size;
        let (x, y) = (size / 3, size / 2);
        let value = input.values[(x * size + y) * size + size / 2];
        let seen = (size - 1 - y) * size + size - 1 - x;
        assert_eq!(stages[4].signal[seen], value);
        let (resized, normalised) = (&stages[3].signal, &stages[4].signal);
        let pairs: Vec<(f32, f32)> = resized.iter().copied().zip(normalised.iter().copied()).collect();
        assert!(pairs.iter().all(|(_, scaled)| (spec.clamp[0]..=spec.clamp[1]).contains(scaled)));
        let rises = |a: &(f32, f32), b: &(f32, f32)| a.0 <= b.0 || a.1 >= b.1;
        assert!(pairs.windows(2).all(|pair| rises(&pair[0], &pair[1])), "scaling keeps the order of signals");
    }
}
