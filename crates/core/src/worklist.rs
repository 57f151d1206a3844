//! One row per study, and what a list of them needs: order, waiting, urgency, what the reader said, filters, exports.

pub mod column;
pub mod export;
pub mod filter;
pub mod list;
pub mod moment;
pub mod order;
pub mod pooling;
pub mod pseudonym;
pub mod reader;
#[cfg(test)]
mod sample;
mod table;
pub mod urgency;
pub mod urgency_list;
pub mod wait;

use crate::finding::{Band, Finding};
use crate::reason::Reason;
use crate::selection::SelectionReport;
use crate::study::{Patient, Study, StudyKey};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A study's life. From `Received` it goes to `Building`, `Waiting`, `Inferring` and one of the three ends;
/// every state may end early, and a new image or a retry starts again at `Received`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Stage {
    /// Headers are being read.
    Received,
    /// The chosen series is being read and resampled.
    Building,
    /// The network's input is ready; the device is busy or loading.
    Waiting,
    /// The network is running.
    Inferring {
        /// Share of the work done, 0 to 1.
        fraction: f64,
    },
    /// The network has answered.
    Scored {
        /// Its answer.
        finding: Finding,
    },
    /// There will be no score, and why. It must be read like any other.
    NotScored {
        /// Why.
        reason: Reason,
    },
    /// The work broke off, and why. A retry may help.
    Failed {
        /// Why.
        reason: Reason,
    },
}

impl Stage {
    /// The name used in JSON and on the page.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Building => "building",
            Self::Waiting => "waiting",
            Self::Inferring { .. } => "inferring",
            Self::Scored { .. } => "scored",
            Self::NotScored { .. } => "not_scored",
            Self::Failed { .. } => "failed",
        }
    }

    /// Whether nothing more happens by itself.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Scored { .. } | Self::NotScored { .. } | Self::Failed { .. })
    }
}

/// Time spent on each stage of a study, ms, as the shell measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StageMillis {
    /// Reading headers, all files of the study together.
    pub headers: f64,
    /// Reading and decoding the chosen series.
    pub volume: f64,
    /// Resampling to the network's input.
    pub prepare: f64,
    /// The network.
    pub infer: f64,
}

/// One study of the worklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WorklistRow {
    /// Which study.
    pub key: StudyKey,
    /// Order of arrival in this session, from 0.
    pub arrival: usize,
    /// Whose.
    pub patient: Patient,
    /// Of which examination.
    pub study: Study,
    /// Where it stands.
    pub stage: Stage,
    /// Which series was chosen and why, and why not the others; `None` until it is known.
    pub selection: Option<SelectionReport>,
    /// What the reader should know beside the score.
    pub cautions: Vec<String>,
    /// Images of the study.
    pub images: usize,
    /// Time by stage, ms.
    pub stage_ms: StageMillis,
}

impl WorklistRow {
    /// The reader chose the series: the score stands on the row, and moves it no more than no score would.
    pub fn is_chosen_by_reader(&self) -> bool {
        self.selection.as_ref().is_some_and(|selection| selection.by_reader)
    }

    fn group(&self) -> u8 {
        match &self.stage {
            _ if self.is_chosen_by_reader() => 2,
            Stage::Scored { finding } => match finding.band {
                Some(Band::Flagged) => 0,
                Some(Band::Uncertain) => 1,
                Some(Band::NotFlagged) => 3,
                None => 2,
            },
            _ => 2,
        }
    }

    /// The worklist's total order: flagged, uncertain, without a score or by the reader's choice ("needs human order"),
    /// not flagged;
    /// inside a group oldest examination first, undated ones last, then order of identity.
    pub fn compare(&self, other: &Self) -> Ordering {
        let when = |row: &Self| (row.study.date.is_empty(), row.study.date.clone(), row.study.time.clone());
        self.group()
            .cmp(&other.group())
            .then_with(|| when(self).cmp(&when(other)))
            .then_with(|| self.key.study_uid.cmp(&other.key.study_uid))
            .then_with(|| self.key.patient_id.cmp(&other.key.patient_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{DeviceReport, Tier};
    use crate::reason::Code;

    fn row(study_uid: &str, date: &str, band: Option<Band>) -> WorklistRow {
        let device = DeviceReport { tier: Tier::Cpu, adapter: String::new(), why: String::new() };
        WorklistRow {
            key: StudyKey { patient_id: "1".into(), study_uid: study_uid.into() },
            arrival: 0,
            patient: Patient::default(),
            study: Study { date: date.into(), ..Study::default() },
            stage: match band {
                Some(_) => Stage::Scored { finding: Finding { logit: 0.0, score: Some(0.5), band, device } },
                None => Stage::NotScored { reason: Reason::new(Code::NoSuitableSeries, "none") },
            },
            selection: None,
            cautions: Vec::new(),
            images: 1,
            stage_ms: StageMillis::default(),
        }
    }

    #[test]
    fn the_order_is_flagged_uncertain_unscored_not_flagged_then_oldest_first() {
        let mut rows = [
            row("a", "20240101", Some(Band::NotFlagged)),
            row("b", "", None),
            row("c", "20240102", None),
            row("d", "20240105", Some(Band::Flagged)),
            row("e", "20240103", Some(Band::Flagged)),
            row("f", "20240101", Some(Band::Uncertain)),
            row("g", "20240102", None),
        ];
        rows.sort_by(WorklistRow::compare);
        let order: String = rows.iter().map(|row| row.key.study_uid.as_str()).collect();
        assert_eq!(order, "edfcgba");
    }

    #[test]
    fn a_score_of_the_readers_choice_does_not_move_the_row() {
        let by_reader = |row: WorklistRow| {
            let selection = SelectionReport { by_reader: true, ..SelectionReport::default() };
            WorklistRow { selection: Some(selection), ..row }
        };
        let mut rows = [
            row("a", "20240102", Some(Band::NotFlagged)),
            by_reader(row("b", "20240101", Some(Band::Flagged))),
            row("c", "20240103", Some(Band::Uncertain)),
        ];
        rows.sort_by(WorklistRow::compare);
        let order: String = rows.iter().map(|row| row.key.study_uid.as_str()).collect();
        assert_eq!(order, "cba");
    }
}
