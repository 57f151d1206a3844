//! How good are these scores? The figures of a diagnostic accuracy study, each with its interval.
//!
//! All intervals are 95 % and two-sided. Where a figure cannot be had, the answer is `None`, never a made-up value.

pub mod auc;
pub mod bootstrap;
pub mod calibration;
pub mod curves;
pub mod proportion;
pub mod table2x2;

use serde::Serialize;

/// The standard normal's 97.5th percentile.
pub const Z95: f64 = 1.959_963_984_540_054;

/// Fewer of a class than this, and only counts are given.
pub const FEWEST_OF_A_CLASS: usize = 10;

/// One labelled and scored examination.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Case {
    /// The model's score; higher means more likely abnormal. Infinite is allowed where only the order counts.
    pub score: f64,
    /// The reference standard.
    pub abnormal: bool,
}

/// A 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A figure with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// Its interval; `None` where it cannot be estimated.
    pub interval: Option<Interval>,
}

impl Interval {
    /// A normal interval, kept within 0 and 1.
    pub fn of_share(value: f64, standard_error: f64) -> Self {
        let half = Z95 * standard_error;
        Self { low: (value - half).max(0.0), high: (value + half).min(1.0) }
    }

    /// A normal interval.
    pub fn of(value: f64, standard_error: f64) -> Self {
        Self { low: value - Z95 * standard_error, high: value + Z95 * standard_error }
    }
}

/// The two-sided p-value of a standard normal statistic.
pub fn two_sided_p(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Normal and abnormal cases.
pub fn count_classes(cases: &[Case]) -> (usize, usize) {
    let abnormal = cases.iter().filter(|case| case.abnormal).count();
    (cases.len() - abnormal, abnormal)
}
