//! CSV in and out (RFC 4180, UTF-8), guarded so that no cell is a formula to a spreadsheet.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a table could not be read or written; says where and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableError(pub(super) String);

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TableError {}

/// The quote that a spreadsheet takes as "this is text".
const GUARD: char = '\'';

/// What makes a spreadsheet read a cell as a formula when it stands first, full-width forms included;
/// and the guard itself, so that reading a table gives back what was written.
fn needs_guard(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠', GUARD])
}

/// Rows as CSV: a header, then a line each.
pub(super) fn write<T: Serialize>(rows: &[T]) -> Result<String, TableError> {
    let failed = |problem: String| TableError(format!("The table could not be written: {problem}."));
    let mut plain = csv::Writer::from_writer(Vec::new());
    for row in rows {
        plain.serialize(row).map_err(|e| failed(e.to_string()))?;
    }
    let plain = plain.into_inner().map_err(|e| failed(e.to_string()))?;
    let mut guarded = csv::Writer::from_writer(Vec::new());
    for record in csv::ReaderBuilder::new().has_headers(false).from_reader(&*plain).records() {
        let record = record.map_err(|e| failed(e.to_string()))?;
        let cells =
            record.iter().map(|cell| if needs_guard(cell) { format!("{GUARD}{cell}") } else { cell.to_owned() });
        guarded.write_record(cells).map_err(|e| failed(e.to_string()))?;
    }
    let guarded = guarded.into_inner().map_err(|e| failed(e.to_string()))?;
    String::from_utf8(guarded).map_err(|e| failed(e.to_string()))
}

/// A table as it was read: names of columns in lower case with `_` for spaces, and the cells of each line with its number in the file.
pub(super) struct Table {
    pub(super) header: csv::StringRecord,
    pub(super) lines: Vec<(usize, csv::StringRecord)>,
}

impl Table {
    /// Reads CSV with commas, semicolons or tabs, whichever the header holds most of.
    pub(super) fn read(text: &str) -> Result<Self, TableError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let first = text.lines().next().unwrap_or_default();
        // The last of equals wins: a header of one column has none of them, and reads as comma-separated.
        let delimiter = *b"\t;,".iter().max_by_key(|&&d| first.bytes().filter(|b| *b == d).count()).unwrap_or(&b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let wrong =
            |e: csv::Error| TableError(format!("The table cannot be read: {e}. Export it again as CSV (UTF-8)."));
        let header = reader.headers().map_err(wrong)?;
        let header = header.iter().map(|name| unguarded(name).trim().to_lowercase().replace(' ', "_")).collect();
        let mut lines = Vec::new();
        let (mut line, mut counted) = (1, 0);
        for record in reader.records() {
            let record = record.map_err(wrong)?;
            // A record's position is before the line breaks that lead up to it; it begins behind them.
            let start = record.position().map_or(counted, |position| position.byte() as usize);
            let rest = text.get(start..).unwrap_or_default().trim_start_matches(['\r', '\n']);
            let start = text.len() - rest.len();
            line += text.get(counted..start).map_or(0, |before| before.matches('\n').count());
            counted = start;
            lines.push((line, record.iter().map(unguarded).collect()));
        }
        Ok(Self { header, lines })
    }

    /// Where a column stands.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }
}

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| needs_guard(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Row<'a> {
        text: &'a str,
        number: f64,
    }

    #[test]
    fn no_cell_begins_like_a_formula_and_all_come_back() {
        let texts = [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "＝1",
            "'=1",
            "''",
            "a=1",
            "",
            "\"=1\"",
            "a,\"b\"\nc",
        ];
        let csv = write(&texts.map(|text| Row { text, number: -0.5 })).unwrap();
        for record in csv::Reader::from_reader(csv.as_bytes()).records() {
            for cell in &record.unwrap() {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']), "{cell:?}");
            }
        }
        let table = Table::read(&csv).unwrap();
        let back: Vec<&str> = table.lines.iter().map(|(_, record)| &record[0]).collect();
        assert_eq!(back, texts);
        assert_eq!(&table.lines[0].1[1], "-0.5");
    }

    #[test]
    fn commas_semicolons_tabs_and_a_byte_order_mark_are_read() {
        for text in ["A,b \n1,2\n", "\u{feff}A;b\r\n1;2\r\n", "A\tb\n1\t2"] {
            let table = Table::read(text).unwrap();
            assert_eq!((table.column("a"), table.column("b"), table.column("c")), (Some(0), Some(1), None), "{text:?}");
            assert_eq!((table.lines[0].0, &table.lines[0].1[1]), (2, "2"));
        }
        let numbered = Table::read("a,b\r\n\"1\r\n1\",2\r\n\r\n3,4\r\n").unwrap();
        assert_eq!(numbered.lines.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 5]);
        assert_eq!(Table::read("a\n1\n").unwrap().lines.len(), 1);
        assert!(Table::read("a,b\n1\n").is_err(), "a line with too few cells is not guessed at");
    }
}
