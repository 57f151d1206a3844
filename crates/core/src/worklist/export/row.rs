//! One study of an export. The fields are the columns, in this order; `docs/worklist.md` explains them.

use super::{Context, Identifiers};
use crate::card::Evidence;
use crate::card::evidence::on_hundred;
use crate::finding::{Band, ScoredBy};
use crate::population::age_band;
use crate::reason::Code;
use crate::worklist::Stage;
use crate::worklist::moment::Moment;
use crate::worklist::order::{Entry, Place};
use crate::worklist::reader::{Category, Confidence, Impression, Reading, Summary, Verdict};
use crate::worklist::urgency::Urgency;
use serde::{Deserialize, Serialize};

/// Why a score that exists is not in the export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// The model is untrained, or its output has no meaning as a probability.
    WithoutMeaning,
    /// The reader has not had it shown yet.
    NotRevealed,
}

/// Who chose the series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum ChosenBy {
    Rules,
    Reader,
}

/// Who said how urgent a study is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum SetBy {
    Reader,
    List,
}

/// Yes or no, in a form that spreadsheets leave alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum YesNo {
    Yes,
    No,
}

/// One study. What is unknown, withheld or left out is null in JSON and empty in CSV.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is a column of docs/worklist.md, which a test holds complete")]
pub struct ExportRow {
    pub exported_at: Moment,
    pub pseudonym: Option<String>,
    pub patient_id: Option<String>,
    pub patient_name: Option<String>,
    pub birth_date: Option<String>,
    pub study_uid: Option<String>,
    pub accession_number: Option<String>,
    pub study_date: Option<String>,
    pub study_time: Option<String>,
    pub study_description: Option<String>,
    pub age_band: Option<String>,
    pub sex: Option<String>,
    pub site: Option<String>,
    pub scanner: Option<String>,
    pub series_uid: Option<String>,
    pub series_description: Option<String>,
    pub chosen_by: ChosenBy,
    pub state: String,
    pub stop_reason: Option<Code>,
    pub stop_text: Option<String>,
    pub score: Option<f64>,
    #[serde(default)]
    pub score_0_to_100: Option<u8>,
    #[serde(default)]
    pub score_means: Option<String>,
    #[serde(default)]
    pub range_low: Option<f64>,
    #[serde(default)]
    pub range_high: Option<f64>,
    pub band: Option<Band>,
    pub score_withheld: Option<Withheld>,
    pub sensitive_threshold: Option<f64>,
    pub specific_threshold: Option<f64>,
    pub place: Option<Place>,
    pub waiting_days: Option<u64>,
    pub time_to_score_ms: Option<f64>,
    pub caution_count: usize,
    pub cautions: Option<String>,
    pub model_name: String,
    pub model_version: String,
    pub evidence: Evidence,
    pub model_sha256: String,
    pub urgency: Option<Urgency>,
    pub urgency_set_by: Option<SetBy>,
    pub opened_at: Option<Moment>,
    pub reading: Option<Impression>,
    pub reading_category: Option<Category>,
    pub reading_confidence: Option<Confidence>,
    pub read_at: Option<Moment>,
    pub score_seen: YesNo,
    pub revealed_at: Option<Moment>,
    pub later_reading: Option<Impression>,
    pub later_category: Option<Category>,
    pub later_confidence: Option<Confidence>,
    pub later_read_at: Option<Moment>,
    pub verdict: Option<Verdict>,
    pub verdict_at: Option<Moment>,
    pub comment: Option<String>,
}

