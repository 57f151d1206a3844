//! Volumes as NIfTI-1 files, for any viewer: 32-bit floating point, sform and qform alike.

use glam::{DAffine3, DMat3, DQuat, DVec3};
use ndarray::{Array3, ShapeBuilder};
use nifti::NiftiHeader;
use nifti::writer::WriterOptions;
use std::path::Path;

/// Writes `.nii` or `.nii.gz`, as the name of `out` ends.
pub fn write(volume: &Array3<f32>, patient_from_voxel: DAffine3, out: &Path) -> Result<(), String> {
    // The writer takes volumes as they lie in the file and no other.
    let mut in_file_order = Array3::zeros(volume.dim().f());
    in_file_order.assign(volume);
    WriterOptions::new(out)
        .reference_header(&header(patient_from_voxel))
        .write_nifti(&in_file_order)
        .map_err(|e| format!("{} cannot be written ({e}).", out.display()))
}

/// A header that places the voxels twice, as scanner coordinates.
fn header(patient_from_voxel: DAffine3) -> NiftiHeader {
    // NIfTI's world is RAS+, DICOM's patient is LPS.
    let ras_from_lps = DAffine3::from_mat3(DMat3::from_diagonal(DVec3::new(-1.0, -1.0, 1.0)));
    let ras_from_voxel = ras_from_lps * patient_from_voxel;
    let (m, origin) = (ras_from_voxel.matrix3, ras_from_voxel.translation);
    let row = |r: usize| [m.row(r).x as f32, m.row(r).y as f32, m.row(r).z as f32, origin[r] as f32];
    let spacing_mm = [m.x_axis, m.y_axis, m.z_axis].map(DVec3::length);
    // A quaternion only turns: a mirrored grid has its third axis turned over, which pixdim[0] says.
    let handed = if m.determinant() < 0.0 { -1.0 } else { 1.0 };
    let [x, y, z] = [m.x_axis, m.y_axis, m.z_axis * handed].map(DVec3::normalize);
    let turn = DQuat::from_mat3(&DMat3::from_cols(x, y, z)).normalize();
    let turn = if turn.w < 0.0 { -turn } else { turn };
    let [sx, sy, sz] = spacing_mm.map(|mm| mm as f32);
    NiftiHeader {
        pixdim: [handed as f32, sx, sy, sz, 0.0, 0.0, 0.0, 0.0],
        xyzt_units: 2,
        sform_code: 1,
        srow_x: row(0),
        srow_y: row(1),
        srow_z: row(2),
        qform_code: 1,
        quatern_b: turn.x as f32,
        quatern_c: turn.y as f32,
        quatern_d: turn.z as f32,
        quatern_x: origin.x as f32,
        quatern_y: origin.y as f32,
        quatern_z: origin.z as f32,
        ..NiftiHeader::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qform_and_sform_say_the_same_of_turned_and_mirrored_grids() {
        let turned = DMat3::from_rotation_x(0.3) * DMat3::from_rotation_z(-2.5);
        for handed in [1.0, -1.0] {
            let matrix = turned * DMat3::from_diagonal(DVec3::new(0.9, 0.8, 3.3 * handed));
            let header = header(DAffine3::from_mat3_translation(matrix, DVec3::new(5.0, -7.0, 11.0)));
            let [b, c, d] = [header.quatern_b, header.quatern_c, header.quatern_d].map(f64::from);
            let a = (1.0 - b * b - c * c - d * d).max(0.0).sqrt();
            let [qfac, x, y, z] = [0, 1, 2, 3].map(|i| f64::from(header.pixdim[i]));
            let by_qform =
                DMat3::from_quat(DQuat::from_xyzw(b, c, d, a)) * DMat3::from_diagonal(DVec3::new(x, y, z * qfac));
            for (row, sform) in [header.srow_x, header.srow_y, header.srow_z].iter().enumerate() {
                let sform = DVec3::new(sform[0].into(), sform[1].into(), sform[2].into());
                assert!(by_qform.row(row).distance(sform) < 1e-5, "{by_qform} and {sform}");
            }
        }
    }
}
