//! Which series of a study is the one the model was made for, why, and why not the others.

mod rules;
mod score;

pub use score::Score;

use crate::card::InputSpec;
use crate::contrast::Contrast;
use crate::geometry::Geometry;
use crate::reason::{Code, Reason};
use crate::series::{Series, SeriesSummary};
use rules::{Facts, Force, RULES};
use score::scores;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// The outcome of the choice, for the row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelectionReport {
    /// The chosen series.
    pub chosen: Option<SeriesSummary>,
    /// The reader chose it, not the rules.
    pub by_reader: bool,
    /// Why it was chosen, a phrase each.
    pub reasons: Vec<String>,
    /// How it stands in each criterion, most important first.
    pub scores: Vec<Score>,
    /// The next best series that could be scored.
    pub runner_up: Option<SeriesSummary>,
    /// Every other series, and why not.
    pub rejected: Vec<RejectedSeries>,
}

/// A series that was not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectedSeries {
    /// Which.
    pub series: SeriesSummary,
    /// Every reason against it; at least one.
    pub reasons: Vec<Reason>,
    /// How it stands in each criterion, if no rule is against it.
    pub scores: Vec<Score>,
}

/// The chosen series, ready to be read.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its images, in order along the normal.
    pub series: Series,
    /// Where its voxels lie.
    pub geometry: Geometry,
    /// What the reader should know of the choice.
    pub cautions: Vec<String>,
}

/// Chooses among the series of one study; `wanted` is the *Series Instance UID* that the reader asks for.
///
/// The reader's choice sets aside what headers say of contrast and kind, with a caution, and never geometry or coverage.
///
/// # Errors
/// The reason to show on the row where no series can be scored:
/// the chosen series' own defect if there is one, else [`Code::NoSuitableSeries`].
pub fn select(series: Vec<Series>, wanted: Option<&str>, spec: &InputSpec) -> (SelectionReport, Result<Stack, Reason>) {
    let mut report = SelectionReport { by_reader: wanted.is_some(), ..SelectionReport::default() };
    let mut candidates = Vec::new();
    for series in series {
        let asked_for = wanted == Some(series.header().uid.as_str());
        match Candidate::judge(series, asked_for, spec) {
            Ok(candidate) => candidates.push(candidate),
            Err(rejected) => report.rejected.push(rejected),
        }
    }
    candidates.sort_by(Candidate::compare);
    let mut candidates = candidates.into_iter().peekable();
    let chosen = candidates.next_if(|candidate| wanted.is_none() || candidate.asked_for);
    let candidates: Vec<Candidate> = candidates.collect();
    report.runner_up = candidates.iter().find(|c| c.geometry.is_ok()).map(|c| c.series.summary());
    report.rejected.extend(candidates.into_iter().map(|candidate| candidate.behind(chosen.as_ref())));
    report.rejected.sort_by(|a, b| {
        a.series.number.cmp(&b.series.number).then_with(|| a.series.series_uid.cmp(&b.series.series_uid))
    });
    let outcome = match (chosen, wanted) {
        (Some(chosen), _) => chosen.into_stack(&mut report),
        (None, Some(uid)) => Err(not_to_be_had(&report.rejected, uid)),
        (None, None) => Err(no_suitable_series(&report.rejected, spec)),
    };
    (report, outcome)
}

/// A series the rules allow, or the reader asked for; its geometry may still forbid it.
struct Candidate {
    series: Series,
    asked_for: bool,
    reasons: Vec<String>,
    cautions: Vec<String>,
    scores: Vec<Score>,
    geometry: Result<Geometry, Reason>,
}

