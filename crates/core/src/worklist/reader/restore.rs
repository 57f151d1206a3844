//! What earlier exports tell of the reader goes back into the journal, so that a list carried on elsewhere or later
//! knows what was read, and whose score was seen.

use super::{Action, Journal, Reading, Record};
use crate::study::StudyKey;
use crate::worklist::export::{Export, ExportRow, SetBy, TableError, YesNo};
use crate::worklist::moment::Moment;
use std::collections::BTreeSet;

impl Journal {
    /// Adds what an export says the reader did. Reading the same export twice changes nothing. A reading of this
    /// journal that came after a score was seen in the export is no longer truth.
    ///
    /// # Errors
    /// A sentence where the export has no identifiers; the journal is as before.
    pub fn restore(&mut self, export: &Export) -> Result<(), TableError> {
        let mut restored = Vec::new();
        for row in &export.studies {
            let study_uid = row.study_uid.clone().ok_or_else(|| {
                TableError("An export without identifiers cannot be read back: its studies cannot be found.".to_owned())
            })?;
            let study = StudyKey { patient_id: row.patient_id.clone().unwrap_or_default(), study_uid };
            restored.extend(records(row, &study));
        }
        let is_new = |record: &Record| {
            let same = |old: &&Record| (&old.study, old.at, &old.action) == (&record.study, record.at, &record.action);
            !self.records.iter().any(|old| same(&old))
        };
        restored.retain(is_new);
        self.records.extend(restored);
        // Stable: of one second, what this journal had stays first.
        self.records.sort_by_key(|record| record.at);
        self.note_what_was_seen();
        Ok(())
    }

    /// From the moment on that a study's score was seen, all that is said of it was said in knowledge of the score.
    fn note_what_was_seen(&mut self) {
        let mut seen: BTreeSet<StudyKey> = BTreeSet::new();
        for record in &mut self.records {
            record.score_seen |= seen.contains(&record.study);
            if record.score_seen || record.action == Action::Revealed {
                seen.insert(record.study.clone());
            }
        }
    }
}

/// The lines of the journal that a row sums up.
fn records(row: &ExportRow, study: &StudyKey) -> Vec<Record> {
    let reading = |impression, confidence, category| Reading { impression, category, confidence };
    let first = row.reading.zip(row.reading_confidence).map(|(i, c)| reading(i, c, row.reading_category));
    let later = row.later_reading.zip(row.later_confidence).map(|(i, c)| reading(i, c, row.later_category));
    let exported = Some(row.exported_at);
    let by_reader = row.urgency.filter(|_| row.urgency_set_by == Some(SetBy::Reader));
    let seen_at = row.revealed_at.or(Some(earliest(row)).filter(|_| row.score_seen == YesNo::Yes));
    let lines = [
        (row.opened_at, Some(Action::Opened), false),
        (row.read_at.or(exported), first.map(Action::Read), false),
        (seen_at, Some(Action::Revealed), false),
        (row.later_read_at.or(exported), later.map(Action::Read), true),
        (row.verdict_at.or(exported), row.verdict.map(Action::Judged), false),
        (exported, row.comment.clone().map(Action::Commented), false),
        (exported, by_reader.map(|urgency| Action::Urgency(Some(urgency))), false),
    ];
    let record = |(at, action, score_seen): (Option<Moment>, Option<Action>, bool)| {
        Some(Record { study: study.clone(), at: at?, action: action?, score_seen, undone_at: None })
    };
    lines.into_iter().filter_map(record).collect()
}

/// The first moment a row tells of: from then on at the latest an open list showed its score.
fn earliest(row: &ExportRow) -> Moment {
    [row.opened_at, row.later_read_at, row.verdict_at].into_iter().flatten().fold(row.exported_at, Moment::min)
}
