//! Pictures of a volume for the eye: its own voxels along the patient's three planes, never resampled.
//!
//! Screens follow radiology's convention: the patient's right on the left of axial and coronal pictures,
//! the face on the left of sagittal ones. An oblique stack shows the plane that lies closest, and its letters say so.

mod screen;

pub use screen::{Pose, Screen};

use crate::canonical::Canonical;
use crate::geometry::Geometry;
use crate::signal::Signal;
use crate::volume::Volume;
use glam::{DAffine3, DMat3, DVec3};
use serde::{Deserialize, Serialize};
use std::cell::OnceCell;

/// One of the patient's planes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum BodyPlane {
    /// Across the body.
    Axial,
    /// Parallel to the forehead.
    Coronal,
    /// Parallel to the falx.
    Sagittal,
}

/// All three, in the order they are shown.
pub const BODY_PLANES: [BodyPlane; 3] = [BodyPlane::Axial, BodyPlane::Coronal, BodyPlane::Sagittal];

impl BodyPlane {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Axial => "Axial",
            Self::Coronal => "Coronal",
            Self::Sagittal => "Sagittal",
        }
    }

    /// Which RAS axis runs across the screen, which down it and which through it.
    /// Across and down both run against their axis: to the Left or Posterior, to the Posterior or Foot.
    fn ras_axes(self) -> [usize; 3] {
        match self {
            Self::Axial => [0, 1, 2],
            Self::Coronal => [0, 2, 1],
            Self::Sagittal => [1, 2, 0],
        }
    }
}

/// The pictures of one plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneGrid {
    /// Which.
    pub plane: BodyPlane,
    /// Columns, rows, slices. Slices run to the Head, the Anterior, the Right.
    pub dims: [usize; 3],
    /// Distance between centres across, down and through, mm.
    pub spacing_mm: [f64; 3],
    /// Patient coordinates (LPS, mm) from column, row and slice.
    pub patient_from_grid: DAffine3,
    /// What lies to the left, right, top and bottom of the screen, in DICOM's letters (PS3.3 C.7.6.1.1.1);
    /// `None` where the file does not say how the patient lies.
    pub letters: Option<[String; 4]>,
    /// Whether the scanner took these slices, or they are cut from others.
    pub acquired: bool,
    /// The slice that no image was found for.
    pub missing_slice: Option<usize>,
}

/// Greatest and least signal of a picture, and what lies between black and white at first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SignalRange {
    /// Least signal of the volume.
    pub least: f32,
    /// Greatest signal of the volume.
    pub greatest: f32,
    /// Signal shown black: the 1st percentile of the volume.
    pub black: f32,
    /// Signal shown white: the 99.7th percentile.
    pub white: f32,
}

/// A volume to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Viewable {
    /// As it was read: a missing slice is a gap.
    pub volume: Volume,
    /// Whether its files say how the patient lies.
    pub oriented: bool,
    /// The window that its middle image states.
    pub stated_window: Option<Window>,
    range: OnceCell<SignalRange>,
}

impl Viewable {
    /// A volume with what its files say of it.
    pub fn new(volume: Volume, oriented: bool, stated_window: Option<Window>) -> Self {
        Self { volume, oriented, stated_window, range: OnceCell::new() }
    }

    /// The volume's signal, worked out when it is first asked for.
    pub fn range(&self) -> SignalRange {
        *self.range.get_or_init(|| SignalRange::of(&self.volume.signal))
    }
}

/// All a viewer has to know before it asks for pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Viewing {
    /// Axial, coronal, sagittal.
    pub planes: [PlaneGrid; 3],
    /// The volume's signal.
    pub range: SignalRange,
    /// The window that its middle image states.
    pub stated_window: Option<Window>,
}

impl Viewing {
    /// Describes a volume.
    pub fn of(viewable: &Viewable) -> Self {
        let grid = |plane| PlaneGrid::of(&viewable.volume.geometry, plane, viewable.oriented);
        Self { planes: BODY_PLANES.map(grid), range: viewable.range(), stated_window: viewable.stated_window }
    }

    /// What a viewer is tried with where there are no images: a single voxel.
    pub fn of_one_voxel() -> Self {
        let grid = |plane| PlaneGrid {
            plane,
            dims: [1; 3],
            spacing_mm: [1.0; 3],
            patient_from_grid: DAffine3::IDENTITY,
            letters: Some(Default::default()),
            acquired: plane == BodyPlane::Axial,
            missing_slice: None,
        };
        Self {
            planes: BODY_PLANES.map(grid),
            range: SignalRange { least: 0.0, greatest: 1.0, black: 0.0, white: 1.0 },
            stated_window: None,
        }
    }

