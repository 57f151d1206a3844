//! Inside the skull: fluid, folded cortex, white matter, ventricles, deep nuclei, cerebellum and brainstem.
//!
//! Cortical folds are the zero set of a gyroid, the labyrinth
//! `sin x cos y + sin y cos z + sin z cos x = 0`, which any plane cuts into winding lines as it cuts sulci.

use crate::phantom::{Ellipsoid, Tissue};
use glam::DVec3;

/// Thickness of fluid over the skull base, mm.
const BASAL_FLUID_MM: f64 = 1.5;
/// Thickness of the cortex over the skull base, mm.
const BASAL_CORTEX_MM: f64 = 4.5;
/// Two neighbouring sulci lie half of this apart, mm.
const FOLD_WAVELENGTH_MM: f64 = 34.0;
/// Distance from the centre, as a fraction of the brain's surface, at which sulci begin.
const SULCI_FROM: f64 = 0.66;

const CEREBRUM: Ellipsoid = Ellipsoid::new([0.0, 0.0, -8.0], [62.5, 82.5, 63.5]);

// Paired structures are given for the left; the right mirrors them.
const CAUDATE: Ellipsoid = Ellipsoid::new([13.0, -24.0, 12.0], [5.0, 10.0, 9.0]);
const PUTAMEN: Ellipsoid = Ellipsoid::new([25.0, -4.0, 4.0], [6.0, 17.0, 10.0]);
const THALAMUS: Ellipsoid = Ellipsoid::new([11.0, 10.0, 3.0], [8.5, 14.0, 9.0]);
const TEMPORAL_HORN: Ellipsoid = Ellipsoid::new([33.0, 0.0, -22.0], [3.0, 16.0, 3.0]);
const THIRD_VENTRICLE: Ellipsoid = Ellipsoid::new([0.0, 4.0, 0.0], [2.5, 15.0, 11.0]);
const FOURTH_VENTRICLE: Ellipsoid = Ellipsoid::new([0.0, 33.0, -36.0], [7.0, 4.5, 9.0]);
const SUPRASELLAR_CISTERN: Ellipsoid = Ellipsoid::new([0.0, -8.0, -27.0], [9.0, 8.0, 6.0]);

/// The tissue at a point of the cranial cavity, mm, at a height over the skull base.
pub(crate) fn tissue_at(point_mm: DVec3, above_base_mm: f64) -> Tissue {
    if let Some(tissue) = brainstem(point_mm) {
        return tissue;
    }
    let depth = CEREBRUM.level(point_mm).sqrt();
    if depth > 1.0 || above_base_mm < BASAL_FLUID_MM {
        return Tissue::Fluid;
    }
    let left_mm = DVec3::new(point_mm.x.abs(), point_mm.y, point_mm.z);
    let above_tentorium_mm = point_mm.z + 8.0 + 0.3 * left_mm.x + 0.12 * (point_mm.y - 20.0);
    let behind_petrous_ridge_mm = point_mm.y - 12.0 - 0.25 * left_mm.x;
    if behind_petrous_ridge_mm > 0.0 && above_tentorium_mm < 0.0 {
        return cerebellum(left_mm, above_tentorium_mm.max(-behind_petrous_ridge_mm));
    }
    if is_fluid(left_mm) {
        Tissue::Fluid
    } else if is_deep_grey(left_mm) {
        Tissue::Grey
    } else {
        cerebrum(point_mm, depth, above_base_mm)
    }
}

/// Pons and medulla within their cistern.
fn brainstem(point_mm: DVec3) -> Option<Tissue> {
    let below_midbrain_mm = -8.0 - point_mm.z;
    if below_midbrain_mm < 0.0 {
        return None;
    }
    let narrowing = if point_mm.z < -46.0 { 0.45 } else { 1.0 };
    let y_mm = point_mm.y - 16.0 - 0.14 * below_midbrain_mm;
    let within = |semi_mm: f64, forward_mm: f64| {
        let (x, y) = (point_mm.x, y_mm + forward_mm);
        x * x + 1.2 * y * y < semi_mm * semi_mm * narrowing
    };
    if FOURTH_VENTRICLE.holds(point_mm) {
        Some(Tissue::Fluid)
    } else if within(13.5, 0.0) {
        Some(Tissue::White)
    } else {
        within(15.5, 2.5).then_some(Tissue::Fluid)
    }
}

/// Leaves of grey matter and fluid around a white core. `edge_mm` is minus the depth below the tentorium.
fn cerebellum(left_mm: DVec3, edge_mm: f64) -> Tissue {
    let from_core = (left_mm - DVec3::new(0.0, 32.0, -38.0)) * DVec3::new(0.42, 1.0, 1.15);
    let from_core_mm = from_core.length();
    let leaf = wave(from_core_mm + 2.0 * wave(left_mm.x + left_mm.z, 19.0), 6.5);
    if edge_mm > -1.1 || (leaf > 0.9 && from_core_mm > 15.0) {
        Tissue::Fluid
    } else if from_core_mm > 13.0 && leaf > -0.45 {
        Tissue::Grey
    } else {
        Tissue::White
    }
}

