//! A volume becomes the network's input: the paper's steps, as its card parameterises them.
//!
//! Resampling to 1 mm, cropping and padding to the field of view, and resizing are each a linear map per axis,
//! so their composition is one too: every output index reads at most four input planes per axis.
//! The three maps are composed once and applied once; no 1 mm volume is ever made.

mod stages;

pub use stages::{Stage, stages};

use crate::canonical::Canonical;
use crate::card::{CentreSpec, InputSpec, Normalisation};
use crate::geometry::Geometry;
use crate::reason::{Code, Reason};
use crate::signal::Signal;
use crate::volume::Volume;
use glam::{DAffine3, DMat3, DVec3};
use std::borrow::Cow;

/// What the network is given: a cube in RAS order, normalised and clamped.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInput {
    /// `[size, size, size]`, the last (Superior) index fastest.
    pub values: Vec<f32>,
    /// Side of the cube, voxels.
    pub size: usize,
    /// Stored voxel indices (column, row, slice) from input indices.
    pub voxel_from_model: DAffine3,
    /// Millimetres in DICOM patient coordinates from input indices.
    pub patient_from_model: DAffine3,
}

impl ModelInput {
    /// The input as a volume of its own, to look at: its columns run to the Head, its rows to the Anterior, its slices to the Right.
    pub fn into_volume(self) -> Volume {
        let model_from_voxel = DAffine3::from_mat3(DMat3::from_cols(DVec3::Z, DVec3::Y, DVec3::X));
        let geometry = Geometry {
            dims: [self.size; 3],
            patient_from_voxel: self.patient_from_model * model_from_voxel,
            missing_slice: None,
        };
        Volume { signal: self.values.into(), geometry }
    }
}

/// One output value's share of an input: up to four `(index, weight)` pairs.
type Taps = Vec<(usize, f32)>;

/// Prepares a volume.
///
/// # Errors
/// [`Code::IncompleteHead`] where a side is too short, [`Code::EmptyVolume`] where there is nothing to centre on.
pub fn prepare(volume: &Volume, spec: &InputSpec) -> Result<ModelInput, Reason> {
    let (source, axes) = centred(volume, spec)?;
    let taps = axes.map(|axis| axis.model_taps(spec));
    let mut values = source.contract(&taps);
    normalise(&mut values, spec)?;
    let voxel_from_model = source.canonical.voxel_from_canonical() * canonical_from_model(&axes, spec);
    Ok(ModelInput {
        values,
        size: spec.size_voxels,
        voxel_from_model,
        patient_from_model: volume.geometry.patient_from_voxel * voxel_from_model,
    })
}

/// The volume, and its axes with the part of each that is kept around the head.
fn centred<'a>(volume: &'a Volume, spec: &InputSpec) -> Result<(Source<'a>, [Axis; 3]), Reason> {
    volume.geometry.covers_a_head(spec)?;
    let source = Source::new(volume);
    let resampled = Axis::resampled(&volume.geometry, source.canonical, spec.resample_mm);
    let crops = centre(&source, &resampled, &spec.centre)?;
    Ok((source, std::array::from_fn(|a| Axis { crop: crops[a], ..resampled[a] })))
}

/// A known input for self-tests and golden vectors: `clamp(1.5 (sin 0.9x + cos 0.7y · sin 0.5z), -1, 5)`,
/// shape `dims`, last index fastest.
pub fn probe_input(dims: [usize; 3]) -> Vec<f32> {
    let mut values = Vec::with_capacity(dims.iter().product());
    for x in 0..dims[0] {
        for y in 0..dims[1] {
            for z in 0..dims[2] {
                let (x, y, z) = (x as f64, y as f64, z as f64);
                let value = 1.5 * ((0.9 * x).sin() + (0.7 * y).cos() * (0.5 * z).sin());
                values.push(value.clamp(-1.0, 5.0) as f32);
            }
        }
    }
    values
}

/// One RAS axis on its way from stored voxels to the network's.
#[derive(Clone, Copy, Debug)]
struct Axis {
    stored: usize,
    resampled: usize,
    /// Stored indices per resampled index.
    step: f64,
    crop: Crop,
}

