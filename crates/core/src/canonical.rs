//! The closest RAS order of a volume, by permutation and flips only; obliquity stays in the affine.
//!
//! RAS: the first index increases to the patient's Right, the second to the Anterior, the third to the Superior side.

use crate::geometry::Geometry;
use glam::{DAffine3, DMat3, DVec3};

/// Which stored index serves each RAS axis, and whether it runs backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// Stored index (0 column, 1 row, 2 slice) for R, A and S.
    pub voxel_axis: [usize; 3],
    /// Whether it runs against its RAS axis.
    pub flipped: [bool; 3],
    /// Voxels along R, A and S.
    pub dims: [usize; 3],
}

const PERMUTATIONS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

impl Canonical {
    /// The order closest to the patient's axes.
    pub fn of(geometry: &Geometry) -> Self {
        // DICOM's patient axes point Left, Posterior, Head: the first two are RAS's, reversed.
        let ras_from_voxel = DMat3::from_diagonal(DVec3::new(-1.0, -1.0, 1.0)) * geometry.patient_from_voxel.matrix3;
        let cosine = |ras: usize, voxel: usize| ras_from_voxel.col(voxel).normalize()[ras];
        let fit = |p: &[usize; 3]| -> f64 { (0..3).map(|ras| cosine(ras, p[ras]).abs()).sum() };
        let voxel_axis = PERMUTATIONS.into_iter().max_by(|a, b| fit(a).total_cmp(&fit(b))).unwrap_or(PERMUTATIONS[0]);
        Self {
            voxel_axis,
            flipped: std::array::from_fn(|ras| cosine(ras, voxel_axis[ras]) < 0.0),
            dims: voxel_axis.map(|axis| geometry.dims[axis]),
        }
    }

    /// Stored voxel indices from canonical ones.
    pub fn voxel_from_canonical(&self) -> DAffine3 {
        let mut matrix = DMat3::ZERO;
        let mut origin = DVec3::ZERO;
        for ras in 0..3 {
            let axis = self.voxel_axis[ras];
            matrix.col_mut(ras)[axis] = if self.flipped[ras] { -1.0 } else { 1.0 };
            if self.flipped[ras] {
                origin[axis] = self.dims[ras] as f64 - 1.0;
            }
        }
        DAffine3::from_mat3_translation(matrix, origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn geometry(columns: [DVec3; 3]) -> Geometry {
        Geometry {
            dims: [4, 5, 6],
            patient_from_voxel: DAffine3::from_mat3(DMat3::from_cols_array_2d(&columns.map(|c| c.to_array()))),
            missing_slice: None,
        }
    }

    #[test]
    fn axial_images_run_left_and_back_so_both_in_plane_axes_flip() {
        let canonical = Canonical::of(&geometry([DVec3::X, DVec3::Y, DVec3::Z]));
        assert_eq!(canonical, Canonical { voxel_axis: [0, 1, 2], flipped: [true, true, false], dims: [4, 5, 6] });
    }

    #[test]
    fn sagittal_images_are_permuted() {
        // Columns run to the back, rows down, slices to the left.
        let canonical = Canonical::of(&geometry([DVec3::Y, -DVec3::Z, DVec3::X]));
        assert_eq!(canonical, Canonical { voxel_axis: [2, 0, 1], flipped: [true, true, true], dims: [6, 4, 5] });
    }
}
