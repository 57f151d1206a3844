//! Where the face lies in a volume, by a simple rule: what is close behind the skin of the front of the head,
//! more of it the further below the top, and never as far back as a brain was found to reach.
//!
//! The numbers were set on 13 whole-head label maps, in none of which the rule touches the brain.
//! Nobody has tried whether what is left can be recognised.

use super::head::Head;
use crate::canonical::Canonical;
use crate::volume::Volume;

/// Foreground that is skin, and no speck of noise before it: as long as this, mm.
const SKIN_MM: f64 = 3.0;
/// Below the top of the head, mm: how far behind the skin, and how far behind the front of the head, is face, mm.
/// Between two lines the numbers change evenly. Above the first there is none.
const RULE: [(f64, f64, f64); 6] = [
    (60.0, 8.0, 40.0),
    (100.0, 8.0, 40.0),
    (115.0, 20.75, 45.0),
    (120.0, 25.0, 46.7),
    (130.0, 36.7, 50.0),
    (150.0, 60.0, 70.0),
];

/// The face: for each slice and row of voxels that runs from the front backwards, how many voxels of it.
pub(crate) struct Face {
    canonical: Canonical,
    /// By superior and right index: the first voxel behind the face, towards the front; all in front of it is face.
    behind: Vec<usize>,
}

impl Face {
    /// `None` where the volume holds one value only.
    pub(crate) fn find(volume: &Volume) -> Option<Self> {
        let head = Head::find(volume)?;
        let canonical = Canonical::of(&volume.geometry);
        let spacing = volume.geometry.spacing_mm();
        let [_, step_anterior_mm, step_superior_mm] = canonical.voxel_axis.map(|axis| spacing[axis]);
        let [rights, anteriors, superiors] = canonical.dims;
        let [top_mm, front_mm] = head.top_and_front_mm();
        let skin_voxels = (SKIN_MM / step_anterior_mm).ceil().max(1.0) as usize;
        let mut behind = Vec::with_capacity(superiors * rights);
        for superior in 0..superiors {
            let limits_mm = limits_mm(top_mm - superior as f64 * step_superior_mm);
            for right in 0..rights {
                let is_head = |anterior: &usize| {
                    let voxel = stored(&canonical, [right, *anterior, superior]);
                    f64::from(volume.signal.at(index(volume, voxel))) >= head.threshold
                };
                let skin = limits_mm.and_then(|_| skin(anteriors, skin_voxels, is_head));
                let first = skin.zip(limits_mm).map(|(skin, (skin_mm, front_limit_mm))| {
                    let least_mm = (skin as f64 * step_anterior_mm - skin_mm).max(front_mm - front_limit_mm);
                    ((least_mm / step_anterior_mm).ceil().max(0.0) as usize).min(anteriors)
                });
                behind.push(first.unwrap_or(anteriors));
            }
        }
        Some(Self { canonical, behind })
    }

    /// Whether a voxel (column, row, slice) is part of it.
    pub(crate) fn holds(&self, voxel: [usize; 3]) -> bool {
        let Canonical { voxel_axis, flipped, dims } = self.canonical;
        let [right, anterior, superior] = std::array::from_fn(|ras| {
            let at = voxel[voxel_axis[ras]];
            if flipped[ras] { dims[ras] - 1 - at } else { at }
        });
        anterior >= self.behind[superior * dims[0] + right]
    }
}

/// The limits of the rule this far below the top; `None` above its first line.
fn limits_mm(depth_mm: f64) -> Option<(f64, f64)> {
    let next = RULE.iter().position(|(depth, ..)| *depth > depth_mm).unwrap_or(RULE.len());
    let (from, skin, front) = RULE[next.checked_sub(1)?];
    let Some((to, next_skin, next_front)) = RULE.get(next) else { return Some((skin, front)) };
    let share = (depth_mm - from) / (to - from);
    Some((skin + share * (next_skin - skin), front + share * (next_front - front)))
}

