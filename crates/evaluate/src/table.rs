//! Bytes of a CSV file become a [`Table`] with line numbers.
//!
//! Hospitals' exports differ: a byte order mark, commas, semicolons or tabs, quotes, UTF-16 from a spreadsheet.
//! What cannot be read ends in a sentence with the line, never in a row left out.

use crate::day::{DateOrder, Day, WrittenDate};
use crate::error::InputError;

/// Rows of text under named columns.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file's name as the user knows it.
    pub file: String,
    /// One per data row.
    pub rows: Vec<Row>,
    headers: Vec<String>,
    decimal_comma: bool,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line in the file on which it starts, from 1.
    pub line: u64,
    /// One text per column, trimmed.
    pub fields: Vec<String>,
}

/// More than the names of a table's columns come to.
const HEADER_BYTES: usize = 1 << 16;

/// A column's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column(usize);

impl Row {
    /// The text in a column, trimmed.
    pub fn get(&self, column: Column) -> &str {
        self.fields.get(column.0).map_or("", String::as_str)
    }
}

impl Table {
    /// Reads a CSV file whose first line names the columns.
    ///
    /// # Errors
    /// Where it is not text, has no header or a row does not fit under it.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, InputError> {
        // One kind of line end, because the reader counts lines by it.
        let text = text_of(file, bytes)?.replace("\r\n", "\n").replace('\r', "\n");
        let delimiter = delimiter_of(&text);
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| InputError::whole(file, format!("It is not a CSV file ({e}).")))?;
            let line = record.position().map_or(0, |position| line_of(&text, position));
            let fields: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
            if fields.iter().any(|field| !field.is_empty()) {
                rows.push(Row { line, fields });
            }
        }
        if text.matches('"').count() % 2 == 1 {
            let line = rows.last().map_or(1, |row| row.line);
            return Err(InputError::at(file, line, "A quotation mark is opened here or before and never closed."));
        }
        if rows.is_empty() {
            return Err(InputError::whole(file, "It is empty. The first line must name the columns."));
        }
        let headers = rows.remove(0);
        let table = Self { file: file.to_owned(), rows, headers: headers.fields, decimal_comma: delimiter != b',' };
        table.check(headers.line)?;
        Ok(table)
    }

    /// The names of a file's columns alone, without reading its rows.
    ///
    /// # Errors
    /// As [`Table::read`], of the first line.
    pub fn read_headers(file: &str, bytes: &[u8]) -> Result<Vec<String>, InputError> {
        // A line of names fits; one that is cut in the middle ends before its last line break.
        let start = &bytes[..bytes.len().min(HEADER_BYTES)];
        let end = if start.len() < bytes.len() {
            start.iter().rposition(|byte| *byte == b'\n').map_or(start.len(), |at| at & !1)
        } else {
            start.len()
        };
        let text = text_of(file, &start[..end])?;
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        Ok(Self::read(file, line.as_bytes())?.headers)
    }

    fn check(&self, header_line: u64) -> Result<(), InputError> {
        for (index, name) in self.headers.iter().enumerate() {
            if !name.is_empty() && self.headers[..index].iter().any(|other| same(other, name)) {
                return Err(self.at(header_line, format!("Two columns are called \"{name}\". Rename one.")));
            }
        }
        let columns = self.headers.len();
        let misfit = self.rows.iter().find(|row| row.fields.len() != columns);
        misfit.map_or(Ok(()), |row| {
            let found = row.fields.len();
            Err(self.at(row.line, format!("{found} fields, but the header names {columns} columns. Is a quotation mark or a separator missing?")))
        })
    }

    /// The columns' names, in order.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The column of a name; upper and lower case do not count.
    pub fn find(&self, name: &str) -> Option<Column> {
        self.headers.iter().position(|header| same(header, name)).map(Column)
    }

    /// The column of a name.
    ///
    /// # Errors
    /// Where there is none; the sentence names those there are.
    pub fn column(&self, name: &str) -> Result<Column, InputError> {
        self.find(name).ok_or_else(|| {
            let there = self.headers.join(", ");
            InputError::whole(&self.file, format!("There is no column \"{name}\". The columns are: {there}."))
        })
    }

    /// An error about one of its lines.
    pub fn at(&self, line: u64, text: impl Into<String>) -> InputError {
        InputError::at(&self.file, line, text)
    }

    /// A number; `None` where the field is blank. A decimal comma is read where commas do not separate fields.
    ///
    /// # Errors
    /// Where it is neither blank nor a finite number.
    pub fn number(&self, row: &Row, column: Column) -> Result<Option<f64>, InputError> {
        let text = row.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        let text = if self.decimal_comma && !text.contains('.') { text.replacen(',', ".", 1) } else { text.to_owned() };
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or_else(|| {
            let name = self.headers.get(column.0).map_or("", String::as_str);
            self.at(row.line, format!("\"{text}\" under \"{name}\" is not a number."))
        })
    }

    /// The days in some columns, one list per column, `None` where blank. All columns are read in one order:
    /// the one given, else the one that some date of the file settles.
    ///
    /// # Errors
    /// Where a field is no date, where the file's dates contradict each other, or where nothing settles the order.
    pub fn days(&self, columns: &[Column], order: Option<DateOrder>) -> Result<Vec<Vec<Option<Day>>>, InputError> {
        let mut written = Vec::with_capacity(columns.len());
        for &column in columns {
            written.push(self.rows.iter().map(|row| self.date(row, column)).collect::<Result<Vec<_>, _>>()?);
        }
        let order = order.map_or_else(|| self.date_order(&written), |order| Ok(Some(order)))?;
        let mut days = Vec::with_capacity(columns.len());
        for column in written {
            let read = column.into_iter().zip(&self.rows).map(|(date, row)| {
                let Some(date) = date else { return Ok(None) };
                // Without an order there is no slashed date, and either reads a plain one.
                date.day(order.unwrap_or(DateOrder::DayFirst)).map(Some).ok_or_else(|| {
                    self.at(row.line, "This date does not exist in the order asked for. Is it day/month or month/day?")
                })
            });
            days.push(read.collect::<Result<Vec<_>, _>>()?);
        }
        Ok(days)
    }

    fn date(&self, row: &Row, column: Column) -> Result<Option<WrittenDate>, InputError> {
        let text = row.get(column);
        if text.is_empty() {
            return Ok(None);
        }
        WrittenDate::read(text)
            .map(Some)
            .ok_or_else(|| self.at(row.line, format!("\"{text}\" is not a date. Write 2018-01-31 or 31/01/2018.")))
    }

    fn date_order(&self, columns: &[Vec<Option<WrittenDate>>]) -> Result<Option<DateOrder>, InputError> {
        let dated =
            || columns.iter().flat_map(|column| column.iter().zip(&self.rows)).filter_map(|(d, r)| Some(((*d)?, r)));
        let proof = |wanted| dated().find(|(date, _)| date.only_order() == Some(wanted)).map(|(_, row)| row.line);
        match (proof(DateOrder::DayFirst), proof(DateOrder::MonthFirst)) {
            (Some(day), Some(month)) => Err(self.at(month, format!(
                "This date has its month first, but the one on line {day} its day. A spreadsheet may have turned some around; export them as 2018-01-31."
            ))),
            (Some(_), None) => Ok(Some(DateOrder::DayFirst)),
            (None, Some(_)) => Ok(Some(DateOrder::MonthFirst)),
            (None, None) => match dated().find(|(date, _)| matches!(date, WrittenDate::Slashed(..))) {
                None => Ok(None),
                Some((_, row)) => Err(self.at(row.line, "This date can be day/month or month/day, and no date of the file decides. Say which (dmy or mdy).")),
            },
        }
    }
}

