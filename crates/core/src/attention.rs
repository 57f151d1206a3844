//! Which parts of the head raised the score: a coarse grid over the network's input, and its way back to the patient.
//!
//! Made by covering one part of the input at a time (occlusion sensitivity, Zeiler and Fergus 2014); `headway-infer` runs it.
//! An explanation of the network, not of the patient: it may mislead.

use crate::viewing::PlaneGrid;
use glam::{DAffine3, DVec3};
use serde::{Deserialize, Serialize};

/// Cells along each side of the grid.
pub const ATTENTION_CELLS: usize = 16;

/// A fall of the logit by less than this is no part's doing: covering anything moves it a little.
pub const NOTABLE_DROP: f32 = 0.1;

/// By how much the logit falls when a cell is covered; less than nothing where it rises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttentionMap {
    /// `ATTENTION_CELLS` cubed, R first, the last (Superior) index fastest.
    pub drops: Vec<f32>,
    /// The logit with nothing covered.
    pub logit: f64,
    /// How much of the work is done, 0 to 1.
    pub share: f64,
}

impl AttentionMap {
    /// The greatest drop, if any cell raised the score notably.
    pub fn greatest(&self) -> Option<f32> {
        self.drops.iter().copied().max_by(f32::total_cmp).filter(|drop| *drop >= NOTABLE_DROP)
    }

    /// Where the map lies, for an input of `size` voxels a side.
    pub fn place(patient_from_model: DAffine3, size: usize) -> MapPlace {
        let voxels = size as f64 / ATTENTION_CELLS as f64;
        let model_from_cell = DAffine3::from_scale_rotation_translation(
            DVec3::splat(voxels),
            glam::DQuat::IDENTITY,
            DVec3::splat(voxels / 2.0 - 0.5),
        );
        MapPlace { patient_from_cell: patient_from_model * model_from_cell }
    }
}

/// Where an attention map lies in the patient.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MapPlace {
    /// Millimetres in DICOM patient coordinates from cell indices; whole numbers are cell centres.
    pub patient_from_cell: DAffine3,
}

impl MapPlace {
    /// The map under one picture, interpolated between cell centres: values row by row, 0 outside of the map.
    pub fn under(&self, map: &AttentionMap, grid: &PlaneGrid, slice: usize) -> Vec<f32> {
        let cell_from_grid = self.patient_from_cell.inverse() * grid.patient_from_grid;
        let [columns, rows, _] = grid.dims;
        let across = cell_from_grid.matrix3.x_axis;
        let mut values = Vec::with_capacity(columns * rows);
        for row in 0..rows {
            let mut cell = cell_from_grid.transform_point3(DVec3::new(0.0, row as f64, slice as f64));
            for _ in 0..columns {
                values.push(interpolated(&map.drops, cell));
                cell += across;
            }
        }
        values
    }

    /// The voxel of a plane's grid nearest to the cell with the greatest drop.
    pub fn strongest(&self, map: &AttentionMap, grid: &PlaneGrid) -> Option<[usize; 3]> {
        let greatest = map.greatest()?;
        let index = map.drops.iter().position(|drop| *drop == greatest)?;
        let n = ATTENTION_CELLS;
        let cell = DVec3::new((index / (n * n)) as f64, (index / n % n) as f64, (index % n) as f64);
        Some(grid.nearest(self.patient_from_cell.transform_point3(cell).to_array()))
    }
}

/// The colour that attention is shown in: orange, far from any grey, the same to most colour-blind eyes.
const TINT: [u8; 3] = [255, 122, 0];

/// Pixels (red, green, blue, alpha) to lay over a picture: the stronger, the more opaque, up to `opacity` (0 to 1);
/// nothing below `threshold`, a share of `greatest`.
pub fn tinted(values: &[f32], greatest: f32, threshold: f32, opacity: f32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(4 * values.len());
    for value in values {
        let share = value / greatest;
        let alpha = if share > threshold { 255.0 * opacity * share.min(1.0) } else { 0.0 };
        pixels.extend([TINT[0], TINT[1], TINT[2], alpha as u8]);
    }
    pixels
}