/// The part of the resampled axis that is kept.
#[derive(Clone, Copy, Debug)]
struct Crop {
    start: usize,
    len: usize,
}

impl Axis {
    fn resampled(geometry: &Geometry, canonical: Canonical, target_mm: f64) -> [Self; 3] {
        let (spacing, dims) = (geometry.spacing_mm(), geometry.resampled_dims(target_mm));
        std::array::from_fn(|ras| {
            let axis = canonical.voxel_axis[ras];
            Self {
                stored: canonical.dims[ras],
                resampled: dims[axis],
                step: target_mm / spacing[axis],
                crop: Crop { start: 0, len: dims[axis] },
            }
        })
    }

    /// Linear interpolation at a resampled index; beyond the last voxel the border is repeated.
    fn stored_taps(&self, resampled_index: usize) -> [(usize, f64); 2] {
        let position = (resampled_index as f64 * self.step).clamp(0.0, (self.stored - 1) as f64);
        linear(position, self.stored)
    }

    /// The stored indices that each resampled index reads.
    fn resampled_taps(&self) -> Vec<Taps> {
        let single = |(index, weight): (usize, f64)| (index, weight as f32);
        (0..self.resampled).map(|index| self.stored_taps(index).map(single).to_vec()).collect()
    }

    /// The stored indices that each index of the field of view reads; none in the padding.
    fn field_taps(&self, spec: &InputSpec) -> Vec<Taps> {
        let single = |(index, weight): (usize, f64)| (index, weight as f32);
        let taps = |index: usize| self.stored_taps(index + self.crop.start).map(single).to_vec();
        (0..spec.field_voxels).map(|index| self.crop_from_field(index, spec).map(taps).unwrap_or_default()).collect()
    }

    /// Index in the crop from index in the field of view: negative or past the end is padding.
    fn crop_from_field(&self, field_index: usize, spec: &InputSpec) -> Option<usize> {
        let index = field_index as isize + self.field_offset(spec);
        (0..self.crop.len as isize).contains(&index).then_some(index as usize)
    }

    /// Padding puts `w / 2` before and the rest after; cropping starts `size / 2` before the middle.
    fn field_offset(&self, spec: &InputSpec) -> isize {
        let (len, field) = (self.crop.len as isize, spec.field_voxels as isize);
        if len < field { -((field - len) / 2) } else { len / 2 - field / 2 }
    }

    /// For each index of the network's input, the stored indices it reads.
    fn model_taps(&self, spec: &InputSpec) -> Vec<Taps> {
        (0..spec.size_voxels)
            .map(|model_index| {
                let mut taps = Taps::new();
                for (field_index, outer) in linear(field_from_model(model_index, spec), spec.field_voxels) {
                    let Some(crop_index) = self.crop_from_field(field_index, spec) else { continue };
                    for (stored_index, inner) in self.stored_taps(crop_index + self.crop.start) {
                        taps.push((stored_index, (outer * inner) as f32));
                    }
                }
                taps
            })
            .collect()
    }
}

/// Position in the field of view from an index of the input: half-pixel centres, no anti-aliasing.
fn field_from_model(model_index: usize, spec: &InputSpec) -> f64 {
    let scale = spec.field_voxels as f64 / spec.size_voxels as f64;
    ((model_index as f64 + 0.5) * scale - 0.5).clamp(0.0, (spec.field_voxels - 1) as f64)
}

/// The two neighbours of a position and their weights.
fn linear(position: f64, len: usize) -> [(usize, f64); 2] {
    let below = (position.floor() as usize).min(len - 1);
    let weight = position - below as f64;
    [(below, 1.0 - weight), ((below + 1).min(len - 1), weight)]
}