    /// The pictures of a plane.
    pub fn plane(&self, plane: BodyPlane) -> &PlaneGrid {
        &self.planes[plane as usize]
    }
}

impl PlaneGrid {
    fn of(geometry: &Geometry, plane: BodyPlane, oriented: bool) -> Self {
        let cut = Cut::of(geometry, plane);
        let patient_from_grid = geometry.patient_from_voxel * cut.voxel_from_grid();
        let matrix = patient_from_grid.matrix3;
        let (right, bottom) = (letters(matrix.x_axis), letters(matrix.y_axis));
        let (left, top) = (letters(-matrix.x_axis), letters(-matrix.y_axis));
        let through_slices = cut.voxel_axis[2] == 2;
        Self {
            plane,
            dims: cut.dims,
            spacing_mm: [matrix.x_axis, matrix.y_axis, matrix.z_axis].map(DVec3::length),
            patient_from_grid,
            letters: oriented.then_some([left, right, top, bottom]),
            acquired: through_slices,
            missing_slice: geometry.missing_slice.filter(|_| through_slices).map(|slice| cut.turned(2, slice)),
        }
    }

    /// The same point of the patient on another plane's grid: column, row, slice.
    pub fn on(&self, other: &Self, [column, row, slice]: [usize; 3]) -> [usize; 3] {
        let point = DVec3::new(column as f64, row as f64, slice as f64);
        other.nearest(self.patient_from_grid.transform_point3(point).to_array())
    }

    /// The column, row and slice nearest to a point of the patient (LPS, mm).
    pub fn nearest(&self, patient_mm: [f64; 3]) -> [usize; 3] {
        let there = self.patient_from_grid.inverse().transform_point3(DVec3::from_array(patient_mm));
        std::array::from_fn(|axis| there[axis].round().clamp(0.0, self.dims[axis] as f64 - 1.0) as usize)
    }
}

/// How a plane lies in the stored volume.
struct Cut {
    /// The stored index (0 column, 1 row, 2 slice) that runs across, down and through.
    voxel_axis: [usize; 3],
    /// Whether it runs backwards.
    backwards: [bool; 3],
    /// Voxels across, down and through.
    dims: [usize; 3],
}

impl Cut {
    fn of(geometry: &Geometry, plane: BodyPlane) -> Self {
        let canonical = Canonical::of(geometry);
        let ras = plane.ras_axes();
        let flipped = ras.map(|axis| canonical.flipped[axis]);
        Self {
            voxel_axis: ras.map(|axis| canonical.voxel_axis[axis]),
            backwards: [!flipped[0], !flipped[1], flipped[2]],
            dims: ras.map(|axis| canonical.dims[axis]),
        }
    }

    fn turned(&self, axis: usize, index: usize) -> usize {
        if self.backwards[axis] { self.dims[axis] - 1 - index } else { index }
    }

    fn voxel_from_grid(&self) -> DAffine3 {
        let (mut matrix, mut origin) = (DMat3::ZERO, DVec3::ZERO);
        for axis in 0..3 {
            let stored = self.voxel_axis[axis];
            matrix.col_mut(axis)[stored] = if self.backwards[axis] { -1.0 } else { 1.0 };
            origin[stored] = self.turned(axis, 0) as f64;
        }
        DAffine3::from_mat3_translation(matrix, origin)
    }
}

/// The signal of one picture, row by row from the top left; empty where there is no such slice.
pub fn picture(volume: &Volume, plane: BodyPlane, slice: usize) -> Vec<f32> {
    let cut = Cut::of(&volume.geometry, plane);
    let [columns, rows, slices] = cut.dims;
    if slice >= slices {
        return Vec::new();
    }
    let [stored_columns, stored_rows, _] = volume.geometry.dims;
    let strides = cut.voxel_axis.map(|axis| [1, stored_columns, stored_columns * stored_rows][axis]);
    let through = cut.turned(2, slice) * strides[2];
    let mut signal = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        let start = through + cut.turned(1, row) * strides[1];
        signal.extend((0..columns).map(|column| volume.signal.at(start + cut.turned(0, column) * strides[0])));
    }
    signal
}

