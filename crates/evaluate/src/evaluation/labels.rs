//! The reference standard: a CSV of ids and labels, with what else is known of each examination.

use super::id;
use crate::error::InputError;
use crate::table::{Column, Row, Table, label_of};

/// What was found to be true of some examinations.
#[derive(Clone, Debug)]
pub struct Labels {
    /// The file's name.
    pub file: String,
    /// In the file's order; ids may repeat, which the join settles.
    pub rows: Vec<Label>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Line in the file.
    pub line: u64,
    /// Accession number, study UID or whatever the scores or the mapping know.
    pub id: String,
    /// Whether it was abnormal; `None` where nobody has said.
    pub abnormal: Option<bool>,
    /// Proposed by the report reader and not yet confirmed by a person.
    pub proposed: bool,
    /// Names the patient where one has several examinations.
    pub patient: Option<String>,
    /// Subgroup by column (`site`, `scanner`, `age`, `sex`, `category`), where known.
    pub groups: Vec<(&'static str, String)>,
}

/// Names of the columns that must be there; the others have fixed names.
#[derive(Clone, Debug)]
pub struct LabelColumns {
    /// Identity.
    pub id: String,
    /// Normal or abnormal.
    pub label: String,
}

impl Default for LabelColumns {
    fn default() -> Self {
        Self { id: "id".to_owned(), label: "label".to_owned() }
    }
}

const GROUPS: [&str; 5] = ["site", "scanner", "age", "sex", "category"];

impl Labels {
    /// Reads them.
    ///
    /// # Errors
    /// Where a column is missing, an id is blank or damaged, or a field cannot be read.
    pub fn from_table(table: &Table, columns: &LabelColumns) -> Result<Self, InputError> {
        let (id, label) = (table.column(&columns.id)?, table.column(&columns.label)?);
        let (status, patient) = (table.find("status"), table.find("patient"));
        let groups: Vec<_> = GROUPS.into_iter().filter_map(|name| Some((name, table.find(name)?))).collect();
        let read = |row: &Row| -> Result<Label, String> {
            id::check(row.get(id))?;
            Ok(Label {
                line: row.line,
                id: row.get(id).to_owned(),
                abnormal: label_of(row.get(label))?,
                proposed: status.map_or(Ok(false), |status| is_proposed(row.get(status)))?,
                patient: patient.and_then(|patient| filled(row, patient)).map(str::to_owned),
                groups: read_groups(row, &groups)?,
            })
        };
        let rows = table.rows.iter().map(|row| read(row).map_err(|text| table.at(row.line, text)));
        Ok(Self { file: table.file.clone(), rows: rows.collect::<Result<_, _>>()? })
    }
}

fn filled(row: &Row, column: Column) -> Option<&str> {
    Some(row.get(column)).filter(|text| !text.is_empty())
}

fn is_proposed(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "proposed" => Ok(true),
        "" | "confirmed" | "corrected" => Ok(false),
        _ => Err(format!("\"{text}\" is not a status. Write confirmed or proposed.")),
    }
}

/// A category may be several, joined by `+`; an age becomes its band.
fn read_groups(row: &Row, columns: &[(&'static str, Column)]) -> Result<Vec<(&'static str, String)>, String> {
    let mut groups = Vec::new();
    for &(name, column) in columns {
        match (name, filled(row, column)) {
            (_, None) => {}
            ("category", Some(text)) => groups.extend(text.split('+').map(|one| (name, one.trim().to_owned()))),
            ("age", Some(text)) => groups.push((name, age_band(text)?)),
            (_, Some(text)) => groups.push((name, text.to_owned())),
        }
    }
    Ok(groups)
}

/// Reads `63` and DICOM's `063Y` (PS3.5, AS).
fn age_band(text: &str) -> Result<String, String> {
    let years = text.trim_end_matches(['Y', 'y']).parse::<f64>().ok().filter(|age| (0.0..130.0).contains(age));
    match years {
        None => Err(format!("\"{text}\" is not an age in years.")),
        Some(..40.0) => Ok("under 40".to_owned()),
        Some(..60.0) => Ok("40 to 59".to_owned()),
        Some(..80.0) => Ok("60 to 79".to_owned()),
        Some(_) => Ok("80 and over".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Labels, String> {
        let table = Table::read("l.csv", text.as_bytes()).unwrap();
        Labels::from_table(&table, &LabelColumns::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn optional_columns_and_faults() {
        let labels = read("id;label;status;patient;age;category\n007;A;proposed;P1;063Y;mass+other\n8;;;;;\n").unwrap();
        let first = &labels.rows[0];
        assert_eq!((first.id.as_str(), first.abnormal, first.proposed), ("007", Some(true), true));
        let [age, mass, other] = [("age", "60 to 79"), ("category", "mass"), ("category", "other")];
        assert_eq!(first.groups, [age, mass, other].map(|(column, value)| (column, value.to_owned())));
        assert_eq!((labels.rows[1].abnormal, labels.rows[1].groups.len()), (None, 0));
        assert!(read("id,label\n1,ill\n").unwrap_err().starts_with("l.csv, line 2: \"ill\""));
        assert!(read("id,label,age\n1,0,\n2,1,old\n").unwrap_err().starts_with("l.csv, line 3: \"old\""));
        assert!(read("id,label,status\n1,0,sure\n").unwrap_err().contains("line 2: \"sure\""));
        assert!(read("id,label\n1.2E+05,0\n").unwrap_err().contains("line 2: The id \"1.2E+05\""));
        assert!(read("id,truth\n1,0\n").unwrap_err().contains("no column \"label\""));
    }
}
