//! Images that belong together, in the order they lie in the patient.

use crate::instance::{Instance, SeriesHeader};
use glam::DVec3;
use serde::{Deserialize, Serialize};

/// The images of one *Series Instance UID*, sorted by their position projected on the slice normal.
///
/// Instance numbers and file names are no order: scanners number from either end and copies shuffle names.
#[derive(Clone, Debug)]
pub struct Series {
    instances: Vec<Instance>,
}

/// What the page shows of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesSummary {
    /// *Series Instance UID*.
    pub series_uid: String,
    /// *Series Number*.
    pub number: Option<i32>,
    /// *Series Description*.
    pub description: String,
    /// Number of images.
    pub images: usize,
}

impl Series {
    /// Sorts the images; `None` where there are none.
    pub fn new(mut instances: Vec<Instance>) -> Option<Self> {
        let normal = instances.first()?.plane.map_or(DVec3::Z, |plane| plane.normal());
        let position = |instance: &Instance| instance.plane.map_or(f64::MAX, |plane| plane.origin_mm.dot(normal));
        instances.sort_by(|a, b| {
            position(a)
                .total_cmp(&position(b))
                .then(a.instance_number.cmp(&b.instance_number))
                .then_with(|| a.sop_instance_uid.cmp(&b.sop_instance_uid))
        });
        Some(Self { instances })
    }

    /// The images in order; at least one.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// An image that speaks for the series where all should agree.
    /// The middle one: first and last are where scanners put exceptions.
    pub fn middle(&self) -> &Instance {
        &self.instances[self.instances.len() / 2]
    }

    /// The series as its headers state it.
    pub fn header(&self) -> &SeriesHeader {
        &self.middle().series
    }

    /// What the page shows of it.
    pub fn summary(&self) -> SeriesSummary {
        let header = self.header();
        SeriesSummary {
            series_uid: header.uid.clone(),
            number: header.number,
            description: header.description.clone(),
            images: self.instances.len(),
        }
    }
}
