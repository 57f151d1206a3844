//! Labels meet scores. What does not meet is listed, a sentence each with its line; nothing is left out unsaid.

use super::id::{self, NearMisses};
use super::labels::{Label, Labels};
use super::scores::Scores;
use crate::day::Day;
use crate::error::InputError;
use crate::table::Table;
use serde::Serialize;
use std::collections::HashMap;

/// A label with its score.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The scored study's id.
    pub id: String,
    /// The label's row.
    pub label: Label,
    /// `None` where the model gave none.
    pub score: Option<f64>,
}

/// The outcome of a join.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// Labels with a study, one per study.
    pub examinations: Vec<Examination>,
    /// What could not be used, or only once.
    pub unused: Unused,
    /// As in [`Scores`].
    pub model_sha256: Option<String>,
}

/// Sentences about rows that were not joined as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// Labels without a study.
    pub labels_unmatched: Vec<String>,
    /// Studies without a label.
    pub scores_unmatched: Vec<String>,
    /// Labels that contradict each other about one study: none of them is used.
    pub ambiguous: Vec<String>,
    /// Labels said again in the same words: used once.
    pub duplicates: Vec<String>,
}

/// Which scored study a label's id stands for, in a site's de-identified data.
#[derive(Clone, Debug, Default)]
pub struct Mapping(HashMap<String, String>);

impl Mapping {
    /// From columns `id` (as in the labels) and `study` (as in the scores).
    ///
    /// # Errors
    /// Where a column is missing, or an id is blank, damaged or stands for two studies.
    pub fn from_table(table: &Table) -> Result<Self, InputError> {
        let (from, to) = (table.column("id")?, table.column("study")?);
        let mut mapping = Self::default();
        for row in &table.rows {
            let (from, to) = (row.get(from), row.get(to));
            [from, to].into_iter().try_for_each(id::check).map_err(|text| table.at(row.line, text))?;
            let before = mapping.0.insert(from.to_owned(), to.to_owned());
            if before.is_some_and(|before| before != to) {
                return Err(table.at(row.line, format!("The id \"{from}\" was mapped to another study before.")));
            }
        }
        Ok(mapping)
    }

    /// Of *Accession Number*, and of *Patient ID* with *Study Date*; what two studies bear stands for neither.
    pub(super) fn of_other_ids<'a>(named: impl Iterator<Item = Named<'a>>) -> Self {
        let mut studies: HashMap<String, Option<&str>> = HashMap::new();
        for named in named {
            let day = named.study_date.and_then(|date| Day::from_iso(date).ok());
            let patient = named.patient_id.filter(|id| !id.is_empty());
            let number = named.accession_number.filter(|number| !number.is_empty());
            let by_day = patient.zip(day).map(|(patient, day)| id::of_day(patient, day));
            for other in number.map(str::to_owned).into_iter().chain(by_day) {
                let held = studies.entry(other).or_insert(Some(named.study));
                *held = held.filter(|study| *study == named.study);
            }
        }
        let single = studies.into_iter().filter_map(|(other, study)| Some((other, study?.to_owned())));
        Self(single.collect())
    }

    /// The study that an id stands for: itself, where nothing else is said.
    pub(super) fn study<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, String::as_str)
    }
}

/// A scored study and what else it is known by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) study: &'a str,
    pub(super) accession_number: Option<&'a str>,
    pub(super) patient_id: Option<&'a str>,
    pub(super) study_date: Option<&'a str>,
}

/// Joins by id, as text, leading zeros and all: by the mapping, then by study, then by what else it is known by.
pub fn join(labels: &Labels, scores: &Scores, mapping: &Mapping) -> Joined {
    let by_id: HashMap<&str, Option<f64>> = scores.studies.iter().map(|(id, score)| (id.as_str(), *score)).collect();
    let near = NearMisses::among(scores.studies.iter().map(|(id, _)| id.as_str()));
    let mut joined = Joined { model_sha256: scores.model_sha256.clone(), ..Joined::default() };
    let mut rows_of: HashMap<&str, Vec<&Label>> = HashMap::new();
    for label in &labels.rows {
        let mapped = mapping.study(&label.id);
        let study = if by_id.contains_key(mapped) { mapped } else { scores.other_ids.study(mapped) };
        if by_id.contains_key(study) {
            rows_of.entry(study).or_default().push(label);
        } else {
            joined.unused.labels_unmatched.push(unmatched(&labels.file, label, study, &near));
        }
    }
    for (study, score) in &scores.studies {
        match rows_of.get(study.as_str()) {
            None => {
                let file = &scores.file;
                joined.unused.scores_unmatched.push(format!("{file}: The study \"{study}\" has no label."));
            }
            Some(rows) => joined.add(&labels.file, study, *score, rows),
        }
    }
    joined
}

