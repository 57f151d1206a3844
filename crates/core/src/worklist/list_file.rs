//! A dropped file that is a list and not an image: urgencies, or an earlier export.

use super::export::{Export, FORMAT, TableError};
use super::urgency_list::UrgencyList;
use serde::{Deserialize, Serialize};

/// What a list file holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ListFile {
    /// Urgencies by accession number.
    Urgency(UrgencyList),
    /// A list that Headway exported earlier.
    Export(Export),
}

/// Whether a file is named as lists are.
pub fn may_be_list(path: &str) -> bool {
    let end = path.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    matches!(end.as_deref(), Some("csv" | "tsv" | "json"))
}

impl ListFile {
    /// Reads a file's text. `None` where it is no list at all: other programs write CSV and JSON too.
    ///
    /// # Errors
    /// A sentence where it is a list, and cannot be read.
    pub fn read(text: &str) -> Option<Result<Self, TableError>> {
        let text = text.trim_start_matches('\u{feff}');
        let is_export = if text.trim_start().starts_with('{') {
            text.contains(FORMAT)
        } else {
            first_line(text).contains("model_sha256")
        };
        if is_export {
            return Some(Export::read(text).map(Self::Export));
        }
        let header = first_line(text).replace(' ', "_");
        let is_urgency = header.contains("accession") && header.contains("urgency");
        is_urgency.then(|| UrgencyList::read(text).map(Self::Urgency))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_told_by_their_heads_and_other_tables_are_none() {
        assert!(may_be_list("CD/URGENCY.CSV") && may_be_list("a.json") && !may_be_list("csv") && !may_be_list("IM1"));
        let urgency = ListFile::read("Accession Number;Urgency\nA1;stat\n");
        assert!(matches!(urgency, Some(Ok(ListFile::Urgency(_)))), "{urgency:?}");
        let export = ListFile::read(r#"{ "format": "headway-worklist", "version": 1, "studies": [] }"#);
        assert!(matches!(export, Some(Ok(ListFile::Export(_)))), "{export:?}");
        for other in ["a,b\n1,2\n", r#"{ "RepetitionTime": 4.5 }"#, "", "DICM"] {
            assert_eq!(ListFile::read(other), None, "{other}");
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_says_so() {
        for wrong in [
            r#"{ "format": "headway-worklist", "version": 9, "studies": [] }"#,
            "exported_at,model_sha256\n",
            "accession,urgency\nA1,stat\n",
        ] {
            assert!(matches!(ListFile::read(wrong), Some(Err(_))), "{wrong}");
        }
    }
}
