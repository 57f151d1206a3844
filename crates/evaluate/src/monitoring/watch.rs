//! Observations in order of time become alarms and weekly figures.
//!
//! Scores are looked at as ranks within the baseline: uniform between 0 and 1 as long as nothing has changed, whatever the
//! model's distribution of scores.

use super::cusum::{Cusum, disagreement_step, limit};
use crate::day::Day;
use crate::statistics::two_sided_p;
use serde::Serialize;
use std::collections::BTreeMap;

/// Fewest scores of a baseline.
const FEWEST_OF_BASELINE: usize = 100;
/// Fewest scores of a week and scanner for the weekly rule.
const FEWEST_OF_A_WEEK: usize = 10;
/// Shift of the mean rank, in its standard deviations, that the score's CUSUM lets pass.
const ALLOWANCE: f64 = 0.25;

/// One scored examination.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// When it was scored.
    pub day: Day,
    /// On which scanner it was made.
    pub scanner: String,
    /// The model's score.
    pub score: f64,
    /// Whether a shadow reading agrees with the flag; `None` where there is none.
    pub agrees: Option<bool>,
}

/// What is usual.
#[derive(Clone, Debug)]
pub struct Baseline {
    scores: Vec<f64>,
    disagreement: f64,
}

/// How it is watched.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// A quiet stretch is so many observations long,
    pub quiet_observations: usize,
    /// and this share of such stretches may ring, for each rule.
    pub false_alarms: f64,
    /// The disagreement to be caught, as a multiple of the usual.
    pub worse: f64,
    /// Seed of the limits' simulation.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { quiet_observations: 1000, false_alarms: 0.05, worse: 2.0, seed: 1 }
    }
}

/// The rules by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmRule {
    /// Shadow readings disagree more often: Bernoulli CUSUM.
    AgreementCusum,
    /// Scores have risen: CUSUM of ranks.
    ScoresUpCusum,
    /// Scores have fallen: CUSUM of ranks.
    ScoresDownCusum,
    /// One scanner's scores of one week are off: mean rank, corrected for the number of weeks and scanners looked at.
    WeekOfScanner,
}

/// An alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alarm {
    /// Which rule rang.
    pub rule: AlarmRule,
    /// On which day; for a week its Monday.
    pub day: Day,
    /// For which scanner; `None` for all.
    pub scanner: Option<String>,
    /// In words.
    pub sentence: String,
}

/// A week of a scanner.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    /// Its first day.
    pub monday: Day,
    /// Which scanner.
    pub scanner: String,
    /// Scores.
    pub n: usize,
    /// Mean rank within the baseline; 0.5 is usual.
    pub mean_rank: f64,
    /// Shadow readings.
    pub read: usize,
    /// Of them, those that disagree.
    pub disagreed: usize,
}

/// What watching gave.
#[derive(Clone, Debug, Serialize)]
pub struct MonitoringReport {
    /// How it was watched.
    pub settings: Settings,
    /// In order of time, the weekly rule's last.
    pub alarms: Vec<Alarm>,
    /// By week and scanner.
    pub weeks: Vec<Week>,
}

impl Baseline {
    /// From a stretch taken as usual.
    ///
    /// # Errors
    /// In words where it is too short, or shadow readings never or always disagree.
    pub fn new(observations: &[Observation]) -> Result<Self, String> {
        let mut scores: Vec<f64> = observations.iter().map(|o| o.score).filter(|score| !score.is_nan()).collect();
        let readings: Vec<bool> = observations.iter().filter_map(|o| o.agrees).collect();
        let disagreed = readings.iter().filter(|agrees| !**agrees).count();
        if scores.len() < FEWEST_OF_BASELINE || readings.len() < FEWEST_OF_BASELINE {
            return Err(format!(
                "The baseline has {} scores and {} shadow readings; {FEWEST_OF_BASELINE} of each are needed.",
                scores.len(),
                readings.len()
            ));
        }
        scores.sort_by(f64::total_cmp);
        // One more of each, so that none seen is not taken for none possible.
        let disagreement = (disagreed + 1) as f64 / (readings.len() + 2) as f64;
        if disagreement > 0.4 {
            return Err(format!(
                "Shadow readings disagree in {disagreed} of {} cases: there is no agreement to watch.",
                readings.len()
            ));
        }
        Ok(Self { scores, disagreement })
    }

