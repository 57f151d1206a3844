//! A reporting-time simulation in sentences, tables and charts.

use super::chart::{Axis, Chart, Drawing};
use super::{Block, Document, Table, days};
use crate::simulation::report::{ByOrder, SimulationReport};
use crate::simulation::{Distribution, Summary};

impl SimulationReport {
    /// As a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        document.cautions(&self.cautions);
        let (abnormal, normal) = (&self.classes.abnormal, &self.classes.normal);
        document.blocks.push(Block::Headline(
            format!("{} days instead of {}", days(abnormal.prioritised.mean_days), days(abnormal.first_come.mean_days)),
            "Mean wait of abnormal examinations, by score instead of first come, first read".to_owned(),
        ));
        let counts = &self.examinations;
        document.text(format!(
            "{} examinations scanned from {} up to, not including, {}; {} waiting at the start; {} without a score, {} without a class.",
            counts.counted, self.options.from, self.options.to, counts.preloaded, counts.unscored, counts.unlabelled
        ));
        document.text(self.first_come_check.sentence.clone());
        self.chance.iter().for_each(|chance| document.text(chance.sentence.clone()));
        document.table(waits("Abnormal examinations, days from scan to report", abnormal));
        document.table(waits("Normal examinations, days from scan to report", normal));
        let still = &self.still_queued_by_order;
        let mut table = Table::new("Not read at the end", ["order", "examinations"]);
        for (name, queued) in orders(still) {
            table.row([name.to_owned(), queued.to_string()]);
        }
        document.table(table);
        for (class, histograms) in [("abnormal", &self.histograms.abnormal), ("normal", &self.histograms.normal)] {
            document.blocks.extend(histogram(class, histograms).map(Block::Chart));
        }
        document
    }
}

fn orders<T>(by_order: &ByOrder<T>) -> [(&'static str, &T); 4] {
    [
        ("As it was", &by_order.historical),
        ("First come, first read", &by_order.first_come),
        ("By score", &by_order.prioritised),
        ("At random", &by_order.random),
    ]
}

fn waits(caption: &str, by_order: &ByOrder<Summary>) -> Table {
    let mut table = Table::new(caption, ["order", "n", "mean", "median", "95th percentile", "longest"]);
    for (name, summary) in orders(by_order) {
        let [mean, median, p95, max] =
            [summary.mean_days, summary.median_days, summary.p95_days, summary.max_days].map(days);
        table.row([name.to_owned(), summary.n.to_string(), mean, median, p95, max]);
    }
    table
}

/// One-day bins as steps, up to the day by which 19 of 20 have been read in either order; `None` where nobody waited.
fn histogram(class: &str, by_order: &ByOrder<Vec<u64>>) -> Option<Chart> {
    let [first_come, prioritised] =
        [&by_order.first_come, &by_order.prioritised].map(|counts| Distribution { counts: counts.clone() });
    let last_day = [&first_come, &prioritised]
        .into_iter()
        .filter_map(|waited| waited.quantile(0.95))
        .fold(None, |a: Option<f64>, b| Some(a.map_or(b, |a| a.max(b))))?;
    let most = [&first_come, &prioritised].into_iter().flat_map(|waited| waited.counts.iter().copied()).max()?;
    let description = format!(
        "Waits of {class} examinations in bins of one day; one in twenty or fewer waited longer than day {last_day:.0}, where it ends. Median {} days by score, {} first come, first read.",
        days(prioritised.quantile(0.5)),
        days(first_come.quantile(0.5))
    );
    let axes = (Axis::up_to("days from scan to report", last_day + 1.0), Axis::up_to("examinations", most as f64));
    let mut drawing = Drawing::new(&format!("Waits of {class} examinations"), description, axes.0, axes.1);
    for (class, words, waited) in [("two", "first come, first read", first_come), ("one", "by score", prioritised)] {
        let upto = waited.counts.into_iter().take(last_day as usize + 1).enumerate();
        drawing.line(class, words, upto.flat_map(|(day, n)| [(day as f64, n as f64), (day as f64 + 1.0, n as f64)]));
    }
    Some(drawing.finished())
}
