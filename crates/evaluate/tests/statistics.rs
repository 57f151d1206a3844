//! Every figure against an independent implementation (`golden/statistics.py`), to 1e-9.

use headway_evaluate::statistics::auc::{Comparison, Placements};
use headway_evaluate::statistics::bootstrap::{Bootstrap, singletons};
use headway_evaluate::statistics::calibration::{self, LocalCalibration, LogitLine};
use headway_evaluate::statistics::curves;
use headway_evaluate::statistics::proportion::Proportion;
use headway_evaluate::statistics::table2x2::Table2x2;
use headway_evaluate::statistics::{Case, Estimate};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    name: String,
    label: Vec<u8>,
    score: Vec<f64>,
    second_score: Vec<f64>,
    threshold: f64,
    auc: [f64; 3],
    auc_variance: f64,
    paired: GoldenComparison,
    unpaired: GoldenComparison,
    roc: [Vec<f64>; 2],
    average_precision: f64,
    counts: [usize; 4],
    sensitivity: [f64; 3],
    specificity: [f64; 3],
    positive_predictive: [f64; 3],
    negative_predictive: [f64; 3],
    balanced_accuracy: f64,
    f1: f64,
    predictive_at: Vec<GoldenPredictive>,
    brier: f64,
    ece: f64,
    logit_line: GoldenLine,
    bootstrap_auc: [f64; 2],
    cluster_bootstrap_auc: [f64; 2],
}

#[derive(Deserialize)]
struct GoldenComparison {
    difference: f64,
    low: f64,
    high: f64,
    z: f64,
    p: f64,
}

#[derive(Deserialize)]
struct GoldenPredictive {
    prevalence: f64,
    positive: [f64; 3],
    negative: [f64; 3],
}

#[derive(Deserialize)]
struct GoldenLine {
    intercept: [f64; 3],
    slope: [f64; 3],
}

impl Golden {
    fn all() -> Vec<Self> {
        serde_json::from_str(include_str!("golden/statistics.json")).unwrap()
    }

    fn cases(&self, scores: &[f64]) -> Vec<Case> {
        self.label.iter().zip(scores).map(|(&label, &score)| Case { score, abnormal: label == 1 }).collect()
    }
}

#[track_caller]
fn near(name: &str, ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-9, "{name}: {ours} is not {theirs}");
}

#[track_caller]
fn estimate(name: &str, ours: Estimate, [value, low, high]: [f64; 3]) {
    let interval = ours.interval.unwrap();
    near(name, ours.value, value);
    near(name, interval.low, low);
    near(name, interval.high, high);
}

#[track_caller]
fn comparison(name: &str, ours: Comparison, theirs: &GoldenComparison) {
    estimate(name, ours.difference, [theirs.difference, theirs.low, theirs.high]);
    near(name, ours.z.unwrap(), theirs.z);
    near(name, ours.p_value.unwrap(), theirs.p);
}

#[test]
fn auc_and_its_tests() {
    for golden in Golden::all() {
        let (name, cases) = (&golden.name, golden.cases(&golden.score));
        let one = Placements::of(&cases).unwrap();
        estimate(name, one.estimate(), golden.auc);
        near(name, one.variance(), golden.auc_variance);
        let two = Placements::of(&golden.cases(&golden.second_score)).unwrap();
        comparison(name, one.paired(&two).unwrap(), &golden.paired);
        let (left, right) = cases.split_at(cases.len() / 2);
        let unpaired = Placements::of(left).unwrap().unpaired(&Placements::of(right).unwrap());
        comparison(name, unpaired, &golden.unpaired);
    }
}

#[test]
fn curves_and_average_precision() {
    for golden in Golden::all() {
        let cases = golden.cases(&golden.score);
        let points = curves::curve(&cases);
        assert_eq!(points.len(), golden.roc[0].len());
        for (point, (x, y)) in points.iter().zip(golden.roc[0].iter().zip(&golden.roc[1])) {
            near(&golden.name, point.false_positive_share, *x);
            near(&golden.name, point.true_positive_share, *y);
        }
        near(&golden.name, curves::average_precision(&cases).unwrap(), golden.average_precision);
    }
}

#[test]
fn figures_at_a_threshold() {
    for golden in Golden::all() {
        let name = &golden.name;
        let table = Table2x2::at(&golden.cases(&golden.score), golden.threshold);
        let counts = [table.true_positive, table.false_positive, table.false_negative, table.true_negative];
        assert_eq!(counts, golden.counts, "{name}");
        estimate(name, table.sensitivity().estimate().unwrap(), golden.sensitivity);
        estimate(name, table.specificity().estimate().unwrap(), golden.specificity);
        estimate(name, table.positive_predictive().estimate().unwrap(), golden.positive_predictive);
        estimate(name, table.negative_predictive().estimate().unwrap(), golden.negative_predictive);
        near(name, table.balanced_accuracy().unwrap(), golden.balanced_accuracy);
        near(name, table.f1().unwrap(), golden.f1);
        for theirs in &golden.predictive_at {
            let ours = table.predictive_values_at(theirs.prevalence).unwrap();
            estimate(name, ours.positive, theirs.positive);
            estimate(name, ours.negative, theirs.negative);
        }
    }
}

