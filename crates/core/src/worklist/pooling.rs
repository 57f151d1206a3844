//! The pooling export: what sites may put together to see how a model does, and nothing that says of whom.
//! No dates, no UIDs, no free text; the rows stand by pseudonym, so that their order tells no time either.

use super::export::{ChosenBy, Export, ExportRow, TableError};
use super::pseudonym::Secret;
use super::reader::Impression;
use super::table;
use crate::reason::Code;
use crate::study::StudyKey;
use serde::{Deserialize, Serialize};

/// One study of the pooling export. The fields are the columns; `docs/worklist.md` explains them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is a column of docs/worklist.md, which a test holds complete")]
pub struct PoolingRow {
    pub study_pseudonym: String,
    pub patient_pseudonym: Option<String>,
    pub age_band: Option<String>,
    pub sex: Option<String>,
    pub scanner: Option<String>,
    pub chosen_by: ChosenBy,
    pub score: Option<f64>,
    pub label: Option<Impression>,
    pub stop_reason: Option<Code>,
    pub model_sha256: String,
}

impl PoolingRow {
    fn new(row: &ExportRow, secret: &Secret) -> Result<Self, TableError> {
        let study_uid = row.study_uid.clone().ok_or_else(|| {
            TableError("Pooling starts from an export with identifiers; pseudonyms are made of them.".to_owned())
        })?;
        let study = StudyKey { patient_id: row.patient_id.clone().unwrap_or_default(), study_uid };
        Ok(Self {
            study_pseudonym: secret.study(&study),
            patient_pseudonym: secret.patient(&study),
            age_band: row.age_band.clone(),
            sex: row.sex.clone(),
            scanner: row.scanner.clone(),
            chosen_by: row.chosen_by,
            score: row.score,
            label: row.reading,
            stop_reason: row.stop_reason,
            model_sha256: row.model_sha256.clone(),
        })
    }
}

/// The pooling export of a list, or of several merged, as CSV.
///
/// # Errors
/// A sentence where the list carries no identifiers to make pseudonyms of.
pub fn pooling_csv(export: &Export, secret: &Secret) -> Result<String, TableError> {
    let mut rows: Vec<PoolingRow> =
        export.studies.iter().map(|row| PoolingRow::new(row, secret)).collect::<Result<_, _>>()?;
    rows.sort_by(|a, b| a.study_pseudonym.cmp(&b.study_pseudonym));
    table::write(&rows)
}
