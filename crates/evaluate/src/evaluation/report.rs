//! What `headway evaluate --json` prints.

use super::Scores;
pub use super::figures::Settings;
use super::figures::{self, Figures};
use super::join::{Examination, Joined, Unused};
use crate::statistics::auc::{Comparison, Placements};
use crate::statistics::bootstrap::Bootstrap;
use crate::statistics::{Case, Estimate, FEWEST_OF_A_CLASS, count_classes};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};

/// An evaluation.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationReport {
    /// How figures were taken.
    pub settings: Settings,
    /// By labels that a person gave or confirmed.
    pub confirmed: Group,
    /// By labels that the report reader proposed and nobody confirmed; apart, and no evidence about the model alone.
    pub proposed: Group,
    /// Confirmed labels by site, scanner, age band, sex and category.
    pub subgroups: Vec<Subgroup>,
    /// Another model on the same examinations; `None` where none was given or too few have both scores.
    pub comparison: Option<PairedComparison>,
    /// The one model that gave all scores, where their file says so.
    pub model_sha256: Option<String>,
    /// The paper's figures with those found here beside.
    pub paper: Vec<PaperRow>,
    /// What was not joined.
    pub unused: Unused,
    /// What a reader must know.
    pub cautions: Vec<String>,
}

/// Two models on the same examinations.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PairedComparison {
    /// By paired DeLong.
    #[serde(flatten)]
    pub delong: Comparison,
    /// The difference with an interval by bootstrap over patients; `None` where no patient repeats.
    pub difference_by_patient: Option<Estimate>,
}

/// A group of examinations.
#[derive(Clone, Debug, Serialize)]
pub struct Group {
    /// How many there are.
    pub counts: Counts,
    /// Of those with a score; `None` under ten of a class.
    pub scored: Option<Figures>,
    /// AUC with every unscored, declined or failed examination counted as not flagged (ordered last).
    pub auc_of_all: Option<Estimate>,
}

/// Sizes of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Labelled and scored, normal.
    pub normal: usize,
    /// Labelled and scored, abnormal.
    pub abnormal: usize,
    /// Labelled normal, without a score.
    pub unscored_normal: usize,
    /// Labelled abnormal, without a score.
    pub unscored_abnormal: usize,
    /// Joined, without a label.
    pub unlabelled: usize,
}

/// One value of one column.
#[derive(Clone, Debug, Serialize)]
pub struct Subgroup {
    /// `site`, `scanner`, `age`, `sex` or `category`.
    pub column: &'static str,
    /// Its value.
    pub value: String,
    /// Scored and normal; for a category all normal examinations.
    pub normal: usize,
    /// Scored and abnormal.
    pub abnormal: usize,
    /// `None` under ten of a class.
    pub auc: Option<Estimate>,
    /// Against all others of the column by unpaired DeLong; `None` where either side is too small, and for categories,
    /// which share their normal examinations.
    pub against_others: Option<Comparison>,
}

/// One figure of the paper.
#[derive(Clone, Debug, Serialize)]
pub struct PaperRow {
    /// What it is.
    pub figure: &'static str,
    /// In Wood et al. (MIDL 2021).
    pub paper: f64,
    /// Here; `None` where it cannot be had.
    pub here: Option<Estimate>,
    /// What sets the two apart.
    pub note: &'static str,
}

/// The paper's AUC on 800 examinations labelled by neuroradiologists.
const PAPER_AUC: f64 = 0.943;
/// The paper's largest drop of AUC from one hospital to the other.
const PAPER_DROP: f64 = 0.02;

