//! Images that belong together, in the order they lie in the patient.

use crate::instance::{Format, Instance, SeriesHeader};
use crate::places::{may_be_copies, without_copies};
use crate::viewing::Window;
use glam::DVec3;
use serde::{Deserialize, Serialize};

/// One stack of images of one *Series Instance UID*, sorted by their position projected on the slice normal.
///
/// Instance numbers and file names are no order: scanners number from either end and copies shuffle names.
/// [`crate::split::split`] makes them.
#[derive(Clone, Debug)]
pub struct Series {
    instances: Vec<Instance>,
    copies: Vec<Instance>,
    part: String,
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
    /// What tells it from the other stacks of its series, in words; empty where it is the only one.
    pub part: String,
    /// Number of images.
    pub images: usize,
}

impl SeriesSummary {
    /// Description and part, for people.
    pub fn title(&self) -> String {
        match (self.description.as_str(), self.part.as_str()) {
            (description, "") => description.to_owned(),
            ("", part) => format!("({part})"),
            (description, part) => format!("{description} ({part})"),
        }
    }
}

impl Series {
    /// Sorts the images of one stack, told from its sisters by `part`; `None` where there are no images.
    pub(crate) fn new(images: Vec<Instance>, part: String) -> Option<Self> {
        let (mut instances, copies) = without_copies(images);
        let normal = instances.first()?.plane.map_or(DVec3::Z, |plane| plane.normal());
        let position = |instance: &Instance| instance.plane.map_or(f64::MAX, |plane| plane.origin_mm.dot(normal));
        instances.sort_by(|a, b| {
            position(a)
                .total_cmp(&position(b))
                .then(a.instance_number.cmp(&b.instance_number))
                .then(a.frame.cmp(&b.frame))
                .then_with(|| a.sop_instance_uid.cmp(&b.sop_instance_uid))
        });
        Some(Self { instances, copies, part })
    }

    /// The images in order; at least one.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Images that seem to be sent twice; their pixels decide.
    pub fn copies(&self) -> &[Instance] {
        &self.copies
    }

    /// Which image a copy repeats.
    pub(crate) fn original_of(&self, copy: &Instance) -> Option<usize> {
        let place = |image: &Instance| image.plane.map(|plane| plane.origin_mm);
        let apart_mm = |image: &Instance| Some(place(image)?.distance(place(copy)?));
        let originals = self.instances.iter().enumerate().filter(|(_, image)| may_be_copies(image, copy));
        originals
            .min_by(|a, b| apart_mm(a.1).partial_cmp(&apart_mm(b.1)).unwrap_or(std::cmp::Ordering::Equal))
            .map(|(index, _)| index)
    }

    /// An image that speaks for the series where all should agree.
    /// The middle one: first and last are where scanners put exceptions.
    pub fn middle(&self) -> &Instance {
        &self.instances[self.instances.len() / 2]
    }

    /// Whether its files say which way the patient lies.
    pub fn is_oriented(&self) -> bool {
        self.middle().format != Format::Nifti { oriented: false }
    }

    /// The window that the middle image states. That of MONOCHROME1 is of values turned over, which signal is not.
    pub fn stated_window(&self) -> Option<Window> {
        let pixels = &self.middle().pixels;
        let (centre, width) = pixels.window.filter(|_| pixels.photometric != "MONOCHROME1")?;
        Window::stated(centre, width)
    }

    /// The series as its headers state it.
    pub fn header(&self) -> &SeriesHeader {
        &self.middle().series
    }

    /// What tells it from the other stacks of its series; empty where it is the only one.
    pub fn part(&self) -> &str {
        &self.part
    }

    /// What the page shows of it.
    pub fn summary(&self) -> SeriesSummary {
        let header = self.header();
        SeriesSummary {
            series_uid: header.uid.clone(),
            number: header.number,
            description: header.description.clone(),
            part: self.part.clone(),
            images: self.instances.len(),
        }
    }
}