/// Finds the head on the middle axial slice of the resampled volume (paper, section 2, step 4).
fn centre(source: &Source, axes: &[Axis; 3], spec: &CentreSpec) -> Result<[Crop; 3], Reason> {
    let slice = source.middle_slice(axes.each_ref().map(Axis::resampled_taps));
    let (nx, ny) = (axes[0].resampled, axes[1].resampled);
    let (_, std) = mean_and_std(&slice);
    let is_head = |x: usize, y: usize| f64::from(slice[x * ny + y]) > spec.threshold_std * std;
    let along_x: Vec<bool> = (0..nx).map(|x| is_head(x, ny / 2)).collect();
    let along_y: Vec<bool> = (0..ny).map(|y| is_head(nx / 2, y)).collect();
    match (Crop::around(&along_x, spec.margin_voxels), Crop::around(&along_y, spec.margin_voxels)) {
        (Some(x), Some(y)) => Ok([x, y, axes[2].crop]),
        _ => Err(Reason::new(
            Code::EmptyVolume,
            "No head on the middle slice: the images are empty there. Open the series in a viewer and check it.",
        )),
    }
}

impl Crop {
    /// Keeps what lies between the first and the last true, with a margin.
    /// As in the authors' code the far side loses one voxel at least.
    fn around(mask: &[bool], margin: usize) -> Option<Self> {
        let first = mask.iter().position(|&inside| inside)?;
        let from_end = mask.iter().rev().position(|&inside| inside)?;
        let start = first.saturating_sub(margin);
        let end = mask.len() - from_end.saturating_sub(margin).max(1);
        (start < end).then(|| Self { start, len: end - start })
    }
}

/// A volume read in RAS order where it lies, without reordering it first.
struct Source<'a> {
    signal: &'a Signal,
    stored_dims: [usize; 3],
    canonical: Canonical,
}

impl<'a> Source<'a> {
    fn new(volume: &'a Volume) -> Self {
        let stored_dims = volume.geometry.dims;
        Self { signal: &volume.signal, stored_dims, canonical: Canonical::of(&volume.geometry) }
    }

    /// Applies one linear map per axis; result in RAS order, last index fastest.
    ///
    /// Works in stored order, slices first: planes and rows are added as they lie, and only single values are gathered.
    fn contract(&self, taps: &[Vec<Taps>; 3]) -> Vec<f32> {
        let (columns, plane) = (self.stored_dims[0], self.stored_dims[0] * self.stored_dims[1]);
        let [across, down, through] = self.in_stored_order(taps);
        let [into_across, into_down, into_through] = self.strides([taps[0].len(), taps[1].len(), taps[2].len()]);
        let mut values = vec![0.0; taps.iter().map(Vec::len).product()];
        let mut slice = vec![0.0; plane];
        let mut row = vec![0.0; columns];
        let mut at_hand = Planes { signal: self.signal, len: plane, planes: Vec::new() };
        for (k, slice_taps) in through.iter().enumerate() {
            at_hand.add_weighted(slice_taps, &mut slice);
            for (j, row_taps) in down.iter().enumerate() {
                add_weighted(&slice, row_taps, &mut row);
                for (i, taps) in across.iter().enumerate() {
                    values[i * into_across + j * into_down + k * into_through] =
                        taps.iter().map(|&(index, weight)| weight * row[index]).sum();
                }
            }
        }
        values
    }

    /// The middle axial slice of what the maps make: R first, the Anterior index fastest.
    fn middle_slice(&self, [across, down, mut through]: [Vec<Taps>; 3]) -> Vec<f32> {
        let middle = through.len() / 2;
        self.contract(&[across, down, vec![through.swap_remove(middle)]])
    }

    /// The maps for the stored column, row and slice index; those of flipped axes count from the other end.
    fn in_stored_order(&self, taps: &[Vec<Taps>; 3]) -> [Vec<Taps>; 3] {
        let mut stored: [Vec<Taps>; 3] = Default::default();
        for (ras, taps) in taps.iter().enumerate() {
            let (axis, last) = (self.canonical.voxel_axis[ras], self.canonical.dims[ras] - 1);
            let flip = |index: usize| if self.canonical.flipped[ras] { last - index } else { index };
            let along = |taps: &Taps| taps.iter().map(|&(index, weight)| (flip(index), weight)).collect();
            stored[axis] = taps.iter().map(along).collect();
        }
        stored
    }

    /// Steps in a RAS array of these sides, last index fastest, for the stored column, row and slice index.
    fn strides(&self, [_, y, z]: [usize; 3]) -> [usize; 3] {
        let mut strides = [0; 3];
        for (axis, stride) in self.canonical.voxel_axis.into_iter().zip([y * z, z, 1]) {
            strides[axis] = stride;
        }
        strides
    }
}