/// Evaluates joined examinations; `other` holds another model's scores by the same study ids.
pub fn evaluate(joined: &Joined, other: Option<&Scores>, settings: &Settings) -> EvaluationReport {
    let (proposed, confirmed): (Vec<_>, Vec<_>) = joined.examinations.iter().partition(|e| e.label.proposed);
    let subgroups = subgroups(&confirmed);
    let confirmed_group = Group::of(&confirmed, settings);
    let paper = paper(&confirmed_group, &subgroups);
    let report = EvaluationReport {
        settings: *settings,
        proposed: Group::of(&proposed, settings),
        comparison: other.and_then(|other| compare(&confirmed, other, settings)),
        model_sha256: joined.model_sha256.clone(),
        confirmed: confirmed_group,
        subgroups,
        paper,
        unused: joined.unused.clone(),
        cautions: Vec::new(),
    };
    EvaluationReport { cautions: cautions(&report, other.is_some()), ..report }
}

fn cases(examinations: &[&Examination]) -> Vec<Case> {
    let case = |e: &&Examination| Some(Case { score: e.score?, abnormal: e.label.abnormal? });
    examinations.iter().filter_map(case).collect()
}

impl Group {
    fn of(examinations: &[&Examination], settings: &Settings) -> Self {
        let labelled: Vec<&Examination> = examinations.iter().copied().filter(|e| e.label.abnormal.is_some()).collect();
        let (scored, unscored): (Vec<_>, Vec<_>) = labelled.iter().copied().partition(|e| e.score.is_some());
        let scored_cases = cases(&scored);
        let (normal, abnormal) = count_classes(&scored_cases);
        let unscored_cases: Vec<Case> = unscored
            .iter()
            .filter_map(|e| Some(Case { score: f64::NEG_INFINITY, abnormal: e.label.abnormal? }))
            .collect();
        let (unscored_normal, unscored_abnormal) = count_classes(&unscored_cases);
        let clusters = figures::clusters(scored.iter().map(|e| e.label.patient.as_deref()));
        let unlabelled = examinations.len() - labelled.len();
        Self {
            counts: Counts { normal, abnormal, unscored_normal, unscored_abnormal, unlabelled },
            scored: Figures::of(&scored_cases, &clusters, settings),
            auc_of_all: figures::auc(&[scored_cases, unscored_cases].concat()).map(|auc| auc.estimate()),
        }
    }
}