#[test]
fn calibration_figures() {
    for golden in Golden::all() {
        let (name, cases) = (&golden.name, golden.cases(&golden.score));
        near(name, calibration::brier(&cases).unwrap(), golden.brier);
        near(name, calibration::expected_calibration_error(&cases).unwrap(), golden.ece);
        let line = LogitLine::fit(&cases).unwrap();
        estimate(name, line.slope, golden.logit_line.slope);
        estimate(name, line.intercept, golden.logit_line.intercept);
    }
}

#[test]
fn bootstrap_intervals() {
    for golden in Golden::all() {
        let cases = golden.cases(&golden.score);
        let auc = |indices: &[usize]| {
            Placements::of(&indices.iter().map(|&i| cases[i]).collect::<Vec<_>>()).map(|placements| placements.auc)
        };
        let clusters: Vec<Vec<usize>> = singletons(cases.len()).chunks(3).map(<[Vec<usize>]>::concat).collect();
        for (clusters, theirs) in
            [(singletons(cases.len()), golden.bootstrap_auc), (clusters, golden.cluster_bootstrap_auc)]
        {
            let ours = Bootstrap { replicates: 200, seed: 7 }.estimate(&clusters, auc).unwrap();
            estimate(&golden.name, ours, [golden.auc[0], theirs[0], theirs[1]]);
        }
    }
}

fn separated(n: usize) -> Vec<Case> {
    (0..2 * n).map(|i| Case { score: i as f64 / (2 * n) as f64, abnormal: i >= n }).collect()
}

#[test]
fn a_perfect_auc_has_a_bound_and_not_an_interval_of_one_point() {
    for n in [10, 100, 1000] {
        let estimate = Placements::of(&separated(n)).unwrap().estimate();
        let interval = estimate.interval.unwrap();
        assert_eq!((estimate.value, interval.high), (1.0, 1.0));
        // Clopper and Pearson for n of n: the share at which n successes have probability 0.025.
        near("bound", interval.low.powi(n as i32), 0.025);
    }
    let upside_down: Vec<Case> =
        separated(20).into_iter().map(|case| Case { abnormal: !case.abnormal, ..case }).collect();
    let interval = Placements::of(&upside_down).unwrap().estimate().interval.unwrap();
    assert!(interval.low == 0.0 && interval.high > 0.1);
    let equal: Vec<Case> = separated(20).into_iter().map(|case| Case { score: 0.5, ..case }).collect();
    let estimate = Placements::of(&equal).unwrap().estimate();
    assert_eq!((estimate.value, estimate.interval), (0.5, None));
}

#[test]
fn what_cannot_be_had_is_none() {
    assert!(Placements::of(&[]).is_none());
    assert!(
        Placements::of(&[Case { score: f64::NAN, abnormal: true }, Case { score: 0.0, abnormal: false }]).is_none()
    );
    assert!(Proportion { hits: 0, of: 0 }.estimate().is_none());
    assert!(LogitLine::fit(&separated(20)).is_none(), "separated classes have no finite slope");
    assert!(LogitLine::fit(&[]).is_none());
    let all_found = Table2x2 { true_positive: 10, true_negative: 5, false_positive: 5, false_negative: 0 };
    assert!(all_found.predictive_values_at(0.1).is_none());
    let same = Placements::of(&Golden::all()[0].cases(&Golden::all()[0].score)).unwrap();
    assert_eq!(same.paired(&same).unwrap().p_value, None);
}

#[test]
fn a_local_calibration_mends_scores_that_are_too_extreme_and_is_measured_on_others() {
    let mut random = headway_evaluate::random::Random::new(5);
    let cases: Vec<Case> = (0..1000)
        .map(|_| {
            let logit = 1.5 * random.normal();
            let abnormal = random.uniform() < 1.0 / (1.0 + (-logit).exp());
            Case { score: 1.0 / (1.0 + (-3.0 * logit - 1.0).exp()), abnormal }
        })
        .collect();
    let local = LocalCalibration::fit(&cases, 5, 1).unwrap();
    let interval = local.line.slope.interval.unwrap();
    assert!(interval.low < 1.0 / 3.0 && 1.0 / 3.0 < interval.high, "{interval:?}");
    assert!(local.brier_after < local.brier_before - 0.01, "{local:?}");
}
