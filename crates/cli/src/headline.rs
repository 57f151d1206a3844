//! `headway headline`: the paper's headline at two made-up hospitals. See `docs/simulate.md`.

use clap::Args;
use headway_evaluate::simulation::headline::{Headline, Means, headline as run};

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
        print_sentences(&headline);
    }
    Ok(())
}

fn print_sentences(headline: &Headline) {
    println!("Research software, not a medical device. All examinations need reading.\n\nFixed beforehand:");
    headline.assumptions.iter().for_each(|assumption| println!("  {assumption}"));
    for hospital in &headline.hospitals {
        let (was, became) = (hospital.paper_historical_days, hospital.paper_prioritised_days);
        println!("\nMean days of the abnormal; the paper: {was:.0} as it was, {became:.0} prioritised");
        println!(
            "  {:<22}{:>12}{:>12}{:>12}{:>12}{:>12}",
            "", "as it was", "first come", "by score", "at random", "not read"
        );
        for outcome in &hospital.outcomes {
            println!("  prevalence {:.2}", outcome.prevalence);
            print_means("    authors' rule", &outcome.authors_rule);
            print_means("    corrected rule", &outcome.corrected_rule);
        }
    }
    println!("\nLikely reasons for the difference:");
    headline.likely_reasons.iter().for_each(|reason| println!("  {reason}"));
}

fn print_means(name: &str, means: &Means) {
    let [was, first, score, random] =
        [means.historical_days, means.first_come_days, means.prioritised_days, means.random_days]
            .map(|days| days.map_or("-".to_owned(), |days| format!("{days:.1}")));
    let usable = if means.usable { "" } else { "  not usable" };
    println!("  {name:<22}{was:>12}{first:>12}{score:>12}{random:>12}{:>12}{usable}", means.still_queued);
}
