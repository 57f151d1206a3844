//! The paper's headline, from the outside: two made-up hospitals with the paper's first-come delays and its AUC.
//!
//! Everything is fixed before a result is seen: what the paper states is taken from it, what it does not state is
//! assumed and named in [`ASSUMPTIONS`]. Nothing is tuned towards the paper's outcome, which stands beside.

use super::{Backlog, Delay, Examination, History, Options, Scenario, SimulationReport, StillQueued, Strata, simulate};
use crate::day::Day;
use crate::random::Random;
use crate::statistics::Case;
use crate::statistics::auc::Placements;
use serde::Serialize;

/// What the hospitals are made of, and where each figure comes from.
pub const ASSUMPTIONS: [&str; 6] = [
    "Delays: first-come order gives the abnormal a mean of 28 and 9 days (Wood et al. 2021, abstract).",
    "Scores: normal in each class, 2.235 standard deviations apart, which is an AUC of 0.943 (ibid., abstract).",
    "Arrivals: 6 a day on average, as 43,754 examinations at two hospitals (ibid., abstract) over ten years; the ten years are assumed.",
    "Weekends: a quarter of a weekday's scans and no reports; assumed.",
    "Backlog: what Little's law asks for, arrivals a day times the delay; each working day ends with it.",
    "Prevalence: half of the examinations abnormal; assumed, with a quarter and three quarters beside.",
];

/// Why results differ from the paper's.
pub const REASONS: [&str; 4] = [
    "The hospitals' own order need not have been first come, first read: where urgent requests went ahead, less was left to gain. Their order is not known here.",
    "Under the authors' rule the queue starts empty while capacity counts reports of the older backlog: first-come order itself then falls far below history, and with it every simulated delay.",
    "Under the authors' rule examinations still queued at the end are left out and classes are the model's own predictions; both flatter the abnormal.",
    "Under the corrected rule a steady backlog soon holds low scores only: the abnormal pass it, and what it holds, some of it scanned before the year and in no figure, waits as long as the year lasts. No department would let it, so the gain is an upper bound.",
];

const MEAN_ARRIVALS_PER_DAY: f64 = 6.0;
const WEEKEND_SHARE: f64 = 0.25;
const SEPARATION: f64 = 2.235;
const PREVALENCES: [f64; 3] = [0.5, 0.25, 0.75];

