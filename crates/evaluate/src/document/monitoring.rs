//! Alarms and weeks in sentences, a table and a chart.

use super::chart::{Axis, Drawing};
use super::{Block, Document, Table, count};
use crate::monitoring::{MonitoringReport, Week};

impl MonitoringReport {
    /// As a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        let said = match self.alarms.len() {
            0 => "No alarm".to_owned(),
            alarms => count(alarms, "alarm", "alarms"),
        };
        document.blocks.push(Block::Headline(said, "Scores and shadow readings against the baseline".to_owned()));
        for alarm in &self.alarms {
            let scanner = alarm.scanner.as_ref().map_or(String::new(), |scanner| format!(", {scanner}"));
            document.blocks.push(Block::Caution(format!("{}{scanner}: {}", alarm.day, alarm.sentence)));
        }
        document.text(
            "An alarm says that something has changed: the model, the scanner, or the patients. It does not say which.",
        );
        let columns = ["week of", "scanner", "scores", "mean rank (0.5 is usual)", "shadow readings", "disagreed"];
        let mut table = Table::new("By week and scanner", columns);
        for week in &self.weeks {
            table.row([
                week.monday.to_string(),
                week.scanner.clone(),
                week.n.to_string(),
                format!("{:.2}", week.mean_rank),
                week.read.to_string(),
                week.disagreed.to_string(),
            ]);
        }
        document.table(table);
        document.blocks.extend(self.weeks.first().map(|first| ranks(first, &self.weeks)));
        document
    }
}

fn ranks(first: &Week, weeks: &[Week]) -> Block {
    let week_of = |week: &Week| f64::from(week.monday.0 - first.monday.0) / 7.0;
    let last = weeks.iter().map(week_of).fold(0.0, f64::max);
    let description =
        format!("Mean rank of the scores of each week and scanner, {} in all; 0.5 is usual.", weeks.len());
    let axes = (Axis::up_to("weeks", last + 1.0), Axis::share("mean rank"));
    let mut drawing = Drawing::new("Scores by week", description, axes.0, axes.1);
    drawing.line("chance", "usual", [(0.0, 0.5), (last + 1.0, 0.5)].into_iter());
    for week in weeks {
        drawing.dot("dot", week_of(week) + 0.5, week.mean_rank, 4.0);
    }
    drawing.explain("dot", "a scanner's week");
    Block::Chart(drawing.finished())
}
