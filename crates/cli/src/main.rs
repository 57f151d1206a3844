//! `headway`: the page's headless twin.

mod attention;
mod deidentify;
mod evaluate;
mod files;
mod headline;
mod input;
mod inspect;
mod label_reports;
mod model;
mod monitor;
mod nifti_file;
mod package;
mod queue;
mod sample;
mod score;
mod serve;
mod shell;
mod simulate;
mod volume;
mod wanted;

use crate::model::ModelArgument;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;

/// Head MRI triage from the command line. Research software, not a medical device; all examinations need reading.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Score the studies found in files and folders.
    Score {
        /// Files and folders, searched to any depth.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        source: score::Source,
        /// Also say how far each score moves when the head is mirrored and shifted a little: ten runs more of the network.
        #[arg(long)]
        range: bool,
        /// Print JSON (see docs/report.md) instead of sentences.
        #[arg(long)]
        json: bool,
    },
    /// Write which parts of the head raised the score of the one study found, as NIfTI: a research explanation, which may mislead.
    Attention {
        /// Files and folders, searched to any depth.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        source: score::Source,
        /// File to write, .nii or .nii.gz.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the network's input for the one study found, as NIfTI.
    Input {
        /// Files and folders, searched to any depth.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        model: ModelArgument,
        /// File to write, .nii or .nii.gz.
        #[arg(long)]
        out: PathBuf,
    },
    /// Say what files and folders hold: every series and its parts, which would be scored, and why not the others.
    Inspect {
        /// Files and folders, searched to any depth.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        model: ModelArgument,
        /// Print JSON (see docs/inspect.md) instead of sentences.
        #[arg(long)]
        json: bool,
    },
    /// Write the assembled volume of one series on its own grid, as NIfTI.
    Volume {
        /// Files and folders, searched to any depth.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        stack: wanted::WantedStack,
        #[command(flatten)]
        model: ModelArgument,
        /// File to write, .nii or .nii.gz.
        #[arg(long)]
        out: PathBuf,
    },
    /// Write the page's built-in study: DICOM files of a synthetic head with a tumour, no patient.
    Sample {
        /// Folder to write to; made if it is missing.
        out: PathBuf,
    },
    /// Write a study of a head made of formulas, which looks less like one: to test with, as many as are wanted.
    Phantom {
        /// Folder to write to; made if it is missing.
        out: PathBuf,
        /// Another number makes another study of the same patient.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Write a series anew without its patient: new UIDs, no names, dates or private elements.
    Deidentify(deidentify::DeidentifyArguments),
    /// Compare scores with labels: is the model good here?
    Evaluate(Box<evaluate::EvaluateArguments>),
    /// What prioritising gives at two made-up hospitals with the paper's delays and AUC.
    Headline(headline::HeadlineArguments),
    /// Propose labels from radiology reports, for a person to confirm.
    LabelReports(label_reports::LabelReportsArguments),
    /// Watch scores and shadow readings over time: is the model still what it was?
    Monitor(monitor::MonitorArguments),
    /// What flags do to waits in a reading room: a queue in hours, by events and by formula.
    Queue(queue::QueueArguments),
    /// Serve the page on this PC.
    Serve(serve::ServeArguments),
    /// Put a history of scans and reports through the paper's reporting-time simulation.
    Simulate(Box<simulate::SimulateArguments>),
}

/// Where the network runs.
#[derive(Clone, Copy, ValueEnum)]
enum Device {
    /// The graphics processor if this build and machine have one, else the processor.
    Auto,
    /// The processor.
    Cpu,
    /// The graphics processor, or fail.
    Gpu,
    /// The graphics processor with weights and features in 16 bits, or fail.
    GpuF16,
}

/// A reader that has seen enough (`| head`) is no fault of the program's: it ends, without a report of one.
fn end_where_nobody_reads() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_unread = |text: &&String| text.starts_with("failed printing to stdout: Broken pipe");
        if panic.payload().downcast_ref::<String>().as_ref().is_some_and(is_unread) {
            std::process::exit(0);
        }
        report(panic);
    }));
}

fn main() -> ExitCode {
    end_where_nobody_reads();
    let done = match Arguments::parse().command {
        Command::Score { paths, source, range, json } => score::score(&paths, &source, range, json),
        Command::Attention { paths, source, out } => attention::attention(&paths, &source, &out),
        Command::Input { paths, model, out } => input::input(&paths, &model, &out),
        Command::Inspect { paths, model, json } => inspect::inspect(&paths, &model, json),
        Command::Volume { paths, stack, model, out } => volume::volume(&paths, &stack, &model, &out),
        Command::Sample { out } => sample::sample(&out),
        Command::Phantom { out, seed } => sample::phantom(&out, seed),
        Command::Deidentify(arguments) => deidentify::deidentify(&arguments),
        Command::Evaluate(arguments) => evaluate::evaluate(&arguments),
        Command::Headline(arguments) => headline::headline(&arguments),
        Command::LabelReports(arguments) => label_reports::label_reports(&arguments),
        Command::Monitor(arguments) => monitor::monitor(&arguments),
        Command::Queue(arguments) => queue::queue(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
        Command::Simulate(arguments) => simulate::simulate(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}
