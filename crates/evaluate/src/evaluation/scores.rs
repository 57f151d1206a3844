//! What a model said: the JSON of `headway score`, or a CSV of ids and scores.

use super::id;
use super::join::{Mapping, Named};
use super::worklist::Worklist;
use crate::error::InputError;
use crate::table::Table;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// One score per examination.
#[derive(Clone, Debug)]
pub struct Scores {
    /// The file's name.
    pub file: String,
    /// Score by id, in the file's order; `None` where it was not scored, declined or failed.
    pub studies: Vec<(String, Option<f64>)>,
    /// What else stands for one study each: accession numbers, and patients with the day of the study.
    pub other_ids: Mapping,
    /// The one model that gave all of them, where the file says so.
    pub model_sha256: Option<String>,
}

#[derive(Deserialize)]
struct Results {
    #[serde(default)]
    model: Model,
    studies: Vec<Study>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Model {
    sha256: Option<String>,
}

#[derive(Deserialize)]
struct Study {
    study_uid: String,
    accession_number: Option<String>,
    patient_id: Option<String>,
    study_date: Option<String>,
    score: Option<f64>,
}

impl Scores {
    /// Reads either, or an exported list; JSON begins with a brace.
    ///
    /// # Errors
    /// Where it is neither, an id is blank, damaged or repeated, or a score lies outside 0 to 1.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, InputError> {
        if Worklist::is_one(bytes) {
            return Ok(Worklist::read(file, bytes)?.scores);
        }
        let json = bytes.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'{');
        if json { Self::from_json(file, bytes) } else { Self::from_table(&Table::read(file, bytes)?) }
    }

    fn from_json(file: &str, bytes: &[u8]) -> Result<Self, InputError> {
        let results: Results = serde_json::from_slice(bytes).map_err(|e| {
            let text = format!("It is not what `headway score --json` prints ({e}).");
            InputError::at(file, e.line() as u64, text)
        })?;
        let named = results.studies.iter().map(|study| Named {
            study: &study.study_uid,
            accession_number: study.accession_number.as_deref(),
            patient_id: study.patient_id.as_deref(),
            study_date: study.study_date.as_deref(),
        });
        let other_ids = Mapping::of_other_ids(named);
        let model_sha256 = results.model.sha256;
        let mut scores = Self { file: file.to_owned(), studies: Vec::new(), other_ids, model_sha256 };
        let mut seen = HashMap::new();
        for study in results.studies {
            let refused = scores.push(&mut seen, &study.study_uid, study.score, 0).err();
            if let Some(text) = refused {
                return Err(InputError::whole(file, text));
            }
        }
        Ok(scores)
    }

    /// From columns `id` and `score`.
    fn from_table(table: &Table) -> Result<Self, InputError> {
        let (id, score) = (table.column("id")?, table.column("score")?);
        let mut scores =
            Self { file: table.file.clone(), studies: Vec::new(), other_ids: Mapping::default(), model_sha256: None };
        let mut seen = HashMap::new();
        for row in &table.rows {
            let number = table.number(row, score)?;
            scores.push(&mut seen, row.get(id), number, row.line).map_err(|text| table.at(row.line, text))?;
        }
        Ok(scores)
    }

    /// An id that stands twice in it.
    pub(super) fn first_repeated(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        self.studies.iter().map(|(id, _)| id.as_str()).find(|id| !seen.insert(*id))
    }

    fn push(&mut self, seen: &mut HashMap<String, u64>, id: &str, score: Option<f64>, line: u64) -> Result<(), String> {
        id::check(id)?;
        if let Some(score) = score.filter(|score| !(0.0..=1.0).contains(score)) {
            return Err(format!("The score {score} of \"{id}\" is not a probability between 0 and 1."));
        }
        match seen.insert(id.to_owned(), line) {
            Some(0) => return Err(format!("The study {id} stands twice in it.")),
            Some(first) => return Err(format!("The id \"{id}\" stands on line {first} already.")),
            None => self.studies.push((id.to_owned(), score)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_csv_read_alike_and_faults_are_sentences() {
        let json = br#"{ "model": {}, "studies": [{"study_uid": "1.2", "state": "scored", "score": 0.5},
            {"study_uid": "1.3", "state": "failed", "score": null}] }"#;
        let csv = b"id,score\n1.2,0.5\n1.3,\n";
        let read = |bytes: &[u8]| Scores::read("s", bytes).map(|s| s.studies).map_err(|e| e.to_string());
        assert_eq!(read(json).unwrap(), read(csv).unwrap());
        assert!(read(b"{ \"studies\": [\n{}] }").unwrap_err().starts_with("s, line 2: It is not what"));
        assert!(read(b"id,score\n1,0.5\n1,0.6\n").unwrap_err().starts_with("s, line 3: The id \"1\" stands on line 2"));
        assert!(read(b"id,score\n1,50\n").unwrap_err().contains("line 2: The score 50"));
        assert!(read(b"id,score\n1.2E+05,0.5\n").unwrap_err().contains("spreadsheet"));
        let of = |bytes: &[u8]| Scores::read("s", bytes).unwrap().model_sha256;
        assert_eq!((of(br#"{ "model": { "sha256": "x" }, "studies": [] }"#), of(csv)), (Some("x".into()), None));
    }
}