/// The foremost voxel of the first run of foreground, from the front, that is long enough.
fn skin(anteriors: usize, voxels: usize, is_head: impl Fn(&usize) -> bool) -> Option<usize> {
    let mut run = 0;
    for anterior in (0..anteriors).rev() {
        run = if is_head(&anterior) { run + 1 } else { 0 };
        if run == voxels {
            return Some(anterior + voxels - 1);
        }
    }
    None
}

fn stored(canonical: &Canonical, ras: [usize; 3]) -> [usize; 3] {
    let mut voxel = [0; 3];
    for (axis, at) in ras.into_iter().enumerate() {
        voxel[canonical.voxel_axis[axis]] = if canonical.flipped[axis] { canonical.dims[axis] - 1 - at } else { at };
    }
    voxel
}

fn index(volume: &Volume, [column, row, slice]: [usize; 3]) -> usize {
    let [columns, rows, _] = volume.geometry.dims;
    column + columns * (row + rows * slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use glam::{DAffine3, DMat3, DVec3};

    /// A ball of 190 mm with a box for a nose, rows from front to back, slices from top to bottom.
    fn head() -> Volume {
        let (dims, spacing_mm) = ([100, 110, 60], DVec3::new(-2.0, 2.0, -3.0));
        let mut signal = Vec::new();
        for slice in 0..dims[2] {
            for row in 0..dims[1] {
                for column in 0..dims[0] {
                    let [x, y, z] = [column as f64 * 2.0 - 100.0, row as f64 * 2.0 - 115.0, slice as f64 * 3.0 - 95.0];
                    let nose = x.abs() < 12.0 && (-112.0..-60.0).contains(&y) && (10.0..40.0).contains(&z);
                    signal.push(if nose || x * x + y * y + z * z < 95.0 * 95.0 { 100.0 } else { 0.0 });
                }
            }
        }
        let patient_from_voxel = DAffine3::from_mat3(DMat3::from_diagonal(spacing_mm));
        Volume { signal: signal.into(), geometry: Geometry { dims, patient_from_voxel, missing_slice: None } }
    }

    #[test]
    fn the_nose_is_face_and_what_lies_high_deep_or_behind_is_not() {
        let volume = head();
        let face = Face::find(&volume).unwrap();
        let at = |x_mm: f64, y_mm: f64, z_mm: f64| {
            face.holds([
                ((x_mm + 100.0) / 2.0) as usize,
                ((y_mm + 115.0) / 2.0) as usize,
                ((z_mm + 95.0) / 3.0) as usize,
            ])
        };
        assert!(at(0.0, -110.0, 25.0), "the tip of the nose");
        assert!(at(0.0, -94.0, 0.0), "skin between the eyes");
        assert!(!at(0.0, -60.0, 0.0), "35 mm behind it");
        assert!(!at(0.0, -60.0, -70.0), "the forehead's top");
        assert!(!at(0.0, 90.0, 25.0), "the back of the head");
        let blanked = (0..volume.signal.len())
            .filter(|i| face.holds([i % 100, i / 100 % 110, i / 11_000]) && volume.signal.at(*i) > 0.0)
            .count();
        let share = blanked as f64 / volume.signal.to_vec().iter().filter(|v| **v > 0.0).count() as f64;
        assert!((0.01..0.2).contains(&share), "{share}");
    }

    #[test]
    fn the_rule_is_continuous_and_begins_below_the_brow() {
        assert_eq!(limits_mm(59.0), None);
        assert_eq!(limits_mm(60.0), Some((8.0, 40.0)));
        assert_eq!(limits_mm(140.0), Some((48.35, 60.0)));
        assert_eq!(limits_mm(500.0), Some((60.0, 70.0)));
    }

    #[test]
    fn specks_before_the_skin_are_none_of_it() {
        let line = [true, true, true, true, false, true, false, false];
        assert_eq!(skin(line.len(), 3, |at| line[*at]), Some(3));
        assert_eq!(skin(line.len(), 5, |at| line[*at]), None);
    }

    #[test]
    fn an_empty_volume_has_no_face() {
        let mut volume = head();
        volume.signal = vec![1.0; volume.signal.len()].into();
        assert!(Face::find(&volume).is_none());
    }
}