/// Slices as signal, those of the last sum at hand: the next one mostly reads the same.
struct Planes<'a> {
    signal: &'a Signal,
    len: usize,
    planes: Vec<(usize, Cow<'a, [f32]>)>,
}

impl Planes<'_> {
    /// `sum` becomes the weighted sum of whole slices.
    fn add_weighted(&mut self, taps: &Taps, sum: &mut [f32]) {
        self.planes.retain(|(slice, _)| taps.iter().any(|(wanted, _)| wanted == slice));
        sum.fill(0.0);
        for &(slice, weight) in taps {
            let place = self.planes.iter().position(|(at_hand, _)| *at_hand == slice).unwrap_or_else(|| {
                self.planes.push((slice, self.signal.slice(slice, self.len)));
                self.planes.len() - 1
            });
            sum.iter_mut().zip(&*self.planes[place].1).for_each(|(sum, value)| *sum += weight * value);
        }
    }
}

/// `sum` becomes the weighted sum of the parts of `values` that are as long as it.
fn add_weighted(values: &[f32], taps: &Taps, sum: &mut [f32]) {
    sum.fill(0.0);
    let len = sum.len();
    for &(index, weight) in taps {
        for (sum, value) in sum.iter_mut().zip(&values[index * len..][..len]) {
            *sum += weight * value;
        }
    }
}

