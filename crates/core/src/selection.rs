//! Which series of a study is the one the model was made for, why, and why not the others.

use crate::card::InputSpec;
use crate::contrast::{Contrast, contrast_of};
use crate::geometry::Geometry;
use crate::instance::Format;
use crate::reason::{Code, Reason};
use crate::series::{Series, SeriesSummary};
use serde::{Deserialize, Serialize};

/// The outcome of the choice, for the row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelectionReport {
    /// The chosen series.
    pub chosen: Option<SeriesSummary>,
    /// Why it was chosen, a phrase each.
    pub reasons: Vec<String>,
    /// Every other series, and why not.
    pub rejected: Vec<RejectedSeries>,
}

/// A series that was not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectedSeries {
    /// Which.
    pub series: SeriesSummary,
    /// Every reason against it; at least one.
    pub reasons: Vec<Reason>,
}

/// The chosen series, ready to be read.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its images, in order along the normal.
    pub series: Series,
    /// Where its voxels lie.
    pub geometry: Geometry,
}

/// Chooses among the series of one study.
///
/// # Errors
/// The reason to show on the row where no series can be scored:
/// the chosen series' own defect if there is one, else [`Code::NoSuitableSeries`].
pub fn select(series: Vec<Series>, spec: &InputSpec) -> (SelectionReport, Result<Stack, Reason>) {
    let mut report = SelectionReport::default();
    let mut candidates = Vec::new();
    for series in series {
        match Candidate::judge(series, spec) {
            Ok(candidate) => candidates.push(candidate),
            Err(rejected) => report.rejected.push(rejected),
        }
    }
    candidates.sort_by(Candidate::compare);
    let mut outcome = None;
    for Candidate { series, reasons, geometry } in candidates {
        let summary = series.summary();
        if report.chosen.is_none() {
            // The best one is the study's, sound or not: its defect is what the reader must hear of.
            report.chosen = Some(summary);
            report.reasons = reasons;
            report.reasons.extend(geometry.as_ref().map(Geometry::describe).ok());
            outcome = Some(geometry.map(|geometry| Stack { series, geometry }));
            continue;
        }
        report.rejected.push(match geometry {
            Err(reason) => RejectedSeries { series: summary, reasons: vec![reason] },
            Ok(_) => second_choice(summary, report.chosen.as_ref()),
        });
    }
    report.rejected.sort_by(|a, b| {
        a.series.number.cmp(&b.series.number).then_with(|| a.series.series_uid.cmp(&b.series.series_uid))
    });
    let outcome = outcome.unwrap_or_else(|| Err(no_suitable_series(&report.rejected, spec)));
    (report, outcome)
}

/// A series the rules allow; its geometry may still forbid it.
struct Candidate {
    series: Series,
    reasons: Vec<String>,
    geometry: Result<Geometry, Reason>,
}

impl Candidate {
    fn judge(series: Series, spec: &InputSpec) -> Result<Self, RejectedSeries> {
        let mut against = Vec::new();
        let mut reasons = Vec::new();
        for rule in RULES {
            match rule(&series, spec) {
                Ok(reason) => reasons.extend(reason),
                Err(reason) => against.push(reason),
            }
        }
        if !against.is_empty() {
            return Err(RejectedSeries { series: series.summary(), reasons: against });
        }
        let geometry = Geometry::of(&series, &spec.geometry).and_then(|g| g.covers_a_head(spec).map(|()| g));
        Ok(Self { series, reasons, geometry })
    }

    /// Best first: sound geometry, larger coverage in steps of 20 mm, finer pixels, lower series number, UID.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let rank = |c: &Self| match &c.geometry {
            Ok(g) => (0, -((g.extent_mm().z / 20.0) as i64), (g.spacing_mm().x * 100.0) as i64),
            Err(_) => (1, -(c.series.instances().len() as i64), 0),
        };
        let (a, b) = (self.series.header(), other.series.header());
        rank(self).cmp(&rank(other)).then(a.number.cmp(&b.number)).then_with(|| a.uid.cmp(&b.uid))
    }
}

/// Judges one property of a series: a phrase for it, nothing to say, or a reason against it.
type Rule = fn(&Series, &InputSpec) -> Result<Option<String>, Reason>;

const RULES: &[Rule] =
    &[modality, placed_frames, not_a_localizer, not_derived, body_part, plane, contrast, enough_slices];

fn modality(series: &Series, spec: &InputSpec) -> Result<Option<String>, Reason> {
    if matches!(series.middle().format, Format::Nifti { .. }) {
        return Ok(Some(format!("modality not stated by the file (NIfTI), taken for {}", spec.modality)));
    }
    let found = &series.header().modality;
    if *found == spec.modality {
        return Ok(None);
    }
    let shown = if found.is_empty() { "not stated" } else { found };
    Err(Reason::new(Code::WrongModality, format!("Modality {shown}, not {}.", spec.modality)))
}

