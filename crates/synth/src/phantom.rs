//! What lies at a point of the synthetic patient: the head, and what the recipe puts into it.
//!
//! Points are in DICOM patient coordinates, mm: x to the Left, y to the Posterior, z to the Head
//! (PS3.3 C.7.6.2.1.1). The origin lies in the middle of the head.
//! Every shape is a closed formula of exact operations, so all platforms draw the same head.

use crate::head;
use glam::DVec3;
use serde::Deserialize;

/// Radius of the marker, mm.
const MARKER_RADIUS_MM: f64 = 8.0;

/// What a voxel can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tissue {
    Air,
    Fat,
    Muscle,
    Bone,
    /// Cerebrospinal fluid, and the eye's vitreous body.
    Fluid,
    Grey,
    White,
    Lesion,
    Marker,
}

/// A named place inside the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The patient's left: x = +45 mm.
    Left,
    /// The patient's right: x = -45 mm.
    Right,
    /// Towards the face: y = -60 mm.
    Anterior,
    /// Towards the back of the head: y = +60 mm.
    Posterior,
    /// Towards the vertex: z = +40 mm.
    Superior,
    /// Towards the neck: z = -40 mm.
    Inferior,
}

impl Place {
    /// The place in patient coordinates, mm.
    pub fn position_mm(self) -> DVec3 {
        match self {
            Self::Left => DVec3::X * 45.0,
            Self::Right => DVec3::X * -45.0,
            Self::Anterior => DVec3::Y * -60.0,
            Self::Posterior => DVec3::Y * 60.0,
            Self::Superior => DVec3::Z * 40.0,
            Self::Inferior => DVec3::Z * -40.0,
        }
    }
}

/// Abnormal tissue: an ellipsoid, or what of it lies in healthy brain.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesion {
    /// Its centre in patient coordinates, mm.
    pub centre_mm: DVec3,
    /// Half its length along each of the patient's axes, mm.
    pub semi_axes_mm: DVec3,
    /// What it is made of.
    #[serde(default)]
    pub fill: Fill,
    /// What it takes the place of.
    #[serde(default)]
    pub within: Within,
}

/// What a lesion is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Swollen or scarred tissue: bright on T2, less than fluid.
    #[default]
    Oedema,
    /// As bright as grey matter: the solid part of a tumour.
    Solid,
    /// Fluid: a cyst, or what has died.
    Fluid,
}

impl Fill {
    fn tissue(self) -> Tissue {
        match self {
            Self::Oedema => Tissue::Lesion,
            Self::Solid => Tissue::Grey,
            Self::Fluid => Tissue::Fluid,
        }
    }
}

/// What a lesion takes the place of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// Whatever lies there.
    #[default]
    Anything,
    /// Grey and white matter: fluid stays fluid.
    Brain,
    /// White matter alone.
    White,
}

impl Within {
    fn takes(self, tissue: Tissue) -> bool {
        match self {
            Self::Anything => true,
            Self::Brain => matches!(tissue, Tissue::Grey | Tissue::White),
            Self::White => tissue == Tissue::White,
        }
    }
}

/// The patient as one series shows them.
pub(crate) struct Phantom<'a> {
    marker: Option<Ellipsoid>,
    lesions: &'a [Lesion],
}

impl<'a> Phantom<'a> {
    pub(crate) fn new(marker: Option<Place>, lesions: &'a [Lesion]) -> Self {
        let ball =
            |place: Place| Ellipsoid { centre_mm: place.position_mm(), semi_axes_mm: DVec3::splat(MARKER_RADIUS_MM) };
        Self { marker: marker.map(ball), lesions }
    }

    /// The tissue at a point in patient coordinates, mm. Of two lesions at one place the later counts.
    pub(crate) fn tissue_at(&self, point_mm: DVec3) -> Tissue {
        if self.marker.as_ref().is_some_and(|marker| marker.holds(point_mm)) {
            return Tissue::Marker;
        }
        let healthy = head::tissue_at(point_mm);
        let holds = |lesion: &&Lesion| {
            let Lesion { centre_mm, semi_axes_mm, within, .. } = **lesion;
            Ellipsoid { centre_mm, semi_axes_mm }.holds(point_mm) && within.takes(healthy)
        };
        self.lesions.iter().rev().find(holds).map_or(healthy, |lesion| lesion.fill.tissue())
    }
}

/// An ellipsoid with its axes along the patient's.
pub(crate) struct Ellipsoid {
    pub(crate) centre_mm: DVec3,
    pub(crate) semi_axes_mm: DVec3,
}

impl Ellipsoid {
    pub(crate) const fn new(centre_mm: [f64; 3], semi_axes_mm: [f64; 3]) -> Self {
        Self { centre_mm: DVec3::from_array(centre_mm), semi_axes_mm: DVec3::from_array(semi_axes_mm) }
    }