fn mean_and_std(values: &[f32]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let variance = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// The card's normalisation over the whole padded cube, then its clamp.
fn normalise(values: &mut [f32], spec: &InputSpec) -> Result<(), Reason> {
    let only_nonzero = spec.normalisation == Normalisation::ZScoreNonzero;
    let (origin, unit) = match spec.normalisation {
        Normalisation::ZScore => mean_and_std(values),
        Normalisation::ZScoreNonzero => {
            mean_and_std(&values.iter().copied().filter(|value| *value != 0.0).collect::<Vec<_>>())
        }
        Normalisation::ZeroToOne => {
            let (least, greatest) =
                values.iter().fold((f32::MAX, f32::MIN), |(a, b), &value| (a.min(value), b.max(value)));
            (f64::from(least), f64::from(greatest) - f64::from(least))
        }
    };
    // Also where there is no voxel that is not 0: then neither is a number.
    if unit.is_nan() || unit <= 0.0 {
        return Err(Reason::new(Code::EmptyVolume, "Every voxel has the same value: there is no image to score."));
    }
    let [least, greatest] = spec.clamp;
    for value in values.iter_mut().filter(|value| !only_nonzero || **value != 0.0) {
        *value = ((f64::from(*value) - origin) / unit) as f32;
    }
    values.iter_mut().for_each(|value| *value = value.clamp(least, greatest));
    Ok(())
}

/// Canonical indices from input indices: the composed maps again, this time for positions.
fn canonical_from_model(axes: &[Axis; 3], spec: &InputSpec) -> DAffine3 {
    let field_step = spec.field_voxels as f64 / spec.size_voxels as f64;
    let scale = DVec3::from_array(axes.map(|axis| axis.step * field_step));
    let origin = DVec3::from_array(axes.map(|axis| {
        let field_origin = 0.5 * field_step - 0.5;
        (field_origin + axis.field_offset(spec) as f64 + axis.crop.start as f64) * axis.step
    }));
    DAffine3::from_mat3_translation(DMat3::from_diagonal(scale), origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> InputSpec {
        let card: crate::card::Card = serde_json::from_str(include_str!("../../infer/src/template_card.json")).unwrap();
        card.input
    }

    /// A head of even signal with one bright spot, stored along these patient axes.
    fn spotted(columns: [DVec3; 3], spot: [usize; 3]) -> Volume {
        let dims = [52, 61, 58];
        let mut signal = vec![1.0; dims.iter().product()];
        for k in 0..3 {
            for j in 0..3 {
                for i in 0..3 {
                    signal[((spot[2] + k - 1) * dims[1] + spot[1] + j - 1) * dims[0] + spot[0] + i - 1] = 9.0;
                }
            }
        }
        let matrix = DMat3::from_cols(3.0 * columns[0], 3.0 * columns[1], 3.0 * columns[2]);
        Volume {
            signal: signal.into(),
            geometry: Geometry { dims, patient_from_voxel: DAffine3::from_mat3(matrix), missing_slice: None },
        }
    }

    #[test]
    fn each_normalisation_is_monais() {
        let spec = |normalisation, clamp| InputSpec { normalisation, clamp, ..spec() };
        let of = |spec: &InputSpec| {
            let mut values = vec![0.0, 0.0, 2.0, 4.0, 6.0];
            normalise(&mut values, spec).map(|()| values)
        };
        let near = |found: Vec<f32>, expected: [f32; 5]| {
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
        };
        // NormalizeIntensity(): mean 2.4, deviation 2.3323808; nonzero: mean 4, deviation 1.6329932.
        let whole = [-1.0289915, -1.0289915, -0.1714986, 0.6859943, 1.5434873];
        near(of(&spec(Normalisation::ZScore, [-5.0, 5.0])).unwrap(), whole);
        near(of(&spec(Normalisation::ZScoreNonzero, [-1.0, 5.0])).unwrap(), [0.0, 0.0, -1.0, 0.0, 1.2247449]);
        near(of(&spec(Normalisation::ZeroToOne, [0.0, 0.9])).unwrap(), [0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0, 0.9]);
        for normalisation in [Normalisation::ZScore, Normalisation::ZScoreNonzero, Normalisation::ZeroToOne] {
            let empty = normalise(&mut [0.0; 4], &spec(normalisation, [-1.0, 5.0])).unwrap_err();
            assert_eq!(empty.code, Code::EmptyVolume);
        }
    }

    #[test]
    fn an_input_value_comes_from_where_its_affine_says_in_every_order() {
        let turned = DMat3::from_rotation_x(0.1) * DMat3::from_rotation_z(-0.15);
        let orders = [
            [DVec3::X, DVec3::Y, DVec3::Z],
            [DVec3::NEG_Z, DVec3::X, DVec3::Y],
            [DVec3::Y, DVec3::NEG_Z, DVec3::NEG_X],
            [turned.x_axis, -turned.y_axis, turned.z_axis],
        ];
        for order in orders {
            let spot = [20, 37, 33];
            let input = prepare(&spotted(order, spot), &spec()).unwrap();
            // The spot is wider than a voxel and clamped: its middle counts.
            let most = input.values.iter().copied().fold(f32::MIN, f32::max);
            let size = input.size;
            let bright = (0..input.values.len()).filter(|&n| input.values[n] == most);
            let places: Vec<DVec3> =
                bright.map(|n| DVec3::from([n / size / size, n / size % size, n % size].map(|n| n as f64))).collect();
            let middle = places.iter().sum::<DVec3>() / places.len() as f64;
            let voxel = input.voxel_from_model.transform_point3(middle);
            let off = (voxel - DVec3::from_array(spot.map(|n| n as f64))).abs().max_element();
            assert!(off < 0.5, "{order:?}: {voxel} instead of {spot:?}");
        }
    }

    #[test]
    fn an_input_to_look_at_keeps_every_value_in_its_place() {
        let patient_from_model = DAffine3::from_mat3_translation(
            DMat3::from_diagonal(DVec3::new(-2.0, -3.0, 4.0)),
            DVec3::new(5.0, 6.0, 7.0),
        );
        let input = ModelInput {
            values: (0..27).map(|value| value as f32).collect(),
            size: 3,
            voxel_from_model: DAffine3::IDENTITY,
            patient_from_model,
        };
        let volume = input.clone().into_volume();
        for (r, a, s) in [(0, 0, 1), (0, 2, 0), (1, 0, 0), (2, 1, 0)] {
            let model = DVec3::new(r as f64, a as f64, s as f64);
            let voxel = DVec3::new(s as f64, a as f64, r as f64);
            assert_eq!(
                volume.geometry.patient_from_voxel.transform_point3(voxel),
                patient_from_model.transform_point3(model)
            );
            assert_eq!(volume.signal.at(s + 3 * (a + 3 * r)), input.values[(r * 3 + a) * 3 + s]);
        }
    }
}
