//! Is the model still what it was? Scores and shadow readings over time, with alarm rules that have names.
//!
//! A shadow reading is a person's reading made without sight of the score. `cusum.rs` holds the running sums and finds their
//! limits, `watch.rs` applies the rules. See `docs/monitoring.md`.

pub mod cusum;
pub mod watch;

pub use watch::{Alarm, Baseline, MonitoringReport, Observation, Settings, Week, watch};
