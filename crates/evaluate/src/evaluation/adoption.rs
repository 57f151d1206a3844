//! What of an evaluation a site may adopt: the local calibration of one model on confirmed labels.

use super::EvaluationReport;
use serde::{Deserialize, Serialize};

/// A calibration on a site's own examinations, as the model's card takes it up. Whether the examinations are enough the
/// model's keeper decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Adoption {
    /// SHA-256 over card and weights of the model that gave the scores.
    pub evaluated_sha256: String,
    /// `logit(corrected) = slope * logit(score) + intercept`.
    pub slope: f64,
    /// See [`slope`](Self::slope).
    pub intercept: f64,
    /// Scored, with a confirmed label: normal.
    pub normal: usize,
    /// Scored, with a confirmed label: abnormal.
    pub abnormal: usize,
    /// Area under the ROC curve on them.
    pub auc: f64,
    /// Brier score before the correction.
    pub brier_before: f64,
    /// Brier score corrected by lines fitted on other examinations.
    pub brier_after: f64,
}

impl EvaluationReport {
    /// The calibration that may be adopted.
    ///
    /// # Errors
    /// In words why there is none.
    pub fn adoption(&self) -> Result<Adoption, String> {
        let Some(evaluated_sha256) = self.model_sha256.clone() else {
            return Err("The scores do not name one model that gave all of them: evaluate the worklist, a list that was exported, or the JSON of headway score.".to_owned());
        };
        let Some(figures) = &self.confirmed.scored else {
            return Err("Too few confirmed labels to calibrate on.".to_owned());
        };
        let Some(local) = figures.local_calibration else {
            return Err(
                "No line can be fitted to these labels: the scores part the classes perfectly, or all are equal."
                    .to_owned(),
            );
        };
        Ok(Adoption {
            evaluated_sha256,
            slope: local.line.slope.value,
            intercept: local.line.intercept.value,
            normal: self.confirmed.counts.normal,
            abnormal: self.confirmed.counts.abnormal,
            auc: figures.auc.value,
            brier_before: local.brier_before,
            brier_after: local.brier_after,
        })
    }
}
