//! A simulation's outcome, by class and order: what `headway simulate --json` prints. See `docs/simulate.md`.

use super::orders::{self, Orders};
use super::replay::{Replay, Setting};
use super::{Backlog, Delay, Distribution, Examination, History, Options, Scenario, StillQueued, Strata, Summary};
use crate::random::Random;
use serde::Serialize;

/// First-come order that misses history by more than this many days makes a simulation unusable.
pub const MOST_DAYS_OFF: f64 = 2.0;

/// A simulation's outcome.
#[derive(Clone, Debug, Serialize)]
pub struct SimulationReport {
    /// How it was run.
    pub options: Options,
    /// What was changed in the history before; all `None` for nothing.
    pub scenario: Scenario,
    /// What it was run on.
    pub examinations: Counts,
    /// Delays by class.
    pub classes: Classes<ByOrder<Summary>>,
    /// Examinations of the statistics that prioritised order has not read at the end.
    pub still_queued: usize,
    /// The same for each order; for random orders their mean, rounded.
    pub still_queued_by_order: ByOrder<usize>,
    /// First-come order against history.
    pub first_come_check: FirstComeCheck,
    /// Prioritised order against chance.
    pub chance: Option<Chance>,
    /// Delays in one-day bins: examinations by days waited; for random orders all of them together.
    pub histograms: Classes<ByOrder<Vec<u64>>>,
    /// What a reader must know, a sentence each.
    pub cautions: Vec<String>,
}

/// What a simulation was run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows of the history.
    pub seen: usize,
    /// Left out: their report precedes their scan.
    pub report_before_scan: usize,
    /// In the queue when the loop starts.
    pub preloaded: usize,
    /// Scanned in the statistics' window.
    pub counted: usize,
    /// Of these: without a score, read in first-come position.
    pub unscored: usize,
    /// Of these: without a class, read but in no class's figures.
    pub unlabelled: usize,
}

/// One value per class.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Classes<T> {
    /// Of the abnormal.
    pub abnormal: T,
    /// Of the normal.
    pub normal: T,
}

/// One value per order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ByOrder<T> {
    /// As it was.
    pub historical: T,
    /// First come, first read, through the same simulator.
    pub first_come: T,
    /// By score.
    pub prioritised: T,
    /// At random, all random orders together.
    pub random: T,
}

/// Whether the simulator gives history back when it reads in history's order.
#[derive(Clone, Debug, Serialize)]
pub struct FirstComeCheck {
    /// Mean delay of all classes as it was.
    pub historical_mean_days: Option<f64>,
    /// The same through the simulator, first come first read.
    pub first_come_mean_days: Option<f64>,
    /// Second less first.
    pub difference_days: Option<f64>,
    /// Whether they differ by no more than two days.
    pub usable: bool,
    /// The same in words.
    pub sentence: String,
}

/// Prioritised order against random ones, by the mean delay of the abnormal.
#[derive(Clone, Debug, Serialize)]
pub struct Chance {
    /// Random orders run.
    pub orders: usize,
    /// Those whose mean was as short or shorter.
    pub as_good: usize,
    /// (1 + as good) / (orders + 1), one-sided.
    pub p_value: f64,
    /// What it shows, and no more.
    pub sentence: String,
}

/// Counts kept for one order.
#[derive(Default)]
struct Tally {
    classes: Classes<Distribution>,
    all: Distribution,
    still_queued: usize,
}

impl Tally {
    fn add(&mut self, abnormal: Option<bool>, days: i32) {
        self.all.add(days);
        match abnormal {
            Some(true) => self.classes.abnormal.add(days),
            Some(false) => self.classes.normal.add(days),
            None => {}
        }
    }
}

/// Runs a simulation.
///
/// # Errors
/// In words where the options contradict themselves or nothing was scanned in the window.
pub fn simulate(history: &History, options: &Options, scenario: &Scenario) -> Result<SimulationReport, String> {
    options.check()?;
    let history = &scenario.applied(history, options.seed)?;
    let setting = &Setting::new(history, options, scenario)?;
    let counted: Vec<usize> = (0..setting.queued.len()).filter(|&i| setting.queued[i].scan >= options.from).collect();
    if counted.is_empty() {
        return Err(format!("No examination was scanned from {} up to, not including, {}.", options.from, options.to));
    }
    let mut replay = Replay::new(setting);
    orders::first_come(&mut replay);
    let first_come = tally(setting, options, &counted, &replay);
    let mut orders = Orders::new(setting, options, &replay.read);
    orders.prioritised(&mut replay);
    let prioritised = tally(setting, options, &counted, &replay);
    let to_beat = prioritised.classes.abnormal.mean();
    let (mut random, mut as_good) = (Tally::default(), 0);
    for index in 0..options.random_orders {
        orders.random(&mut replay, &mut Random::stream(options.seed, index as u64));
        let one = tally(setting, options, &counted, &replay);
        as_good += usize::from(one.classes.abnormal.mean() <= to_beat);
        random.absorb(&one);
    }
    let historical = historical(setting, options, &counted);
    let class_of = |&&index: &&usize| class(setting.queued[index], options.strata).is_none();
    let first_come_check = FirstComeCheck::new(&historical.all, &first_come.all);
    let counts = Counts {
        seen: history.examinations.len(),
        report_before_scan: setting.dropped,
        preloaded: setting.preloaded,
        counted: counted.len(),
        unscored: counted.iter().filter(|&&index| setting.queued[index].score.is_none()).count(),
        unlabelled: counted.iter().filter(class_of).count(),
    };
    let by_order = ByOrder { historical, first_come, prioritised, random };
    Ok(SimulationReport {
        options: options.clone(),
        scenario: scenario.clone(),
        cautions: cautions(&counts, options, &first_come_check),
        examinations: counts,
        classes: by_order.summaries(options.random_orders),
        still_queued: by_order.prioritised.still_queued,
        still_queued_by_order: by_order.still_queued(options.random_orders),
        first_come_check,
        chance: chance(options.random_orders, as_good, to_beat),
        histograms: by_order.histograms(),
    })
}

