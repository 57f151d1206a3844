//! `headway headline`: the paper's headline at two made-up hospitals. See `docs/simulate.md`.

use crate::evaluate::print_report;
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
    print_report(&headline, &headline.document(), arguments.json)
}
