//! What the reader did and said, as a journal that only grows: an undo is written into it, nothing is struck out.
//!
//! In shadow mode scores are hidden until the reader has read the study and asks for the score.
//! Only a reading made before its score could be seen counts as truth; the journal itself notes which ones were.

use super::moment::Moment;
use super::urgency::Urgency;
use crate::study::StudyKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

mod reading;
mod restore;
#[cfg(test)]
mod tests;

pub use reading::{Category, Confidence, Impression, Reading, Verdict};

/// Whether scores stand in the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Scores are hidden until the study was read, and the list stands in order of arrival. The default, for pilots.
    #[default]
    Shadow,
    /// Scores are shown.
    Open,
}

/// Something the reader did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Opened the study.
    Opened,
    /// Said what the study shows.
    Read(Reading),
    /// Was shown the score.
    Revealed,
    /// Judged the score or the images.
    Judged(Verdict),
    /// Wrote a comment; an empty one takes it back.
    Commented(String),
    /// Said how urgent it is; `None` leaves that to others again.
    Urgency(Option<Urgency>),
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Of which study.
    pub study: StudyKey,
    /// When.
    pub at: Moment,
    /// What.
    pub action: Action,
    /// Whether the score could be seen when it was done.
    pub score_seen: bool,
    /// When it was undone.
    pub undone_at: Option<Moment>,
}

impl Record {
    fn can_be_undone(&self) -> bool {
        self.undone_at.is_none() && !matches!(self.action, Action::Opened | Action::Revealed)
    }
}

/// All that the reader did, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    mode: Mode,
    records: Vec<Record>,
}

/// Why the journal would not take an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The score is asked for before the study was read.
    NotReadYet,
    /// The reader agrees or disagrees with a score that is still hidden.
    ScoreHidden,
    /// A normal study was given a category of disease.
    CategoryOfNormal,
    /// There is nothing to undo.
    NothingToUndo,
    /// What was said before the score was shown stays said.
    SaidBeforeReveal,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotReadYet => "The score is shown once the study was read: record normal or abnormal first.",
            Self::ScoreHidden => "The score is still hidden: record normal or abnormal and have it shown first.",
            Self::CategoryOfNormal => "A normal study has no category: take the category away or record abnormal.",
            Self::NothingToUndo => "There is nothing to undo.",
            Self::SaidBeforeReveal => {
                "What was said before the score was shown stays as it was said. A second reading may be added to it."
            }
        })
    }
}

impl std::error::Error for Refusal {}

