//! Where a stack's voxels lie in the patient, once the stack has been shown to be even.

use crate::card::{GeometryLimits, InputSpec};
use crate::instance::{Instance, Plane};
use crate::reason::{Code, Reason};
use crate::series::Series;
use glam::{DAffine3, DMat3, DVec3};
use serde::{Deserialize, Serialize};

/// Largest difference in pixel spacing inside one series, as a fraction.
const SPACING_TOLERANCE: f64 = 1e-3;
/// Smallest cosine between the orientations of two slices of one series: half a degree.
const ORIENTATION_COSINE: f64 = 0.999_96;

/// An even grid of voxels. Index order is column, row, slice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// Voxels along column index, row index and slice index.
    pub dims: [usize; 3],
    /// Millimetres in DICOM patient coordinates (x Left, y Posterior, z Head) from voxel indices.
    pub patient_from_voxel: DAffine3,
}

impl Geometry {
    /// Places a sorted series.
    ///
    /// # Errors
    /// A reason that names the defect and where it lies, for every stack that is not even:
    /// mixed shapes, missing or overlapping slices, uneven spacing, tilt, wide spacing.
    pub fn of(series: &Series, limits: &GeometryLimits) -> Result<Self, Reason> {
        let planes = planes(series.instances())?;
        same_shape(series.instances(), &planes)?;
        let (first, last) = (planes[0], planes[planes.len() - 1]);
        let normal = first.normal();
        let positions_mm: Vec<f64> = planes.iter().map(|plane| plane.origin_mm.dot(normal)).collect();
        let spacing_mm = even_spacing(&positions_mm, limits)?;
        let step_mm = (last.origin_mm - first.origin_mm) / (planes.len() - 1) as f64;
        upright(step_mm, normal, limits)?;
        if spacing_mm > limits.max_spacing_mm {
            return Err(Reason::new(
                Code::WideSpacing,
                format!("Slices lie {spacing_mm:.1} mm apart; the model takes up to {:.1} mm.", limits.max_spacing_mm),
            ));
        }
        let pixels = &series.instances()[0].pixels;
        Ok(Self {
            dims: [pixels.columns, pixels.rows, planes.len()],
            patient_from_voxel: DAffine3::from_mat3_translation(
                DMat3::from_cols(
                    first.along_row * first.column_spacing_mm,
                    first.along_column * first.row_spacing_mm,
                    step_mm,
                ),
                first.origin_mm,
            ),
        })
    }

    /// Distance between voxel centres along each index, mm.
    pub fn spacing_mm(&self) -> DVec3 {
        let m = self.patient_from_voxel.matrix3;
        DVec3::new(m.x_axis.length(), m.y_axis.length(), m.z_axis.length())
    }

    /// Distance between the first and last voxel centres along each index, mm.
    pub fn extent_mm(&self) -> DVec3 {
        self.spacing_mm() * DVec3::from_array(self.dims.map(|n| n as f64 - 1.0))
    }

    /// Voxels along each index after resampling to isotropic `target_mm` (MONAI 0.4 `Spacing`).
    pub fn resampled_dims(&self, target_mm: f64) -> [usize; 3] {
        (self.extent_mm() / target_mm).to_array().map(|steps| (steps + 1.0).round_ties_even() as usize)
    }

    /// Whether the stack is large enough to hold a whole head (paper, section 2).
    ///
    /// # Errors
    /// [`Code::IncompleteHead`] with the sides found.
    pub fn covers_a_head(&self, spec: &InputSpec) -> Result<(), Reason> {
        let sides = self.resampled_dims(spec.resample_mm);
        if sides.iter().all(|&side| side > spec.min_side_voxels) {
            return Ok(());
        }
        let mm = |voxels: usize| voxels as f64 * spec.resample_mm;
        Err(Reason::new(
            Code::IncompleteHead,
            format!(
                "The stack is {:.0} × {:.0} × {:.0} mm; a whole adult head needs more than {:.0} mm on every side. Part of the head is missing, so there is no score.",
                mm(sides[0]),
                mm(sides[1]),
                mm(sides[2]),
                mm(spec.min_side_voxels),
            ),
        ))
    }

    /// One phrase for the row.
    pub fn describe(&self) -> String {
        let spacing = self.spacing_mm();
        format!(
            "{} slices, {:.1} mm apart, of {} × {} pixels of {:.2} mm: {:.0} mm of the head",
            self.dims[2],
            spacing.z,
            self.dims[0],
            self.dims[1],
            spacing.x,
            self.extent_mm().z,
        )
    }
}

