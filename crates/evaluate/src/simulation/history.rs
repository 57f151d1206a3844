//! Rows of a reporting history become [`Examination`]s.

use crate::day::{DateOrder, Day};
use crate::error::InputError;
use crate::table::{Table, label_of};
use std::collections::HashMap;

/// One examination of the past.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// Accession number or whatever names it.
    pub id: String,
    /// Day of the scan.
    pub scan: Day,
    /// Day of the report; `None` where there is none yet.
    pub report: Option<Day>,
    /// The model's probability; `None` where it gave none.
    pub score: Option<f64>,
    /// Whether it was abnormal; `None` where nobody has said.
    pub abnormal: Option<bool>,
}

/// A hospital's examinations with their dates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// In no particular order, ids unique.
    pub examinations: Vec<Examination>,
}

/// Under which names a history's columns stand.
#[derive(Clone, Debug)]
pub struct HistoryColumns {
    /// Identity.
    pub id: String,
    /// Day of the scan.
    pub scan_date: String,
    /// Day of the report.
    pub report_date: String,
    /// Probability.
    pub score: String,
    /// Normal or abnormal.
    pub label: String,
    /// Order of `03/04/2018`; `None` to take what the file's other dates settle.
    pub date_order: Option<DateOrder>,
}

impl Default for HistoryColumns {
    fn default() -> Self {
        let [id, scan_date, report_date, score, label] =
            ["id", "scan_date", "report_date", "score", "label"].map(str::to_owned);
        Self { id, scan_date, report_date, score, label, date_order: None }
    }
}

impl History {
    /// Reads a history. A blank report date means queued, a blank score unscored, a blank label unlabelled.
    ///
    /// # Errors
    /// Where a column is missing, a field cannot be read, or an id is blank or repeated.
    pub fn from_table(table: &Table, columns: &HistoryColumns) -> Result<Self, InputError> {
        let id = table.column(&columns.id)?;
        let [score, label] = [table.column(&columns.score)?, table.column(&columns.label)?];
        let dates = [table.column(&columns.scan_date)?, table.column(&columns.report_date)?];
        let days = table.days(&dates, columns.date_order)?;
        let mut lines: HashMap<&str, u64> = HashMap::new();
        let mut examinations = Vec::with_capacity(table.rows.len());
        for (index, row) in table.rows.iter().enumerate() {
            let name = row.get(id);
            if name.is_empty() {
                return Err(table.at(row.line, "The id is blank."));
            }
            if let Some(first) = lines.insert(name, row.line) {
                return Err(table.at(
                    row.line,
                    format!("The id \"{name}\" stands on line {first} already. One row per examination."),
                ));
            }
            let scan = days[0][index].ok_or_else(|| table.at(row.line, "The scan date is blank."))?;
            let abnormal = label_of(row.get(label)).map_err(|text| table.at(row.line, text))?;
            let score = table.number(row, score)?;
            examinations.push(Examination { id: name.to_owned(), scan, report: days[1][index], score, abnormal });
        }
        Ok(Self { examinations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<History, String> {
        let table = Table::read("h.csv", text.as_bytes()).unwrap();
        History::from_table(&table, &HistoryColumns::default()).map_err(|e| e.to_string())
    }

    #[test]
    fn blanks_are_no_errors_but_a_missing_scan_date_or_a_repeated_id_is() {
        let history = read("id,scan_date,report_date,score,label\n007,2018-01-01,,,\n").unwrap();
        let examination = &history.examinations[0];
        assert_eq!((examination.id.as_str(), examination.report, examination.score), ("007", None, None));
        assert_eq!(examination.abnormal, None);
        let refused = |rows: &str| read(&format!("id,scan_date,report_date,score,label\n{rows}\n")).unwrap_err();
        assert!(refused("1,,2018-01-01,0.5,N").starts_with("h.csv, line 2: The scan date"));
        assert!(
            refused("1,2018-01-01,,,\n1,2018-01-01,,,").starts_with("h.csv, line 3: The id \"1\" stands on line 2")
        );
        assert!(refused("1,2018-01-01,,,ill").contains("\"ill\" is not a label"));
        assert!(refused(",2018-01-01,,,").contains("blank"));
    }
}
