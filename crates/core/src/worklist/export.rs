//! The list as a file, JSON or CSV, and back. `docs/worklist.md` explains every column.

mod merge;
mod row;
#[cfg(test)]
mod tests;

pub use super::table::TableError;
pub use row::{ChosenBy, ExportRow, SetBy, Withheld, YesNo};

use super::moment::Moment;
use super::order::Entry;
use super::pseudonym::Secret;
use super::reader::Journal;
use super::table::{self, Table};
use crate::card::{ModelIdentity, Thresholds};
use serde::{Deserialize, Serialize};

/// What the JSON calls itself.
pub(super) const FORMAT: &str = "headway-worklist";

/// Its version; a later one may mean something else by a name.
const VERSION: u32 = 1;

/// A list, or several merged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Export {
    format: String,
    version: u32,
    /// One row per study.
    pub studies: Vec<ExportRow>,
}

/// What becomes of names, numbers, dates and free text.
#[derive(Clone, Copy, Debug)]
pub enum Identifiers<'a> {
    /// They stand in the export.
    Kept,
    /// They are left out. Such exports cannot be merged, since nothing says which rows are one study.
    Removed,
    /// They are left out, and a keyed pseudonym stands for the study.
    Replaced(&'a Secret),
}

/// What all rows of an export have in common.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The model that scored the list.
    pub model: &'a ModelIdentity,
    /// The operating point in use.
    pub thresholds: Option<Thresholds>,
    /// What the reader did. Scores it has not revealed are withheld.
    pub journal: &'a Journal,
    /// What becomes of identifiers.
    pub identifiers: Identifiers<'a>,
    /// Now.
    pub now: Moment,
}

impl Export {
    /// The rows of a list, in the order handed in.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a Entry<'a>>, context: &Context<'_>) -> Self {
        let summaries = context.journal.summaries();
        let row = |entry: &Entry<'_>| {
            let summary = summaries.get(&entry.row.key).cloned().unwrap_or_default();
            ExportRow::new(entry, &summary, context)
        };
        Self::of(entries.into_iter().map(row).collect())
    }

    fn of(studies: Vec<ExportRow>) -> Self {
        Self { format: FORMAT.to_owned(), version: VERSION, studies }
    }

    /// As JSON.
    ///
    /// # Errors
    /// A sentence where it cannot be written.
    pub fn to_json(&self) -> Result<String, TableError> {
        serde_json::to_string_pretty(self).map_err(|e| TableError(format!("The list could not be written: {e}.")))
    }

    /// As CSV, one line per study, no cell a formula to a spreadsheet.
    ///
    /// # Errors
    /// A sentence where it cannot be written.
    pub fn to_csv(&self) -> Result<String, TableError> {
        table::write(&self.studies)
    }

    /// Reads what [`Export::to_json`] or [`Export::to_csv`] wrote; which of them, the first character says.
    ///
    /// # Errors
    /// A sentence that says what is wrong, where, and what to do.
    pub fn read(text: &str) -> Result<Self, TableError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim_start().starts_with('{') { Self::read_json(text) } else { Self::read_csv(text) }
    }

    fn read_json(text: &str) -> Result<Self, TableError> {
        let wrong = |e: serde_json::Error| TableError(format!("This is not a list that Headway exported: {e}."));
        let value: serde_json::Value = serde_json::from_str(text).map_err(wrong)?;
        if value["format"] != FORMAT {
            return Err(TableError("This JSON is not a list that Headway exported.".to_owned()));
        }
        if value["version"] != VERSION {
            return Err(TableError(format!(
                "The list has version {}; this program reads version {VERSION}. Use the Headway that wrote it.",
                value["version"]
            )));
        }
        serde_json::from_value(value).map_err(wrong)
    }

    fn read_csv(text: &str) -> Result<Self, TableError> {
        let table = Table::read(text)?;
        if let Some(missing) = ["exported_at", "state", "model_sha256"].iter().find(|name| table.column(name).is_none())
        {
            return Err(TableError(format!(
                "This table is not a list that Headway exported: it has no column \"{missing}\"."
            )));
        }
        let row = |(line, record): &(usize, csv::StringRecord)| {
            record.deserialize(Some(&table.header)).map_err(|e| {
                let what = match e.kind() {
                    csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
                    _ => e.to_string(),
                };
                TableError(format!("Line {line} cannot be read: {what}. Was the table saved by another program?"))
            })
        };
        table.lines.iter().map(row).collect::<Result<_, _>>().map(Self::of)
    }
}
