//! The columns a worklist can be sorted by, and what stands in each.

use super::order::Entry;
use crate::finding::Band;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// A column of the worklist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Column {
    /// Order of arrival in this list.
    Arrival,
    /// Clinical urgency, the most urgent first.
    Urgency,
    /// *Patient's Name*.
    PatientName,
    /// *Patient ID*.
    PatientId,
    /// *Study Date* and *Study Time*.
    StudyDate,
    /// *Study Description*.
    Description,
    /// *Institution Name*.
    Site,
    /// Manufacturer and model.
    Scanner,
    /// Description of the chosen series.
    Series,
    /// Where the work stands.
    State,
    /// Band: flagged, uncertain, not flagged.
    Band,
    /// Calibrated probability.
    Score,
    /// How long the study has waited.
    Waiting,
    /// From the first header to the answer.
    TimeToScore,
}

/// What stands in a column, so far as it can be compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing to compare.
    Missing,
    /// A number.
    Number(f64),
    /// Text as the header has it, which sorts without regard to case.
    Text(&'a str),
    /// Date and time as the header has them.
    When(&'a str, &'a str),
}

impl Column {
    /// Whether the column tells something of the score.
    pub const fn reveals_scores(self) -> bool {
        matches!(self, Self::Band | Self::Score)
    }

    /// Whether people who sort by it look for the greatest first.
    pub const fn starts_with_greatest(self) -> bool {
        matches!(self, Self::Score | Self::Waiting | Self::TimeToScore)
    }

    /// What stands there. A score that may not move its row is missing here.
    pub fn cell<'a>(self, entry: &Entry<'a>) -> Cell<'a> {
        let (row, study) = (entry.row, &entry.row.study);
        let number = |number: Option<f64>| number.map_or(Cell::Missing, Cell::Number);
        match self {
            Self::Arrival => Cell::Number(row.arrival as f64),
            Self::Urgency => number(entry.urgency.map(|urgency| f64::from(urgency as u8))),
            Self::PatientName => Cell::text(&row.patient.name),
            Self::PatientId => Cell::text(&row.patient.id),
            Self::StudyDate if study.date.is_empty() => Cell::Missing,
            Self::StudyDate => Cell::When(&study.date, &study.time),
            Self::Description => Cell::text(&study.description),
            Self::Site => Cell::text(&study.institution),
            Self::Scanner => Cell::text(&study.scanner),
            Self::Series => {
                let chosen = row.selection.as_ref().and_then(|selection| selection.chosen.as_ref());
                chosen.map_or(Cell::Missing, |series| Cell::text(&series.description))
            }
            Self::State => Cell::Text(row.stage.name()),
            Self::Band => number(entry.ranking_score().map(|(band, _)| match band {
                Band::Flagged => 0.0,
                Band::Uncertain => 1.0,
                Band::NotFlagged => 2.0,
            })),
            Self::Score => number(entry.ranking_score().map(|(_, score)| score)),
            Self::Waiting => number(entry.wait.seconds().map(|seconds| seconds as f64)),
            Self::TimeToScore => {
                let ms = row.stage_ms;
                number(entry.is_scored().then_some(ms.headers + ms.volume + ms.prepare + ms.infer))
            }
        }
    }
}

impl<'a> Cell<'a> {
    fn text(text: &'a str) -> Self {
        if text.trim().is_empty() { Self::Missing } else { Self::Text(text) }
    }

    /// Which of two cells of one column comes first; a missing one comes last in either direction.
    pub fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let ordering = match (self, other) {
            (Self::Missing, Self::Missing) => return Ordering::Equal,
            (Self::Missing, _) => return Ordering::Greater,
            (_, Self::Missing) => return Ordering::Less,
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::When(date, time), Self::When(other_date, other_time)) => (date, time).cmp(&(other_date, other_time)),
            (Self::Text(a), Self::Text(b)) => {
                let lower = |text: &'a str| text.chars().flat_map(char::to_lowercase);
                lower(a).cmp(b.chars().flat_map(char::to_lowercase))
            }
            _ => Ordering::Equal,
        };
        if descending { ordering.reverse() } else { ordering }
    }
}