/// Reads a label: `Some(true)` abnormal, `Some(false)` normal, `None` unlabelled.
///
/// # Errors
/// In words.
pub fn label_of(text: &str) -> Result<Option<bool>, String> {
    match text.to_lowercase().as_str() {
        "" | "na" | "n/a" | "unknown" => Ok(None),
        "1" | "1.0" | "a" | "abnormal" | "yes" | "y" | "true" | "positive" => Ok(Some(true)),
        "0" | "0.0" | "n" | "normal" | "no" | "false" | "negative" => Ok(Some(false)),
        _ => Err(format!("\"{text}\" is not a label. Write abnormal or normal (or 1 or 0), or leave it blank.")),
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn text_of(file: &str, bytes: &[u8]) -> Result<String, InputError> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).collect::<Result<String, _>>()
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(file, rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes).map_err(|_| InputError::whole(file, NOT_TEXT)),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes).map_err(|_| InputError::whole(file, NOT_TEXT)),
        _ => utf8(file, bytes),
    }
}

const NOT_TEXT: &str = "It is not text as UTF-8. In the spreadsheet, save it as \"CSV UTF-8\".";

fn utf8(file: &str, bytes: &[u8]) -> Result<String, InputError> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() as u64 + 1;
        InputError::at(file, line, NOT_TEXT)
    })
}

/// The line of a record. The reader's position stands before the empty lines that it skipped.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let rest = text.as_bytes().iter().skip(position.byte() as usize);
    position.line() + rest.take_while(|&&b| b == b'\n').count() as u64
}

