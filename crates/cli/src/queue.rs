//! `headway queue`: a reading room in hours. See `docs/simulate.md`.

use crate::evaluate::print_report;
use clap::Args;
use headway_evaluate::simulation::queue::{QueueReport, Traffic};

/// What the verb takes; the defaults are the page's.
#[derive(Args)]
pub struct QueueArguments {
    /// Examinations an hour, arriving at random.
    #[arg(long, default_value_t = 10.0)]
    arrivals: f64,
    /// Readers at work.
    #[arg(long, default_value_t = 2)]
    readers: u32,
    /// Mean minutes to read an abnormal examination.
    #[arg(long, default_value_t = 10.0)]
    abnormal_minutes: f64,
    /// Mean minutes to read a normal one.
    #[arg(long, default_value_t = 10.0)]
    normal_minutes: f64,
    /// Share of abnormal examinations.
    #[arg(long, default_value_t = 0.3)]
    prevalence: f64,
    /// Share of the abnormal that is flagged.
    #[arg(long, default_value_t = 0.9)]
    sensitivity: f64,
    /// Share of the normal that is not flagged.
    #[arg(long, default_value_t = 0.8)]
    specificity: f64,
    /// Seed of the queue by events.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON (see docs/simulate.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Reckons and prints.
pub fn queue(arguments: &QueueArguments) -> Result<(), String> {
    let traffic = Traffic {
        arrivals_per_hour: arguments.arrivals,
        readers: arguments.readers,
        abnormal_read_hours: arguments.abnormal_minutes / 60.0,
        normal_read_hours: arguments.normal_minutes / 60.0,
        prevalence: arguments.prevalence,
        sensitivity: arguments.sensitivity,
        specificity: arguments.specificity,
    };
    let report = QueueReport::of(&traffic, arguments.seed)?;
    print_report(&report, &report.document(), arguments.json)
}