    /// Squared distance from the centre as a fraction of the surface's: below 1 inside.
    pub(crate) fn level(&self, point_mm: DVec3) -> f64 {
        ((point_mm - self.centre_mm) / self.semi_axes_mm).length_squared()
    }

    pub(crate) fn holds(&self, point_mm: DVec3) -> bool {
        self.level(point_mm) < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points of a grid of `step_mm` over the whole patient.
    fn grid(step_mm: f64) -> impl Iterator<Item = DVec3> {
        let axis = move || (-60..=60).map(move |i| f64::from(i) * step_mm);
        axis().flat_map(move |z| axis().flat_map(move |y| axis().map(move |x| DVec3::new(x, y, z))))
    }

    #[test]
    fn the_head_has_an_adults_size() {
        let phantom = Phantom::new(None, &[]);
        let (mut low, mut high) = (DVec3::MAX, DVec3::MIN);
        for point in grid(2.0).filter(|&p| phantom.tissue_at(p) != Tissue::Air) {
            low = low.min(point);
            high = high.max(point);
        }
        let size_mm = high - low;
        let expected_mm = DVec3::new(150.0, 196.0, 175.0);
        assert!((size_mm - expected_mm).abs().max_element() <= 6.0, "{size_mm}");
    }

    #[test]
    fn the_brain_has_an_adults_volume() {
        let phantom = Phantom::new(None, &[]);
        let brain = |&p: &DVec3| matches!(phantom.tissue_at(p), Tissue::Grey | Tissue::White);
        let litres = grid(2.0).filter(brain).count() as f64 * 8.0 / 1e6;
        assert!((0.9..1.5).contains(&litres), "{litres} L");
    }

    #[test]
    fn a_lesion_has_its_size_and_place() {
        let centre_mm = DVec3::new(-30.0, 10.0, 25.0);
        let semi_axes_mm = DVec3::new(12.0, 20.0, 16.0);
        let lesion = Lesion { centre_mm, semi_axes_mm, fill: Fill::Oedema, within: Within::Anything };
        let phantom = Phantom::new(None, std::slice::from_ref(&lesion));
        let found: Vec<DVec3> = grid(1.5).filter(|&p| phantom.tissue_at(p) == Tissue::Lesion).collect();
        let volume_ml = found.len() as f64 * 1.5_f64.powi(3) / 1000.0;
        let middle_mm = found.iter().sum::<DVec3>() / found.len() as f64;
        let expected_ml = 4.0 / 3.0 * std::f64::consts::PI * semi_axes_mm.element_product() / 1000.0;
        assert!((volume_ml - expected_ml).abs() < 0.03 * expected_ml, "{volume_ml} mL");
        assert!(middle_mm.distance(centre_mm) < 0.5, "{middle_mm}");
    }

    #[test]
    fn a_lesion_of_white_matter_leaves_fluid_alone_and_the_later_of_two_counts() {
        let centre_mm = DVec3::new(20.0, 0.0, 18.0);
        let whole = Lesion { centre_mm, semi_axes_mm: DVec3::splat(18.0), fill: Fill::Oedema, within: Within::White };
        let core = Lesion { semi_axes_mm: DVec3::splat(6.0), fill: Fill::Fluid, within: Within::Brain, ..whole };
        let (healthy, lesions) = (Phantom::new(None, &[]), [whole, core]);
        let phantom = Phantom::new(None, &lesions);
        let ventricle_mm = DVec3::new(9.0, 0.0, 17.0);
        assert_eq!(phantom.tissue_at(ventricle_mm), Tissue::Fluid);
        assert_eq!((healthy.tissue_at(centre_mm), phantom.tissue_at(centre_mm)), (Tissue::White, Tissue::Fluid));
        let changed: Vec<DVec3> = grid(2.0).filter(|&p| phantom.tissue_at(p) == Tissue::Lesion).collect();
        assert!(changed.len() > 100 && changed.iter().all(|&p| healthy.tissue_at(p) == Tissue::White));
    }

    #[test]
    fn markers_lie_inside_the_head_on_their_side() {
        let outward = [
            (Place::Left, DVec3::X),
            (Place::Right, -DVec3::X),
            (Place::Anterior, -DVec3::Y),
            (Place::Posterior, DVec3::Y),
            (Place::Superior, DVec3::Z),
            (Place::Inferior, -DVec3::Z),
        ];
        for (place, direction) in outward {
            let centre_mm = place.position_mm();
            assert!(centre_mm.dot(direction) > 30.0, "{place:?}");
            let beyond_mm = centre_mm + direction * MARKER_RADIUS_MM;
            assert_ne!(head::tissue_at(beyond_mm), Tissue::Air, "{place:?}");
            let marked = Phantom::new(Some(place), &[]);
            assert_eq!(marked.tissue_at(centre_mm), Tissue::Marker, "{place:?}");
        }
    }
}