fn unmatched(file: &str, label: &Label, study: &str, near: &NearMisses) -> String {
    let hint = near.of(study).map_or(String::new(), |other| {
        format!(" \"{other}\" differs only by leading zeros; a spreadsheet may have dropped them.")
    });
    let line = label.line;
    format!("{file}, line {line}: No scored study has the id \"{study}\".{hint}")
}

impl Joined {
    fn add(&mut self, file: &str, study: &str, score: Option<f64>, rows: &[&Label]) {
        let [first, again @ ..] = rows else { return };
        let line = first.line;
        for other in again {
            let at = format!("{file}, line {}: The study \"{study}\" was labelled on line {line}", other.line);
            if other.abnormal == first.abnormal {
                self.unused.duplicates.push(format!("{at} already, alike; it is counted once."));
            } else {
                self.unused.ambiguous.push(format!("{at} otherwise; neither label is used."));
            }
        }
        if again.iter().all(|other| other.abnormal == first.abnormal) {
            self.examinations.push(Examination { id: study.to_owned(), label: (*first).clone(), score });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::labels::LabelColumns;
    use super::*;

    fn joined(labels: &str, scores: &str, mapping: &str) -> Joined {
        let table = |text: &str| Table::read("l.csv", text.as_bytes()).unwrap();
        let labels = Labels::from_table(&table(labels), &LabelColumns::default()).unwrap();
        let mapping = Mapping::from_table(&table(&format!("id,study\n{mapping}"))).unwrap();
        join(&labels, &Scores::read("s.csv", scores.as_bytes()).unwrap(), &mapping)
    }

    #[test]
    fn every_row_is_joined_or_listed() {
        let labels = "id,label\n01,1\n2,0\n2,0\n3,1\n3,0\n4,1\nX,0\n";
        let out = joined(labels, "id,score\n01,0.9\n2,0.1\n3,0.5\n004,0.2\n5,0.3\nY,\n", "X,Y\n");
        let ids: Vec<_> = out.examinations.iter().map(|e| (e.id.as_str(), e.score)).collect();
        assert_eq!(ids, [("01", Some(0.9)), ("2", Some(0.1)), ("Y", None)]);
        let unused = out.unused;
        assert!(unused.duplicates[0].starts_with("l.csv, line 4: The study \"2\" was labelled on line 3 already"));
        assert!(unused.ambiguous[0].starts_with("l.csv, line 6: The study \"3\" was labelled on line 5 otherwise"));
        assert!(unused.labels_unmatched[0].starts_with("l.csv, line 7:"));
        assert!(unused.labels_unmatched[0].contains("\"004\" differs only by leading zeros"));
        assert_eq!(unused.scores_unmatched.len(), 2, "004 and 5");
        let by_day = r#"{"model":{},"studies":[
            {"study_uid":"1.1","patient_id":"007","study_date":"20180131","score":0.9},
            {"study_uid":"1.2","patient_id":"007","study_date":"20180201","score":0.8},
            {"study_uid":"1.3","patient_id":"8","study_date":"20180201","score":0.7},
            {"study_uid":"1.4","patient_id":"8","study_date":"20180201","score":0.6}]}"#;
        let out = joined("patient_id,study_date,label\n007,2018-02-01,1\n7,2018-02-01,1\n8,2018-02-01,0\n", by_day, "");
        let ids: Vec<_> = out.examinations.iter().map(|e| e.id.as_str()).collect();
        assert_eq!(ids, ["1.2"], "another day, a lost zero and two studies of a day do not meet");
        let twice = Table::read("m.csv", b"id,study\n1,a\n1,b\n").unwrap();
        assert!(Mapping::from_table(&twice).unwrap_err().to_string().starts_with("m.csv, line 3:"));
    }
}
