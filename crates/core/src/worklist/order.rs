//! In which order the rows stand, and why each stands where it does.
//!
//! Nothing here hides a row: an order is a permutation, the same for the same rows whatever order they came in.

use super::column::{Cell, Column};
use super::urgency::Urgency;
use super::wait::Wait;
use super::{Stage, WorklistRow};
use crate::card::Evidence;
use crate::finding::Band;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

#[cfg(test)]
mod tests;

/// A row and what people and the clock say of it.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The row.
    pub row: &'a WorklistRow,
    /// The evidence of the model that scored it.
    pub evidence: Evidence,
    /// How urgent it is, if anyone has said.
    pub urgency: Option<Urgency>,
    /// How long it has waited.
    pub wait: Wait,
}

/// How the list is ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By [`Place`], oldest examination first in each. A score moves a row by its band only.
    #[default]
    FlagUp,
    /// The paper's order: by [`Place`], but flagged, uncertain and not flagged rows each by falling score.
    ByScore,
    /// As the studies arrived.
    FirstCome,
    /// By columns, the first one first; a row without a value stands last in either direction.
    Columns(Vec<SortBy>),
}

/// A column to sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortBy {
    /// Which.
    pub column: Column,
    /// Greatest first.
    pub descending: bool,
}

/// Where a row stands in the worklist, first to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// A person says that it is urgent.
    Urgent,
    /// The score is at or over the specific threshold.
    Flagged,
    /// It has waited longer than the list allows.
    Overdue,
    /// The score lies between the thresholds.
    Uncertain,
    /// There is no score to place it by.
    NeedsHumanOrder,
    /// The score is below the sensitive threshold.
    NotFlagged,
}

impl Place {
    /// The name used in JSON, in CSV and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Flagged => "flagged",
            Self::Overdue => "overdue",
            Self::Uncertain => "uncertain",
            Self::NeedsHumanOrder => "needs_human_order",
            Self::NotFlagged => "not_flagged",
        }
    }
}

impl Order {
    /// Whether the order of the rows tells something of their scores. Shadow mode uses none that does.
    pub fn reveals_scores(&self) -> bool {
        match self {
            Self::FlagUp | Self::ByScore => true,
            Self::FirstCome => false,
            Self::Columns(columns) => columns.iter().any(|by| by.column.reveals_scores()),
        }
    }

    /// The columns sorted by, first to last; none where the order is another.
    pub fn columns(&self) -> &[SortBy] {
        if let Self::Columns(columns) = self { columns } else { &[] }
    }

    /// What a click on a column's heading asks for: to sort by it, or the other way round where it is sorted by already.
    /// `further` keeps the columns before it.
    #[must_use]
    pub fn with_column(&self, column: Column, further: bool) -> Self {
        let turned = |by: &SortBy| SortBy { column, descending: !by.descending };
        let mut columns = self.columns().to_vec();
        match columns.iter().position(|by| by.column == column) {
            Some(at) if further => columns[at] = turned(&columns[at]),
            Some(at) => columns = vec![turned(&columns[at])],
            None => {
                columns.retain(|_| further);
                columns.push(SortBy { column, descending: column.starts_with_greatest() });
            }
        }
        Self::Columns(columns)
    }
}

impl<'a> Entry<'a> {
    /// The score that may move the row, and its band: of a model with evidence, in a series that the rules chose.
    pub fn ranking_score(&self) -> Option<(Band, f64)> {
        match &self.row.stage {
            Stage::Scored { finding } if self.evidence != Evidence::Untrained && !self.row.is_chosen_by_reader() => {
                finding.band.zip(finding.score.filter(|score| score.is_finite()))
            }
            _ => None,
        }
    }

    pub(super) fn is_scored(&self) -> bool {
        matches!(self.row.stage, Stage::Scored { .. })
    }

    /// Where the row stands.
    pub fn place(&self) -> Place {
        let band = self.ranking_score().map(|(band, _)| band);
        match band {
            _ if self.urgency.is_some_and(Urgency::is_urgent) => Place::Urgent,
            Some(Band::Flagged) => Place::Flagged,
            _ if self.wait.is_overdue() => Place::Overdue,
            Some(Band::Uncertain) => Place::Uncertain,
            None => Place::NeedsHumanOrder,
            Some(Band::NotFlagged) => Place::NotFlagged,
        }
    }