/// The separator that occurs most often in the first line, outside quotes; a comma where none does.
fn delimiter_of(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let bare: String = header.split('"').step_by(2).collect();
    let count = |delimiter: u8| bare.bytes().filter(|&b| b == delimiter).count();
    [b';', b'\t'].into_iter().fold(b',', |best, other| if count(other) > count(best) { other } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Table::read("x.csv", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_spreadsheets_ways_of_writing_read_alike() {
        let plain = "id,score,note\n1,0.5,\"a, b\"\n2,,\n";
        let marked = format!("\u{feff}{plain}");
        let semicolons = "id;score;note\r\n1;0,5;\"a, b\"\r\n\r\n2;;\r\n".to_owned();
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(plain.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [plain.as_bytes().to_vec(), marked.into_bytes(), semicolons.into_bytes(), utf16] {
            let table = Table::read("x.csv", &bytes).unwrap();
            let column = |name| table.column(name).unwrap();
            assert_eq!(table.rows.len(), 2);
            assert_eq!(table.rows[0].get(column("NOTE")), "a, b");
            let scores: Vec<_> = table.rows.iter().map(|row| table.number(row, column("score")).unwrap()).collect();
            assert_eq!(scores, [Some(0.5), None]);
        }
    }

    #[test]
    fn names_of_columns_are_read_without_the_rows() {
        let long = format!("id;text\n{}", "1;no infarct, M\u{fc}ller\n".repeat(10_000));
        assert_eq!(Table::read_headers("x.csv", long.as_bytes()).unwrap(), ["id", "text"]);
        let utf16: Vec<u8> = [0xFF, 0xFE].into_iter().chain(long.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(Table::read_headers("x.csv", &utf16).unwrap(), ["id", "text"]);
        assert!(Table::read_headers("x.csv", b"").unwrap_err().to_string().contains("empty"));
    }

    #[test]
    fn what_cannot_be_read_ends_in_a_sentence_with_its_line() {
        assert!(error("").contains("empty"));
        assert!(error("id,label\n1,0\n2\n").starts_with("x.csv, line 3: 1 fields"));
        assert!(error("id,label\r\n1,0\r\n2\r\n").starts_with("x.csv, line 3: 1 fields"));
        assert!(error("id,label\r1,0\r2\r").starts_with("x.csv, line 3: 1 fields"));
        assert!(error("id,label\n\n\n1\n").starts_with("x.csv, line 4: 1 fields"));
        assert!(error("\n\nid,label\r\n\r\n1\r\n").starts_with("x.csv, line 5: 1 fields"));
        assert!(error("id,label\n\"1\n2\",0\n3\n").starts_with("x.csv, line 4:"), "a quoted line break counts as one");
        assert!(error("id,label\n1,0\n2,\"normal\n").starts_with("x.csv, line 3: A quotation mark"));
        assert!(error("id,ID\n").contains("Two columns"));
        let latin1 = Table::read("x.csv", b"id,name\n1,a\n2,M\xFCller\n").unwrap_err();
        assert_eq!(latin1.line, Some(3));
        let table = Table::read("x.csv", b"id,score\n1,high\n").unwrap();
        assert!(table.column("label").unwrap_err().to_string().contains("id, score"));
        let column = table.column("score").unwrap();
        assert!(table.number(&table.rows[0], column).unwrap_err().to_string().starts_with("x.csv, line 2: \"high\""));
    }

    fn dates(text: &str, order: Option<DateOrder>) -> Result<Vec<String>, String> {
        let table = Table::read("x.csv", format!("date\n{text}\n").as_bytes()).unwrap();
        let days = table.days(&[table.column("date").unwrap()], order).map_err(|e| e.to_string())?;
        Ok(days[0].iter().map(|day| day.map_or(String::new(), |d| d.to_string())).collect())
    }

    #[test]
    fn ambiguous_dates_are_asked_about_and_never_guessed() {
        assert_eq!(dates("03/04/2018\n23/04/2018", None).unwrap(), ["2018-04-03", "2018-04-23"]);
        assert_eq!(dates("03/04/2018\n04/23/2018", None).unwrap(), ["2018-03-04", "2018-04-23"]);
        assert!(dates("2018-04-03\n03/04/2018", None).unwrap_err().starts_with("x.csv, line 3: This date can be"));
        assert_eq!(dates("03/04/2018", Some(DateOrder::MonthFirst)).unwrap(), ["2018-03-04"]);
        assert!(dates("23/04/2018\n04/23/2018", None).unwrap_err().contains("line 3"));
        assert!(dates("2018-04-31", None).unwrap_err().starts_with("x.csv, line 2: \"2018-04-31\" is not a date"));
        assert!(dates("23/04/2018", Some(DateOrder::MonthFirst)).unwrap_err().contains("line 2"));
    }
}