/// Ventricles, cisterns and the great fissures.
fn is_fluid(left_mm: DVec3) -> bool {
    lateral_ventricle(left_mm)
        || [&THIRD_VENTRICLE, &TEMPORAL_HORN, &SUPRASELLAR_CISTERN].iter().any(|shape| shape.holds(left_mm))
        || (left_mm.x < 1.3 && outside_callosum(left_mm))
        || sylvian_fissure(left_mm)
}

/// An ellipsoid bent outwards at both ends and downwards at the back, as the horns are.
fn lateral_ventricle(left_mm: DVec3) -> bool {
    let y_mm = left_mm.y - 4.0;
    let bend = (y_mm / 30.0) * (y_mm / 30.0);
    let x = (left_mm.x - 6.5 - 5.5 * bend) / 5.0;
    let y = y_mm / 46.0;
    let z = (left_mm.z - 17.0 + 5.0 * bend) / 7.5;
    x * x + y * y + z * z < 1.0
}

/// Where the hemispheres face each other, rather than being joined.
fn outside_callosum(left_mm: DVec3) -> bool {
    let (y, z) = ((left_mm.y - 2.0) / 42.0, (left_mm.z - 2.0) / 27.0);
    y * y + z * z > 1.0
}

fn sylvian_fissure(left_mm: DVec3) -> bool {
    let cleft_z_mm = -10.0 + 0.3 * left_mm.y + 0.6 * (left_mm.x - 37.0) + 2.0 * wave(left_mm.y, 27.0);
    let from_cleft_mm = (left_mm.z - cleft_z_mm).abs();
    let insula_x_mm = 37.0 + 1.5 * wave(left_mm.y + left_mm.z, 17.0);
    let over_insula = (0.0..2.0).contains(&(left_mm.x - insula_x_mm)) && from_cleft_mm < 11.0;
    let in_cleft = left_mm.x > insula_x_mm && from_cleft_mm < 1.3;
    (-32.0..18.0).contains(&left_mm.y) && (in_cleft || over_insula)
}

fn is_deep_grey(left_mm: DVec3) -> bool {
    let in_nucleus = [&CAUDATE, &PUTAMEN, &THALAMUS].iter().any(|nucleus| nucleus.holds(left_mm));
    let medial_cortex = left_mm.x < 4.5 && outside_callosum(left_mm);
    in_nucleus || medial_cortex
}

/// Cortex and sulci towards the surface, white matter within.
fn cerebrum(point_mm: DVec3, depth: f64, above_base_mm: f64) -> Tissue {
    if depth < SULCI_FROM {
        return Tissue::White;
    }
    let fold = fold(point_mm).abs();
    if fold < 0.2 * (depth - SULCI_FROM) / (1.0 - SULCI_FROM) {
        Tissue::Fluid
    } else if fold < 0.7 || depth > 0.955 || above_base_mm < BASAL_CORTEX_MM {
        Tissue::Grey
    } else {
        Tissue::White
    }
}

/// The gyroid, warped so that it does not repeat within the head.
fn fold(point_mm: DVec3) -> f64 {
    let warp = DVec3::new(wave(point_mm.z, 71.0), wave(point_mm.x, 83.0), wave(point_mm.y, 97.0));
    let warped_mm = point_mm + 5.0 * warp;
    let sine = warped_mm.map(|mm| wave(mm, FOLD_WAVELENGTH_MM));
    let cosine = warped_mm.map(|mm| wave(mm + FOLD_WAVELENGTH_MM / 4.0, FOLD_WAVELENGTH_MM));
    sine.x * cosine.y + sine.y * cosine.z + sine.z * cosine.x
}

/// A sine made of parabolas: libraries differ in the last bit of a sine, none does in this.
fn wave(mm: f64, wavelength_mm: f64) -> f64 {
    let turns = mm / wavelength_mm;
    let centred = turns - turns.floor() - 0.5;
    -8.0 * centred * (1.0 - 2.0 * centred.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wave_follows_a_sine() {
        for step in -40..40 {
            let mm = f64::from(step) * 0.37;
            let sine = (mm / 10.0 * std::f64::consts::TAU).sin();
            assert!((wave(mm, 10.0) - sine).abs() < 0.06, "{mm} mm");
        }
    }

    #[test]
    fn known_places_hold_what_anatomy_says() {
        let places = [
            ("ventricle", [9.0, 0.0, 17.0], Tissue::Fluid),
            ("thalamus", [-11.0, 10.0, 3.0], Tissue::Grey),
            ("centrum semiovale", [22.0, 0.0, 22.0], Tissue::White),
            ("pons", [0.0, 18.0, -30.0], Tissue::White),
            ("subarachnoid space", [0.0, 0.0, 56.5], Tissue::Fluid),
        ];
        for (name, point_mm, expected) in places {
            let found = tissue_at(DVec3::from_array(point_mm), 50.0);
            assert_eq!(found, expected, "{name}");
        }
    }
}
