//! A worklist that Headway exported: scores, the readings that count as truth, and what monitoring needs, in one file.
//!
//! The columns are those of `docs/worklist.md`.

use super::join::{Mapping, Named};
use super::labels::{Label, Labels};
use super::scores::Scores;
use crate::day::Day;
use crate::error::InputError;
use crate::monitoring::{Baseline, MonitoringReport, Observation, watch};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What such a file calls itself.
const FORMAT: &str = "headway-worklist";

/// A list.
#[derive(Clone, Debug)]
pub struct Worklist {
    /// One per study whose score may be known.
    pub scores: Scores,
    /// The last reading of each study that was made before its score could be seen.
    pub readings: Labels,
    /// The model's sensitive operating point, where the list names one.
    pub sensitive_threshold: Option<f64>,
    /// What a reader of the figures must know.
    pub cautions: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Deserialize)]
struct List {
    format: String,
    version: u32,
    studies: Vec<Row>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    pseudonym: Option<String>,
    patient_id: Option<String>,
    study_uid: Option<String>,
    accession_number: Option<String>,
    study_date: Option<String>,
    age_band: Option<String>,
    sex: Option<String>,
    site: Option<String>,
    scanner: Option<String>,
    chosen_by: String,
    score: Option<f64>,
    score_withheld: Option<String>,
    sensitive_threshold: Option<f64>,
    model_sha256: String,
    reading: Option<String>,
    reading_category: Option<String>,
}

impl Worklist {
    /// Whether bytes are such a list, by the name that its first lines bear.
    pub fn is_one(bytes: &[u8]) -> bool {
        let start = &bytes[..bytes.len().min(200)];
        start.windows(FORMAT.len()).any(|window| window == FORMAT.as_bytes())
    }

    /// Reads a list.
    ///
    /// # Errors
    /// Where it is none, has another version, or does not say which row is which study.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, InputError> {
        let list: List = serde_json::from_slice(bytes).map_err(|e| {
            InputError::at(file, e.line() as u64, format!("It is not a list that Headway exported ({e})."))
        })?;
        if list.format != FORMAT || list.version != 1 {
            return Err(InputError::whole(file, "It is a list of another version. Use the Headway that exported it."));
        }
        let withheld = |row: &&Row| row.score_withheld.as_deref() == Some("not_revealed");
        let hidden = list.studies.iter().filter(withheld).count();
        // The reader's choice of a series leaves default evaluation.
        let chosen = list.studies.iter().filter(|row| !withheld(row) && row.chosen_by == "reader").count();
        let rows: Vec<Row> =
            list.studies.iter().filter(|row| !withheld(row) && row.chosen_by != "reader").cloned().collect();
        let named = rows.iter().filter_map(|row| {
            Some(Named {
                study: row.id()?,
                accession_number: row.accession_number.as_deref(),
                patient_id: row.patient_id.as_deref(),
                study_date: row.study_date.as_deref(),
            })
        });
        let other_ids = Mapping::of_other_ids(named);
        let mut scores =
            Scores { file: file.to_owned(), studies: Vec::new(), other_ids, model_sha256: one_model(&rows) };
        for row in &rows {
            let id = row.id().ok_or_else(|| {
                InputError::whole(file, "A row names no study. Export the list with identifiers or pseudonyms.")
            })?;
            scores.studies.push((id.to_owned(), row.score));
        }
        if let Some(twice) = scores.first_repeated() {
            return Err(InputError::whole(file, format!("The study {twice} stands twice in it.")));
        }
        let readings = Labels { file: file.to_owned(), rows: rows.iter().filter_map(Row::label).collect() };
        let cautions = cautions(hidden, chosen, &rows);
        let sensitive_threshold = rows.iter().find_map(|row| row.sensitive_threshold);
        Ok(Self { scores, readings, sensitive_threshold, cautions, rows })
    }

    /// Watches what came from a day on against what came before.
    ///
    /// # Errors
    /// In words where the stretch before is too short for a baseline, or nothing came after.
    pub fn watched(&self, baseline_until: Day, threshold: f64) -> Result<MonitoringReport, String> {
        let observations = self.observations(threshold);
        let first_new = observations.partition_point(|observation| observation.day < baseline_until);
        let (usual, new) = observations.split_at(first_new);
        if new.is_empty() {
            return Err(format!("No scored examination of {baseline_until} or later is in the list."));
        }
        Ok(watch(&Baseline::new(usual)?, new, &Default::default()))
    }

    /// Scores in order of the examinations' days, with whether the reading agrees with the flag.
    pub fn observations(&self, threshold: f64) -> Vec<Observation> {
        let observation = |row: &Row| {
            let score = row.score?;
            let agrees = row.reading.as_deref().map(|reading| (reading == "abnormal") == (score >= threshold));
            let scanner = row.scanner.clone().unwrap_or_else(|| "scanner not named".to_owned());
            Some(Observation { day: Day::from_iso(row.study_date.as_deref()?).ok()?, scanner, score, agrees })
        };
        let mut observations: Vec<Observation> = self.rows.iter().filter_map(observation).collect();
        observations.sort_by_key(|observation| observation.day);
        observations
    }
}