/// Text of a header; `None` where it says nothing.
fn stated(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl ExportRow {
    pub(super) fn new(entry: &Entry<'_>, summary: &Summary, context: &Context<'_>) -> Self {
        let (row, model) = (entry.row, context.model);
        let (patient, study) = (&row.patient, &row.study);
        let seen = context.journal.is_score_seen(&row.key);
        let finding = match &row.stage {
            Stage::Scored { finding } => Some(finding),
            _ => None,
        };
        let score = finding.and_then(|f| f.score).filter(|s| s.is_finite() && model.evidence != Evidence::Untrained);
        let reason = match &row.stage {
            Stage::NotScored { reason } | Stage::Failed { reason } => Some(reason),
            _ => None,
        };
        let series = row.selection.as_ref().and_then(|selection| selection.chosen.as_ref());
        let (first, later) = (summary.reading, summary.later_reading);
        let range = finding.and_then(|f| f.range).filter(|_| seen && score.is_some());
        // A score stands beside the model that gave it; a study without one beside the model in use.
        let by = finding
            .map(|f| f.model.clone())
            .filter(|by| !by.sha256.is_empty())
            .unwrap_or_else(|| ScoredBy::from(model));
        let ms = row.stage_ms;
        Self {
            exported_at: context.now,
            pseudonym: None,
            patient_id: stated(&row.key.patient_id),
            patient_name: stated(&patient.name),
            birth_date: stated(&patient.birth_date),
            study_uid: stated(&row.key.study_uid),
            accession_number: stated(&study.accession_number),
            study_date: stated(&study.date),
            study_time: stated(&study.time),
            study_description: stated(&study.description),
            age_band: age_band(patient, study),
            sex: Some(patient.sex.trim().to_uppercase()).filter(|sex| ["F", "M", "O"].contains(&&**sex)),
            site: stated(&study.institution),
            scanner: stated(&study.scanner),
            series_uid: series.and_then(|series| stated(&series.series_uid)),
            series_description: series.and_then(|series| stated(&series.description)),
            chosen_by: if row.is_chosen_by_reader() { ChosenBy::Reader } else { ChosenBy::Rules },
            state: row.stage.name().to_owned(),
            stop_reason: reason.map(|reason| reason.code),
            stop_text: reason.and_then(|reason| stated(&reason.text)),
            score: score.filter(|_| seen),
            score_0_to_100: score.filter(|_| seen).map(on_hundred),
            score_means: score.filter(|_| seen).map(|_| model.evidence.score_means().to_owned()),
            range_low: range.map(|range| range.low),
            range_high: range.map(|range| range.high),
            band: finding.and_then(|f| f.band).filter(|_| seen && score.is_some()),
            score_withheld: finding.and(match score {
                None => Some(Withheld::WithoutMeaning),
                Some(_) if !seen => Some(Withheld::NotRevealed),
                Some(_) => None,
            }),
            sensitive_threshold: context.thresholds.map(|thresholds| thresholds.sensitive),
            specific_threshold: context.thresholds.map(|thresholds| thresholds.specific),
            place: Some(entry.place()).filter(|_| seen),
            waiting_days: entry.wait.seconds().map(|seconds| seconds / 86_400),
            time_to_score_ms: finding.map(|_| ms.headers + ms.volume + ms.prepare + ms.infer),
            caution_count: row.cautions.len(),
            cautions: stated(&row.cautions.join("\n")),
            model_name: by.name,
            model_version: by.version,
            evidence: model.evidence,
            model_sha256: by.sha256,
            urgency: entry.urgency,
            urgency_set_by: entry
                .urgency
                .map(|urgency| if summary.urgency == Some(urgency) { SetBy::Reader } else { SetBy::List }),
            opened_at: summary.opened_at,
            reading: first.map(|(reading, _)| reading.impression),
            reading_category: first.and_then(|(reading, _)| reading.category),
            reading_confidence: first.map(|(reading, _)| reading.confidence),
            read_at: first.map(|(_, at)| at),
            score_seen: if seen { YesNo::Yes } else { YesNo::No },
            revealed_at: summary.revealed_at,
            later_reading: later.map(|(reading, _)| reading.impression),
            later_category: later.and_then(|(reading, _)| reading.category),
            later_confidence: later.map(|(reading, _)| reading.confidence),
            later_read_at: later.map(|(_, at)| at),
            verdict: summary.verdict.map(|(verdict, _)| verdict),
            verdict_at: summary.verdict.map(|(_, at)| at),
            comment: stated(&summary.comment),
        }
        .with(context.identifiers, entry)
    }

    /// Leaves out what could say who it was: names, numbers, dates but that of the export, and free text.
    fn with(self, identifiers: Identifiers<'_>, entry: &Entry<'_>) -> Self {
        let pseudonym = match identifiers {
            Identifiers::Kept => return self,
            Identifiers::Removed => None,
            Identifiers::Replaced(secret) => Some(secret.study(&entry.row.key)),
        };
        Self {
            pseudonym,
            patient_id: None,
            patient_name: None,
            birth_date: None,
            study_uid: None,
            accession_number: None,
            study_date: None,
            study_time: None,
            study_description: None,
            series_uid: None,
            series_description: None,
            stop_text: None,
            waiting_days: None,
            cautions: None,
            opened_at: None,
            read_at: None,
            revealed_at: None,
            later_read_at: None,
            verdict_at: None,
            comment: None,
            ..self
        }
    }

    /// The reading that counts as truth, and when it was made.
    pub(super) fn first_reading(&self) -> Option<(Reading, Option<Moment>)> {
        let (impression, confidence) = self.reading.zip(self.reading_confidence)?;
        Some((Reading { impression, category: self.reading_category, confidence }, self.read_at))
    }
}
