//! Urgency out of a CSV, joined on *Accession Number* (0008,0050). `docs/worklist.md` describes the columns.

use super::WorklistRow;
use super::table::{Table, TableError};
use super::urgency::Urgency;
use crate::study::StudyKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A list of urgencies as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrgencyList {
    lines: Vec<Line>,
    /// Lines that say nothing, and why.
    pub notices: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    number: usize,
    accession_number: String,
    patient_id: Option<String>,
    urgency: Urgency,
}

/// What a list says of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    /// The urgency of each study that a line fits.
    pub urgency: BTreeMap<StudyKey, Urgency>,
    /// What should be known of the join.
    pub notices: Vec<String>,
}

/// The urgency a word means: the terms of *Requested Procedure Priority* (0040,1003), and what else lists say.
fn urgency(word: &str) -> Option<Urgency> {
    match word.trim().to_lowercase().as_str() {
        "stat" | "emergency" | "immediate" => Some(Urgency::Stat),
        "high" | "urgent" => Some(Urgency::High),
        "routine" | "medium" | "low" | "normal" => Some(Urgency::Routine),
        _ => None,
    }
}

impl UrgencyList {
    /// Reads a CSV with the columns `accession_number` and `urgency`, and perhaps `patient_id`.
    ///
    /// # Errors
    /// A sentence where it is no such table.
    pub fn read(text: &str) -> Result<Self, TableError> {
        let table = Table::read(text)?;
        let column = |name| {
            table.column(name).ok_or_else(|| {
                TableError(format!("The urgency list has no column \"{name}\"; it needs accession_number and urgency."))
            })
        };
        let (accession, urgency_at, patient) =
            (column("accession_number")?, column("urgency")?, table.column("patient_id"));
        let mut list = Self::default();
        for (number, record) in &table.lines {
            let cell = |at: usize| record.get(at).unwrap_or_default().trim();
            match (cell(accession), urgency(cell(urgency_at))) {
                ("", _) => list.notices.push(format!("Line {number} has no accession number; it was left out.")),
                (_, None) => list.notices.push(format!(
                    "Line {number}: \"{}\" is no urgency; use stat, high or routine. The line was left out.",
                    cell(urgency_at)
                )),
                (accession_number, Some(urgency)) => list.lines.push(Line {
                    number: *number,
                    accession_number: accession_number.to_owned(),
                    patient_id: patient.map(|at| cell(at).to_owned()).filter(|id| !id.is_empty()),
                    urgency,
                }),
            }
        }
        Ok(list)
    }

    /// What the list says of some rows. Of several lines about one study the most urgent counts;
    /// a study without an accession number is never joined.
    pub fn join<'a>(&self, rows: impl IntoIterator<Item = &'a WorklistRow>) -> Joined {
        let mut studies: BTreeMap<&str, Vec<&StudyKey>> = BTreeMap::new();
        for row in rows {
            studies.entry(row.study.accession_number.trim()).or_default().push(&row.key);
        }
        let mut joined = Joined::default();
        let mut strangers = 0;
        for line in &self.lines {
            let found = studies.get(line.accession_number.as_str()).map(Vec::as_slice).unwrap_or_default();
            let fits = |key: &&&StudyKey| line.patient_id.as_ref().is_none_or(|id| key.patient_id.trim() == id);
            let fitting: Vec<&StudyKey> = found.iter().filter(fits).copied().collect();
            match fitting.as_slice() {
                [] if found.is_empty() => strangers += 1,
                [] => joined.notices.push(format!(
                    "Line {}: the list has the accession number, but of another patient; nothing was changed.",
                    line.number
                )),
                [first, rest @ ..] if rest.iter().any(|key| key.patient_id != first.patient_id) => {
                    joined.notices.push(format!(
                        "Line {}: several patients share the accession number, and all of them take its urgency. \
                         Add a column patient_id to tell them apart.",
                        line.number
                    ));
                }
                _ => {}
            }
            for key in fitting {
                let urgency = joined.urgency.entry(key.clone()).or_insert(line.urgency);
                *urgency = (*urgency).min(line.urgency);
            }
        }
        if strangers > 0 {
            let lines = if strangers == 1 { "line fits" } else { "lines fit" };
            joined.notices.push(format!("{strangers} {lines} no study of this list."));
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worklist::sample;

    fn row(patient_id: &str, study_uid: &str, accession_number: &str) -> WorklistRow {
        let mut row = sample::unscored(study_uid, "");
        row.key.patient_id = patient_id.into();
        row.study.accession_number = accession_number.into();
        row
    }

    fn join(csv: &str, rows: &[WorklistRow]) -> (Vec<(String, Urgency)>, Vec<String>) {
        let Joined { urgency, notices } = UrgencyList::read(csv).unwrap().join(rows);
        (urgency.into_iter().map(|(key, urgency)| (key.study_uid, urgency)).collect(), notices)
    }

    #[test]
    fn urgency_is_joined_on_the_accession_number() {
        let rows = [row("1", "a", "A1 "), row("2", "b", "A2"), row("3", "c", ""), row("4", "d", "01")];
        let csv = "Accession Number;Urgency\r\nA1;STAT\r\n A2 ; urgent\r\n1;stat\r\n";
        let (urgency, notices) = join(csv, &rows);
        assert_eq!(urgency, [("a".into(), Urgency::Stat), ("b".into(), Urgency::High)]);
        assert_eq!(notices, ["1 line fits no study of this list."]);
    }

    #[test]
    fn the_most_urgent_of_several_lines_counts() {
        let csv = "accession_number,urgency\nA1,high\nA1,stat\nA1,routine\n";
        assert_eq!(join(csv, &[row("1", "a", "A1")]).0, [("a".into(), Urgency::Stat)]);
    }

    #[test]
    fn a_patient_id_tells_studies_apart_and_without_one_all_are_raised_and_told() {
        let rows = [row("1", "a", "A1"), row("2", "b", "A1")];
        let (urgency, notices) = join("accession_number,patient_id,urgency\nA1,2,stat\n", &rows);
        assert_eq!((urgency, notices.len()), (vec![("b".into(), Urgency::Stat)], 0));
        let (urgency, notices) = join("accession_number,patient_id,urgency\nA1,,stat\n", &rows);
        assert_eq!(urgency.len(), 2);
        assert!(notices[0].contains("several patients"), "{notices:?}");
        let (urgency, notices) = join("accession_number,patient_id,urgency\nA1,3,stat\n", &rows);
        assert!(urgency.is_empty() && notices[0].contains("another patient"), "{notices:?}");
    }

    #[test]
    fn what_cannot_be_understood_is_told_and_changes_nothing() {
        let list = UrgencyList::read("accession_number,urgency\nA1,soon\n,stat\n").unwrap();
        assert!(list.notices[0].contains("Line 2") && list.notices[1].contains("Line 3"), "{:?}", list.notices);
        assert_eq!(list.join(&[row("1", "a", "A1"), row("1", "b", "")]), Joined::default());
        assert!(UrgencyList::read("accession,urgency\n").unwrap_err().to_string().contains("accession_number"));
    }

    #[test]
    fn the_template_can_be_read() {
        let list = UrgencyList::read(include_str!("../../../../docs/templates/urgency.csv")).unwrap();
        assert_eq!((list.lines.len(), list.notices.len()), (3, 0));
        assert_eq!(list.lines[1].patient_id.as_deref(), Some("12345"));
    }
}