    /// Why the row stands there, in words.
    pub fn why(&self) -> String {
        match self.place() {
            Place::Urgent => match self.urgency {
                Some(Urgency::Stat) => "Urgent: to be read at once.".to_owned(),
                _ => "Urgent: to be read before the others.".to_owned(),
            },
            Place::Flagged => "Flagged by the model.".to_owned(),
            Place::Overdue => format!("Overdue: {}.", self.wait.in_words()),
            Place::Uncertain => "The model is uncertain.".to_owned(),
            Place::NeedsHumanOrder => format!("Needs human order: {}.", self.why_unplaced()),
            Place::NotFlagged => "Not flagged by the model; to be read all the same.".to_owned(),
        }
    }

    fn why_unplaced(&self) -> &'static str {
        match &self.row.stage {
            _ if self.row.is_chosen_by_reader() => "the series was chosen by the reader, so the score moves nothing",
            Stage::Scored { .. } if self.evidence == Evidence::Untrained => "the model is untrained",
            Stage::Scored { .. } => "the score has no band",
            Stage::NotScored { .. } => "there is no score",
            Stage::Failed { .. } => "the work broke off",
            _ => "not scored yet",
        }
    }
}

/// What decides between two rows, made once for each.
struct Key<'a> {
    place: Place,
    urgency: Option<Urgency>,
    score: Option<f64>,
    undated: bool,
    date: &'a str,
    time: &'a str,
    arrival: usize,
    cells: Vec<Cell<'a>>,
    identity: (&'a str, &'a str),
}

impl<'a> Key<'a> {
    fn new(entry: &Entry<'a>, order: &Order) -> Self {
        let row = entry.row;
        Self {
            place: entry.place(),
            urgency: entry.urgency.filter(|urgency| urgency.is_urgent()),
            score: entry.ranking_score().map(|(_, score)| score),
            undated: row.study.date.is_empty(),
            date: &row.study.date,
            time: &row.study.time,
            arrival: row.arrival,
            cells: order.columns().iter().map(|by| by.column.cell(entry)).collect(),
            identity: (&row.key.study_uid, &row.key.patient_id),
        }
    }

    fn by_place(&self, other: &Self) -> Ordering {
        (self.place, self.urgency).cmp(&(other.place, other.urgency))
    }

    fn by_age(&self, other: &Self) -> Ordering {
        (self.undated, self.date, self.time).cmp(&(other.undated, other.date, other.time))
    }

    /// Inside a place where scores count: the greatest first. Urgent and overdue rows stand by age alone.
    fn by_score(&self, other: &Self) -> Ordering {
        match (self.place, self.score, other.score) {
            (Place::Flagged | Place::Uncertain | Place::NotFlagged, Some(a), Some(b)) => b.total_cmp(&a),
            _ => Ordering::Equal,
        }
    }

    fn compare(&self, other: &Self, order: &Order) -> Ordering {
        let ordering = match order {
            Order::FlagUp => self.by_place(other).then_with(|| self.by_age(other)),
            Order::ByScore => self.by_place(other).then_with(|| self.by_score(other)).then_with(|| self.by_age(other)),
            Order::FirstCome => self.arrival.cmp(&other.arrival),
            Order::Columns(columns) => columns
                .iter()
                .zip(self.cells.iter().zip(&other.cells))
                .map(|(by, (a, b))| a.compare(b, by.descending))
                .find(|ordering| ordering.is_ne())
                .unwrap_or(Ordering::Equal),
        };
        ordering.then_with(|| self.identity.cmp(&other.identity))
    }
}

/// The entries' indices in the order asked for; equal rows stand by *Study Instance UID*, then *Patient ID*.
pub fn arrange(entries: &[Entry<'_>], order: &Order) -> Vec<usize> {
    let keys: Vec<Key<'_>> = entries.iter().map(|entry| Key::new(entry, order)).collect();
    let mut indices: Vec<usize> = (0..entries.len()).collect();
    indices.sort_by(|&a, &b| keys[a].compare(&keys[b], order));
    indices
}
