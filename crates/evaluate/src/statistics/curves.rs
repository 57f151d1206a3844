//! The ROC and precision-recall curves, threshold by threshold.

use super::Case;
use serde::Serialize;

/// What flagging from one score on gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Score from which on a case is flagged; `None` for the point at which none is.
    pub threshold: Option<f64>,
    /// Of the abnormal, the share flagged (sensitivity, recall).
    pub true_positive_share: f64,
    /// Of the normal, the share flagged (1 less specificity).
    pub false_positive_share: f64,
    /// Of the flagged, the share abnormal; `None` where none is flagged.
    pub precision: Option<f64>,
}

/// Points from "none flagged" to "all flagged", one per distinct score. Empty where a class is empty.
pub fn curve(cases: &[Case]) -> Vec<CurvePoint> {
    let (normal, abnormal) = super::count_classes(cases);
    if normal == 0 || abnormal == 0 {
        return Vec::new();
    }
    let mut sorted = cases.to_vec();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut points =
        vec![CurvePoint { threshold: None, true_positive_share: 0.0, false_positive_share: 0.0, precision: None }];
    let (mut hits, mut seen) = (0, 0);
    for ties in sorted.chunk_by(|a, b| a.score == b.score) {
        hits += ties.iter().filter(|case| case.abnormal).count();
        seen += ties.len();
        points.push(CurvePoint {
            threshold: Some(ties[0].score),
            true_positive_share: hits as f64 / abnormal as f64,
            false_positive_share: (seen - hits) as f64 / normal as f64,
            precision: Some(hits as f64 / seen as f64),
        });
    }
    points
}

/// Average precision: precision at each threshold weighted by the recall it adds. `None` where a class is empty.
pub fn average_precision(cases: &[Case]) -> Option<f64> {
    let points = curve(cases);
    let added = points.windows(2).map(|pair| {
        (pair[1].true_positive_share - pair[0].true_positive_share) * pair[1].precision.unwrap_or_default()
    });
    (!points.is_empty()).then(|| added.sum())
}
