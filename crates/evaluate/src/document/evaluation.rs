//! An evaluation in sentences, tables and charts.

use super::chart::{Axis, Chart, Drawing};
use super::{Block, Document, Table, count, estimate, p_value, three_digits};
use crate::evaluation::figures::Figures;
use crate::evaluation::report::{EvaluationReport, Group, Subgroup};
use crate::statistics::FEWEST_OF_A_CLASS;

impl EvaluationReport {
    /// As a document.
    pub fn document(&self) -> Document {
        let mut document = Document::default();
        document.cautions(&self.cautions);
        document.group("Confirmed labels", &self.confirmed, self.settings.threshold);
        let proposed = &self.proposed.counts;
        if proposed.normal + proposed.abnormal > 0 {
            document.group("Proposed labels, which nobody has confirmed", &self.proposed, self.settings.threshold);
        }
        document.table(subgroups(&self.subgroups));
        if let Some(comparison) = &self.comparison {
            document.heading("The two models");
            let mut table =
                Table::new("AUC of these scores less that of the others, by paired DeLong", ["", "difference", "p"]);
            table.row([
                "The same examinations".to_owned(),
                estimate(Some(comparison.delong.difference)),
                p_value(comparison.delong.p_value),
            ]);
            if comparison.difference_by_patient.is_some() {
                let by_patient = estimate(comparison.difference_by_patient);
                table.row(["By patient (bootstrap)".to_owned(), by_patient, "–".to_owned()]);
            }
            document.table(table);
        }
        let mut paper = Table::new(
            "Beside the paper (Wood et al., MIDL 2021)",
            ["figure", "paper", "here", "what sets them apart"],
        );
        for row in &self.paper {
            paper.row([row.figure.to_owned(), format!("{:.3}", row.paper), estimate(row.here), row.note.to_owned()]);
        }
        document.table(paper);
        document.folded("Labels without a scored study", &self.unused.labels_unmatched);
        document.folded("Scored studies without a label", &self.unused.scores_unmatched);
        document.folded("Labels that contradict another", &self.unused.ambiguous);
        document.folded("Labels said twice", &self.unused.duplicates);
        document
    }
}

impl Document {
    fn group(&mut self, name: &str, group: &Group, threshold: f64) {
        let counts = &group.counts;
        self.heading(name);
        self.text(format!(
            "{} normal and {} abnormal with a score; {} normal and {} abnormal without; {} without a label.",
            counts.normal, counts.abnormal, counts.unscored_normal, counts.unscored_abnormal, counts.unlabelled
        ));
        let Some(figures) = &group.scored else {
            return self.text(format!(
                "Counts only: fewer than {FEWEST_OF_A_CLASS} of a class say nothing about a model. Label more examinations."
            ));
        };
        self.blocks
            .push(Block::Headline(estimate(Some(figures.auc)), "AUC of the scored, with its 95 % interval".to_owned()));
        self.table(figures_table(group, figures, threshold));
        self.blocks.push(Block::Chart(roc(figures)));
        self.blocks.push(Block::Chart(precision_recall(figures, counts.abnormal, counts.normal)));
        self.blocks.push(Block::Chart(reliability(figures)));
    }
}

fn figures_table(group: &Group, figures: &Figures, threshold: f64) -> Table {
    let caption = format!("Figures, flagged from {threshold:.2} on");
    let mut table = Table::new(caption, ["figure", "value (95 % interval)"]);
    let line = figures.calibration;
    let at_prevalence = figures.predictive_values;
    let estimates = [
        ("AUC of the scored", Some(figures.auc)),
        ("AUC, all without a score counted as not flagged", group.auc_of_all),
        ("AUC by patient", figures.auc_by_patient),
        ("Sensitivity", figures.sensitivity),
        ("Specificity", figures.specificity),
        ("Sensitivity by patient", figures.sensitivity_by_patient),
        ("Specificity by patient", figures.specificity_by_patient),
        ("Positive predictive value, in this sample", figures.positive_predictive),
        ("Negative predictive value, in this sample", figures.negative_predictive),
        ("Positive predictive value, at the prevalence asked for", at_prevalence.map(|values| values.positive)),
        ("Negative predictive value, at the prevalence asked for", at_prevalence.map(|values| values.negative)),
        ("Balanced accuracy", figures.balanced_accuracy),
        ("F1", figures.f1),
        ("Calibration slope (1 is right)", line.map(|line| line.slope)),
        ("Calibration intercept (0 is right)", line.map(|line| line.intercept)),
    ];
    for (name, value) in estimates.into_iter().filter(|(_, value)| value.is_some()) {
        table.row([name.to_owned(), estimate(value)]);
    }
    let local = figures.local_calibration;
    let plain = [
        ("Average precision", figures.average_precision),
        ("Brier score", figures.brier),
        ("Expected calibration error", figures.expected_calibration_error),
        ("Brier score after a local correction, cross-validated", local.map(|local| local.brier_after)),
    ];
    for (name, value) in plain.into_iter().filter(|(_, value)| value.is_some()) {
        table.row([name.to_owned(), three_digits(value)]);
    }
    table
}

