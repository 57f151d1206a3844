//! Several exports become one, so that a pilot can span months and computers.

use super::{Export, ExportRow, TableError, YesNo};
use crate::worklist::moment::Moment;
use crate::worklist::reader::Reading;
use std::collections::BTreeMap;

impl Export {
    /// One row per study of all exports, whatever order they are handed in. Of a study in several of them, the newest
    /// export speaks for the machine and for what the reader said last; a reading is truth only if it was made before
    /// the score was first seen in any of them.
    ///
    /// # Errors
    /// A sentence where rows cannot be told apart, or exports with and without identifiers meet.
    pub fn merge(exports: impl IntoIterator<Item = Self>) -> Result<Self, TableError> {
        let mut rows: Vec<ExportRow> = exports.into_iter().flat_map(|export| export.studies).collect();
        // Stable, and of one second the lists' own order counts.
        rows.sort_by_key(|row| row.exported_at);
        let mut merged: BTreeMap<(String, String), ExportRow> = BTreeMap::new();
        for row in rows {
            let identity = row.identity()?;
            let row = match merged.remove(&identity) {
                Some(older) => older.merge(&row),
                None => row,
            };
            merged.insert(identity, row);
        }
        let named = merged.values().filter(|row| row.pseudonym.is_none()).count();
        if named != 0 && named != merged.len() {
            return Err(TableError(
                "Some exports name the patients and some carry pseudonyms; merge those of one kind.".to_owned(),
            ));
        }
        let mut studies: Vec<ExportRow> = merged.into_values().collect();
        studies.sort_by(|a, b| a.date_order().cmp(&b.date_order()));
        Ok(Self::of(studies))
    }
}

impl ExportRow {
    /// What makes two rows one study.
    fn identity(&self) -> Result<(String, String), TableError> {
        let identity = match (&self.pseudonym, &self.study_uid) {
            (Some(pseudonym), _) => Some((String::new(), pseudonym.clone())),
            (None, Some(uid)) => Some((self.patient_id.clone().unwrap_or_default(), uid.clone())),
            (None, None) => None,
        };
        identity.ok_or_else(|| {
            TableError(
                "An export without identifiers cannot be merged: nothing says which rows are one study. \
                 Export with identifiers, or with pseudonyms."
                    .to_owned(),
            )
        })
    }

    fn date_order(&self) -> (bool, &Option<String>, &Option<String>) {
        (self.study_date.is_none(), &self.study_date, &self.study_time)
    }

    fn merge(&self, newer: &Self) -> Self {
        let truth = self.truth_beside(newer);
        let set_aside = newer.set_aside(truth).or_else(|| self.set_aside(truth).filter(|(_, at)| at.is_some()));
        let later = newer.later_row().or_else(|| self.later_row()).or(set_aside);
        let machine = if newer.score.is_none() && self.score.is_some() { self } else { newer };
        let said = |row: &Self| row.urgency.map(|_| (row.urgency, row.urgency_set_by));
        let (urgency, urgency_set_by) = said(newer).or_else(|| said(self)).unwrap_or_default();
        let judged = if newer.verdict.is_some() { newer } else { self };
        let seen = [self, newer].iter().any(|row| row.score_seen == YesNo::Yes);
        Self {
            exported_at: newer.exported_at,
            urgency,
            urgency_set_by,
            opened_at: earliest(self.opened_at, newer.opened_at),
            reading: truth.map(|(reading, _)| reading.impression),
            reading_category: truth.and_then(|(reading, _)| reading.category),
            reading_confidence: truth.map(|(reading, _)| reading.confidence),
            read_at: truth.and_then(|(_, at)| at),
            score_seen: if seen { YesNo::Yes } else { YesNo::No },
            revealed_at: earliest(self.revealed_at, newer.revealed_at),
            later_reading: later.map(|(reading, _)| reading.impression),
            later_category: later.and_then(|(reading, _)| reading.category),
            later_confidence: later.map(|(reading, _)| reading.confidence),
            later_read_at: later.and_then(|(_, at)| at),
            verdict: judged.verdict,
            verdict_at: judged.verdict_at,
            comment: newer.comment.clone().or_else(|| self.comment.clone()),
            ..machine.clone()
        }
    }

    /// The last reading made before the score was first seen on either side. Where stamps were left out, the exports'
    /// own order stands for them.
    fn truth_beside(&self, newer: &Self) -> Option<Stamped> {
        let in_time = |(reading, at): Stamped, other: &Self, other_is_older: bool| {
            let blind = match (at, other.revealed_at) {
                (Some(at), Some(revealed)) => at <= revealed,
                // Seen on the other side, nobody knows when: only the older side may have been first.
                _ => other.score_seen == YesNo::No || !other_is_older || other.first_reading() == Some((reading, at)),
            };
            blind.then_some((reading, at))
        };
        let mine = self.first_reading().and_then(|stamped| in_time(stamped, newer, false));
        let theirs = newer.first_reading().and_then(|stamped| in_time(stamped, self, true));
        match (mine, theirs) {
            (Some(mine), Some(theirs)) => Some(if mine.1 > theirs.1 { mine } else { theirs }),
            (mine, theirs) => mine.or(theirs),
        }
    }

    fn later_row(&self) -> Option<Stamped> {
        let (impression, confidence) = self.later_reading.zip(self.later_confidence)?;
        Some((Reading { impression, category: self.later_category, confidence }, self.later_read_at))
    }

    /// This row's reading, if it came too late to be the truth. One that was corrected in time is gone.
    fn set_aside(&self, truth: Option<Stamped>) -> Option<Stamped> {
        self.first_reading().filter(|mine| truth.is_none_or(|truth| *mine != truth && mine.1 >= truth.1))
    }
}

type Stamped = (Reading, Option<Moment>);

fn earliest(a: Option<Moment>, b: Option<Moment>) -> Option<Moment> {
    a.into_iter().chain(b).min()
}
