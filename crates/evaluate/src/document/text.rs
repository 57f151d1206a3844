//! A report as plain text for a terminal, and as CSV for a spreadsheet.

use super::{Block, Document, Table};

impl Document {
    /// Lines for a terminal. Charts are left out: their numbers stand in the JSON.
    pub fn to_text(&self) -> String {
        let lines: Vec<String> = self.blocks.iter().filter_map(block_text).collect();
        lines.join("\n") + "\n"
    }

    /// Every table under its caption, a blank line between. No cell is a formula to a spreadsheet.
    ///
    /// # Errors
    /// None in memory; the writer's are passed on.
    pub fn to_csv(&self) -> Result<String, String> {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for block in &self.blocks {
            let Block::Table(table) = block else { continue };
            let lines = [std::slice::from_ref(&table.caption), table.columns.as_slice()].into_iter();
            for line in lines.chain(table.rows.iter().map(Vec::as_slice)) {
                writer.write_record(line.iter().map(|cell| guarded(cell))).map_err(|e| e.to_string())?;
            }
            writer.write_record([""]).map_err(|e| e.to_string())?;
        }
        let bytes = writer.into_inner().map_err(|e| e.to_string())?;
        String::from_utf8(bytes).map_err(|e| e.to_string())
    }
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe; a negative number is none.
fn guarded(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn block_text(block: &Block) -> Option<String> {
    match block {
        Block::Heading(text) => Some(format!("\n{text}")),
        Block::Headline(value, what) => Some(format!("{what}: {value}")),
        Block::Text(text) => Some(text.clone()),
        Block::Caution(text) => Some(format!("caution: {text}")),
        Block::Folded(title, sentences) => Some(format!("{title}\n  {}", sentences.join("\n  "))),
        Block::Table(table) => Some(table_text(table)),
        Block::Chart(_) => None,
    }
}

/// Columns as wide as their widest cell; the first to the left, numbers to the right.
fn table_text(table: &Table) -> String {
    let lines = || std::iter::once(&table.columns).chain(&table.rows);
    let width = |at: usize| lines().filter_map(|line| line.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..table.columns.len()).map(|at| width(at).unwrap_or(0)).collect();
    let line = |cells: &Vec<String>| {
        let cells = cells.iter().zip(&widths).enumerate();
        let text: String = cells
            .map(|(at, (cell, &width))| if at == 0 { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") })
            .collect();
        text.trim_end().to_owned()
    };
    format!("\n{}\n{}", table.caption, lines().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_line_up_and_no_cell_is_a_formula() {
        let mut table = Table::new("By site", ["site", "AUC"]);
        table.row(["=HYPERLINK(1)".to_owned(), "-0.5".to_owned()]);
        let document = Document { blocks: vec![Block::Table(table), Block::Caution("Few.".to_owned())] };
        assert_eq!(document.to_text(), "\nBy site\n  site            AUC\n  =HYPERLINK(1)  -0.5\ncaution: Few.\n");
        assert_eq!(document.to_csv().unwrap(), "By site\nsite,AUC\n'=HYPERLINK(1),-0.5\n\"\"\n");
    }
}