impl Journal {
    /// Whether scores stand in the list.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Every line, oldest first.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Shows or hides scores from now on. The studies now in the list count as seen from here on either way:
    /// their scores stood open before, or do so now.
    pub fn switch<'a>(&mut self, mode: Mode, at: Moment, in_list: impl IntoIterator<Item = &'a StudyKey>) {
        if mode != self.mode {
            in_list.into_iter().for_each(|study| self.note_revealed(study, at));
            self.mode = mode;
        }
    }

    /// Whether the reader may see, or may have seen, the study's score.
    pub fn is_score_seen(&self, study: &StudyKey) -> bool {
        self.mode == Mode::Open || self.of(study).any(|record| record.action == Action::Revealed)
    }

    /// Takes in what the reader did.
    ///
    /// # Errors
    /// A [`Refusal`] where it cannot be so; the journal is as before.
    pub fn record(&mut self, study: &StudyKey, at: Moment, action: Action) -> Result<(), Refusal> {
        let score_seen = self.is_score_seen(study);
        match &action {
            Action::Revealed if score_seen => return Ok(()),
            Action::Revealed if !self.is_read(study) => return Err(Refusal::NotReadYet),
            Action::Judged(Verdict::Agree | Verdict::Disagree) if !score_seen => return Err(Refusal::ScoreHidden),
            Action::Read(Reading { impression: Impression::Normal, category: Some(_), .. }) => {
                return Err(Refusal::CategoryOfNormal);
            }
            _ => {}
        }
        self.records.push(Record { study: study.clone(), at, action, score_seen, undone_at: None });
        Ok(())
    }

    /// Undoes the last thing said of a study. Having opened it or seen its score cannot be undone.
    ///
    /// # Errors
    /// A [`Refusal`] where there is nothing, or where it was said before the score was shown and might be truth.
    pub fn undo(&mut self, study: &StudyKey, at: Moment) -> Result<(), Refusal> {
        let score_seen = self.is_score_seen(study);
        let last = |record: &&mut Record| record.study == *study && record.can_be_undone();
        let record = self.records.iter_mut().rev().find(last).ok_or(Refusal::NothingToUndo)?;
        let is_reading = matches!(record.action, Action::Read(_) | Action::Judged(_));
        if is_reading && score_seen && !record.score_seen {
            return Err(Refusal::SaidBeforeReveal);
        }
        record.undone_at = Some(at);
        Ok(())
    }

    /// Undoes the last thing said of any study.
    ///
    /// # Errors
    /// As [`Journal::undo`].
    pub fn undo_last(&mut self, at: Moment) -> Result<(), Refusal> {
        let last = self.records.iter().rev().find(|record| record.can_be_undone());
        let study = last.map(|record| record.study.clone()).ok_or(Refusal::NothingToUndo)?;
        self.undo(&study, at)
    }

    /// What stands of a study, undone lines left out.
    pub fn summary(&self, study: &StudyKey) -> Summary {
        let mut summary = Summary::default();
        self.of(study).for_each(|record| summary.take_in(record));
        summary
    }

    /// What stands of every study of which anything was said; one pass, for whole lists.
    pub fn summaries(&self) -> BTreeMap<&StudyKey, Summary> {
        let mut summaries: BTreeMap<&StudyKey, Summary> = BTreeMap::new();
        for record in &self.records {
            summaries.entry(&record.study).or_default().take_in(record);
        }
        summaries
    }

    fn of(&self, study: &StudyKey) -> impl Iterator<Item = &Record> {
        self.records.iter().filter(move |record| record.study == *study)
    }

    fn is_read(&self, study: &StudyKey) -> bool {
        let summary = self.summary(study);
        summary.reading.is_some() || summary.verdict.is_some()
    }

    fn note_revealed(&mut self, study: &StudyKey, at: Moment) {
        if !self.of(study).any(|record| record.action == Action::Revealed) {
            let (study, action) = (study.clone(), Action::Revealed);
            self.records.push(Record { study, at, action, score_seen: true, undone_at: None });
        }
    }
}

/// What the reader said of one study, so far as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// When it was first opened.
    pub opened_at: Option<Moment>,
    /// The last reading made before the score could be seen, and when: the only one that is truth.
    pub reading: Option<(Reading, Moment)>,
    /// When the score was first shown, where it was hidden before or is hidden from then on.
    pub revealed_at: Option<Moment>,
    /// The last reading made when the score could be seen, and when. Never truth.
    pub later_reading: Option<(Reading, Moment)>,
    /// The last verdict, and when.
    pub verdict: Option<(Verdict, Moment)>,
    /// The last comment; empty if none.
    pub comment: String,
    /// The reader's urgency, if set.
    pub urgency: Option<Urgency>,
}

impl Summary {
    fn take_in(&mut self, record: &Record) {
        let at = record.at;
        match &record.action {
            _ if record.undone_at.is_some() => {}
            Action::Opened => self.opened_at = self.opened_at.or(Some(at)),
            Action::Revealed => self.revealed_at = self.revealed_at.or(Some(at)),
            Action::Read(reading) if record.score_seen => self.later_reading = Some((*reading, at)),
            Action::Read(reading) => self.reading = Some((*reading, at)),
            Action::Judged(verdict) => self.verdict = Some((*verdict, at)),
            Action::Commented(text) => self.comment.clone_from(text),
            Action::Urgency(urgency) => self.urgency = *urgency,
        }
    }
}
