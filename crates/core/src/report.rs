//! The worklist as JSON: what the command line prints and the page exports. Documented in `docs/report.md`.

use crate::card::ModelIdentity;
use crate::card::evidence::on_hundred;
use crate::file::Notice;
use crate::finding::{Band, DeviceReport};
use crate::range::ScoreRange;
use crate::reason::Reason;
use crate::selection::{RejectedSeries, Score};
use crate::triage::WorklistView;
use crate::worklist::list::List;
use crate::worklist::moment::Moment;
use crate::worklist::order::{Order, arrange};
use crate::worklist::{Stage, StageMillis, WorklistRow};
use serde::Serialize;

/// A run over some files.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The model in use.
    pub model: ModelIdentity,
    /// What its scores are, in the words that stand beside every one of them.
    pub score_means: &'static str,
    /// The device in use; `None` where nothing needed one.
    pub device: Option<DeviceReport>,
    /// One entry per study, in worklist order.
    pub studies: Vec<StudyReport>,
    /// Account of the files.
    pub files: FilesReport,
}

/// One study.
#[derive(Clone, Debug, Serialize)]
pub struct StudyReport {
    /// *Study Instance UID*.
    pub study_uid: String,
    /// *Accession Number*; null where none is stated.
    pub accession_number: Option<String>,
    /// *Patient ID*; null where none is stated.
    pub patient_id: Option<String>,
    /// *Study Date*, `YYYYMMDD`; null where none is stated.
    pub study_date: Option<String>,
    /// Manufacturer and model; null where none is stated.
    pub scanner: Option<String>,
    /// *Study Date* of the patient's newest examination in the run, where this is an older one.
    pub prior_of: Option<String>,
    /// `scored`, `not_scored` or `failed`; another stage where the run was cut short.
    pub state: &'static str,
    /// Why there is no score.
    pub reason: Option<Reason>,
    /// Calibrated, 0 to 1; null where withheld or without meaning.
    pub score: Option<f64>,
    /// The same on the scale that people are shown, rounded.
    pub score_0_to_100: Option<u8>,
    /// How far the score moves when the head is mirrored and shifted a little; null where that was not asked for.
    pub range_under_small_shifts: Option<ScoreRange>,
    /// Raw output of the network.
    pub logit: Option<f64>,
    /// Band of the score.
    pub band: Option<Band>,
    /// *Series Instance UID* of the chosen series.
    pub series_uid: Option<String>,
    /// Its description.
    pub series_description: Option<String>,
    /// Which part of it, where it holds several stacks; else empty.
    pub series_part: Option<String>,
    /// `rules` or `reader`.
    pub chosen_by: &'static str,
    /// Why it was chosen.
    pub reasons: Vec<String>,
    /// How it stands in each criterion, most important first.
    pub scores: Vec<Score>,
    /// *Series Instance UID* of the next best series that could be scored.
    pub runner_up: Option<String>,
    /// The other series, and why not.
    pub rejected: Vec<RejectedReport>,
    /// Cautions beside the score.
    pub notices: Vec<String>,
    /// Time by stage, ms.
    pub stage_ms: StageMillis,
}

/// A series that was not chosen.
#[derive(Clone, Debug, Serialize)]
pub struct RejectedReport {
    /// *Series Instance UID*.
    pub series_uid: String,
    /// *Series Description*.
    pub description: String,
    /// Which part of it, where it holds several stacks; else empty.
    pub part: String,
    /// Every reason against it.
    pub reasons: Vec<Reason>,
    /// How it stands in each criterion, if no rule is against it.
    pub scores: Vec<Score>,
}

/// Account of the files: seen = used + notices about files.
#[derive(Clone, Debug, Serialize)]
pub struct FilesReport {
    /// Files handed in.
    pub seen: usize,
    /// Files that are part of a study.
    pub used: usize,
    /// The rest, and why.
    pub notices: Vec<Notice>,
}

impl Report {
    /// Puts a worklist into words for programs. A run knows neither urgency nor waiting: the scores alone order it.
    pub fn new(model: ModelIdentity, device: Option<DeviceReport>, view: &WorklistView) -> Self {
        let entries = List::default().entries(&view.rows, model.evidence, Moment(0));
        let order = arrange(&entries, &Order::FlagUp);
        let studies = order.into_iter().map(|index| StudyReport::new(&view.rows[index])).collect();
        Self {
            score_means: model.evidence.score_means(),
            model,
            device,
            studies,
            files: FilesReport { seen: view.files.seen, used: view.files.in_rows, notices: view.notices.clone() },
        }
    }
}

impl StudyReport {
    fn new(row: &WorklistRow) -> Self {
        let finding = match &row.stage {
            Stage::Scored { finding } => Some(finding),
            _ => None,
        };
        let reason = match &row.stage {
            Stage::NotScored { reason } | Stage::Failed { reason } => Some(reason.clone()),
            _ => None,
        };
        let selection = row.selection.clone().unwrap_or_default();
        Self {
            study_uid: row.key.study_uid.clone(),
            accession_number: stated(&row.study.accession_number),
            patient_id: stated(&row.key.patient_id),
            study_date: stated(&row.study.date),
            scanner: stated(&row.study.scanner),
            prior_of: row.prior_of.clone(),
            state: row.stage.name(),
            reason,
            score: finding.and_then(|f| f.score),
            score_0_to_100: finding.and_then(|f| f.score).map(on_hundred),
            range_under_small_shifts: finding.and_then(|f| f.range),
            logit: finding.map(|f| f.logit),
            band: finding.and_then(|f| f.band),
            series_uid: selection.chosen.as_ref().map(|c| c.series_uid.clone()),
            series_description: selection.chosen.as_ref().map(|c| c.description.clone()),
            series_part: selection.chosen.map(|c| c.part),
            chosen_by: if selection.by_reader { "reader" } else { "rules" },
            reasons: selection.reasons,
            scores: selection.scores,
            runner_up: selection.runner_up.map(|runner_up| runner_up.series_uid),
            rejected: selection.rejected.into_iter().map(RejectedReport::new).collect(),
            notices: row.cautions.clone(),
            stage_ms: row.stage_ms,
        }
    }
}

fn stated(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl RejectedReport {
    fn new(rejected: RejectedSeries) -> Self {
        let RejectedSeries { series, reasons, scores } = rejected;
        Self { series_uid: series.series_uid, description: series.description, part: series.part, reasons, scores }
    }
}