fn class(examination: &Examination, strata: Strata) -> Option<bool> {
    match strata {
        Strata::Label => examination.abnormal,
        Strata::Prediction { threshold } => examination.score.map(|score| score >= threshold),
    }
}

fn tally(setting: &Setting, options: &Options, counted: &[usize], replay: &Replay) -> Tally {
    let extra = i32::from(options.delay == Delay::ExtraDay);
    let mut tally = Tally::default();
    for &index in counted {
        let examination = setting.queued[index];
        let scanned = examination.scan.0 - setting.start.0;
        let class = class(examination, options.strata);
        match replay.read[index] {
            Some(day) => tally.add(class, day + extra - scanned),
            None => {
                tally.still_queued += 1;
                if options.still_queued == StillQueued::WaitSoFar {
                    tally.add(class, options.to.0 - examination.scan.0);
                }
            }
        }
    }
    tally
}

fn historical(setting: &Setting, options: &Options, counted: &[usize]) -> Tally {
    let mut tally = Tally::default();
    for examination in counted.iter().map(|&index| setting.queued[index]) {
        match examination.report {
            Some(report) => tally.add(class(examination, options.strata), report.0 - examination.scan.0),
            None => tally.still_queued += 1,
        }
    }
    tally
}

impl Tally {
    fn absorb(&mut self, other: &Self) {
        self.still_queued += other.still_queued;
        self.all.absorb(&other.all);
        self.classes.abnormal.absorb(&other.classes.abnormal);
        self.classes.normal.absorb(&other.classes.normal);
    }
}

impl ByOrder<Tally> {
    fn summaries(&self, orders: usize) -> Classes<ByOrder<Summary>> {
        let of = |pick: fn(&Tally) -> &Distribution| ByOrder {
            historical: pick(&self.historical).summary(1),
            first_come: pick(&self.first_come).summary(1),
            prioritised: pick(&self.prioritised).summary(1),
            random: pick(&self.random).summary(orders as u64),
        };
        Classes { abnormal: of(|tally| &tally.classes.abnormal), normal: of(|tally| &tally.classes.normal) }
    }

    fn histograms(&self) -> Classes<ByOrder<Vec<u64>>> {
        let of = |pick: fn(&Tally) -> &Distribution| ByOrder {
            historical: pick(&self.historical).counts.clone(),
            first_come: pick(&self.first_come).counts.clone(),
            prioritised: pick(&self.prioritised).counts.clone(),
            random: pick(&self.random).counts.clone(),
        };
        Classes { abnormal: of(|tally| &tally.classes.abnormal), normal: of(|tally| &tally.classes.normal) }
    }

    fn still_queued(&self, orders: usize) -> ByOrder<usize> {
        ByOrder {
            historical: self.historical.still_queued,
            first_come: self.first_come.still_queued,
            prioritised: self.prioritised.still_queued,
            random: (self.random.still_queued + orders / 2) / orders.max(1),
        }
    }
}

impl FirstComeCheck {
    fn new(historical: &Distribution, first_come: &Distribution) -> Self {
        let means = historical.mean().zip(first_come.mean());
        let difference_days = means.map(|(historical, first_come)| first_come - historical);
        let usable = difference_days.is_some_and(|days| days.abs() <= MOST_DAYS_OFF);
        let sentence = match means {
            None => "Not usable: first-come order or history has no delay to compare.".to_owned(),
            Some((historical, first_come)) => format!(
                "{}: read first come, first read, the simulator gives a mean of {first_come:.1} days where history says {historical:.1}.",
                if usable { "Usable" } else { "Not usable" }
            ),
        };
        Self {
            historical_mean_days: means.map(|m| m.0),
            first_come_mean_days: means.map(|m| m.1),
            difference_days,
            usable,
            sentence,
        }
    }
}

fn chance(orders: usize, as_good: usize, to_beat: Option<f64>) -> Option<Chance> {
    if orders == 0 || to_beat.is_none() {
        return None;
    }
    let p_value = (1 + as_good) as f64 / (orders + 1) as f64;
    let verdict =
        if p_value < 0.05 { "better than chance, and no more is shown" } else { "not shown to be better than chance" };
    let sentence = format!("{as_good} of {orders} random orders served the abnormal as well: {verdict}.");
    Some(Chance { orders, as_good, p_value, sentence })
}

fn cautions(counts: &Counts, options: &Options, check: &FirstComeCheck) -> Vec<String> {
    let mut cautions = Vec::new();
    if !check.usable {
        cautions.push(check.sentence.clone());
    }
    if options.backlog == Backlog::Empty {
        cautions.push("The queue starts empty while capacity counts the reports of the older backlog: delays come out too short in every simulated order.".to_owned());
    }
    if let Strata::Prediction { .. } = options.strata {
        cautions.push("Classes are the model's own predictions: its misses count as normal.".to_owned());
    }
    if options.delay == Delay::ExtraDay {
        cautions.push(
            "Simulated delays carry one day more than historical ones; compare prioritised with first-come order."
                .to_owned(),
        );
    }
    if options.still_queued == StillQueued::LeftOut {
        cautions.push("Examinations still queued at the end are left out of the simulated delays.".to_owned());
    }
    if counts.report_before_scan > 0 {
        cautions.push(format!(
            "{} examinations were left out because their report precedes their scan.",
            counts.report_before_scan
        ));
    }
    cautions
}
