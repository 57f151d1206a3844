//! Area under the ROC curve, with DeLong's variance and tests.
//!
//! DeLong, DeLong and Clarke-Pearson (Biometrics 1988), computed from sorted scores.

use super::{Case, Estimate, Interval, two_sided_p};
use serde::Serialize;

/// For each case the share of the other class that it is ordered rightly against, ties counting half.
#[derive(Clone, Debug)]
pub struct Placements {
    /// Area under the curve.
    pub auc: f64,
    /// Of the abnormal, in order of the cases.
    abnormal: Vec<f64>,
    /// Of the normal.
    normal: Vec<f64>,
}

/// The difference of two AUCs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// First less second, with DeLong's interval.
    pub difference: Estimate,
    /// Standard normal statistic; `None` where the difference has no variance.
    pub z: Option<f64>,
    /// Two-sided.
    pub p_value: Option<f64>,
}

impl Placements {
    /// Of some cases; `None` where a class is empty or a score is not a number.
    pub fn of(cases: &[Case]) -> Option<Self> {
        let (normal_count, abnormal_count) = super::count_classes(cases);
        if normal_count == 0 || abnormal_count == 0 || cases.iter().any(|case| case.score.is_nan()) {
            return None;
        }
        let sorted = |class: bool| {
            let wanted = cases.iter().filter(|case| case.abnormal == class);
            let mut scores: Vec<f64> = wanted.map(|case| case.score).collect();
            scores.sort_by(f64::total_cmp);
            scores
        };
        let (normals, abnormals) = (sorted(false), sorted(true));
        let (mut abnormal, mut normal) = (Vec::with_capacity(abnormal_count), Vec::with_capacity(normal_count));
        for case in cases {
            if case.abnormal {
                abnormal.push(share_below(&normals, case.score));
            } else {
                normal.push(1.0 - share_below(&abnormals, case.score));
            }
        }
        Some(Self { auc: mean(&abnormal), abnormal, normal })
    }

    /// The AUC with DeLong's interval, or a bound where all pairs are ordered alike.
    pub fn estimate(&self) -> Estimate {
        let variance = self.variance();
        let interval = if self.auc >= 1.0 {
            Some(Interval { low: self.perfect_bound(), high: 1.0 })
        } else if self.auc <= 0.0 {
            Some(Interval { low: 0.0, high: 1.0 - self.perfect_bound() })
        } else {
            (variance > 0.0).then(|| Interval::of_share(self.auc, variance.sqrt()))
        };
        Estimate { value: self.auc, interval }
    }

    /// DeLong's variance of the AUC.
    pub fn variance(&self) -> f64 {
        self.covariance(self)
    }

    /// DeLong's covariance of two AUCs over the same cases.
    fn covariance(&self, other: &Self) -> f64 {
        covariance(&self.abnormal, &other.abnormal) / self.abnormal.len() as f64
            + covariance(&self.normal, &other.normal) / self.normal.len() as f64
    }

    /// Where every pair is ordered rightly, DeLong's variance is zero and says nothing. The smaller class gives that
    /// many independent pairs, all ordered rightly: Clopper and Pearson's bound for them holds whatever the
    /// distribution of the scores, and is wide rather than narrow.
    fn perfect_bound(&self) -> f64 {
        let pairs = self.abnormal.len().min(self.normal.len());
        0.025_f64.powf(1.0 / pairs as f64)
    }

    /// Compares two models on the same cases, in the same order. `None` where the classes differ in size.
    pub fn paired(&self, other: &Self) -> Option<Comparison> {
        let alike = self.abnormal.len() == other.abnormal.len() && self.normal.len() == other.normal.len();
        alike.then(|| {
            let variance = self.variance() + other.variance() - 2.0 * self.covariance(other);
            Comparison::new(self.auc - other.auc, variance)
        })
    }

    /// Compares two independent groups of cases, such as two sites.
    pub fn unpaired(&self, other: &Self) -> Comparison {
        Comparison::new(self.auc - other.auc, self.variance() + other.variance())
    }
}

impl Comparison {
    fn new(difference: f64, variance: f64) -> Self {
        // What remains of two equal models is rounding.
        let error = (variance > 1e-18).then(|| variance.sqrt());
        let z = error.map(|error| difference / error);
        let interval = error.map(|error| Interval::of(difference, error));
        Self { difference: Estimate { value: difference, interval }, z, p_value: z.map(two_sided_p) }
    }
}

/// Share of sorted scores below one, ties counting half.
fn share_below(sorted: &[f64], score: f64) -> f64 {
    let below = sorted.partition_point(|&other| other < score);
    let up_to = sorted.partition_point(|&other| other <= score);
    (below + up_to) as f64 / (2 * sorted.len()) as f64
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample covariance; 0 for a single value.
fn covariance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() < 2 {
        return 0.0;
    }
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(x, y)| (x - mean_a) * (y - mean_b)).sum::<f64>() / (a.len() - 1) as f64
}
