//! `headway headline`: the paper's headline at two made-up hospitals. See `docs/simulate.md`.

use crate::evaluate::print_document;
use clap::Args;
use headway_evaluate::simulation::headline::headline as run;

/// What the verb takes.
#[derive(Args)]
pub struct HeadlineArguments {
    /// Seed of the hospitals.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print JSON (see docs/simulate.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Runs and prints.
pub fn headline(arguments: &HeadlineArguments) -> Result<(), String> {
    let headline = run(arguments.seed)?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&headline).map_err(|e| e.to_string())?);
    } else {
        print_document(&headline.document());
    }
    Ok(())
}