/// The headline.
#[derive(Clone, Debug, Serialize)]
pub struct Headline {
    /// See [`ASSUMPTIONS`].
    pub assumptions: [&'static str; 6],
    /// The paper's two, in its order.
    pub hospitals: [Hospital; 2],
    /// See [`REASONS`].
    pub likely_reasons: [&'static str; 4],
}

/// One hospital.
#[derive(Clone, Debug, Serialize)]
pub struct Hospital {
    /// The paper's mean for the abnormal, as it was.
    pub paper_historical_days: f64,
    /// The paper's mean for the abnormal, prioritised.
    pub paper_prioritised_days: f64,
    /// At each prevalence, the assumed one first.
    pub outcomes: Vec<Outcome>,
}

/// What prioritising gives at a prevalence.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Share of abnormal examinations the hospital was made with.
    pub prevalence: f64,
    /// AUC of the scores as drawn.
    pub auc: Option<f64>,
    /// Empty start, classes by prediction, the extra day, those still queued left out.
    pub authors_rule: Means,
    /// Backlog preloaded, classes by label, delays as history's, those still queued with their wait so far.
    pub corrected_rule: Means,
}

/// Mean days.
#[derive(Clone, Debug, Serialize)]
pub struct Means {
    /// The abnormal, as it was.
    pub historical_days: Option<f64>,
    /// The abnormal, first come first read.
    pub first_come_days: Option<f64>,
    /// The abnormal, by score.
    pub prioritised_days: Option<f64>,
    /// The abnormal, at random.
    pub random_days: Option<f64>,
    /// The normal, as it was.
    pub normal_historical_days: Option<f64>,
    /// The normal, by score.
    pub normal_prioritised_days: Option<f64>,
    /// Not read at the end, by score.
    pub still_queued: usize,
    /// Whether first-come order gives history back.
    pub usable: bool,
}

/// Makes the hospitals and runs them.
///
/// # Errors
/// None with these constants; a simulation's are passed on.
pub fn headline(seed: u64) -> Result<Headline, String> {
    let hospital = |index: u64, was: f64, became: f64| -> Result<Hospital, String> {
        let outcomes = PREVALENCES.map(|prevalence| outcome(was, prevalence, seed.wrapping_add(index)));
        Ok(Hospital {
            paper_historical_days: was,
            paper_prioritised_days: became,
            outcomes: outcomes.into_iter().collect::<Result<_, _>>()?,
        })
    };
    Ok(Headline {
        assumptions: ASSUMPTIONS,
        hospitals: [hospital(0, 28.0, 14.0)?, hospital(1, 9.0, 5.0)?],
        likely_reasons: REASONS,
    })
}

/// The first hospital as the CSV that a simulation reads, to try one without a history of one's own.
pub fn example_history() -> String {
    let day = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
    let line = |e: Examination| {
        let (score, label) = (e.score.unwrap_or_default(), u8::from(e.abnormal == Some(true)));
        format!("{},{},{},{score:.4},{label}\n", e.id, e.scan, day(e.report))
    };
    let lines: String = hospital(28.0, PREVALENCES[0], 1).examinations.into_iter().map(line).collect();
    format!("id,scan_date,report_date,score,label\n{lines}")
}

fn outcome(delay_days: f64, prevalence: f64, seed: u64) -> Result<Outcome, String> {
    let history = hospital(delay_days, prevalence, seed);
    // 2018, the first year of which all is known before and after.
    let corrected = Options {
        delay: Delay::AsHistory,
        still_queued: StillQueued::WaitSoFar,
        random_orders: 100,
        seed,
        ..Options::new(Day(17_532), Day(17_897))
    };
    let authors = Options {
        backlog: Backlog::Empty,
        strata: Strata::Prediction { threshold: 0.5 },
        delay: Delay::ExtraDay,
        still_queued: StillQueued::LeftOut,
        ..corrected
    };
    let run = |options| simulate(&history, options, &Scenario::default()).map(|report| Means::of(&report));
    let case = |e: &Examination| Some(Case { score: e.score?, abnormal: e.abnormal? });
    let cases: Vec<Case> = history.examinations.iter().filter_map(case).collect();
    Ok(Outcome {
        prevalence,
        auc: Placements::of(&cases).map(|placements| placements.auc),
        authors_rule: run(&authors)?,
        corrected_rule: run(&corrected)?,
    })
}

impl Means {
    fn of(report: &SimulationReport) -> Self {
        let (abnormal, normal) = (&report.classes.abnormal, &report.classes.normal);
        Self {
            historical_days: abnormal.historical.mean_days,
            first_come_days: abnormal.first_come.mean_days,
            prioritised_days: abnormal.prioritised.mean_days,
            random_days: abnormal.random.mean_days,
            normal_historical_days: normal.historical.mean_days,
            normal_prioritised_days: normal.prioritised.mean_days,
            still_queued: report.still_queued,
            usable: report.first_come_check.usable,
        }
    }
}

/// A hospital that reads first come, first read, from half a year before 2018 until half a year after it. A working
/// day reads what keeps the backlog at its size, from the scans of the days before.
fn hospital(delay_days: f64, prevalence: f64, seed: u64) -> History {
    let mut random = Random::new(seed);
    let weekday_arrivals = MEAN_ARRIVALS_PER_DAY * 7.0 / (5.0 + 2.0 * WEEKEND_SHARE);
    let days = 17_532 - 182..17_897 + 182;
    let mut examinations: Vec<Examination> = Vec::new();
    for day in days.clone().map(Day) {
        for _ in 0..poisson(&mut random, weekday_arrivals * if is_weekend(day) { WEEKEND_SHARE } else { 1.0 }) {
            examinations.push(examination(examinations.len(), day, prevalence, &mut random));
        }
    }
    // Little's law over the nights: on top of the backlog lie a working day's scans, and after a weekend's days its own.
    let above = weekday_arrivals * (1.0 + WEEKEND_SHARE * (1.0 + 2.0) / 7.0);
    let per_day = examinations.len() as f64 / days.len() as f64;
    let backlog = (per_day * delay_days - above).round() as usize;
    let (mut read, mut scanned) = (0, 0);
    for day in days.map(Day) {
        while !is_weekend(day) && scanned - read > backlog {
            examinations[read].report = Some(day);
            read += 1;
        }
        scanned = examinations.partition_point(|examination| examination.scan <= day);
    }
    History { examinations }
}

const fn is_weekend(day: Day) -> bool {
    day.weekday() >= 5
}

fn examination(number: usize, scan: Day, prevalence: f64, random: &mut Random) -> Examination {
    let abnormal = random.uniform() < prevalence;
    let latent = random.normal() + if abnormal { SEPARATION / 2.0 } else { -SEPARATION / 2.0 };
    // The probability that a model which knows the prevalence would give.
    let logit = SEPARATION * latent + (prevalence / (1.0 - prevalence)).ln();
    let score = 1.0 / (1.0 + (-logit).exp());
    Examination { id: format!("{number:06}"), scan, report: None, score: Some(score), abnormal: Some(abnormal) }
}

/// Arrivals within a day, by the waits between them.
fn poisson(random: &mut Random, mean: f64) -> usize {
    let (mut count, mut time) = (0, random.exponential());
    while time < mean {
        count += 1;
        time += random.exponential();
    }
    count
}
