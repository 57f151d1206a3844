//! The figures of one group of examinations.

use crate::statistics::auc::Placements;
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::calibration::{self, Bin, LocalCalibration, LogitLine};
use crate::statistics::curves::{self, CurvePoint};
use crate::statistics::table2x2::{PredictiveValues, Table2x2};
use crate::statistics::{Case, Estimate, FEWEST_OF_A_CLASS, count_classes};
use serde::Serialize;

/// All that is said of a group with enough of both classes.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Area under the ROC curve, with DeLong's interval or, where perfect, an exact bound.
    pub auc: Estimate,
    /// The same with an interval by bootstrap over patients; `None` where no patient repeats.
    pub auc_by_patient: Option<Estimate>,
    /// Sensitivity and specificity with intervals by bootstrap over patients; `None` where no patient repeats.
    pub sensitivity_by_patient: Option<Estimate>,
    /// See [`sensitivity_by_patient`](Self::sensitivity_by_patient).
    pub specificity_by_patient: Option<Estimate>,
    /// Average precision.
    pub average_precision: Option<f64>,
    /// Counts at the threshold.
    pub at_threshold: Table2x2,
    /// With Wilson's interval, as the next three.
    pub sensitivity: Option<Estimate>,
    /// Specificity.
    pub specificity: Option<Estimate>,
    /// Positive predictive value in this sample.
    pub positive_predictive: Option<Estimate>,
    /// Negative predictive value in this sample.
    pub negative_predictive: Option<Estimate>,
    /// By bootstrap, as the next.
    pub balanced_accuracy: Option<Estimate>,
    /// F1.
    pub f1: Option<Estimate>,
    /// At another prevalence, where one was asked for; `None` also where the method has no variance.
    pub predictive_values: Option<PredictiveValues>,
    /// Brier score.
    pub brier: Option<f64>,
    /// Expected calibration error.
    pub expected_calibration_error: Option<f64>,
    /// Calibration slope and intercept; `None` where they cannot be fitted.
    pub calibration: Option<LogitLine>,
    /// A local correction and what it does, cross-validated; a proposal, adopted by nobody but the user.
    pub local_calibration: Option<LocalCalibration>,
    /// The reliability diagram's bins.
    pub reliability: Vec<Bin>,
    /// ROC and precision-recall.
    pub curve: Vec<CurvePoint>,
}

/// How figures are taken.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Settings {
    /// Score from which on an examination counts as flagged.
    pub threshold: f64,
    /// Another prevalence for predictive values.
    pub prevalence: Option<f64>,
    /// Bootstrap resamples.
    pub replicates: usize,
    /// Seed of bootstrap and cross-validation.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { threshold: 0.5, prevalence: None, replicates: 2000, seed: 1 }
    }
}

impl Settings {
    /// # Errors
    /// In words where threshold or prevalence is out of range.
    pub fn check(&self) -> Result<(), String> {
        if self.prevalence.is_some_and(|prevalence| !(prevalence > 0.0 && prevalence < 1.0)) {
            return Err("The prevalence must lie between 0 and 1.".to_owned());
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return Err("The threshold must lie between 0 and 1, as scores do.".to_owned());
        }
        Ok(())
    }
}

/// Whether a group has enough of both classes for more than counts.
pub fn enough(cases: &[Case]) -> bool {
    let (normal, abnormal) = count_classes(cases);
    normal.min(abnormal) >= FEWEST_OF_A_CLASS
}

/// The AUC of a group; `None` under ten of a class.
pub fn auc(cases: &[Case]) -> Option<Placements> {
    if enough(cases) { Placements::of(cases) } else { None }
}

impl Figures {
    /// Of scored cases; `clusters` lists each patient's, by index. `None` under ten of a class.
    pub fn of(cases: &[Case], clusters: &[Vec<usize>], settings: &Settings) -> Option<Self> {
        let placements = auc(cases)?;
        let table = Table2x2::at(cases, settings.threshold);
        let bootstrap = Bootstrap { replicates: settings.replicates, seed: settings.seed };
        let drawn = |indices: &[usize]| -> Vec<Case> { indices.iter().map(|&i| cases[i]).collect() };
        let at_threshold = |indices: &[usize]| Table2x2::at(&drawn(indices), settings.threshold);
        let by_patient = |statistic: &dyn Fn(&[usize]) -> Option<f64>| {
            if repeats(clusters, cases.len()) { bootstrap.estimate(clusters, statistic) } else { None }
        };
        Some(Self {
            auc: placements.estimate(),
            auc_by_patient: by_patient(&|indices| Placements::of(&drawn(indices)).map(|placements| placements.auc)),
            sensitivity_by_patient: by_patient(&|indices| at_threshold(indices).sensitivity().share()),
            specificity_by_patient: by_patient(&|indices| at_threshold(indices).specificity().share()),
            average_precision: curves::average_precision(cases),
            at_threshold: table,
            sensitivity: table.sensitivity().estimate(),
            specificity: table.specificity().estimate(),
            positive_predictive: table.positive_predictive().estimate(),
            negative_predictive: table.negative_predictive().estimate(),
            balanced_accuracy: bootstrap.estimate(clusters, |indices| at_threshold(indices).balanced_accuracy()),
            f1: bootstrap.estimate(clusters, |indices| at_threshold(indices).f1()),
            predictive_values: settings.prevalence.and_then(|prevalence| table.predictive_values_at(prevalence)),
            brier: calibration::brier(cases),
            expected_calibration_error: calibration::expected_calibration_error(cases),
            calibration: LogitLine::fit(cases),
            local_calibration: LocalCalibration::fit(cases, 5, settings.seed),
            reliability: calibration::reliability(cases),
            curve: curves::curve(cases),
        })
    }
}

/// Whether some patient has several of so many cases.
pub fn repeats(clusters: &[Vec<usize>], cases: usize) -> bool {
    clusters.len() < cases
}

/// Cases by patient; those without one stand alone.
pub fn clusters<'a>(patients: impl Iterator<Item = Option<&'a str>>) -> Vec<Vec<usize>> {
    let mut of_patient = std::collections::HashMap::new();
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    for (index, patient) in patients.enumerate() {
        let next = clusters.len();
        let cluster = patient.map_or(next, |patient| *of_patient.entry(patient).or_insert(next));
        if cluster == next {
            clusters.push(Vec::new());
        }
        clusters[cluster].push(index);
    }
    clusters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::bootstrap::singletons;

    #[test]
    fn patients_gather_their_examinations() {
        let found = clusters([Some("a"), None, Some("b"), Some("a"), None].into_iter());
        assert_eq!(found, [vec![0, 3], vec![1], vec![2], vec![4]]);
        assert_eq!(clusters([None, None].into_iter()), singletons(2));
    }
}
