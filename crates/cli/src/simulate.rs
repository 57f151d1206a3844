//! `headway simulate`: the reporting-time simulation over a history of scans and reports.

use crate::evaluate::print_report;
use clap::{Args, ValueEnum};
use headway_evaluate::day::{DateOrder, Day};
use headway_evaluate::simulation::{
    Backlog, Delay, History, HistoryColumns, Options, Rule, Scenario, StillQueued, Strata, simulate as run,
};
use headway_evaluate::table::Table;
use std::path::{Path, PathBuf};

/// What `headway simulate` is told.
#[derive(Args)]
pub struct SimulateArguments {
    /// CSV with one row per examination: id, scan_date, report_date, score, label.
    history: PathBuf,
    /// First day of the statistics, as 2018-01-01.
    #[arg(long, value_parser = Day::from_iso)]
    from: Day,
    /// Day after the last one of the statistics.
    #[arg(long, value_parser = Day::from_iso)]
    to: Day,
    /// What is in the queue when the loop starts, 30 days before.
    #[arg(long, value_enum, default_value_t = BacklogChoice::Preload)]
    backlog: BacklogChoice,
    /// What makes an examination count as abnormal: its label or, as published, its own score.
    #[arg(long, value_enum, default_value_t = StrataChoice::Label)]
    strata: StrataChoice,
    /// Whether examinations still queued at the end count with their wait so far.
    #[arg(long, value_enum, default_value_t = StillQueuedChoice::LeftOut)]
    still_queued: StillQueuedChoice,
    /// Whether a simulated delay carries the published extra day.
    #[arg(long, value_enum, default_value_t = DelayChoice::ExtraDay)]
    delay: DelayChoice,
    /// What a score does to the order.
    #[arg(long, value_enum, default_value_t = RuleChoice::Score)]
    rule: RuleChoice,
    /// Score from which on an examination counts as flagged (for --strata prediction and --rule flag-up-only).
    #[arg(long, default_value_t = 0.5)]
    threshold: f64,
    /// Days after which an examination goes to the top.
    #[arg(long)]
    max_wait: Option<i32>,
    /// Random orders to compare with.
    #[arg(long, default_value_t = 1000)]
    random_orders: usize,
    /// Seed of the random orders.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What if this share of the labelled were abnormal?
    #[arg(long)]
    prevalence: Option<f64>,
    /// What if this multiple of the historical reports were written each day?
    #[arg(long)]
    capacity: Option<f64>,
    /// What if this multiple of the historical backlog were waiting at the start?
    #[arg(long)]
    backlog_size: Option<f64>,
    /// Order of dates such as 03/04/2018, where the file does not settle it.
    #[arg(long, value_enum)]
    dates: Option<Dates>,
    #[command(flatten)]
    columns: Columns,
    /// Print JSON (see docs/simulate.md) instead of sentences.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Columns {
    /// Name of the column of ids.
    #[arg(long, default_value = "id")]
    id_column: String,
    /// Name of the column of scan dates.
    #[arg(long, default_value = "scan_date")]
    scan_date_column: String,
    /// Name of the column of report dates.
    #[arg(long, default_value = "report_date")]
    report_date_column: String,
    /// Name of the column of scores.
    #[arg(long, default_value = "score")]
    score_column: String,
    /// Name of the column of labels.
    #[arg(long, default_value = "label")]
    label_column: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum BacklogChoice {
    Preload,
    Empty,
}

#[derive(Clone, Copy, ValueEnum)]
enum StrataChoice {
    Label,
    Prediction,
}

#[derive(Clone, Copy, ValueEnum)]
enum StillQueuedChoice {
    LeftOut,
    WaitSoFar,
}

#[derive(Clone, Copy, ValueEnum)]
enum DelayChoice {
    ExtraDay,
    AsHistory,
}

#[derive(Clone, Copy, ValueEnum)]
enum RuleChoice {
    Score,
    FlagUpOnly,
}

/// Order of the numbers in a date.
#[derive(Clone, Copy, ValueEnum)]
pub enum Dates {
    /// dd/mm/yyyy
    Dmy,
    /// mm/dd/yyyy
    Mdy,
}

impl From<Dates> for DateOrder {
    fn from(dates: Dates) -> Self {
        match dates {
            Dates::Dmy => Self::DayFirst,
            Dates::Mdy => Self::MonthFirst,
        }
    }
}

/// Simulates and prints.
pub fn simulate(arguments: &SimulateArguments) -> Result<(), String> {
    let table = read_table(&arguments.history)?;
    let history = History::from_table(&table, &arguments.columns(arguments.dates)).map_err(|e| e.to_string())?;
    let scenario =
        Scenario { prevalence: arguments.prevalence, capacity: arguments.capacity, backlog: arguments.backlog_size };
    let report = run(&history, &arguments.options(), &scenario)?;
    print_report(&report, &report.document(), arguments.json)
}

/// Reads a CSV file.
pub fn read_table(path: &Path) -> Result<Table, String> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| format!("{name} cannot be read ({e})."))?;
    Table::read(&name, &bytes).map_err(|e| e.to_string())
}

impl SimulateArguments {
    fn columns(&self, dates: Option<Dates>) -> HistoryColumns {
        let Columns { id_column, scan_date_column, report_date_column, score_column, label_column } = &self.columns;
        HistoryColumns {
            id: id_column.clone(),
            scan_date: scan_date_column.clone(),
            report_date: report_date_column.clone(),
            score: score_column.clone(),
            label: label_column.clone(),
            date_order: dates.map(DateOrder::from),
        }
    }

    fn options(&self) -> Options {
        let threshold = self.threshold;
        Options {
            backlog: match self.backlog {
                BacklogChoice::Preload => Backlog::Preload,
                BacklogChoice::Empty => Backlog::Empty,
            },
            strata: match self.strata {
                StrataChoice::Label => Strata::Label,
                StrataChoice::Prediction => Strata::Prediction { threshold },
            },
            still_queued: match self.still_queued {
                StillQueuedChoice::LeftOut => StillQueued::LeftOut,
                StillQueuedChoice::WaitSoFar => StillQueued::WaitSoFar,
            },
            delay: match self.delay {
                DelayChoice::ExtraDay => Delay::ExtraDay,
                DelayChoice::AsHistory => Delay::AsHistory,
            },
            rule: match self.rule {
                RuleChoice::Score => Rule::Score,
                RuleChoice::FlagUpOnly => Rule::FlagUpOnly { threshold },
            },
            max_wait_days: self.max_wait,
            random_orders: self.random_orders,
            seed: self.seed,
            ..Options::new(self.from, self.to)
        }
    }
}
