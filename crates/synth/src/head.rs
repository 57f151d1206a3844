//! The head around the brain: scalp, skull, eyes, airways, face and neck.
//!
//! Sizes follow an adult's; the shapes are plain enough to read and busy enough to look like a head.

use crate::brain;
use crate::phantom::{Ellipsoid, Tissue};
use glam::DVec3;

/// Where the phantom ends below, in the neck, mm.
const NECK_END_MM: f64 = -107.0;
/// Level (see [`Ellipsoid::level`]) beyond which soft tissue is the fat under the skin.
const SUBCUTANEOUS_LEVEL: f64 = 0.86;

const SCALP: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [75.0, 95.0, 76.0]);
const SKULL: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [70.0, 90.0, 71.0]);
const DIPLOE_OUTER: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [68.2, 88.2, 69.2]);
const DIPLOE_INNER: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [66.3, 86.3, 67.3]);
const CRANIAL_CAVITY: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [64.5, 84.5, 65.5]);

const FACE: Ellipsoid = Ellipsoid::new([0.0, -42.0, -55.0], [60.0, 54.0, 66.0]);
const NOSE: Ellipsoid = Ellipsoid::new([0.0, -92.0, -66.0], [13.0, 13.0, 17.0]);
/// A cylinder: the axis along z is endless, and cut where it meets the head and at [`NECK_END_MM`].
const NECK: Ellipsoid = Ellipsoid::new([0.0, 18.0, 0.0], [56.0, 60.0, f64::INFINITY]);
const NECK_START_MM: f64 = -45.0;

// Paired structures are given for the left; the right mirrors them.
const EYE: Ellipsoid = Ellipsoid::new([31.0, -73.0, -45.0], [12.0, 12.0, 12.0]);
const OPTIC_NERVE: Ellipsoid = Ellipsoid::new([22.0, -48.0, -45.0], [3.0, 20.0, 3.0]);
const ORBIT: Ellipsoid = Ellipsoid::new([29.0, -64.0, -45.0], [17.0, 28.0, 15.0]);
const MAXILLARY_SINUS: Ellipsoid = Ellipsoid::new([26.0, -62.0, -74.0], [13.0, 15.0, 13.0]);
const MASTOID: Ellipsoid = Ellipsoid::new([54.0, 20.0, -62.0], [9.0, 14.0, 12.0]);
const NASAL_CAVITY: Ellipsoid = Ellipsoid::new([0.0, -66.0, -62.0], [8.0, 28.0, 22.0]);
const PHARYNX: Ellipsoid = Ellipsoid::new([0.0, -22.0, -95.0], [11.0, 7.0, 32.0]);
const SPHENOID_SINUS: Ellipsoid = Ellipsoid::new([0.0, -28.0, -52.0], [11.0, 10.0, 7.0]);

/// The tissue at a point in patient coordinates, mm.
pub(crate) fn tissue_at(point_mm: DVec3) -> Tissue {
    let surface = surface_level(point_mm);
    if surface > 1.0 || point_mm.z < NECK_END_MM {
        return Tissue::Air;
    }
    let above_base_mm = point_mm.z - skull_base_mm(point_mm.x, point_mm.y);
    if above_base_mm < 0.0 {
        below_the_skull_base(point_mm, above_base_mm, surface)
    } else if CRANIAL_CAVITY.holds(point_mm) {
        brain::tissue_at(point_mm, above_base_mm)
    } else if SKULL.holds(point_mm) {
        vault(point_mm)
    } else {
        soft_tissue(surface)
    }
}

/// Level of the skin: the union of cranium, face, nose and neck.
fn surface_level(point_mm: DVec3) -> f64 {
    let head = SCALP.level(point_mm);
    if point_mm.z > FACE.centre_mm.z + FACE.semi_axes_mm.z {
        return head;
    }
    let face = FACE.level(point_mm).min(NOSE.level(point_mm));
    if point_mm.z > NECK_START_MM {
        return head.min(face);
    }
    head.min(face).min(NECK.level(point_mm))
}

/// Height of the skull base: it descends from the orbits to the foramen magnum and rises to both sides.
fn skull_base_mm(x_mm: f64, y_mm: f64) -> f64 {
    -30.0 - (y_mm + 80.0) * 0.31 + x_mm * x_mm * 0.003
}

/// The skull's vault: two dark tables of compact bone, and fatty marrow between them.
fn vault(point_mm: DVec3) -> Tissue {
    if DIPLOE_OUTER.holds(point_mm) && !DIPLOE_INNER.holds(point_mm) { Tissue::Muscle } else { Tissue::Bone }
}

fn below_the_skull_base(point_mm: DVec3, above_base_mm: f64, surface: f64) -> Tissue {
    let left_mm = DVec3::new(point_mm.x.abs(), point_mm.y, point_mm.z);
    if let Some(tissue) = spine(point_mm).or_else(|| orbit(left_mm)) {
        return tissue;
    }
    let airways = [&NASAL_CAVITY, &PHARYNX, &SPHENOID_SINUS, &MAXILLARY_SINUS];
    if airways.iter().any(|cavity| cavity.holds(left_mm)) {
        return Tissue::Air;
    }
    let base = above_base_mm > -5.0 && SKULL.holds(point_mm);
    if base || MASTOID.holds(left_mm) || jaw(point_mm) { Tissue::Bone } else { soft_tissue(surface) }
}

fn soft_tissue(surface: f64) -> Tissue {
    if surface > SUBCUTANEOUS_LEVEL { Tissue::Fat } else { Tissue::Muscle }
}

fn orbit(left_mm: DVec3) -> Option<Tissue> {
    if EYE.holds(left_mm) {
        Some(Tissue::Fluid)
    } else if OPTIC_NERVE.holds(left_mm) {
        Some(Tissue::White)
    } else {
        ORBIT.holds(left_mm).then_some(Tissue::Fat)
    }
}

/// The cord in its canal, the vertebral body before it and the arch behind it.
fn spine(point_mm: DVec3) -> Option<Tissue> {
    let ring = |centre_y_mm: f64, semi_x_mm: f64, semi_y_mm: f64| {
        let (x, y) = (point_mm.x / semi_x_mm, (point_mm.y - centre_y_mm) / semi_y_mm);
        x * x + y * y < 1.0
    };
    let in_bone = point_mm.z < -66.0 && (ring(24.0, 17.0, 15.0) || ring(4.0, 13.0, 11.0));
    if ring(24.0, 6.0, 5.0) {
        Some(Tissue::White)
    } else if ring(24.0, 11.0, 9.5) {
        Some(Tissue::Fluid)
    } else {
        in_bone.then_some(Tissue::Bone)
    }
}

/// A horseshoe open to the back.
fn jaw(point_mm: DVec3) -> bool {
    let (x, y) = (point_mm.x / 44.0, (point_mm.y + 36.0) / 48.0);
    (0.72..1.0).contains(&(x * x + y * y)) && point_mm.y < -8.0 && point_mm.z < -88.0
}