/// Trilinear between cell centres; the outermost cells reach half a cell further.
fn interpolated(drops: &[f32], cell: DVec3) -> f32 {
    let n = ATTENTION_CELLS;
    let last = n as f64 - 1.0;
    let inside = cell.to_array().iter().all(|at| (-0.5..=last + 0.5).contains(at));
    if !inside || drops.len() != n * n * n {
        return 0.0;
    }
    let axes = cell.to_array().map(|at| {
        let at = at.clamp(0.0, last);
        let low = (at as usize).min(n - 2);
        (low, (at - low as f64) as f32)
    });
    let mut sum = 0.0;
    for corner in 0..8 {
        let (mut weight, mut index) = (1.0, 0);
        for (axis, (low, share)) in axes.into_iter().enumerate() {
            let high = corner >> axis & 1;
            weight *= if high == 1 { share } else { 1.0 - share };
            index = index * n + low + high;
        }
        sum += weight * drops[index];
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::viewing::BodyPlane;

    /// A map whose cells hold a value that grows evenly along each axis.
    fn ramp() -> AttentionMap {
        let n = ATTENTION_CELLS;
        let value =
            |index: usize| (index / (n * n)) as f32 + 10.0 * (index / n % n) as f32 + 100.0 * (index % n) as f32;
        AttentionMap { drops: (0..n * n * n).map(value).collect(), logit: 0.0, share: 1.0 }
    }

    fn grid(patient_from_grid: DAffine3, dims: [usize; 3]) -> PlaneGrid {
        PlaneGrid {
            plane: BodyPlane::Axial,
            dims,
            spacing_mm: [1.0; 3],
            patient_from_grid,
            letters: None,
            acquired: true,
            missing_slice: None,
        }
    }

    #[test]
    fn cells_lie_over_their_voxels() {
        // 48 voxels: three to a cell, so the first cell's centre is the second voxel's.
        let place = AttentionMap::place(DAffine3::from_scale(DVec3::splat(3.75)), 48);
        let at = |cell: f64| place.patient_from_cell.transform_point3(DVec3::splat(cell)).x;
        assert_eq!((at(0.0), at(1.0)), (3.75, 15.0));
    }

    #[test]
    fn a_picture_gets_the_map_at_its_own_place_and_nothing_outside() {
        // One grid step is half a cell; the grid begins a whole cell before the map.
        let patient_from_cell = DAffine3::from_scale_rotation_translation(
            DVec3::new(-8.0, -8.0, 8.0),
            glam::DQuat::from_rotation_z(0.4),
            DVec3::new(5.0, 6.0, 7.0),
        );
        let cell_from_grid = DAffine3::from_scale_rotation_translation(
            DVec3::splat(0.5),
            glam::DQuat::IDENTITY,
            DVec3::new(-1.0, 2.0, 3.0),
        );
        let grid = grid(patient_from_cell * cell_from_grid, [8, 4, 3]);
        let under = MapPlace { patient_from_cell }.under(&ramp(), &grid, 2);
        assert_eq!(under.len(), 32);
        assert_eq!(under[0], 0.0, "a whole cell before the first centre is outside");
        let expected = |column: f32, row: f32| (-1.0 + column / 2.0) + 10.0 * (2.0 + row / 2.0) + 100.0 * 4.0;
        for (column, row) in [(2, 0), (3, 1), (7, 3)] {
            let found = under[row * 8 + column];
            assert!((found - expected(column as f32, row as f32)).abs() < 1e-3, "{column} {row}: {found}");
        }
    }

    #[test]
    fn only_what_passes_the_threshold_is_tinted() {
        let alphas: Vec<u8> =
            tinted(&[-1.0, 0.0, 0.9, 1.0, 2.0, 4.0], 2.0, 0.5, 0.5).into_iter().skip(3).step_by(4).collect();
        assert_eq!(alphas, [0, 0, 0, 0, 127, 127]);
    }

    #[test]
    fn the_strongest_cell_is_found_and_none_where_nothing_raised_the_score() {
        let mut map = ramp();
        map.drops.iter_mut().for_each(|drop| *drop = -drop.abs());
        let place = MapPlace { patient_from_cell: DAffine3::from_scale(DVec3::splat(2.0)) };
        let grid = grid(DAffine3::IDENTITY, [40, 40, 40]);
        map.drops[0] = -1.0;
        assert_eq!(place.strongest(&map, &grid), None);
        let n = ATTENTION_CELLS;
        map.drops[(3 * n + 4) * n + 5] = 0.7;
        assert_eq!(place.strongest(&map, &grid), Some([6, 8, 10]));
    }
}
