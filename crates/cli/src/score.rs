//! `headway score`: the worklist of some files and folders.

use crate::Device;
use crate::files::Files;
use crate::model::{Model, ModelArgument};
use crate::shell::{Network, Shell};
use clap::Args;
use headway_core::card::Evidence;
use headway_core::finding::{Band, Finding};
use headway_core::preprocess::ModelInput;
use headway_core::range::ScoreRange;
use headway_core::reason::Reason;
use headway_core::report::{Report, StudyReport};
use headway_core::selection::SeriesChoice;
use headway_core::worklist::WorklistRow;
use headway_infer::Engine;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Which network, and where it runs.
#[derive(Args)]
pub struct Source {
    #[command(flatten)]
    model: ModelArgument,
    /// Where the network runs.
    #[arg(long, value_enum, default_value_t = Device::Auto)]
    device: Device,
    /// Series Instance UID of the series to score, in place of the rules' choice.
    #[arg(long)]
    series: Option<String>,
    /// The part of that series, by its name in `headway inspect`, where there are several.
    #[arg(long, requires = "series")]
    part: Option<String>,
}

impl Source {
    /// Reads the model.
    pub fn open_model(&self) -> Result<Model, String> {
        self.model.open()
    }

    /// Makes the network ready.
    pub fn load(&self, model: &Model) -> Result<Engine, String> {
        model.load(self.device).map_err(|reason| reason.text)
    }

    /// The series asked for in place of the rules' choice.
    pub fn wanted(&self) -> Option<SeriesChoice> {
        let part = self.part.clone().unwrap_or_default();
        self.series.clone().map(|series_uid| SeriesChoice { series_uid, part })
    }
}

/// Scores and prints; with the scores' ranges where they are asked for.
pub fn score(paths: &[PathBuf], source: &Source, range: bool, json: bool) -> Result<(), String> {
    let report = report(paths, source, range)?;
    if json {
        println!("{}", serde_json::to_string_pretty(&report).map_err(|e| e.to_string())?);
    } else {
        print_sentences(&report);
    }
    accounted_for(&report)
}

/// A model on a device, loaded for the first study that gets as far, so that a folder without one answers at once.
struct LazyEngine<'a> {
    model: &'a Model,
    device: Device,
    loaded: Option<Result<Engine, Reason>>,
}

impl LazyEngine<'_> {
    fn get(&mut self) -> Result<&Engine, Reason> {
        let load = || self.model.load(self.device);
        self.loaded.get_or_insert_with(load).as_ref().map_err(Clone::clone)
    }
}

async fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

impl Network for LazyEngine<'_> {
    fn infer(&mut self, input: &ModelInput) -> Result<Finding, Reason> {
        pollster::block_on(self.get()?.predict(input.values.clone(), go_on))
    }

    fn range(&mut self, input: &ModelInput) -> Result<ScoreRange, Reason> {
        pollster::block_on(self.get()?.range(|| input.values.clone(), go_on))
    }
}

/// Scores what is found in files and folders.
pub fn report(paths: &[PathBuf], source: &Source, range: bool) -> Result<Report, String> {
    let model = source.open_model()?;
    let files = Files::find(paths);
    let mut engine = LazyEngine { model: &model, device: source.device, loaded: None };
    let view =
        Shell::new(&files, &model.card.input).wanting(source.wanted()).with_ranges(range).run(&mut engine).view();
    if let Some(uid) = source.series.as_ref().filter(|_| !view.rows.iter().any(WorklistRow::is_chosen_by_reader)) {
        return Err(no_such_series(uid));
    }
    let device = engine.loaded.and_then(Result::ok).map(|engine| engine.device().clone());
    Ok(Report::new(model.identity().clone(), device, &view))
}

/// What is said of a series that was asked for and is not there.
pub fn no_such_series(uid: &str) -> String {
    format!("No study holds the series {uid}. `headway inspect` lists what there is.")
}

/// # Errors
/// Where a file found is in no study and in no notice.
pub fn accounted_for(report: &Report) -> Result<(), String> {
    let about_files = report.files.notices.iter().filter(|n| !n.is_about_a_folder()).count();
    if report.files.used + about_files >= report.files.seen {
        return Ok(());
    }
    Err(format!(
        "{} of {} files are unaccounted for; this is a fault of Headway's, please report it.",
        report.files.seen - report.files.used - about_files,
        report.files.seen
    ))
}

fn print_sentences(report: &Report) {
    println!("Research software, not a medical device. All examinations need reading.");
    println!(
        "Model {} {}, evidence {}: {}. SHA-256 {}",
        report.model.name,
        report.model.version,
        report.model.evidence.name(),
        report.score_means,
        report.model.sha256
    );
    if let Some(device) = &report.device {
        println!("Device {:?}: {} ({})", device.tier, device.adapter, device.why);
    }
    report.studies.iter().for_each(|study| print_study(study, report.model.evidence));
    println!(
        "\n{} files: {} in studies, {} not used",
        report.files.seen,
        report.files.used,
        report.files.notices.len()
    );
    for notice in &report.files.notices {
        println!("  {}: {}", notice.path, notice.reason);
    }
}

fn print_study(study: &StudyReport, evidence: Evidence) {
    println!("\nStudy {}: {}", study.study_uid, study.state.replace('_', " "));
    match (study.score, study.logit, &study.reason) {
        (Some(score), ..) => {
            let band = study.band.map_or("no thresholds", Band::in_words);
            println!("  {band}, {} ({})", evidence.shown(score), evidence.score_means());
        }
        (None, Some(logit), _) => println!("  no score: untrained model (engine check value {logit:.4}, no meaning)"),
        (_, _, Some(reason)) => println!("  {reason}"),
        _ => {}
    }
    if let Some(range) = &study.range_under_small_shifts {
        println!("  range under small shifts: {} to {}", evidence.shown(range.low), evidence.shown(range.high));
    }
    if let Some(series) = &study.series_description {
        println!("  series \"{series}\": {}", study.reasons.join("; "));
    }
    for rejected in &study.rejected {
        let reasons: Vec<&str> = rejected.reasons.iter().map(|r| r.text.as_str()).collect();
        println!("  not \"{}\": {}", rejected.description, reasons.join(" "));
    }
    study.notices.iter().for_each(|caution| println!("  caution: {caution}"));
}