/// The patient's sides that a direction (LPS) points to, the nearest first; one that it leans to by less than 10° is left out.
fn letters(direction: DVec3) -> String {
    const LEAST_LEAN: f64 = 0.1736;
    let direction = direction.normalize_or_zero();
    let sides = [('L', 'R'), ('P', 'A'), ('H', 'F')];
    let mut leans: Vec<(f64, char)> = (0..3)
        .map(|axis| (direction[axis].abs(), if direction[axis] > 0.0 { sides[axis].0 } else { sides[axis].1 }))
        .filter(|(lean, _)| *lean >= LEAST_LEAN)
        .collect();
    leans.sort_by(|a, b| b.0.total_cmp(&a.0));
    leans.into_iter().map(|(_, letter)| letter).collect()
}

/// Which signal is shown black and which white; what lies between is grey in proportion.
///
/// Window centre and width (PS3.3 C.11.2.1.2) are the middle of the two and their distance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Signal shown black.
    pub black: f32,
    /// Signal shown white; greater than `black`.
    pub white: f32,
}

impl Window {
    /// Between the volume's percentiles.
    pub fn usual(range: &SignalRange) -> Self {
        Self { black: range.black, white: range.white }
    }

    /// All of the volume's signal.
    pub fn full(range: &SignalRange) -> Self {
        Self { black: range.least, white: range.greatest.max(range.least + 1.0) }
    }

    /// The middle of the usual range, for what lies close together: grey and white matter.
    pub fn tissue(range: &SignalRange) -> Self {
        let at = |share: f32| range.black + share * (range.white - range.black);
        Self { black: at(0.1), white: at(0.65) }
    }

    /// As a header states it: *Window Center* (0028,1050) and *Window Width* (0028,1051), by the linear function of
    /// PS3.3 C.11.2.1.2.1, whose width counts values and not the steps between them. `None` where it shows nothing.
    pub fn stated(centre: f64, width: f64) -> Option<Self> {
        let (middle, half) = (centre - 0.5, (width - 1.0) / 2.0);
        let window = Self { black: (middle - half) as f32, white: (middle + half) as f32 };
        (window.width().is_finite() && window.width() > 0.0).then_some(window)
    }

    /// Its centre.
    pub fn centre(&self) -> f32 {
        f32::midpoint(self.black, self.white)
    }

    /// Its width.
    pub fn width(&self) -> f32 {
        self.white - self.black
    }

    /// Wider by a factor and with its centre moved by a share of its width.
    #[must_use]
    pub fn turned(&self, wider: f32, brighter: f32) -> Self {
        let centre = self.centre() - brighter * self.width();
        let half = (self.width() * wider / 2.0).max(f32::EPSILON * centre.abs()).max(1e-6);
        Self { black: centre - half, white: centre + half }
    }

    /// The opaque pixels (red, green, blue, alpha) of a picture.
    pub fn pixels(&self, signal: &[f32], inverted: bool) -> Vec<u8> {
        let scale = 255.0 / self.width();
        let turn = if inverted { 255 } else { 0 };
        let mut pixels = Vec::with_capacity(4 * signal.len());
        for value in signal {
            // A cast cuts off at 0 and 255; no number is black.
            let grey = ((value - self.black) * scale) as u8 ^ turn;
            pixels.extend([grey, grey, grey, 255]);
        }
        pixels
    }
}

impl SignalRange {
    /// The percentiles are those of at most 65,536 voxels, evenly spread.
    fn of(signal: &Signal) -> Self {
        let step = signal.len().div_ceil(1 << 16).max(1);
        let mut sample: Vec<f32> =
            (0..signal.len()).step_by(step).map(|index| signal.at(index)).filter(|value| value.is_finite()).collect();
        let mut at = |share: f64| {
            let place = ((share * sample.len() as f64) as usize).min(sample.len().checked_sub(1)?);
            Some(*sample.select_nth_unstable_by(place, f32::total_cmp).1)
        };
        let (mut least, mut greatest) = (f32::MAX, f32::MIN);
        for part in signal.parts() {
            for value in part.iter().filter(|value| value.is_finite()) {
                (least, greatest) = (least.min(*value), greatest.max(*value));
            }
        }
        let black = at(0.01).unwrap_or(0.0);
        Self {
            least: if least <= greatest { least } else { 0.0 },
            greatest: if least <= greatest { greatest } else { 1.0 },
            black,
            // A picture of one signal is shown, not divided by nothing.
            white: at(0.997).filter(|white| *white > black).unwrap_or(black + 1.0),
        }
    }
}

#[cfg(test)]
mod tests;
