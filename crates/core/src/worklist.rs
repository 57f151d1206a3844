//! One row per study, and what a list of them needs: order, waiting, urgency, what the reader said, filters, exports.

pub mod column;
pub mod export;
pub mod filter;
pub mod kept;
pub mod lesson;
pub mod list;
pub mod list_file;
pub mod moment;
pub mod moves;
pub mod order;
pub mod pooling;
pub mod prior;
pub mod pseudonym;
pub mod reader;
#[cfg(test)]
mod sample;
mod table;
pub mod urgency;
pub mod urgency_list;
pub mod wait;

use crate::finding::Finding;
use crate::range::RangeWork;
use crate::reason::Reason;
use crate::selection::SelectionReport;
use crate::study::{Patient, Study, StudyKey};
use serde::{Deserialize, Serialize};

/// A study's life. From `Received` it goes to `Building`, `Waiting`, `Inferring` and one of the three ends;
/// every state may end early, and a new image or a retry starts again at `Received`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// *Study Date* of the patient's newest examination in the list, where this is an older one.
    #[serde(default)]
    pub prior_of: Option<String>,
    /// Kept from an earlier session: the images are not here.
    #[serde(default)]
    pub is_remembered: bool,
    /// How far the work on the score's range has come; of this session alone.
    #[serde(skip)]
    pub range_work: RangeWork,
}

impl WorklistRow {
    /// The reader chose the series: the score stands on the row, and moves it no more than no score would.
    pub fn is_chosen_by_reader(&self) -> bool {
        self.selection.as_ref().is_some_and(|selection| selection.by_reader)
    }
}