fn placed_frames(series: &Series, _: &InputSpec) -> Result<Option<String>, Reason> {
    let middle = series.middle();
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

fn not_a_localizer(series: &Series, _: &InputSpec) -> Result<Option<String>, Reason> {
    let description = series.header().description.to_lowercase();
    let named = ["localizer", "localiser", "scout", "survey", "3-plane", "3plane", "loc "]
        .iter()
        .any(|word| description.contains(word));
    if named || series.middle().acquisition.image_type.iter().any(|t| t == "LOCALIZER") {
        return Err(Reason::new(Code::Localizer, "A localizer, taken to plan the other series."));
    }
    Ok(None)
}

fn not_derived(series: &Series, _: &InputSpec) -> Result<Option<String>, Reason> {
    const COMPUTED: &[&str] = &[
        "ADC",
        "EADC",
        "FA",
        "TRACE",
        "TRACEW",
        "MIP",
        "MNIP",
        "MPR",
        "PROJECTION IMAGE",
        "SUBTRACT",
        "SUBTRACTION",
        "TENSOR",
    ];
    let image_type = &series.middle().acquisition.image_type;
    // GE writes ORIGINAL\\PRIMARY\\MPR for what it acquired, so the first value has to say so too (PS3.3 C.7.6.1.1.2).
    let derived = image_type.first().is_some_and(|first| first == "DERIVED");
    match image_type.iter().find(|t| derived && COMPUTED.contains(&t.as_str())) {
        Some(kind) => {
            Err(Reason::new(Code::DerivedImage, format!("Computed from other images ({kind}), not acquired.")))
        }
        None => Ok(None),
    }
}

fn body_part(series: &Series, spec: &InputSpec) -> Result<Option<String>, Reason> {
    const HEAD: &[&str] = &["HEAD", "BRAIN", "SKULL", "NEURO", "CRANI"];
    const ELSEWHERE: &[&str] = &[
        "SPINE", "NECK", "KNEE", "SHOULDER", "ABDOMEN", "PELVIS", "CHEST", "HEART", "HIP", "ANKLE", "FOOT", "WRIST",
        "HAND", "ELBOW", "BREAST", "PROSTATE", "LIVER", "LUMBAR", "THORA",
    ];
    let header = series.header();
    let stated = header.body_part.to_uppercase();
    let described = format!("{} {}", header.description, series.middle().study.description).to_uppercase();
    if HEAD.iter().any(|word| stated.contains(word)) {
        return Ok(Some(format!("{}: the header states {}", spec.body_part, header.body_part)));
    }
    if !stated.is_empty() && ELSEWHERE.iter().any(|word| stated.contains(word)) {
        return Err(Reason::new(
            Code::WrongBodyPart,
            format!("The header states body part {}, not head.", header.body_part),
        ));
    }
    if HEAD.iter().any(|word| described.contains(word)) {
        return Ok(Some(format!("{}: the descriptions say so", spec.body_part)));
    }
    match ELSEWHERE.iter().find(|word| described.contains(*word)) {
        Some(word) => Err(Reason::new(
            Code::WrongBodyPart,
            format!("The descriptions speak of {}, not of a head.", word.to_lowercase()),
        )),
        None => Ok(Some("no body part stated; taken for a head".to_owned())),
    }
}

fn plane(series: &Series, spec: &InputSpec) -> Result<Option<String>, Reason> {
    let Some(plane) = series.middle().plane else {
        return Err(Reason::new(
            Code::MissingAttribute,
            "No position, orientation or pixel spacing in the header: the images cannot be stacked.",
        ));
    };
    let normal = plane.normal().abs();
    let off_axial_degrees = normal.z.min(1.0).acos().to_degrees();
    if off_axial_degrees <= spec.geometry.max_obliquity_degrees {
        return Ok(Some(format!("{}: {off_axial_degrees:.0}° from the horizontal plane", spec.plane)));
    }
    let found = if normal.x > normal.y && normal.x > normal.z {
        "sagittal"
    } else if normal.y > normal.z {
        "coronal"
    } else {
        "oblique"
    };
    Err(Reason::new(
        Code::WrongPlane,
        format!(
            "Acquired in a {found} plane ({off_axial_degrees:.0}° from axial); the model needs {} images.",
            spec.plane
        ),
    ))
}

fn contrast(series: &Series, _: &InputSpec) -> Result<Option<String>, Reason> {
    let (found, why) = contrast_of(&series.middle().acquisition, &series.header().description);
    match found {
        Contrast::T2 => Ok(Some(why)),
        _ => Err(Reason::new(Code::WrongContrast, format!("Not {}: {why}.", Contrast::T2.name()))),
    }
}

fn enough_slices(series: &Series, spec: &InputSpec) -> Result<Option<String>, Reason> {
    let (found, needed) = (series.instances().len(), spec.geometry.min_slices);
    if found >= needed {
        return Ok(None);
    }
    let images = if found == 1 { "1 image".to_owned() } else { format!("{found} images") };
    Err(Reason::new(Code::TooFewSlices, format!("Only {images}; a head needs {needed} slices at least.")))
}

fn second_choice(series: SeriesSummary, chosen: Option<&SeriesSummary>) -> RejectedSeries {
    let better = chosen.map_or_else(String::new, |c| format!(" {}", named(c)));
    RejectedSeries {
        series,
        reasons: vec![Reason::new(Code::SecondChoice, format!("Suitable, but{better} covers more or is finer."))],
    }
}

fn named(series: &SeriesSummary) -> String {
    if series.description.is_empty() {
        "one without a description".to_owned()
    } else {
        format!("\"{}\"", series.description)
    }
}

fn no_suitable_series(rejected: &[RejectedSeries], spec: &InputSpec) -> Reason {
    let only = match rejected {
        [one] => format!(" Its one series, {}: {}", named(&one.series), one.reasons[0].text),
        _ => String::new(),
    };
    Reason::new(
        Code::NoSuitableSeries,
        format!("No {} {} series of the {} in this study.{only}", spec.plane, Contrast::T2.name(), spec.body_part),
    )
}
