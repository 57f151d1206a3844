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

/// The patient as one series shows them.
pub(crate) struct Phantom {
    marker: Option<Ellipsoid>,
}

impl Phantom {
    pub(crate) fn new(marker: Option<Place>) -> Self {
        let ball =
            |place: Place| Ellipsoid { centre_mm: place.position_mm(), semi_axes_mm: DVec3::splat(MARKER_RADIUS_MM) };
        Self { marker: marker.map(ball) }
    }

    /// The tissue at a point in patient coordinates, mm.
    pub(crate) fn tissue_at(&self, point_mm: DVec3) -> Tissue {
        let marked = self.marker.as_ref().is_some_and(|marker| marker.holds(point_mm));
        if marked { Tissue::Marker } else { head::tissue_at(point_mm) }
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
        let phantom = Phantom::new(None);
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
        let phantom = Phantom::new(None);
        let brain = |&p: &DVec3| matches!(phantom.tissue_at(p), Tissue::Grey | Tissue::White);
        let litres = grid(2.0).filter(brain).count() as f64 * 8.0 / 1e6;
        assert!((0.9..1.5).contains(&litres), "{litres} L");
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
            let marked = Phantom::new(Some(place));
            assert_eq!(marked.tissue_at(centre_mm), Tissue::Marker, "{place:?}");
        }
    }
}
