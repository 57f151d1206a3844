//! A queue in hours, by formula and by events.

use super::{Block, Document, Table};
use crate::simulation::queue::{QueueReport, Waits};

type Figure = fn(&Waits) -> f64;

impl QueueReport {
    /// Both reckonings side by side.
    pub fn document(&self) -> Document {
        let (formula, events) = (self.by_formula, self.by_events);
        let mut document = Document::default();
        document.blocks.push(Block::Headline(
            format!("{} instead of {}", hours(events.abnormal_hours), hours(events.first_come_hours)),
            "Mean wait of an abnormal examination until a reader begins, with flags instead of first come".to_owned(),
        ));
        document.text(format!(
            "Readers are at work {:.0} % of the time. Examinations arrive at random; a reader takes the flagged first and finishes what was begun.",
            100.0 * self.load
        ));
        let mut table = Table::new("Mean wait until a reader begins", ["", "by events", "by formula"]);
        let figures: [(&str, Figure); 5] = [
            ("All, without flags", |waits| waits.first_come_hours),
            ("The flagged", |waits| waits.flagged_hours),
            ("The others", |waits| waits.not_flagged_hours),
            ("The abnormal, flagged or missed", |waits| waits.abnormal_hours),
            ("The normal, flagged or not", |waits| waits.normal_hours),
        ];
        for (name, figure) in figures {
            let by_formula = formula.as_ref().map(|waits| hours(figure(waits)));
            table.row([name.to_owned(), hours(figure(&events)), by_formula.unwrap_or_else(|| "–".to_owned())]);
        }
        document.table(table);
        if formula.is_none() {
            document.text("There is a formula only where abnormal and normal examinations take equally long to read.");
        }
        document
    }
}

/// A mean over nobody is a dash.
fn hours(hours: f64) -> String {
    match hours {
        hours if hours.is_nan() => "–".to_owned(),
        hours if hours < 1.0 => format!("{:.0} min", 60.0 * hours),
        hours => format!("{hours:.1} h"),
    }
}