fn planes(instances: &[Instance]) -> Result<Vec<Plane>, Reason> {
    let placed: Vec<Plane> = instances.iter().filter_map(|instance| instance.plane).collect();
    if placed.len() < instances.len() {
        return Err(Reason::new(
            Code::MissingAttribute,
            format!("{} of {} images do not state where they lie.", instances.len() - placed.len(), instances.len()),
        ));
    }
    if placed.len() < 2 {
        return Err(Reason::new(Code::TooFewSlices, "One slice is no volume."));
    }
    Ok(placed)
}

fn same_shape(instances: &[Instance], planes: &[Plane]) -> Result<(), Reason> {
    let (first, first_plane) = (&instances[0].pixels, planes[0]);
    let differs = |what: &str, slice: usize| {
        Err(Reason::new(
            Code::MixedShapes,
            format!("Slice {} differs from the first in {what}: the series holds more than one stack.", slice + 1),
        ))
    };
    for (slice, (instance, plane)) in instances.iter().zip(planes).enumerate() {
        let relative = |a: f64, b: f64| (a / b - 1.0).abs();
        if (instance.pixels.rows, instance.pixels.columns) != (first.rows, first.columns) {
            return differs("size", slice);
        }
        if relative(plane.row_spacing_mm, first_plane.row_spacing_mm) > SPACING_TOLERANCE
            || relative(plane.column_spacing_mm, first_plane.column_spacing_mm) > SPACING_TOLERANCE
        {
            return differs("pixel spacing", slice);
        }
        if plane.along_row.dot(first_plane.along_row) < ORIENTATION_COSINE
            || plane.along_column.dot(first_plane.along_column) < ORIENTATION_COSINE
        {
            return differs("orientation", slice);
        }
    }
    Ok(())
}

/// The spacing of an even stack, mm.
fn even_spacing(positions_mm: &[f64], limits: &GeometryLimits) -> Result<f64, Reason> {
    let gaps_mm: Vec<f64> = positions_mm.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = gaps_mm.clone();
    sorted.sort_by(f64::total_cmp);
    let typical_mm = sorted[sorted.len() / 2];
    if let Some(slice) = gaps_mm.iter().position(|gap| *gap < 0.25 * typical_mm || typical_mm <= 1e-3) {
        return Err(Reason::new(
            Code::OverlappingSlices,
            format!(
                "Slices {} and {} lie at one position: two volumes in one series, or a repeated slice.",
                slice + 1,
                slice + 2
            ),
        ));
    }
    if let Some(slice) = gaps_mm.iter().position(|gap| *gap > 1.75 * typical_mm) {
        let missing = (gaps_mm[slice] / typical_mm).round() as usize - 1;
        let slices = if missing == 1 { "1 slice is".to_owned() } else { format!("{missing} slices are") };
        return Err(Reason::new(
            Code::MissingSlices,
            format!(
                "{slices} missing after slice {} of the {} found. Send the whole series.",
                slice + 1,
                positions_mm.len()
            ),
        ));
    }
    let spacing_mm = (positions_mm[positions_mm.len() - 1] - positions_mm[0]) / gaps_mm.len() as f64;
    let off_mm = |slice: usize| positions_mm[slice] - positions_mm[0] - spacing_mm * slice as f64;
    let worst = (0..positions_mm.len()).max_by(|&a, &b| off_mm(a).abs().total_cmp(&off_mm(b).abs())).unwrap_or(0);
    if off_mm(worst).abs() > limits.max_position_error_fraction * spacing_mm {
        return Err(Reason::new(
            Code::UnevenSpacing,
            format!(
                "Slice {} lies {:.1} mm from its even place in a stack of {spacing_mm:.1} mm spacing.",
                worst + 1,
                off_mm(worst).abs()
            ),
        ));
    }
    Ok(spacing_mm)
}

fn upright(step_mm: DVec3, normal: DVec3, limits: &GeometryLimits) -> Result<(), Reason> {
    let tilt_degrees = step_mm.angle_between(normal).to_degrees();
    if tilt_degrees <= limits.max_tilt_degrees {
        return Ok(());
    }
    Err(Reason::new(
        Code::TiltedStack,
        format!(
            "The stack is sheared by {tilt_degrees:.1}° against its slices; up to {:.1}° are scored.",
            limits.max_tilt_degrees
        ),
    ))
}
