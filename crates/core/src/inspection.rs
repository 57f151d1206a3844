//! What some files hold, for people who look into a folder: every study, series and part, and why it is used or not.
//! `headway inspect --json` prints it; documented in `docs/inspect.md`.

use crate::card::{GeometryLimits, InputSpec};
use crate::file::Notice;
use crate::geometry::Geometry;
use crate::intake::Intake;
use crate::reason::{Code, Reason};
use crate::selection::{SelectionReport, select};
use crate::series::{Series, SeriesSummary};
use crate::triage::WorklistView;
use crate::worklist::{Stage, WorklistRow};
use serde::Serialize;
use std::collections::BTreeSet;

/// An account of some files.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// One entry per study, in worklist order.
    pub studies: Vec<StudyInspection>,
    /// Files handed in.
    pub files_seen: usize,
    /// Files that are part of a study.
    pub files_used: usize,
    /// The rest, and why; with folders that hold none.
    pub notices: Vec<Notice>,
}

/// One study.
#[derive(Clone, Debug, Serialize)]
pub struct StudyInspection {
    /// *Study Instance UID*.
    pub study_uid: String,
    /// *Study Description*.
    pub description: String,
    /// Whether the chosen series could be given to the network.
    pub ready: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// The chosen series and part.
    pub chosen: Option<SeriesSummary>,
    /// Why it was chosen.
    pub reasons: Vec<String>,
    /// What the reader should know beside a score.
    pub cautions: Vec<String>,
    /// Every series.
    pub series: Vec<SeriesInspection>,
}

/// One series.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesInspection {
    /// *Series Instance UID*.
    pub series_uid: String,
    /// *Series Number*.
    pub number: Option<i32>,
    /// *Series Description*.
    pub description: String,
    /// *Modality*.
    pub modality: String,
    /// The stacks it holds; one where it is not split.
    pub parts: Vec<PartInspection>,
}

/// One stack.
#[derive(Clone, Debug, Serialize)]
pub struct PartInspection {
    /// What tells it from its sisters, in words; empty where it has none.
    pub part: String,
    /// Number of images.
    pub images: usize,
    /// The files they come from, images that seem to be sent twice included.
    pub files: Vec<String>,
    /// Whether it is the chosen one.
    pub chosen: bool,
    /// Why it was not chosen.
    pub rejected: Vec<Reason>,
    /// Where its voxels lie; `None` where they make no even grid.
    pub geometry: Option<GeometryInspection>,
    /// What is wrong with its geometry.
    pub defect: Option<Reason>,
}

/// The grid of a stack.
#[derive(Clone, Debug, Serialize)]
pub struct GeometryInspection {
    /// Columns, rows, slices.
    pub dims: [usize; 3],
    /// Distance between voxel centres along each, mm.
    pub spacing_mm: [f64; 3],
    /// The patient's coordinates (LPS, mm) of the first voxel.
    pub origin_mm: [f64; 3],
    /// The slice index that no image was found for.
    pub missing_slice: Option<usize>,
}

impl Inspection {
    /// Puts in words what was read and what became of it.
    pub fn new(intake: &Intake, view: &WorklistView, spec: &InputSpec) -> Self {
        Self {
            studies: view.rows.iter().map(|row| StudyInspection::new(intake, row, spec)).collect(),
            files_seen: view.files.seen,
            files_used: view.files.in_rows,
            notices: view.notices.clone(),
        }
    }
}

impl StudyInspection {
    fn new(intake: &Intake, row: &WorklistRow, spec: &InputSpec) -> Self {
        let stacks = intake.stacks(&row.key);
        // The row joins parts that are rejected alike; here each has its own entry.
        let (report, _) = select(stacks.clone(), None, spec);
        let reason = match &row.stage {
            Stage::NotScored { reason } | Stage::Failed { reason } if reason.code != Code::Abstained => {
                Some(reason.clone())
            }
            _ => None,
        };
        Self {
            study_uid: row.key.study_uid.clone(),
            description: row.study.description.clone(),
            ready: reason.is_none(),
            reason,
            chosen: report.chosen.clone(),
            reasons: report.reasons.clone(),
            cautions: row.cautions.clone(),
            series: series(&stacks, &report, &spec.geometry),
        }
    }
}

/// The stacks of a study, which come series by series.
fn series(stacks: &[Series], report: &SelectionReport, limits: &GeometryLimits) -> Vec<SeriesInspection> {
    let same = |a: &Series, b: &Series| a.header().uid == b.header().uid;
    let mut all: Vec<SeriesInspection> = stacks
        .chunk_by(same)
        .map(|parts| {
            let header = parts[0].header();
            SeriesInspection {
                series_uid: header.uid.clone(),
                number: header.number,
                description: header.description.clone(),
                modality: header.modality.clone(),
                parts: parts.iter().map(|part| PartInspection::new(part, report, limits)).collect(),
            }
        })
        .collect();
    all.sort_by(|a, b| a.number.cmp(&b.number).then_with(|| a.series_uid.cmp(&b.series_uid)));
    all
}

impl PartInspection {
    fn new(part: &Series, report: &SelectionReport, limits: &GeometryLimits) -> Self {
        let summary = part.summary();
        let geometry = Geometry::of(part, limits);
        let images = part.instances().iter().chain(part.copies());
        let mut seen = BTreeSet::new();
        Self {
            images: part.instances().len(),
            files: images.map(|image| image.path.clone()).filter(|path| seen.insert(path.clone())).collect(),
            chosen: report.chosen.as_ref() == Some(&summary),
            rejected: report
                .rejected
                .iter()
                .find(|rejected| rejected.series == summary)
                .map(|rejected| rejected.reasons.clone())
                .unwrap_or_default(),
            defect: geometry.as_ref().err().cloned(),
            geometry: geometry.ok().map(|geometry| GeometryInspection {
                dims: geometry.dims,
                spacing_mm: geometry.spacing_mm().to_array(),
                origin_mm: geometry.patient_from_voxel.translation.to_array(),
                missing_slice: geometry.missing_slice,
            }),
            part: summary.part,
        }
    }
}
