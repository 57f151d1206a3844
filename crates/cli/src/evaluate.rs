//! `headway evaluate`: labels joined to scores, and the figures of it. See `docs/evaluate.md`.

use crate::score::{self, Source};
use crate::simulate::{Dates, read_table};
use clap::Args;
use headway_core::card::LocalEvidence;
use headway_evaluate::day::{DateOrder, Day};
use headway_evaluate::document::Document;
use headway_evaluate::evaluation::join::Mapping;
use headway_evaluate::evaluation::{
    Adoption, EvaluationReport, LabelColumns, Labels, Scores, Settings, evaluate as run, join,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

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
    /// Order of dates such as 03/04/2018 under study_date, where the labels do not settle it.
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    /// Adopt the local calibration: write a model of evidence *local* to this folder, made of --model.
    #[arg(long)]
    adopt: Option<PathBuf>,
    /// Print JSON (see docs/evaluate.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Evaluates and prints.
pub fn evaluate(arguments: &EvaluateArguments) -> Result<(), String> {
    let columns = LabelColumns {
        id: arguments.id_column.clone(),
        label: arguments.label_column.clone(),
        date_order: arguments.dates.map(DateOrder::from),
    };
    let labels = Labels::from_table(&read_table(&arguments.labels)?, &columns).map_err(|e| e.to_string())?;
    let mapping = match &arguments.mapping {
        Some(path) => Mapping::from_table(&read_table(path)?).map_err(|e| e.to_string())?,
        None => Mapping::default(),
    };
    let scores = match &arguments.scores {
        Some(path) => read_scores(path)?,
        None => {
            let report = score::report(&arguments.paths, &arguments.source, false)?;
            score::accounted_for(&report)?;
            let json = serde_json::to_vec(&report).map_err(|e| e.to_string())?;
            Scores::read("the scores", &json).map_err(|e| e.to_string())?
        }
    };
    let other = arguments.compare.as_deref().map(read_scores).transpose()?;
    let settings = Settings { threshold: arguments.threshold, prevalence: arguments.prevalence, ..Settings::default() };
    settings.check()?;
    let report = run(&join(&labels, &scores, &mapping), other.as_ref(), &settings);
    if let Some(folder) = &arguments.adopt {
        adopt(&report, &arguments.source, folder)?;
    }
    print_report(&report, &report.document(), arguments.json)
}

/// Writes the model with the site's calibration: another card beside the same weights.
fn adopt(report: &EvaluationReport, source: &Source, folder: &Path) -> Result<(), String> {
    let model = source.open_model()?;
    let Adoption { evaluated_sha256, slope, intercept, normal, abnormal, auc, brier_before, brier_after } =
        report.adoption()?;
    if evaluated_sha256 != model.identity().sha256 {
        return Err(format!(
            "The scores were given by another model ({}…) than {}: name that one by --model.",
            evaluated_sha256.chars().take(12).collect::<String>(),
            model.identity().name
        ));
    }
    let local = LocalEvidence {
        evaluated_sha256,
        slope,
        intercept,
        normal,
        abnormal,
        auc,
        brier_before,
        brier_after,
        adopted_on: today().to_string(),
    };
    model.write_calibrated(folder, &local)
}

/// By the machine's clock, UTC.
fn today() -> Day {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Day((since.as_secs() / 86_400) as i32)
}

/// Prints a report as JSON, or as people read it.
pub fn print_report(report: &impl Serialize, document: &Document, json: bool) -> Result<(), String> {
    if json {
        println!("{}", serde_json::to_string_pretty(report).map_err(|e| e.to_string())?);
    } else {
        println!("Research software, not a medical device. All examinations need reading.");
        print!("{}", document.to_text());
    }
    Ok(())
}

fn read_scores(path: &Path) -> Result<Scores, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| format!("{name} cannot be read ({e})."))?;
    Scores::read(&name, &bytes).map_err(|e| e.to_string())
}
