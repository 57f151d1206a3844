//! Where a picture lies on the screen: fitted to its pane in true proportions, then moved and magnified.

use super::PlaneGrid;

/// How a pane shows its picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pose {
    /// Magnification over the whole picture fitted into the pane.
    pub zoom: f64,
    /// The picture's centre from the pane's, CSS pixels.
    pub offset_px: [f64; 2],
    /// Left and right are exchanged.
    pub mirrored: bool,
}

impl Default for Pose {
    fn default() -> Self {
        Self { zoom: 1.0, offset_px: [0.0; 2], mirrored: false }
    }
}

/// A picture in a pane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Pane's width and height, CSS pixels.
    size_px: [f64; 2],
    /// CSS pixels of a column and a row.
    scale_px: [f64; 2],
    /// Columns and rows.
    dims: [usize; 2],
    spacing_mm: [f64; 2],
    pose: Pose,
}

/// Least and greatest magnification.
const ZOOM: std::ops::RangeInclusive<f64> = 0.25..=16.0;

impl Screen {
    /// Fits a plane's pictures into a pane and poses them.
    pub fn new(grid: &PlaneGrid, size_px: [f64; 2], pose: Pose) -> Self {
        let [columns, rows, _] = grid.dims;
        let spacing_mm = [grid.spacing_mm[0], grid.spacing_mm[1]];
        let sides_mm = [columns as f64 * spacing_mm[0], rows as f64 * spacing_mm[1]];
        let px_per_mm = (size_px[0] / sides_mm[0]).min(size_px[1] / sides_mm[1]) * pose.zoom;
        Self { size_px, scale_px: spacing_mm.map(|mm| mm * px_per_mm), dims: [columns, rows], spacing_mm, pose }
    }

    /// CSS pixels per millimetre.
    pub fn px_per_mm(&self) -> f64 {
        self.scale_px[0] / self.spacing_mm[0]
    }

    /// CSS pixels of a column, negative where mirrored, and of a row.
    pub fn scale_px(&self) -> [f64; 2] {
        [if self.pose.mirrored { -self.scale_px[0] } else { self.scale_px[0] }, self.scale_px[1]]
    }

    /// Where a point of the picture lies in the pane; whole numbers of columns and rows are voxel centres.
    pub fn screen_from_grid(&self, point: [f64; 2]) -> [f64; 2] {
        let scale = self.scale_px();
        std::array::from_fn(|axis| {
            let from_middle = point[axis] + 0.5 - self.dims[axis] as f64 / 2.0;
            self.size_px[axis] / 2.0 + self.pose.offset_px[axis] + from_middle * scale[axis]
        })
    }

    /// The column and row under a point of the pane, fractions included; may lie outside of the picture.
    pub fn grid_from_screen(&self, px: [f64; 2]) -> [f64; 2] {
        let scale = self.scale_px();
        std::array::from_fn(|axis| {
            let from_middle = (px[axis] - self.size_px[axis] / 2.0 - self.pose.offset_px[axis]) / scale[axis];
            from_middle - 0.5 + self.dims[axis] as f64 / 2.0
        })
    }

    /// The voxel under a point of the pane, or the nearest one of the picture.
    pub fn voxel_at(&self, px: [f64; 2]) -> [usize; 2] {
        let point = self.grid_from_screen(px);
        std::array::from_fn(|axis| point[axis].round().clamp(0.0, self.dims[axis] as f64 - 1.0) as usize)
    }

    /// The pose magnified by a factor while what lies at a point of the pane stays there.
    pub fn magnified(&self, factor: f64, px: [f64; 2]) -> Pose {
        let zoom = (self.pose.zoom * factor).clamp(*ZOOM.start(), *ZOOM.end());
        let factor = zoom / self.pose.zoom;
        let offset_px = std::array::from_fn(|axis| {
            let centre = self.size_px[axis] / 2.0;
            (px[axis] - centre) * (1.0 - factor) + self.pose.offset_px[axis] * factor
        });
        Pose { zoom, offset_px, ..self.pose }
    }

    /// Distance of two points of the picture, mm.
    pub fn distance_mm(&self, a: [f64; 2], b: [f64; 2]) -> f64 {
        ((a[0] - b[0]) * self.spacing_mm[0]).hypot((a[1] - b[1]) * self.spacing_mm[1])
    }

    /// Length of a scale bar: the longest round one that fits into a third of the pane, mm.
    pub fn bar_mm(&self) -> f64 {
        let room_mm = self.size_px[0] / 3.0 / self.px_per_mm();
        [100.0, 50.0, 20.0, 10.0, 5.0, 2.0].into_iter().find(|mm| *mm <= room_mm).unwrap_or(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BodyPlane, PlaneGrid};
    use super::*;

    /// 100 columns of 1 mm, 20 rows of 5 mm.
    fn grid() -> PlaneGrid {
        PlaneGrid {
            plane: BodyPlane::Coronal,
            dims: [100, 20, 7],
            spacing_mm: [1.0, 5.0, 1.0],
            patient_from_grid: glam::DAffine3::IDENTITY,
            letters: None,
            acquired: false,
            missing_slice: None,
        }
    }

    fn near(a: [f64; 2], b: [f64; 2]) -> bool {
        a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9)
    }

    #[test]
    fn a_picture_fits_in_true_proportions() {
        let screen = Screen::new(&grid(), [400.0, 200.0], Pose::default());
        assert_eq!(screen.px_per_mm(), 2.0);
        assert!(near(screen.screen_from_grid([-0.5, -0.5]), [100.0, 0.0]));
        assert!(near(screen.screen_from_grid([99.5, 19.5]), [300.0, 200.0]));
        assert_eq!(screen.bar_mm(), 50.0);
    }

    #[test]
    fn there_and_back_is_the_same_point_and_a_mirror_exchanges_the_sides() {
        let pose = Pose { zoom: 1.7, offset_px: [31.0, -12.0], mirrored: true };
        let screen = Screen::new(&grid(), [400.0, 300.0], pose);
        assert!(near(screen.grid_from_screen(screen.screen_from_grid([12.0, 3.0])), [12.0, 3.0]));
        assert!(screen.screen_from_grid([0.0, 0.0])[0] > screen.screen_from_grid([99.0, 0.0])[0]);
        assert_eq!(screen.voxel_at(screen.screen_from_grid([12.3, 3.4])), [12, 3]);
        assert_eq!(screen.voxel_at([-9e3, 9e3]), [99, 19], "outside is the nearest voxel");
    }

    #[test]
    fn what_lies_under_the_pointer_stays_there() {
        let pose = Pose { zoom: 1.5, offset_px: [20.0, 5.0], mirrored: false };
        let before = Screen::new(&grid(), [400.0, 300.0], pose);
        let after = Screen::new(&grid(), [400.0, 300.0], before.magnified(2.0, [90.0, 220.0]));
        assert!(near(before.grid_from_screen([90.0, 220.0]), after.grid_from_screen([90.0, 220.0])));
        assert_eq!(before.magnified(1e6, [0.0; 2]).zoom, 16.0);
    }

    #[test]
    fn lengths_are_millimetres_of_the_patient() {
        let screen = Screen::new(&grid(), [400.0, 300.0], Pose::default());
        assert!((screen.distance_mm([10.0, 2.0], [13.0, 2.8]) - 5.0).abs() < 1e-9);
    }
}