impl Row {
    fn id(&self) -> Option<&str> {
        self.study_uid.as_deref().or(self.pseudonym.as_deref())
    }

    fn label(&self) -> Option<Label> {
        let groups = [
            ("site", &self.site),
            ("scanner", &self.scanner),
            ("age", &self.age_band),
            ("sex", &self.sex),
            ("category", &self.reading_category),
        ];
        let known = groups.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
        Some(Label {
            line: 0,
            id: self.id()?.to_owned(),
            abnormal: Some(self.reading.as_deref()? == "abnormal"),
            proposed: false,
            patient: self.patient_id.clone(),
            groups: known.collect(),
        })
    }
}

fn cautions(hidden: usize, chosen: usize, rows: &[Row]) -> Vec<String> {
    let models: BTreeSet<&str> = rows.iter().map(|row| row.model_sha256.as_str()).collect();
    let mut cautions = Vec::new();
    if hidden > 0 {
        cautions.push(format!("Left out, since their score has not been shown to the reader yet: {hidden}."));
    }
    if chosen > 0 {
        cautions.push(format!("Left out, since the reader chose their series and not the rules: {chosen}."));
    }
    if models.len() > 1 {
        cautions
            .push(format!("The scores come from {} models. What holds of one need not hold of another.", models.len()));
    }
    cautions
}

/// The model of all rows with a score, where it is one.
fn one_model(rows: &[Row]) -> Option<String> {
    let models: BTreeSet<&str> =
        rows.iter().filter(|row| row.score.is_some()).map(|row| row.model_sha256.as_str()).collect();
    models.first().filter(|model| models.len() == 1 && !model.is_empty()).map(|model| (*model).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"{"format":"headway-worklist","version":1,"studies":[
        {"study_uid":"1.2","accession_number":"007","score":0.9,"study_date":"20260102","scanner":"A","reading":"abnormal","reading_category":"mass","chosen_by":"rules","model_sha256":"x"},
        {"study_uid":"1.3","accession_number":"008","score":0.8,"study_date":"20260101","reading":"normal","chosen_by":"rules","model_sha256":"x"},
        {"study_uid":"1.4","score":null,"score_withheld":"not_revealed","reading":"abnormal","chosen_by":"rules","model_sha256":"x"},
        {"study_uid":"1.5","score":0.4,"chosen_by":"reader","model_sha256":"y"},
        {"study_uid":"1.6","accession_number":"007","score":null,"chosen_by":"rules","model_sha256":"y"}]}"#;

    #[test]
    fn scores_readings_and_what_is_left_out() {
        assert!(Worklist::is_one(LIST.as_bytes()) && !Worklist::is_one(b"id,score"));
        let list = Worklist::read("list.json", LIST.as_bytes()).unwrap();
        let ids: Vec<&str> = list.scores.studies.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["1.2", "1.3", "1.6"]);
        assert_eq!(Scores::read("list.json", LIST.as_bytes()).unwrap().studies, list.scores.studies);
        let readings: Vec<_> = list.readings.rows.iter().map(|label| (label.id.as_str(), label.abnormal)).collect();
        assert_eq!(readings, [("1.2", Some(true)), ("1.3", Some(false))]);
        assert_eq!(list.readings.rows[0].groups, [("scanner", "A".to_owned()), ("category", "mass".to_owned())]);
        assert_eq!(list.cautions.len(), 3);
        assert_eq!(list.scores.model_sha256.as_deref(), Some("x"));
        let study = |number| list.scores.other_ids.study(number);
        assert_eq!((study("008"), study("007")), ("1.3", "007"), "two bear 007");
    }

    #[test]
    fn observations_stand_in_order_and_agree_by_the_threshold() {
        let list = Worklist::read("list.json", LIST.as_bytes()).unwrap();
        let found: Vec<_> = list.observations(0.85).into_iter().map(|o| (o.score, o.agrees)).collect();
        assert_eq!(found, [(0.8, Some(true)), (0.9, Some(true))]);
    }

    #[test]
    fn a_list_without_ids_and_other_files_are_told_apart() {
        let anonymous = LIST.replace("study_uid", "nothing");
        let refusal = |text: &str| Worklist::read("l", text.as_bytes()).unwrap_err().to_string();
        assert!(refusal(&anonymous).contains("Export the list with identifiers"));
        assert!(refusal(&LIST.replace("\"version\":1", "\"version\":2")).contains("another version"));
        assert!(refusal("{}").contains("not a list"));
    }
}
