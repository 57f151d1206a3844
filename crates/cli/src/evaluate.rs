//! `headway evaluate`: labels joined to scores, and the figures of it. See `docs/evaluate.md`.

use crate::score::{self, Source};
use crate::simulate::read_table;
use clap::Args;
use headway_evaluate::evaluation::figures::Figures;
use headway_evaluate::evaluation::join::Mapping;
use headway_evaluate::evaluation::report::Group;
use headway_evaluate::evaluation::{EvaluationReport, LabelColumns, Labels, Scores, Settings, evaluate as run, join};
use headway_evaluate::statistics::Estimate;
use std::path::{Path, PathBuf};

/// What the verb takes.
#[derive(Args)]
pub struct EvaluateArguments {
    /// Files and folders to score first.
    #[arg(required_unless_present = "scores", conflicts_with = "scores")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
    /// Scores that are there already: the JSON of `headway score`, or a CSV with columns id and score.
    #[arg(long)]
    scores: Option<PathBuf>,
    /// CSV of labels.
    #[arg(long)]
    labels: PathBuf,
    /// CSV with columns id (as in the labels) and study (as in the scores).
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Another model's scores of the same studies, to compare with.
    #[arg(long)]
    compare: Option<PathBuf>,
    /// Score from which on an examination counts as flagged.
    #[arg(long, default_value_t = 0.5)]
    threshold: f64,
    /// Also give predictive values at this prevalence.
    #[arg(long)]
    prevalence: Option<f64>,
    /// Name of the labels' column of ids.
    #[arg(long, default_value = "id")]
    id_column: String,
    /// Name of the labels' column of labels.
    #[arg(long, default_value = "label")]
    label_column: String,
    /// Print JSON (see docs/evaluate.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Evaluates and prints.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), String> {
    let columns = LabelColumns { id: arguments.id_column.clone(), label: arguments.label_column.clone() };
    let labels = Labels::from_table(&read_table(&arguments.labels)?, &columns).map_err(|e| e.to_string())?;
    let mapping = match &arguments.mapping {
        Some(path) => Mapping::from_table(&read_table(path)?).map_err(|e| e.to_string())?,
        None => Mapping::default(),
    };
    let scores = match &arguments.scores {
        Some(path) => read_scores(path)?,
        None => {
            let report = score::report(&arguments.paths, &arguments.source)?;
            score::accounted_for(&report)?;
            let json = serde_json::to_vec(&report).map_err(|e| e.to_string())?;
            Scores::read("the scores", &json).map_err(|e| e.to_string())?
        }
    };
    let other = arguments.compare.as_deref().map(read_scores).transpose()?;
    let settings = Settings { threshold: arguments.threshold, prevalence: arguments.prevalence, ..Settings::default() };
    settings.check()?;
    let report = run(&join(&labels, &scores, &mapping), other.as_ref(), &settings);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    } else {
        print_sentences(&report);
    }
    Ok(())
}

fn read_scores(path: &Path) -> Result<Scores, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| format!("{name} cannot be read ({e})."))?;
    Scores::read(&name, &bytes).map_err(|e| e.to_string())
}

fn print_sentences(report: &EvaluationReport) {
    println!("Research software, not a medical device. All examinations need reading.");
    print_group("Confirmed labels", &report.confirmed);
    if report.proposed.counts.normal + report.proposed.counts.abnormal > 0 {
        print_group("Proposed labels, not confirmed", &report.proposed);
    }
    for group in &report.subgroups {
        let p = group
            .against_others
            .and_then(|c| c.p_value)
            .map_or(String::new(), |p| format!(", p {p:.3} against the others"));
        println!(
            "{} {}: AUC {} ({} normal, {} abnormal{p})",
            group.column,
            group.value,
            shown(group.auc),
            group.normal,
            group.abnormal
        );
    }
    if let Some(comparison) = &report.comparison {
        let p = comparison.p_value.map_or("-".to_owned(), |p| format!("{p:.4}"));
        println!("\nAUC less that of the other model: {}, p {p}", shown(Some(comparison.difference)));
    }
    println!("\n{:<48}{:>8}  here", "Wood et al. (MIDL 2021)", "paper");
    for row in &report.paper {
        println!("{:<48}{:>8}  {}", row.figure, row.paper, shown(row.here));
    }
    report.cautions.iter().for_each(|caution| println!("caution: {caution}"));
    let unused = &report.unused;
    let lists = [&unused.labels_unmatched, &unused.scores_unmatched, &unused.ambiguous, &unused.duplicates];
    lists.into_iter().flatten().for_each(|sentence| println!("  {sentence}"));
}

fn print_group(name: &str, group: &Group) {
    let counts = &group.counts;
    println!(
        "\n{name}: {} normal and {} abnormal scored; {} and {} not scored; {} without a label",
        counts.normal, counts.abnormal, counts.unscored_normal, counts.unscored_abnormal, counts.unlabelled
    );
    println!("  AUC of the scored              {}", shown(group.scored.as_ref().map(|figures| figures.auc)));
    println!("  AUC, unscored as not flagged   {}", shown(group.auc_of_all));
    if let Some(figures) = &group.scored {
        print_figures(figures);
    }
}

fn print_figures(figures: &Figures) {
    let lines = [
        ("AUC by patient", figures.auc_by_patient),
        ("sensitivity", figures.sensitivity),
        ("specificity", figures.specificity),
        ("positive predictive value", figures.positive_predictive),
        ("negative predictive value", figures.negative_predictive),
        ("balanced accuracy", figures.balanced_accuracy),
        ("F1", figures.f1),
        ("calibration slope", figures.calibration.map(|line| line.slope)),
        ("calibration intercept", figures.calibration.map(|line| line.intercept)),
        ("PPV at the given prevalence", figures.predictive_values.map(|values| values.positive)),
        ("NPV at the given prevalence", figures.predictive_values.map(|values| values.negative)),
    ];
    let there = lines.into_iter().filter(|(_, estimate)| estimate.is_some());
    there.for_each(|(name, estimate)| println!("  {name:<31}{}", shown(estimate)));
    for (name, value) in [
        ("average precision", figures.average_precision),
        ("Brier score", figures.brier),
        ("expected calibration error", figures.expected_calibration_error),
        ("Brier score, locally corrected", figures.local_calibration.map(|local| local.brier_after)),
    ] {
        value.iter().for_each(|value| println!("  {name:<31}{value:.3}"));
    }
}

fn shown(estimate: Option<Estimate>) -> String {
    match estimate {
        None => "-".to_owned(),
        Some(Estimate { value, interval: None }) => format!("{value:.3}"),
        Some(Estimate { value, interval: Some(interval) }) => {
            format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high)
        }
    }
}
