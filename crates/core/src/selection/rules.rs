//! What a series must be to be scored, one rule each: a phrase for it, or a reason against it in words.

use crate::card::InputSpec;
use crate::contrast::{Contrast, Weighting, weighting};
use crate::instance::{Format, Plane};
use crate::reason::{Code, Reason};
use crate::series::Series;
use crate::words::{CAPTURES, COMPUTED, COMPUTED_TYPES, ELSEWHERE, HEAD, LOCALIZERS, PHANTOMS, Text};
use dicom_dictionary_std::uids;

/// What the rules look at.
pub(super) struct Facts<'a> {
    pub(super) series: &'a Series,
    pub(super) spec: &'a InputSpec,
    pub(super) weighting: Weighting,
    /// The words of its description. A protocol's name is often that of the whole examination (`LOC + BRAIN`).
    pub(super) words: Text,
    /// *Image Type*.
    image_type: Text,
}

impl<'a> Facts<'a> {
    pub(super) fn new(series: &'a Series, spec: &'a InputSpec) -> Self {
        let middle = series.middle();
        Self {
            series,
            spec,
            weighting: weighting(middle, &spec.timing),
            words: Text::of([middle.series.description.as_str()]),
            image_type: Text::of(middle.acquisition.image_type.iter().map(String::as_str)),
        }
    }

    fn is(&self, image_type: &str) -> bool {
        self.series.middle().acquisition.image_type.iter().any(|value| value == image_type)
    }

    /// Whether the images lie in the plane that the model was made for.
    pub(super) fn is_in_plane(&self) -> bool {
        self.off_axial_degrees().is_some_and(|degrees| degrees <= self.spec.geometry.max_obliquity_degrees)
    }

    fn off_axial_degrees(&self) -> Option<f64> {
        let normal = self.series.middle().plane?.normal();
        Some(normal.z.abs().min(1.0).acos().to_degrees())
    }

    /// Widest mean distance between neighbouring voxels, mm; endless for a single image.
    fn widest_spacing_mm(&self) -> f64 {
        let planes: Vec<Plane> = self.series.instances().iter().filter_map(|instance| instance.plane).collect();
        let [first, .., last] = planes.as_slice() else { return f64::INFINITY };
        let between_slices_mm =
            (last.origin_mm - first.origin_mm).dot(first.normal()).abs() / (planes.len() - 1) as f64;
        between_slices_mm.max(first.row_spacing_mm).max(first.column_spacing_mm)
    }

    /// Computed from other images, or taken after the examination (PS3.3 C.7.6.1.1.2).
    pub(super) fn is_second_hand(&self) -> bool {
        self.is("DERIVED") || self.is("SECONDARY")
    }
}

/// Judges one property of a series: a phrase for it, nothing to say, or a reason against it.
type Rule = fn(&Facts) -> Result<Option<String>, Reason>;

/// Whether the reader's choice of a series may set a rule aside.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Force {
    /// Never: without it there is nothing that could be scored.
    Firm,
    /// With a caution.
    ReadersChoice,
}

pub(super) const RULES: &[(Force, Rule)] = &[
    (Force::Firm, modality),
    (Force::Firm, not_a_capture),
    (Force::Firm, placed_frames),
    (Force::ReadersChoice, not_a_phantom),
    (Force::ReadersChoice, not_a_localizer),
    (Force::ReadersChoice, not_computed),
    (Force::ReadersChoice, body_part),
    (Force::Firm, plane),
    (Force::ReadersChoice, contrast),
    (Force::Firm, enough_slices),
];

fn modality(facts: &Facts) -> Result<Option<String>, Reason> {
    let spec = facts.spec;
    if matches!(facts.series.middle().format, Format::Nifti { .. }) {
        return Ok(Some(format!("modality not stated by the file (NIfTI), taken for {}", spec.modality)));
    }
    let found = &facts.series.header().modality;
    if *found == spec.modality {
        return Ok(None);
    }
    let shown = if found.is_empty() { "not stated" } else { found };
    Err(Reason::new(Code::WrongModality, format!("Modality {shown}, not {}.", spec.modality)))
}

fn not_a_capture(facts: &Facts) -> Result<Option<String>, Reason> {
    const CLASSES: &[&str] = &[
        uids::SECONDARY_CAPTURE_IMAGE_STORAGE,
        uids::MULTI_FRAME_GRAYSCALE_BYTE_SECONDARY_CAPTURE_IMAGE_STORAGE,
        uids::MULTI_FRAME_GRAYSCALE_WORD_SECONDARY_CAPTURE_IMAGE_STORAGE,
        uids::MULTI_FRAME_TRUE_COLOR_SECONDARY_CAPTURE_IMAGE_STORAGE,
        uids::MULTI_FRAME_SINGLE_BIT_SECONDARY_CAPTURE_IMAGE_STORAGE,
    ];
    let class = facts.series.middle().sop_class_uid.as_str();
    if CLASSES.contains(&class) || facts.image_type.names(CAPTURES).is_some() {
        return Err(Reason::new(
            Code::SecondaryCapture,
            "A secondary capture: a picture of a screen or page, not what the scanner acquired.",
        ));
    }
    Ok(None)
}

