//! What was measured of a model at its operating points, and what follows from it.

use super::{Calibration, Evidence};
use serde::{Deserialize, Serialize};

/// Sensitivity and specificity as the model's makers measured them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// On which examinations, in words.
    pub on: String,
    /// What kind of examinations these were. A site's own calibration lifts the card's evidence and not this.
    pub evidence: Evidence,
    /// By rising threshold.
    pub points: Vec<OperatingPoint>,
}

/// One threshold and what it came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperatingPoint {
    /// What it is called: `sensitive`, `balanced`, `specific`.
    pub name: String,
    /// Flagged from this logit on: it stays where it is when the calibration changes.
    pub threshold_logit: f64,
    /// Share of abnormal examinations that were flagged.
    pub sensitivity: f64,
    /// Share of normal examinations that were not.
    pub specificity: f64,
}

/// The least and the greatest that a share can be.
pub type Between = [f64; 2];

/// What can be said of a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// Share of abnormal examinations that are flagged.
    pub sensitivity: Between,
    /// Share of normal examinations that are not.
    pub specificity: Between,
}

/// What a flag, or none, is worth where so many examinations are abnormal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PredictiveValues {
    /// Share of flagged examinations that are abnormal.
    pub positive: Between,
    /// Share of examinations without a flag that are normal.
    pub negative: Between,
}

/// Logits that differ by less are one threshold, gone through the calibration and back.
const SAME: f64 = 1e-9;

impl OperatingPoint {
    /// Its threshold on the calibrated score, 0 to 1.
    pub fn score(&self, calibration: Calibration) -> f64 {
        calibration.score(self.threshold_logit)
    }

    /// Whether a threshold on the logit is its own.
    pub fn is_at(&self, threshold_logit: f64) -> bool {
        (self.threshold_logit - threshold_logit).abs() < SAME
    }
}

impl Measured {
    /// What is wrong with it, if anything.
    ///
    /// # Errors
    /// In words, as the rest of a sentence.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        let is_sound = |point: &OperatingPoint| {
            point.threshold_logit.is_finite() && is_share(point.sensitivity) && is_share(point.specificity)
        };
        if !self.points.iter().all(is_sound) {
            return Err("a measured operating point is no share of 1, or its threshold no number");
        }
        let rises = |pair: &[OperatingPoint]| {
            pair[0].threshold_logit < pair[1].threshold_logit
                && pair[0].sensitivity >= pair[1].sensitivity
                && pair[0].specificity <= pair[1].specificity
        };
        if !self.points.windows(2).all(rises) {
            return Err("measured operating points do not go from sensitive to specific");
        }
        Ok(())
    }

    /// What was measured at a threshold on the logit, or lies between the points below and above it:
    /// with a higher threshold sensitivity never rises and specificity never falls.
    pub fn rates(&self, threshold_logit: f64) -> Rates {
        let below = self.points.iter().rev().find(|point| point.threshold_logit <= threshold_logit + SAME);
        let above = self.points.iter().find(|point| point.threshold_logit >= threshold_logit - SAME);
        Rates {
            sensitivity: [above.map_or(0.0, |p| p.sensitivity), below.map_or(1.0, |p| p.sensitivity)],
            specificity: [below.map_or(0.0, |p| p.specificity), above.map_or(1.0, |p| p.specificity)],
        }
    }
}

impl Rates {
    /// Bayes' rule at a prevalence between 0 and 1. Both values rise with either share, so bounds go to bounds;
    /// where nothing would be flagged, or nothing left, the bound is the widest.
    pub fn predictive_values(&self, prevalence: f64) -> PredictiveValues {
        let share = |of: f64, rest: f64, if_nothing: f64| if of + rest > 0.0 { of / (of + rest) } else { if_nothing };
        let at = |bound: usize| {
            let (sensitivity, specificity) = (self.sensitivity[bound], self.specificity[bound]);
            let if_nothing = bound as f64;
            (
                share(sensitivity * prevalence, (1.0 - specificity) * (1.0 - prevalence), if_nothing),
                share(specificity * (1.0 - prevalence), (1.0 - sensitivity) * prevalence, if_nothing),
            )
        };
        let (least, greatest) = (at(0), at(1));
        PredictiveValues { positive: [least.0, greatest.0], negative: [least.1, greatest.1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured() -> Measured {
        let point = |name: &str, threshold_logit, sensitivity, specificity| OperatingPoint {
            name: name.to_owned(),
            threshold_logit,
            sensitivity,
            specificity,
        };
        let points = vec![point("sensitive", 0.3, 0.9, 0.6), point("specific", 0.7, 0.5, 0.95)];
        Measured { on: "some heads".to_owned(), evidence: Evidence::Synthetic, points }
    }

    #[test]
    fn at_a_measured_point_its_figures_and_between_two_their_bounds() {
        let rates = |threshold| {
            let Rates { sensitivity, specificity } = measured().rates(threshold);
            (sensitivity, specificity)
        };
        assert_eq!(rates(0.3), ([0.9, 0.9], [0.6, 0.6]));
        assert_eq!(rates(0.5), ([0.5, 0.9], [0.6, 0.95]));
        assert_eq!(rates(0.1), ([0.9, 1.0], [0.0, 0.6]));
        assert_eq!(rates(0.8), ([0.0, 0.5], [0.95, 1.0]));
    }

    #[test]
    fn a_threshold_is_found_again_on_the_score_and_back() {
        let calibration = Calibration { slope: 0.7, intercept: -0.4 };
        for point in measured().points {
            let logit = calibration.logit(point.score(calibration));
            assert!(point.is_at(logit), "{logit}");
            let rates = measured().rates(logit);
            assert_eq!(rates.sensitivity, [point.sensitivity; 2]);
        }
    }

    #[test]
    fn predictive_values_follow_bayes_rule() {
        // Of 1,000 examinations 100 are abnormal: 90 of them flagged, and 360 of the 900 others.
        let values = measured().rates(0.3).predictive_values(0.1);
        let near = |found: Between, expected: f64| found.iter().all(|value| (value - expected).abs() < 1e-12);
        assert!(near(values.positive, 90.0 / 450.0) && near(values.negative, 540.0 / 550.0), "{values:?}");
        let between = measured().rates(0.5).predictive_values(0.1);
        assert!(between.positive[0] < between.positive[1] && between.negative[0] < between.negative[1]);
        let beyond = measured().rates(0.9).predictive_values(0.1);
        assert_eq!(beyond.positive, [0.0, 1.0], "nothing may be flagged at all");
    }

    #[test]
    fn points_must_go_from_sensitive_to_specific() {
        assert_eq!(measured().check(), Ok(()));
        let spoilt: [fn(&mut Measured); 4] = [
            |m| m.points.reverse(),
            |m| m.points[1].sensitivity = 0.95,
            |m| m.points[1].specificity = 0.5,
            |m| m.points[0].threshold_logit = f64::NAN,
        ];
        for spoil in spoilt {
            let mut measured = measured();
            spoil(&mut measured);
            assert!(measured.check().is_err(), "{measured:?}");
        }
    }
}
