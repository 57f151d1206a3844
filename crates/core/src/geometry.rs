//! Where a stack's voxels lie in the patient, once the stack has been shown to be even.

use crate::canonical::Canonical;
use crate::card::{GeometryLimits, InputSpec};
use crate::defects::{Even, even, place, planes, uniform, upright};
use crate::ends::none_lost;
use crate::reason::{Code, Reason};
use crate::series::Series;
use glam::{DAffine3, DMat3, DVec3};
use serde::{Deserialize, Serialize};

/// An even grid of voxels. Index order is column, row, slice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// Voxels along column index, row index and slice index.
    pub dims: [usize; 3],
    /// Millimetres in DICOM patient coordinates (x Left, y Posterior, z Head) from voxel indices.
    pub patient_from_voxel: DAffine3,
    /// The slice index that no image was found for, if one may be bridged from its neighbours.
    pub missing_slice: Option<usize>,
}

impl Geometry {
    /// Places a sorted series.
    ///
    /// # Errors
    /// A reason that names the defect and where it lies, for every stack that is not even:
    /// mixed shapes or directions, missing or overlapping slices, uneven spacing, tilt, wide spacing.
    pub fn of(series: &Series, limits: &GeometryLimits) -> Result<Self, Reason> {
        let planes = planes(series.instances())?;
        let (first, last) = (planes[0], planes[planes.len() - 1]);
        let normal = first.normal();
        let positions_mm: Vec<f64> = planes.iter().map(|plane| plane.origin_mm.dot(normal)).collect();
        uniform(series.instances(), &planes, &positions_mm, limits)?;
        let Even { spacing_mm, missing_slice } = even(&positions_mm, limits)?;
        let slices = planes.len() + usize::from(missing_slice.is_some());
        let step_mm = (last.origin_mm - first.origin_mm) / (slices - 1) as f64;
        upright(step_mm, normal, limits)?;
        none_lost(series)?;
        if spacing_mm > limits.max_spacing_mm {
            return Err(Reason::new(
                Code::WideSpacing,
                format!("Slices lie {spacing_mm:.1} mm apart; the model takes up to {:.1} mm.", limits.max_spacing_mm),
            ));
        }
        let pixels = &series.instances()[0].pixels;
        Ok(Self {
            dims: [pixels.columns, pixels.rows, slices],
            missing_slice,
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

    /// Slice index of the nth image in order.
    pub fn slice_of_image(&self, image: usize) -> usize {
        place(image, self.missing_slice)
    }

    /// Distance between the lowest and the highest voxel centre along the axis closest to the patient's, mm.
    pub fn height_mm(&self) -> f64 {
        self.extent_mm()[Canonical::of(self).voxel_axis[2]]
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
        let voxel_axis = Canonical::of(self).voxel_axis;
        let sides = voxel_axis.map(|axis| self.resampled_dims(spec.resample_mm)[axis]);
        let directions = ["from left to right", "from back to front", "from bottom to top"];
        let shortest = sides.into_iter().zip(directions).min_by_key(|(side, _)| *side);
        let Some((side, direction)) = shortest.filter(|(side, _)| *side <= spec.min_side_voxels) else {
            return Ok(());
        };
        let mm = |voxels: usize| voxels as f64 * spec.resample_mm;
        Err(Reason::new(
            Code::IncompleteHead,
            format!(
                "{:.0} mm of head covered; parts of the brain are not imaged. A score needs more than {:.0} mm {direction}.",
                mm(side),
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
            self.height_mm(),
        )
    }
}
