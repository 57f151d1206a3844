//! An analytic head in patient space (mm, DICOM LPS, origin between the ears): closed formulas, no data.

use crate::recipe::{Contrast, Place};
use glam::DVec3;

/// Signal of each tissue, white matter at 100 for T2.
#[derive(Clone, Copy, Debug)]
pub struct Tissues {
    scalp: f32,
    bone: f32,
    csf: f32,
    grey: f32,
    white: f32,
    eye: f32,
}

impl Tissues {
    /// The usual order of signals under a contrast.
    pub const fn of(contrast: Contrast) -> Self {
        match contrast {
            Contrast::T2 => Self { scalp: 180.0, bone: 12.0, csf: 420.0, grey: 160.0, white: 110.0, eye: 400.0 },
            Contrast::Flair => Self { scalp: 170.0, bone: 12.0, csf: 25.0, grey: 190.0, white: 140.0, eye: 30.0 },
            Contrast::T1 => Self { scalp: 320.0, bone: 15.0, csf: 50.0, grey: 170.0, white: 260.0, eye: 60.0 },
            Contrast::Pd => Self { scalp: 250.0, bone: 20.0, csf: 230.0, grey: 260.0, white: 210.0, eye: 230.0 },
        }
    }
}

/// Half axes of the head's surface: 152 × 196 × 172 mm, which continues as a neck.
const HEAD_MM: DVec3 = DVec3::new(76.0, 98.0, 86.0);
/// Radius of a marker, mm.
const MARKER_MM: f64 = 12.0;

/// Signal at a place of the patient.
pub fn signal(at: DVec3, tissues: &Tissues) -> f32 {
    let head = radius(at, DVec3::ZERO, HEAD_MM);
    let neck = radius(DVec3::new(at.x, at.y - 25.0, 0.0), DVec3::ZERO, DVec3::new(52.0, 58.0, 1.0));
    if head > 1.0 {
        return if at.z < -20.0 && neck < 1.0 { tissues.grey } else { 0.0 };
    }
    if head > 0.93 {
        return tissues.scalp;
    }
    if head > 0.86 {
        return tissues.bone;
    }
    if in_pair(at, DVec3::new(32.0, -72.0, -28.0), DVec3::splat(12.0)) {
        return tissues.eye;
    }
    // Sulci: the cortex is folded by a wave over direction, deeper towards the surface.
    let fold = 0.035 * ((at.x * 0.28).sin() + (at.y * 0.23).sin() + (at.z * 0.31).cos());
    let brain = radius(at, DVec3::new(0.0, 4.0, 0.0), DVec3::new(64.0, 84.0, 73.0)) + fold;
    let fissure = at.x.abs() < 1.2 && at.z > 5.0;
    if brain > 1.0 || fissure || in_ventricle(at) {
        return tissues.csf;
    }
    if brain > 0.86 || in_pair(at, DVec3::new(22.0, -4.0, 4.0), DVec3::new(9.0, 18.0, 12.0)) {
        return tissues.grey;
    }
    tissues.white
}

/// Whether a place lies in the ball of a marker.
pub fn in_marker(at: DVec3, place: Place) -> bool {
    let centre = match place {
        Place::Left => DVec3::new(50.0, 0.0, 10.0),
        Place::Right => DVec3::new(-50.0, 0.0, 10.0),
        Place::Anterior => DVec3::new(0.0, -65.0, 20.0),
        Place::Posterior => DVec3::new(0.0, 70.0, 20.0),
        Place::Superior => DVec3::new(0.0, 0.0, 55.0),
    };
    at.distance(centre) < MARKER_MM
}

fn in_ventricle(at: DVec3) -> bool {
    let bent = DVec3::new(at.x.abs(), at.y, at.z - 0.004 * at.y * at.y);
    radius(bent, DVec3::new(11.0, 2.0, 12.0), DVec3::new(6.0, 34.0, 9.0)) < 1.0
        || radius(at, DVec3::new(0.0, 5.0, -5.0), DVec3::new(3.0, 14.0, 12.0)) < 1.0
}

fn in_pair(at: DVec3, centre: DVec3, half_axes: DVec3) -> bool {
    radius(DVec3::new(at.x.abs(), at.y, at.z), centre, half_axes) < 1.0
}

/// 1 on the surface of an ellipsoid, less inside.
fn radius(at: DVec3, centre: DVec3, half_axes: DVec3) -> f64 {
    ((at - centre) / half_axes).length()
}