fn placed_frames(facts: &Facts) -> Result<Option<String>, Reason> {
    let middle = facts.series.middle();
    if middle.pixels.frames > 1 && middle.plane.is_none() {
        return Err(Reason::new(
            Code::MultiFrame,
            format!(
                "{} frames in one file, which does not say where each of them lies. Export the series as single images or as Enhanced MR.",
                middle.pixels.frames
            ),
        ));
    }
    Ok(None)
}

fn not_a_phantom(facts: &Facts) -> Result<Option<String>, Reason> {
    let middle = facts.series.middle();
    let named = Text::of([&middle.patient.name, &middle.patient.id, &middle.study.description].map(String::as_str));
    match facts.words.names(PHANTOMS).or_else(|| named.names(PHANTOMS)) {
        Some(word) => {
            Err(Reason::new(Code::Phantom, format!("A test object, not a patient: the header speaks of \"{word}\".")))
        }
        None => Ok(None),
    }
}

fn not_a_localizer(facts: &Facts) -> Result<Option<String>, Reason> {
    if facts.words.names(LOCALIZERS).is_some() || facts.is("LOCALIZER") {
        return Err(Reason::new(Code::Localizer, "A localizer, taken to plan the other series."));
    }
    Ok(None)
}

fn not_computed(facts: &Facts) -> Result<Option<String>, Reason> {
    let computed = |kind: &str| {
        Err(Reason::new(Code::DerivedImage, format!("Computed from other images ({kind}), not acquired.")))
    };
    // GE writes ORIGINAL\\PRIMARY\\MPR for what it acquired, so the first value has to say so too.
    let derived = facts.is("DERIVED").then(|| facts.image_type.names(COMPUTED_TYPES)).flatten();
    let described = || facts.words.names(COMPUTED).filter(|_| facts.is_second_hand() || !facts.is("ORIGINAL"));
    derived.or_else(described).map_or(Ok(None), |kind| computed(&kind.to_uppercase()))
}

fn body_part(facts: &Facts) -> Result<Option<String>, Reason> {
    let (spec, header) = (facts.spec, facts.series.header());
    let elsewhere = |text: String| Err(Reason::new(Code::WrongBodyPart, text));
    let stated = Text::of([header.body_part.as_str()]);
    let study = Text::of([facts.series.middle().study.description.as_str()]);
    if let (None, Some(word)) = (facts.words.names(HEAD), facts.words.names(ELSEWHERE)) {
        return elsewhere(format!("Its description speaks of \"{word}\", not of a head."));
    }
    if stated.names(HEAD).is_some() {
        return Ok(Some(format!("{}: the header states {}", spec.body_part, header.body_part)));
    }
    if stated.names(ELSEWHERE).is_some() {
        return elsewhere(format!("The header states body part {}, not head.", header.body_part));
    }
    if facts.words.names(HEAD).or_else(|| study.names(HEAD)).is_some() {
        return Ok(Some(format!("{}: the descriptions say so", spec.body_part)));
    }
    match study.names(ELSEWHERE) {
        Some(word) => elsewhere(format!("The description of the study speaks of \"{word}\", not of a head.")),
        None => Ok(Some("no body part stated; taken for a head".to_owned())),
    }
}

fn plane(facts: &Facts) -> Result<Option<String>, Reason> {
    let spec = facts.spec;
    let Some(plane) = facts.series.middle().plane else {
        return Err(Reason::new(
            Code::MissingAttribute,
            "No position, orientation or pixel spacing in the header: the images cannot be stacked.",
        ));
    };
    let normal = plane.normal().abs();
    let off_axial_degrees = facts.off_axial_degrees().unwrap_or_default();
    if facts.is_in_plane() {
        return Ok(Some(format!("{}: {off_axial_degrees:.0}° from the horizontal plane", spec.plane)));
    }
    let found = if normal.x > normal.y && normal.x > normal.z {
        "sagittal"
    } else if normal.y > normal.z {
        "coronal"
    } else {
        "oblique"
    };
    let (widest_mm, finest_mm) = (facts.widest_spacing_mm(), spec.geometry.max_any_plane_spacing_mm);
    if widest_mm <= finest_mm {
        return Ok(Some(format!("{found}, in voxels of {widest_mm:.1} mm at most: reformatted to {}", spec.plane)));
    }
    let apart = if widest_mm.is_finite() { format!(", {widest_mm:.1} mm from voxel to voxel") } else { String::new() };
    Err(Reason::new(
        Code::WrongPlane,
        format!(
            "Acquired in a {found} plane ({off_axial_degrees:.0}° from axial){apart}; the model needs {} images, or voxels up to {finest_mm:.1} mm.",
            spec.plane
        ),
    ))
}

fn contrast(facts: &Facts) -> Result<Option<String>, Reason> {
    let found = &facts.weighting;
    if found.contrast == Contrast::T2 {
        return Ok(Some(found.why.clone()));
    }
    Err(Reason::new(Code::WrongContrast, format!("Not {}: {}.", Contrast::T2.name(), found.why)))
}

fn enough_slices(facts: &Facts) -> Result<Option<String>, Reason> {
    let (found, needed) = (facts.series.instances().len(), facts.spec.geometry.min_slices);
    if found >= needed {
        return Ok(None);
    }
    let images = if found == 1 { "1 image".to_owned() } else { format!("{found} images") };
    Err(Reason::new(Code::TooFewSlices, format!("Only {images}; a head needs {needed} slices at least.")))
}
