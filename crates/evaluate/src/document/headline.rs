//! The paper's headline in sentences and tables.

use super::{Document, Table, days, three_digits};
use crate::simulation::headline::{Headline, Means};

impl Headline {
    /// As a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        document.text("Two made-up hospitals with the paper's first-come delays and scores of the paper's AUC. Nothing is tuned towards the paper's outcome.");
        for (number, hospital) in self.hospitals.iter().enumerate() {
            document.heading(format!("Hospital {}", number + 1));
            document.text(format!(
                "In the paper abnormal examinations waited {} days as it was and {} days prioritised.",
                hospital.paper_historical_days, hospital.paper_prioritised_days
            ));
            for outcome in &hospital.outcomes {
                let caption = format!(
                    "Mean days, {:.0} % abnormal, AUC {}",
                    100.0 * outcome.prevalence,
                    three_digits(outcome.auc)
                );
                let columns = [
                    "",
                    "as it was",
                    "first come",
                    "by score",
                    "at random",
                    "normal, as it was",
                    "normal, by score",
                    "not read",
                ];
                let mut table = Table::new(caption, columns);
                table.row(means("The authors' rule", &outcome.authors_rule));
                table.row(means("The corrected rule", &outcome.corrected_rule));
                document.table(table);
            }
        }
        document.heading("What was assumed");
        self.assumptions.iter().for_each(|sentence| document.text(*sentence));
        document.heading("Why results differ from the paper's");
        self.likely_reasons.iter().for_each(|sentence| document.text(*sentence));
        document
    }
}

fn means(name: &str, means: &Means) -> [String; 8] {
    let usable = if means.usable { "" } else { ", not usable" };
    [
        format!("{name}{usable}"),
        days(means.historical_days),
        days(means.first_come_days),
        days(means.prioritised_days),
        days(means.random_days),
        days(means.normal_historical_days),
        days(means.normal_prioritised_days),
        means.still_queued.to_string(),
    ]
}
