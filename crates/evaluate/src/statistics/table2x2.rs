//! At a threshold: sensitivity, specificity, predictive values here and at another prevalence.

use super::proportion::Proportion;
use super::{Case, Estimate, Interval, Z95};
use serde::Serialize;

/// Cases by reference standard and flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Table2x2 {
    /// Abnormal and flagged.
    pub true_positive: usize,
    /// Normal and flagged.
    pub false_positive: usize,
    /// Abnormal and not flagged.
    pub false_negative: usize,
    /// Normal and not flagged.
    pub true_negative: usize,
}

/// Predictive values at a prevalence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PredictiveValues {
    /// Share of abnormal examinations they hold for.
    pub prevalence: f64,
    /// Of the flagged, the share that is abnormal.
    pub positive: Estimate,
    /// Of the others, the share that is normal.
    pub negative: Estimate,
}

impl Table2x2 {
    /// Flags every case at or over a threshold.
    pub fn at(cases: &[Case], threshold: f64) -> Self {
        let mut table = Self::default();
        for case in cases {
            *match (case.abnormal, case.score >= threshold) {
                (true, true) => &mut table.true_positive,
                (false, true) => &mut table.false_positive,
                (true, false) => &mut table.false_negative,
                (false, false) => &mut table.true_negative,
            } += 1;
        }
        table
    }

    /// Of the abnormal, those flagged.
    pub const fn sensitivity(self) -> Proportion {
        Proportion { hits: self.true_positive, of: self.true_positive + self.false_negative }
    }

    /// Of the normal, those not flagged.
    pub const fn specificity(self) -> Proportion {
        Proportion { hits: self.true_negative, of: self.true_negative + self.false_positive }
    }

    /// Of the flagged in this sample, those abnormal.
    pub const fn positive_predictive(self) -> Proportion {
        Proportion { hits: self.true_positive, of: self.true_positive + self.false_positive }
    }

    /// Of those not flagged in this sample, those normal.
    pub const fn negative_predictive(self) -> Proportion {
        Proportion { hits: self.true_negative, of: self.true_negative + self.false_negative }
    }

    /// Mean of sensitivity and specificity; `None` where a class is empty.
    pub fn balanced_accuracy(self) -> Option<f64> {
        Some((share(self.sensitivity())? + share(self.specificity())?) / 2.0)
    }

    /// Harmonic mean of sensitivity and positive predictive value; `None` where nothing is abnormal or flagged.
    pub fn f1(self) -> Option<f64> {
        let (hits, errors) = (self.true_positive as f64, (self.false_positive + self.false_negative) as f64);
        (hits + errors > 0.0).then(|| 2.0 * hits / (2.0 * hits + errors))
    }

    /// Predictive values at another prevalence (0 to 1, both excluded), with intervals by the delta method on the
    /// logit (Mercaldo, Lau and Zhou, Statistics in Medicine 2007). `None` where sensitivity or specificity is 0 or 1
    /// or unknown: the method has no variance there.
    pub fn predictive_values_at(self, prevalence: f64) -> Option<PredictiveValues> {
        let (sensitivity, specificity) = (self.sensitivity(), self.specificity());
        let (se, sp) = (share(sensitivity)?, share(specificity)?);
        let inside = |share: f64| 0.0 < share && share < 1.0;
        if !(inside(se) && inside(sp) && inside(prevalence)) {
            return None;
        }
        let (n_abnormal, n_normal) = (sensitivity.of as f64, specificity.of as f64);
        let logit_positive = (prevalence * se / ((1.0 - prevalence) * (1.0 - sp))).ln();
        let logit_negative = ((1.0 - prevalence) * sp / (prevalence * (1.0 - se))).ln();
        let variance_positive = (1.0 - se) / (se * n_abnormal) + sp / ((1.0 - sp) * n_normal);
        let variance_negative = se / ((1.0 - se) * n_abnormal) + (1.0 - sp) / (sp * n_normal);
        Some(PredictiveValues {
            prevalence,
            positive: from_logit(logit_positive, variance_positive),
            negative: from_logit(logit_negative, variance_negative),
        })
    }
}

fn share(proportion: Proportion) -> Option<f64> {
    (proportion.of > 0).then(|| proportion.hits as f64 / proportion.of as f64)
}

fn from_logit(logit: f64, variance: f64) -> Estimate {
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let half = Z95 * variance.sqrt();
    let interval = Interval { low: logistic(logit - half), high: logistic(logit + half) };
    Estimate { value: logistic(logit), interval: Some(interval) }
}