fn subgroups(groups: &[Subgroup]) -> Table {
    let columns = ["group", "normal", "abnormal", "AUC (95 % interval)", "p against the others"];
    let mut table = Table::new("By group", columns);
    for group in groups {
        table.row([
            format!("{}: {}", group.column, group.value),
            group.normal.to_string(),
            group.abnormal.to_string(),
            estimate(group.auc),
            p_value(group.against_others.and_then(|comparison| comparison.p_value)),
        ]);
    }
    table
}

fn roc(figures: &Figures) -> Chart {
    let at = &figures.at_threshold;
    let description = format!(
        "The area under the curve is {}. At the threshold, {} of {} abnormal and {} of {} normal examinations are flagged.",
        estimate(Some(figures.auc)),
        at.true_positive,
        at.true_positive + at.false_negative,
        at.false_positive,
        at.false_positive + at.true_negative
    );
    let axes = (Axis::share("flagged of the normal"), Axis::share("flagged of the abnormal"));
    let mut drawing = Drawing::new("ROC curve", description, axes.0, axes.1);
    drawing.line("chance", "chance", [(0.0, 0.0), (1.0, 1.0)].into_iter());
    drawing.line("one", "these scores", figures.curve.iter().map(|p| (p.false_positive_share, p.true_positive_share)));
    if let (Some(sensitivity), Some(specificity)) = (figures.sensitivity, figures.specificity) {
        drawing.dot("mark", 1.0 - specificity.value, sensitivity.value, 5.0);
        drawing.explain("mark", "the threshold in use");
    }
    drawing.finished()
}

fn precision_recall(figures: &Figures, abnormal: usize, normal: usize) -> Chart {
    let prevalence = abnormal as f64 / (abnormal + normal) as f64;
    let description = format!(
        "Average precision is {}; flagging at random would give {prevalence:.3}, the share of abnormal examinations.",
        three_digits(figures.average_precision)
    );
    let axes = (Axis::share("flagged of the abnormal"), Axis::share("abnormal of the flagged"));
    let mut drawing = Drawing::new("Precision and recall", description, axes.0, axes.1);
    drawing.line("chance", "chance", [(0.0, prevalence), (1.0, prevalence)].into_iter());
    let points = figures.curve.iter().filter_map(|p| Some((p.true_positive_share, p.precision?)));
    drawing.line("one", "these scores", points);
    drawing.finished()
}

fn reliability(figures: &Figures) -> Chart {
    let bins = count(figures.reliability.len(), "bin", "bins");
    let description = format!(
        "Mean score and share of abnormal examinations in {bins} of scores; they should agree. Expected calibration error {}.",
        three_digits(figures.expected_calibration_error)
    );
    let axes = (Axis::share("mean score"), Axis::share("share abnormal"));
    let mut drawing = Drawing::new("Reliability", description, axes.0, axes.1);
    drawing.line("chance", "as it should be", [(0.0, 0.0), (1.0, 1.0)].into_iter());
    let most = figures.reliability.iter().map(|bin| bin.n).max().unwrap_or(1) as f64;
    for bin in &figures.reliability {
        drawing.dot("dot", bin.mean_score, bin.abnormal_share, 3.0 + 7.0 * (bin.n as f64 / most).sqrt());
    }
    drawing.explain("dot", "a tenth of the scale; larger with more examinations");
    drawing.finished()
}
