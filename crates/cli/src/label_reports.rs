//! `headway label-reports`: a CSV of reports becomes a CSV of proposed labels. See `docs/report-labels.md`.

use crate::simulate::read_table;
use clap::Args;
use headway_evaluate::reports::Rules;
use headway_evaluate::reports::proposal::{propose_all, to_csv};
use std::path::PathBuf;

/// What the verb takes.
#[derive(Args)]
pub struct LabelReportsArguments {
    /// CSV of reports.
    reports: PathBuf,
    /// File to write.
    #[arg(long)]
    out: PathBuf,
    /// Name of the column of ids.
    #[arg(long, default_value = "id")]
    id_column: String,
    /// Name of the column of reports.
    #[arg(long, default_value = "text")]
    text_column: String,
    /// Another file of rules (see docs/report-labels.md).
    #[arg(long)]
    rules: Option<PathBuf>,
}

/// Proposes and writes.
pub fn label_reports(arguments: &LabelReportsArguments) -> Result<(), String> {
    let rules = match &arguments.rules {
        None => Rules::english()?,
        Some(path) => {
            let text =
                std::fs::read_to_string(path).map_err(|e| format!("{} cannot be read ({e}).", path.display()))?;
            Rules::from_toml(&text).map_err(|e| format!("{}: {e}", path.display()))?
        }
    };
    let table = read_table(&arguments.reports)?;
    let labelled =
        propose_all(&rules, &table, &arguments.id_column, &arguments.text_column).map_err(|e| e.to_string())?;
    std::fs::write(&arguments.out, to_csv(&labelled)?)
        .map_err(|e| format!("{} cannot be written ({e}).", arguments.out.display()))?;
    let count = |wanted| labelled.iter().filter(|one| one.proposal.abnormal == wanted).count();
    println!(
        "{} reports: {} proposed abnormal, {} normal, {} undecided. Proposals need a person's eye; {} lists the words that decided.",
        labelled.len(),
        count(Some(true)),
        count(Some(false)),
        count(None),
        arguments.out.display()
    );
    Ok(())
}