fn subgroups(examinations: &[&Examination]) -> Vec<Subgroup> {
    let keys: BTreeSet<(&'static str, &str)> = examinations
        .iter()
        .flat_map(|e| e.label.groups.iter().map(|(column, value)| (*column, value.as_str())))
        .collect();
    keys.into_iter().map(|(column, value)| Subgroup::of(column, value, examinations)).collect()
}

impl Subgroup {
    fn of(column: &'static str, value: &str, examinations: &[&Examination]) -> Self {
        let values = |e: &Examination| -> Vec<String> {
            e.label.groups.iter().filter(|(name, _)| *name == column).map(|(_, value)| value.clone()).collect()
        };
        let is_category = column == "category";
        let belongs = |e: &Examination| {
            values(e).iter().any(|other| other == value) || (is_category && e.label.abnormal == Some(false))
        };
        let (inside, outside): (Vec<&Examination>, Vec<_>) = examinations.iter().copied().partition(|e| belongs(e));
        let others: Vec<&Examination> = outside.into_iter().filter(|e| !values(e).is_empty()).collect();
        let inside = cases(&inside);
        let (normal, abnormal) = count_classes(&inside);
        let placements = figures::auc(&inside);
        let against = if is_category { None } else { placements.as_ref().zip(figures::auc(&cases(&others))) };
        Self {
            column,
            value: value.to_owned(),
            normal,
            abnormal,
            auc: placements.as_ref().map(|placements| placements.estimate()),
            against_others: against.map(|(one, other)| one.unpaired(&other)),
        }
    }
}

fn compare(examinations: &[&Examination], other: &Scores, settings: &Settings) -> Option<PairedComparison> {
    let by_id: HashMap<&str, f64> =
        other.studies.iter().filter_map(|(id, score)| Some((id.as_str(), (*score)?))).collect();
    let mut patients = Vec::new();
    let both: Vec<(Case, Case)> = examinations
        .iter()
        .filter_map(|e| {
            let (abnormal, score) = (e.label.abnormal?, e.score?);
            let pair = (Case { score, abnormal }, Case { score: *by_id.get(e.id.as_str())?, abnormal });
            patients.push(e.label.patient.as_deref());
            Some(pair)
        })
        .collect();
    let (ours, theirs): (Vec<Case>, Vec<Case>) = both.into_iter().unzip();
    let delong = figures::auc(&ours)?.paired(&figures::auc(&theirs)?)?;
    let clusters = figures::clusters(patients.into_iter());
    let difference = |indices: &[usize]| {
        let auc = |cases: &[Case]| {
            Placements::of(&indices.iter().map(|&i| cases[i]).collect::<Vec<_>>()).map(|placements| placements.auc)
        };
        Some(auc(&ours)? - auc(&theirs)?)
    };
    let bootstrap = Bootstrap { replicates: settings.replicates, seed: settings.seed };
    let difference_by_patient =
        if figures::repeats(&clusters, ours.len()) { bootstrap.estimate(&clusters, difference) } else { None };
    Some(PairedComparison { delong, difference_by_patient })
}

fn paper(group: &Group, subgroups: &[Subgroup]) -> Vec<PaperRow> {
    let sites = subgroups.iter().filter(|group| group.column == "site");
    let mut aucs: Vec<f64> = sites.filter_map(|site| Some(site.auc?.value)).collect();
    aucs.sort_by(f64::total_cmp);
    let drop = match aucs.as_slice() {
        [lowest, .., highest] => Some(Estimate { value: highest - lowest, interval: None }),
        _ => None,
    };
    vec![
        PaperRow {
            figure: "AUC",
            paper: PAPER_AUC,
            here: group.scored.as_ref().map(|figures| figures.auc),
            note: "The paper's is of 800 examinations labelled by neuroradiologists at the training hospitals.",
        },
        PaperRow {
            figure: "largest difference of AUC between hospitals",
            paper: PAPER_DROP,
            here: drop,
            note: "The paper's (at most) is the drop when trained at one hospital and tested at the other; here one model meets all sites.",
        },
    ]
}

fn cautions(report: &EvaluationReport, compared: bool) -> Vec<String> {
    let mut cautions = Vec::new();
    let Counts { normal, abnormal, unscored_normal, unscored_abnormal, .. } = report.confirmed.counts;
    if report.confirmed.scored.is_none() {
        cautions.push(format!(
            "{normal} normal and {abnormal} abnormal examinations are scored and confirmed; under {FEWEST_OF_A_CLASS} of a class only counts are given."
        ));
    }
    if unscored_normal + unscored_abnormal > 0 {
        cautions.push(format!(
            "{} labelled examinations have no score; the second AUC counts them as not flagged.",
            unscored_normal + unscored_abnormal
        ));
    }
    if report.proposed.counts.normal + report.proposed.counts.abnormal > 0 {
        cautions.push("Some labels are proposed from reports and not confirmed; they are kept apart.".to_owned());
    }
    if report.confirmed.scored.as_ref().is_some_and(|figures| figures.auc_by_patient.is_some()) {
        cautions.push("Patients repeat: the intervals of DeLong and Wilson take examinations for independent and are too narrow. Those by patient hold.".to_owned());
    }
    if compared && report.comparison.is_none() {
        cautions.push("The other model cannot be compared: too few examinations have both scores.".to_owned());
    }
    let unused = &report.unused;
    for (count, what) in [
        (unused.labels_unmatched.len(), "Labels without a scored study"),
        (unused.scores_unmatched.len(), "Scored studies without a label"),
        (unused.ambiguous.len(), "Labels that contradict another of the same study, none of them used"),
        (unused.duplicates.len(), "Labels said twice, counted once"),
    ] {
        if count > 0 {
            cautions.push(format!("{what}: {count}."));
        }
    }
    cautions
}
