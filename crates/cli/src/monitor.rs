//! `headway monitor`: scores and shadow readings over time. See `docs/monitoring.md`.

use crate::evaluate::print_report;
use clap::Args;
use headway_core::worklist::export::Export;
use headway_evaluate::day::Day;
use headway_evaluate::evaluation::Worklist;
use std::path::{Path, PathBuf};

/// What the verb takes.
#[derive(Args)]
pub struct MonitorArguments {
    /// Lists that the page exported with identifiers or pseudonyms, as JSON or CSV; several are merged.
    #[arg(required = true)]
    lists: Vec<PathBuf>,
    /// First day after the stretch that is taken as usual, as 2026-01-31.
    #[arg(long, value_parser = Day::from_iso)]
    baseline_until: Day,
    /// Score from which on an examination counts as flagged; by default the list's own operating point.
    #[arg(long)]
    threshold: Option<f64>,
    /// Print JSON (see docs/monitoring.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Watches and prints.
pub fn monitor(arguments: &MonitorArguments) -> Result<(), String> {
    let lists = arguments.lists.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let merged = Export::merge(lists).and_then(|list| list.to_json()).map_err(|e| e.to_string())?;
    let list = Worklist::read("the lists", merged.as_bytes()).map_err(|e| e.to_string())?;
    let threshold = arguments.threshold.or(list.sensitive_threshold);
    let threshold = threshold.ok_or("The lists name no operating point: say --threshold.")?;
    if !(0.0..=1.0).contains(&threshold) {
        return Err("The threshold must lie between 0 and 1, as scores do.".to_owned());
    }
    let report = list.watched(arguments.baseline_until, threshold)?;
    print_report(&report, &report.document(), arguments.json)
}

fn read(path: &Path) -> Result<Export, String> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|e| format!("{name} cannot be read ({e})."))?;
    Export::read(&text).map_err(|e| format!("{name}: {e}"))
}
