//! Do scores mean what they say? Brier score, expected calibration error, slope and intercept, and a local correction.

use super::{Case, Estimate, Interval};
use crate::random::Random;
use serde::Serialize;

/// Scores are kept this far from 0 and 1 before their logit is taken.
const EDGE: f64 = 1e-9;

/// A calibration in the logit: `logit(corrected) = intercept + slope * logit(score)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LogitLine {
    /// 1 where scores spread as they should; below 1 where they are too extreme.
    pub slope: Estimate,
    /// 0 where, given the slope, they are neither too high nor too low.
    pub intercept: Estimate,
}

/// One bin of a reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bin {
    /// Cases in it.
    pub n: usize,
    /// Their mean score.
    pub mean_score: f64,
    /// The share of them that is abnormal.
    pub abnormal_share: f64,
}

/// What a correction does to cases it was not fitted on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LocalCalibration {
    /// Fitted on all cases: what a site would adopt.
    pub line: LogitLine,
    /// Folds of the cross-validation.
    pub folds: usize,
    /// Brier score as it is.
    pub brier_before: f64,
    /// Brier score of cases corrected by a line fitted on the other folds.
    pub brier_after: f64,
}

/// Mean squared difference of score and label; `None` of no cases.
pub fn brier(cases: &[Case]) -> Option<f64> {
    let squares = cases.iter().map(|case| (case.score - outcome(case)).powi(2));
    (!cases.is_empty()).then(|| squares.sum::<f64>() / cases.len() as f64)
}

/// Ten bins of equal width over the scores; empty bins are left out. A score on an edge belongs to the upper bin, 1 to the last.
pub fn reliability(cases: &[Case]) -> Vec<Bin> {
    let mut sums = [(0, 0.0, 0.0); 10];
    for case in cases {
        let (n, scores, abnormal) = &mut sums[((case.score * 10.0).floor().clamp(0.0, 9.0)) as usize];
        *n += 1;
        *scores += case.score;
        *abnormal += outcome(case);
    }
    let filled = sums.into_iter().filter(|(n, ..)| *n > 0);
    filled
        .map(|(n, scores, abnormal)| Bin { n, mean_score: scores / n as f64, abnormal_share: abnormal / n as f64 })
        .collect()
}

/// Expected calibration error over [`reliability`]'s bins; `None` of no cases.
pub fn expected_calibration_error(cases: &[Case]) -> Option<f64> {
    let misses = reliability(cases).into_iter().map(|bin| bin.n as f64 * (bin.mean_score - bin.abnormal_share).abs());
    (!cases.is_empty()).then(|| misses.sum::<f64>() / cases.len() as f64)
}

impl LogitLine {
    /// Logistic regression of the label on the score's logit, by Newton's method. `None` where it has no maximum: a class is
    /// empty, all scores are equal, or the classes are perfectly separated.
    pub fn fit(cases: &[Case]) -> Option<Self> {
        let (mut intercept, mut slope) = (0.0, 0.0);
        for _ in 0..100 {
            let ([g0, g1], [h00, h01, h11]) = derivatives(cases, intercept, slope);
            let determinant = h00 * h11 - h01 * h01;
            if determinant.is_nan() || determinant <= 1e-12 * h00 * h11 {
                return None;
            }
            let (step0, step1) = ((h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant);
            // Far from the maximum a whole step may overshoot.
            let shorten = (5.0 / step0.abs().max(step1.abs())).min(1.0);
            (intercept, slope) = (intercept + shorten * step0, slope + shorten * step1);
            if step0.abs().max(step1.abs()) < 1e-11 {
                let estimate =
                    |value, variance: f64| Estimate { value, interval: Some(Interval::of(value, variance.sqrt())) };
                return Some(Self {
                    slope: estimate(slope, h00 / determinant),
                    intercept: estimate(intercept, h11 / determinant),
                });
            }
        }
        None
    }

    /// A score corrected.
    pub fn correct(&self, score: f64) -> f64 {
        logistic(self.intercept.value + self.slope.value * logit(score))
    }
}

impl LocalCalibration {
    /// Fits a correction and measures it by cross-validation, each class dealt evenly to the folds. `None` where a line
    /// cannot be fitted.
    pub fn fit(cases: &[Case], folds: usize, seed: u64) -> Option<Self> {
        let line = LogitLine::fit(cases)?;
        let fold_of = deal(cases, folds, seed);
        let mut corrected = Vec::with_capacity(cases.len());
        for fold in 0..folds {
            let of = |inside: bool| {
                let chosen = cases.iter().zip(&fold_of).filter(move |(_, of)| (**of == fold) == inside);
                chosen.map(|(case, _)| *case)
            };
            let others = LogitLine::fit(&of(false).collect::<Vec<_>>())?;
            corrected.extend(of(true).map(|case| Case { score: others.correct(case.score), ..case }));
        }
        Some(Self { line, folds, brier_before: brier(cases)?, brier_after: brier(&corrected)? })
    }
}

fn deal(cases: &[Case], folds: usize, seed: u64) -> Vec<usize> {
    let mut fold_of = vec![0; cases.len()];
    for class in [false, true] {
        let mut members: Vec<usize> = (0..cases.len()).filter(|&i| cases[i].abnormal == class).collect();
        Random::stream(seed, u64::from(class)).shuffle(&mut members);
        members.into_iter().enumerate().for_each(|(position, index)| fold_of[index] = position % folds.max(1));
    }
    fold_of
}

/// Gradient and information (00, 01, 11) of the log likelihood.
fn derivatives(cases: &[Case], intercept: f64, slope: f64) -> ([f64; 2], [f64; 3]) {
    let (mut gradient, mut information) = ([0.0; 2], [0.0; 3]);
    for case in cases {
        let x = logit(case.score);
        let p = logistic(intercept + slope * x);
        let (miss, weight) = (outcome(case) - p, p * (1.0 - p));
        gradient[0] += miss;
        gradient[1] += miss * x;
        information[0] += weight;
        information[1] += weight * x;
        information[2] += weight * x * x;
    }
    (gradient, information)
}

fn outcome(case: &Case) -> f64 {
    f64::from(u8::from(case.abnormal))
}

fn logit(score: f64) -> f64 {
    let score = score.clamp(EDGE, 1.0 - EDGE);
    (score / (1.0 - score)).ln()
}

fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
