//! The reference standard: a CSV of ids and labels, with what else is known of each examination.

use super::id;
use crate::day::{DateOrder, Day};
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
    /// Accession number, study UID or whatever the scores or the mapping know; else [`id::of_day`].
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
    /// Order of dates such as 03/04/2018 under `study_date`; `None` to take what the file settles.
    pub date_order: Option<DateOrder>,
}

impl Default for LabelColumns {
    fn default() -> Self {
        Self { id: "id".to_owned(), label: "label".to_owned(), date_order: None }
    }
}

/// Where a row says which examination it is about.
struct Naming {
    id: Option<Column>,
    patient: Option<Column>,
    days: Vec<Option<Day>>,
}

impl Naming {
    /// By a column of ids, or by `patient_id` with `study_date`, or by either.
    fn of(table: &Table, columns: &LabelColumns) -> Result<Self, InputError> {
        let (id, patient, date) = (table.find(&columns.id), table.find("patient_id"), table.find("study_date"));
        if id.is_none() && (patient.is_none() || date.is_none()) {
            // The sentence names the columns that there are.
            table.column(&columns.id)?;
        }
        let days = match date {
            Some(date) => table.days(&[date], columns.date_order)?.remove(0),
            None => Vec::new(),
        };
        Ok(Self { id, patient, days })
    }

    fn read(&self, at: usize, row: &Row) -> Result<String, String> {
        let id = self.id.map_or("", |column| row.get(column));
        let patient = self.patient.and_then(|column| filled(row, column));
        match (id, patient, self.days.get(at).copied().flatten()) {
            ("", Some(patient), Some(day)) => {
                id::check(patient)?;
                Ok(id::of_day(patient, day))
            }
            ("", Some(_), None) => {
                Err("A patient may have several examinations: say which by study_date or by an id.".to_owned())
            }
            (id, ..) => id::check(id).map(|()| id.to_owned()),
        }
    }
}

const GROUPS: [&str; 5] = ["site", "scanner", "age", "sex", "category"];

impl Labels {
    /// Reads them.
    ///
    /// # Errors
    /// Where a column is missing, an id is blank or damaged, or a field cannot be read.
    pub fn from_table(table: &Table, columns: &LabelColumns) -> Result<Self, InputError> {
        let (naming, label) = (Naming::of(table, columns)?, table.column(&columns.label)?);
        let (status, patient) = (table.find("status"), table.find("patient").or(table.find("patient_id")));
        let groups: Vec<_> = GROUPS.into_iter().filter_map(|name| Some((name, table.find(name)?))).collect();
        let read = |at: usize, row: &Row| -> Result<Label, String> {
            Ok(Label {
                line: row.line,
                id: naming.read(at, row)?,
                abnormal: label_of(row.get(label))?,
                proposed: status.map_or(Ok(false), |status| is_proposed(row.get(status)))?,
                patient: patient.and_then(|patient| filled(row, patient)).map(str::to_owned),
                groups: read_groups(row, &groups)?,
            })
        };
        let rows = table.rows.iter().enumerate();
        let rows = rows.map(|(at, row)| read(at, row).map_err(|text| table.at(row.line, text)));
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

    #[test]
    fn a_patient_id_names_an_examination_only_with_its_day() {
        let ids = |text: &str| read(text).map(|labels| labels.rows.into_iter().map(|row| row.id).collect::<Vec<_>>());
        let text = "id,patient_id,study_date,label\nA1,007,,1\n,007,31/01/2018,0\n";
        assert_eq!(ids(text).unwrap(), ["A1", "007 on 2018-01-31"]);
        assert_eq!(
            read(text).unwrap().rows[1].patient.as_deref(),
            Some("007"),
            "examinations of a patient belong together"
        );
        assert_eq!(ids("patient_id,study_date,label\n007,20180131,1\n").unwrap(), ["007 on 2018-01-31"]);
        let refusal = |text: &str| ids(text).unwrap_err();
        assert!(
            refusal("patient_id,study_date,label\n007,,1\n").starts_with("l.csv, line 2: A patient may have several")
        );
        assert!(refusal("patient_id,study_date,label\n1.2E+05,20180131,1\n").contains("rounded number"));
        assert!(refusal("patient_id,study_date,label\n7,03/04/2018,1\n").contains("day/month or month/day"));
        assert!(refusal("patient_id,label\n7,1\n").contains("no column \"id\""));
    }
}