impl Candidate {
    fn judge(series: Series, asked_for: bool, spec: &InputSpec) -> Result<Self, RejectedSeries> {
        let facts = Facts::new(&series, spec);
        let (mut against, mut reasons, mut cautions) = (Vec::new(), Vec::new(), facts.weighting.cautions.clone());
        for (force, rule) in RULES {
            match rule(&facts) {
                Ok(reason) => reasons.extend(reason),
                Err(reason) if asked_for && *force == Force::ReadersChoice => {
                    cautions.push(format!("Chosen by the reader against a rule: {}", reason.text));
                }
                Err(reason) => against.push(reason),
            }
        }
        if !against.is_empty() {
            return Err(RejectedSeries { series: series.summary(), reasons: against, scores: Vec::new() });
        }
        if asked_for {
            cautions
                .insert(0, "The reader chose this series; its score gives the study no place in the list.".to_owned());
        }
        let agent = &series.middle().acquisition.contrast_agent;
        if !agent.is_empty() {
            reasons.push(format!("acquired with a contrast agent ({agent}), as T2 often is"));
        }
        let geometry = Geometry::of(&series, &spec.geometry).and_then(|g| g.covers_a_head(spec).map(|()| g));
        let scores = scores(&facts, &geometry);
        Ok(Self { asked_for, reasons, cautions, scores, geometry, series })
    }

    /// The one asked for, then the better one; alike, the lower series number, the later echo, the UID.
    fn compare(&self, other: &Self) -> Ordering {
        let points = |c: &Self| -> Vec<i64> { c.scores.iter().map(|score| score.points).collect() };
        let echo_ms = |c: &Self| c.series.middle().acquisition.echo_time_ms.unwrap_or_default();
        let (a, b) = (self.series.header(), other.series.header());
        (other.asked_for.cmp(&self.asked_for))
            .then_with(|| points(other).cmp(&points(self)))
            .then_with(|| (a.number.is_none(), a.number).cmp(&(b.number.is_none(), b.number)))
            .then_with(|| echo_ms(other).total_cmp(&echo_ms(self)))
            .then_with(|| a.uid.cmp(&b.uid))
    }

    /// The best one is the study's, sound or not: its defect is what the reader must hear of.
    fn into_stack(self, report: &mut SelectionReport) -> Result<Stack, Reason> {
        report.chosen = Some(self.series.summary());
        report.reasons = self.reasons;
        report.reasons.extend(self.geometry.as_ref().map(Geometry::describe).ok());
        report.scores = self.scores;
        Ok(Stack { geometry: self.geometry?, series: self.series, cautions: self.cautions })
    }

    /// Why it was not chosen: its own defect, or the first criterion in which the chosen one is better.
    fn behind(self, chosen: Option<&Self>) -> RejectedSeries {
        let reason = match (&self.geometry, chosen) {
            (Err(defect), _) => defect.clone(),
            (Ok(_), Some(chosen)) if chosen.asked_for => second_choice("the reader chose another series"),
            (Ok(_), None) => second_choice("the reader asked for another series"),
            (Ok(_), Some(chosen)) => second_choice(&self.difference(chosen)),
        };
        RejectedSeries { series: self.series.summary(), reasons: vec![reason], scores: self.scores }
    }

    fn difference(&self, chosen: &Self) -> String {
        let named = named(&chosen.series.summary());
        match self.scores.iter().zip(&chosen.scores).find(|(own, theirs)| own.points != theirs.points) {
            Some((own, theirs)) => format!("{named} has {}, this one {}", theirs.found, own.found),
            None => format!("{named} is its equal and comes first in the study"),
        }
    }
}

fn second_choice(why: &str) -> Reason {
    Reason::new(Code::SecondChoice, format!("Suitable, but {why}."))
}

fn named(series: &SeriesSummary) -> String {
    if series.description.is_empty() {
        "one without a description".to_owned()
    } else {
        format!("\"{}\"", series.title())
    }
}

/// Why the series that the reader asked for is not to be had.
fn not_to_be_had(rejected: &[RejectedSeries], uid: &str) -> Reason {
    match rejected.iter().find(|rejected| rejected.series.series_uid == uid) {
        Some(found) => found.reasons[0].clone(),
        None => Reason::new(
            Code::NoSuitableSeries,
            "The series that was asked for is not part of the study. Choose another, or leave the choice to the rules.",
        ),
    }
}

fn no_suitable_series(rejected: &[RejectedSeries], spec: &InputSpec) -> Reason {
    let only = match rejected {
        [one] => format!(" Its one series, {}: {}", named(&one.series), one.reasons[0].text),
        _ => String::new(),
    };
    Reason::new(
        Code::NoSuitableSeries,
        format!("No {} {} series of the {} in this study.{only}", spec.plane, Contrast::T2.name(), spec.body_part),
    )
}