    fn rank(&self, score: f64) -> f64 {
        let below = self.scores.partition_point(|&other| other < score);
        let up_to = self.scores.partition_point(|&other| other <= score);
        (below + up_to) as f64 / (2 * self.scores.len()) as f64
    }
}

/// Watches observations in order of time.
pub fn watch(baseline: &Baseline, observations: &[Observation], settings: &Settings) -> MonitoringReport {
    let mut alarms = cusums(baseline, observations, settings);
    let weeks = weeks(baseline, observations);
    alarms.extend(weekly(baseline, &weeks));
    MonitoringReport { settings: *settings, alarms, weeks }
}

fn cusums(baseline: &Baseline, observations: &[Observation], settings: &Settings) -> Vec<Alarm> {
    let Settings { quiet_observations, false_alarms, worse, seed } = *settings;
    let usual = baseline.disagreement;
    let worse = (usual * worse).min(0.95);
    let agreement_limit = limit(quiet_observations, false_alarms, seed, |random| {
        disagreement_step(random.uniform() < usual, usual, worse)
    });
    let score_limit =
        limit(quiet_observations, false_alarms, seed, |random| standardised(random.uniform()) - ALLOWANCE);
    let [mut agreement, mut up, mut down] = [Cusum::default(); 3];
    let mut alarms = Vec::new();
    for observation in observations {
        let mut ring = |rule, what: &str| {
            let day = observation.day;
            alarms.push(Alarm { rule, day, scanner: None, sentence: format!("{day}: {what}.") });
        };
        let shift = standardised(baseline.rank(observation.score));
        if up.add(shift - ALLOWANCE, score_limit) {
            ring(AlarmRule::ScoresUpCusum, "scores have been higher than in the baseline for some time");
        }
        if down.add(-shift - ALLOWANCE, score_limit) {
            ring(AlarmRule::ScoresDownCusum, "scores have been lower than in the baseline for some time");
        }
        let step = observation.agrees.map(|agrees| disagreement_step(!agrees, usual, worse));
        if step.is_some_and(|step| agreement.add(step, agreement_limit)) {
            ring(
                AlarmRule::AgreementCusum,
                "shadow readings have disagreed more often than in the baseline for some time",
            );
        }
    }
    alarms
}

/// A rank with mean 0 and variance 1.
fn standardised(rank: f64) -> f64 {
    (rank - 0.5) * 12.0_f64.sqrt()
}

fn weeks(baseline: &Baseline, observations: &[Observation]) -> Vec<Week> {
    let mut weeks: BTreeMap<(Day, &str), Week> = BTreeMap::new();
    for observation in observations {
        let monday = Day(observation.day.0 - observation.day.weekday() as i32);
        let scanner = observation.scanner.as_str();
        let week = weeks.entry((monday, scanner)).or_insert_with(|| Week {
            monday,
            scanner: scanner.to_owned(),
            n: 0,
            mean_rank: 0.0,
            read: 0,
            disagreed: 0,
        });
        week.n += 1;
        week.mean_rank += (baseline.rank(observation.score) - week.mean_rank) / week.n as f64;
        week.read += usize::from(observation.agrees.is_some());
        week.disagreed += usize::from(observation.agrees == Some(false));
    }
    weeks.into_values().collect()
}

fn weekly(baseline: &Baseline, weeks: &[Week]) -> Vec<Alarm> {
    let looked_at: Vec<&Week> = weeks.iter().filter(|week| week.n >= FEWEST_OF_A_WEEK).collect();
    let off = |week: &Week| {
        let variance = (1.0 / week.n as f64 + 1.0 / baseline.scores.len() as f64) / 12.0;
        two_sided_p((week.mean_rank - 0.5) / variance.sqrt()) * (looked_at.len() as f64) < 0.05
    };
    let alarm = |week: &Week| Alarm {
        rule: AlarmRule::WeekOfScanner,
        day: week.monday,
        scanner: Some(week.scanner.clone()),
        sentence: format!(
            "Week of {}, scanner {}: the mean rank of {} scores is {:.2} where 0.50 is usual.",
            week.monday, week.scanner, week.n, week.mean_rank
        ),
    };
    looked_at.iter().filter(|week| off(week)).map(|week| alarm(week)).collect()
}
