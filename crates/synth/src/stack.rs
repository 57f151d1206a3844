//! Where the slices of a series lie in the patient (PS3.3 C.7.6.2).

use crate::series::{Plane, SeriesRecipe};
use glam::{DMat3, DVec3};

/// The grid of a series' voxels, in DICOM patient coordinates, mm.
pub(crate) struct Stack {
    /// Unit vector towards the next column.
    pub(crate) along_row: DVec3,
    /// Unit vector towards the next row.
    pub(crate) along_column: DVec3,
    column_step_mm: DVec3,
    row_step_mm: DVec3,
    slice_step_mm: DVec3,
    /// Centre of the first voxel of slice 1.
    first_voxel_mm: DVec3,
}

impl Stack {
    pub(crate) fn of(series: &SeriesRecipe) -> Self {
        let axes = axes(series);
        let slice_step_mm = slice_step_mm(series, axes);
        let flipped = |axis: DVec3, flip: bool| if flip { -axis } else { axis };
        let along_row = flipped(axes.x_axis, series.mirrored);
        let along_column = flipped(axes.y_axis, series.flipped);
        let [row_spacing_mm, column_spacing_mm] = series.pixel_spacings_mm();
        let column_step_mm = along_row * column_spacing_mm;
        let row_step_mm = along_column * row_spacing_mm;
        let to_middle = |count: u16| (f64::from(count) - 1.0) / 2.0;
        let middle_mm = column_step_mm * to_middle(series.columns)
            + row_step_mm * to_middle(series.rows)
            + slice_step_mm * to_middle(series.slices);
        Self {
            along_row,
            along_column,
            column_step_mm,
            row_step_mm,
            slice_step_mm,
            first_voxel_mm: series.centre_mm - middle_mm,
        }
    }

    /// Unit normal of the images.
    pub(crate) fn normal(&self) -> DVec3 {
        self.along_row.cross(self.along_column)
    }

    /// Centre of the first voxel of a slice, counted from 1.
    pub(crate) fn origin_mm(&self, slice: u16) -> DVec3 {
        self.first_voxel_mm + self.slice_step_mm * (f64::from(slice) - 1.0)
    }

    /// Centres of a slice's voxels, row by row.
    pub(crate) fn points_mm(&self, slice: u16, rows: u16, columns: u16) -> impl Iterator<Item = DVec3> {
        let origin_mm = self.origin_mm(slice);
        let (row_step_mm, column_step_mm) = (self.row_step_mm, self.column_step_mm);
        (0..rows).flat_map(move |row| {
            let first_mm = origin_mm + row_step_mm * f64::from(row);
            (0..columns).map(move |column| first_mm + column_step_mm * f64::from(column))
        })
    }
}

/// Row direction, column direction and slice direction, before any flip.
fn axes(series: &SeriesRecipe) -> DMat3 {
    let (along_row, along_column) = match series.plane {
        Plane::Axial => (DVec3::X, DVec3::Y),
        Plane::Sagittal => (DVec3::Y, -DVec3::Z),
        Plane::Coronal => (DVec3::X, -DVec3::Z),
    };
    let turned_from_plane = DMat3::from_rotation_z(series.yaw_degrees.to_radians())
        * DMat3::from_rotation_x(series.pitch_degrees.to_radians());
    let (along_row, along_column) = (turned_from_plane * along_row, turned_from_plane * along_column);
    DMat3::from_cols(along_row, along_column, along_row.cross(along_column))
}

fn slice_step_mm(series: &SeriesRecipe, axes: DMat3) -> DVec3 {
    let shear = series.tilt_degrees.to_radians().tan();
    let step_mm = (axes.z_axis + axes.y_axis * shear) * series.slice_spacing_mm;
    if series.reversed { -step_mm } else { step_mm }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_mm(stack: &Stack) -> DVec3 {
        stack.origin_mm(2) - stack.origin_mm(1)
    }

    #[test]
    fn planes_have_their_normals() {
        let normals = [(Plane::Axial, DVec3::Z), (Plane::Sagittal, -DVec3::X), (Plane::Coronal, DVec3::Y)];
        for (plane, normal) in normals {
            let stack = Stack::of(&SeriesRecipe { plane, ..SeriesRecipe::default() });
            assert_eq!(stack.normal(), normal, "{plane:?}");
            let apart_mm = step_mm(&stack).distance(normal * 4.0);
            assert!(apart_mm < 1e-9, "{plane:?}");
        }
    }

    #[test]
    fn the_stack_is_centred_whichever_way_it_is_stored() {
        for bits in 0..8 {
            let [reversed, mirrored, flipped] = [1, 2, 4].map(|bit| bits & bit != 0);
            let stack = Stack::of(&SeriesRecipe { reversed, mirrored, flipped, ..SeriesRecipe::default() });
            let mut points = stack.points_mm(1, 128, 128);
            let (first, last) = (points.next().expect("first"), points.last().expect("last"));
            let side = if reversed { DVec3::Z } else { -DVec3::Z };
            let expected_mm = side * 35.0 * 4.0 / 2.0;
            let middle_mm = (first + last) / 2.0;
            assert!(middle_mm.distance(expected_mm) < 1e-9, "{middle_mm}");
            let up = if mirrored == flipped { 1.0 } else { -1.0 };
            assert_eq!(stack.normal(), DVec3::Z * up);
        }
    }

    #[test]
    fn pitch_and_yaw_turn_and_tilt_shears() {
        let oblique = Stack::of(&SeriesRecipe { pitch_degrees: 15.0, yaw_degrees: 10.0, ..SeriesRecipe::default() });
        assert!(oblique.along_row.dot(oblique.along_column).abs() < 1e-12);
        assert!(step_mm(&oblique).cross(oblique.normal()).length() < 1e-12);
        let (pitch, yaw) = (15_f64.to_radians(), 10_f64.to_radians());
        assert!((oblique.normal().z - pitch.cos()).abs() < 1e-12);
        assert!((oblique.along_row.y - yaw.sin()).abs() < 1e-12);

        let tilted = Stack::of(&SeriesRecipe { tilt_degrees: 20.0, ..SeriesRecipe::default() });
        let step_mm = step_mm(&tilted);
        assert!((step_mm.dot(tilted.normal()) - 4.0).abs() < 1e-12);
        assert!((step_mm.angle_between(tilted.normal()).to_degrees() - 20.0).abs() < 1e-9);
    }
}
