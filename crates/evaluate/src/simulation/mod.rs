//! Would the order help here? The paper's reporting-time simulation over a hospital's own dates.
//!
//! Wood et al. (MIDL 2021), section on reporting times, and the authors' public script as described.
//! Time runs in days. Each day as many examinations are read as were reported on it historically, so that weekends
//! and holidays appear by themselves; then the day's scans join the queue. What the published script does and
//! should not (see [`Options`]) is a named option, never a silent choice.

pub mod distribution;
pub mod headline;
pub mod history;
mod orders;
pub mod queue;
mod rank_queue;
mod replay;
pub mod report;
pub mod scenario;

pub use distribution::{Distribution, Summary};
pub use history::{Examination, History, HistoryColumns};
pub use report::{SimulationReport, simulate};
pub use scenario::Scenario;

use crate::day::Day;
use serde::{Deserialize, Serialize};

/// How a simulation is run. [`Options::new`] gives the defaults.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Options {
    /// First day of the statistics: examinations scanned on it and later are counted.
    pub from: Day,
    /// Day after the last one of the statistics, and of the loop.
    pub to: Day,
    /// The loop starts this many days before `from`, so that the queue is filled.
    pub warm_up_days: i32,
    /// What is in the queue when the loop starts.
    pub backlog: Backlog,
    /// What makes an examination count as abnormal in the statistics.
    pub strata: Strata,
    /// What becomes of examinations that are still queued at the end.
    pub still_queued: StillQueued,
    /// How a simulated delay is counted.
    pub delay: Delay,
    /// What a score does to the order.
    pub rule: Rule,
    /// After this many days an examination goes to the top, the oldest first; `None` for no such rule.
    pub max_wait_days: Option<i32>,
    /// How many random orders the prioritised one is compared with.
    pub random_orders: usize,
    /// Seed of the random orders.
    pub seed: u64,
}

impl Options {
    /// The defaults: backlog preloaded, classes by label; the rest as published.
    pub const fn new(from: Day, to: Day) -> Self {
        Self {
            from,
            to,
            warm_up_days: 30,
            backlog: Backlog::Preload,
            strata: Strata::Label,
            still_queued: StillQueued::LeftOut,
            delay: Delay::ExtraDay,
            rule: Rule::Score,
            max_wait_days: None,
            random_orders: 1000,
            seed: 1,
        }
    }

    /// First day of the loop.
    const fn start(&self) -> Day {
        Day(self.from.0 - self.warm_up_days)
    }

    /// # Errors
    /// In words where the options contradict themselves.
    fn check(&self) -> Result<(), String> {
        let threshold = match (self.strata, self.rule) {
            (Strata::Prediction { threshold }, _) | (_, Rule::FlagUpOnly { threshold }) => threshold,
            _ => 0.0,
        };
        if self.from >= self.to {
            return Err(format!(
                "The statistics end ({}) before they begin ({}). The end is excluded.",
                self.to, self.from
            ));
        }
        if self.to.0 - self.from.0 > 100 * 366 {
            return Err("The statistics span more than a century. Is a year mistyped?".to_owned());
        }
        if !(0..=3660).contains(&self.warm_up_days) || self.max_wait_days.is_some_and(|days| days < 1) {
            return Err("The warm-up must be 0 to 3660 days, and a maximum wait at least 1.".to_owned());
        }
        if !threshold.is_finite() {
            return Err("The threshold must be a number.".to_owned());
        }
        Ok(())
    }
}

/// What is in the queue when the loop starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backlog {
    /// Every examination scanned before the loop and reported in it, after it or never.
    Preload,
    /// Nothing, as published. Capacity still counts the reports of the older backlog, so the queue runs dry and most
    /// of the apparent benefit can be an artefact.
    Empty,
}

/// What makes an examination count as abnormal in the statistics.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strata {
    /// Its label.
    Label,
    /// Its own score at or over a threshold, as published: the model's misses then count as normal.
    Prediction {
        /// Score from which on it counts as abnormal.
        threshold: f64,
    },
}

/// What becomes of examinations that are still queued at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StillQueued {
    /// They are left out of the simulated delays, as published, and counted apart.
    LeftOut,
    /// They count with the wait they have had, which is less than the one they will have.
    WaitSoFar,
}

/// How a simulated delay is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delay {
    /// From the scan to the day after the reading, as published; the historical delay has no such day.
    ExtraDay,
    /// From the scan to the day of the reading, as the historical delay is.
    AsHistory,
}

/// What a score does to the order.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Highest score first.
    Score,
    /// First those at or over a threshold, then the rest; oldest first in both.
    FlagUpOnly {
        /// Score from which on an examination is moved up.
        threshold: f64,
    },
}
