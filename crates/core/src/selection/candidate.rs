//! A series in the running: judged by the rules, scored, compared with its rivals.

use super::rules::{Facts, Force, RULES};
use super::score::{Score, scores};
use super::{RejectedSeries, SelectionReport, Stack, named};
use crate::card::InputSpec;
use crate::geometry::Geometry;
use crate::reason::{Code, Reason};
use crate::series::Series;
use std::cmp::Ordering;

/// A series the rules allow, or the reader asked for; its geometry may still forbid it.
pub(super) struct Candidate {
    pub(super) series: Series,
    pub(super) asked_for: bool,
    reasons: Vec<String>,
    cautions: Vec<String>,
    scores: Vec<Score>,
    pub(super) geometry: Result<Geometry, Reason>,
}

impl Candidate {
    pub(super) fn judge(series: Series, asked_for: bool, spec: &InputSpec) -> Result<Self, Box<RejectedSeries>> {
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
            let (series, scores) = (series.summary(), Vec::new());
            return Err(Box::new(RejectedSeries { series, reasons: against, scores }));
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
    pub(super) fn compare(&self, other: &Self) -> Ordering {
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
    pub(super) fn into_stack(self, report: &mut SelectionReport) -> Result<Stack, Reason> {
        report.chosen = Some(self.series.summary());
        report.reasons = self.reasons;
        report.reasons.extend(self.geometry.as_ref().map(Geometry::describe).ok());
        report.scores = self.scores;
        Ok(Stack { geometry: self.geometry?, series: self.series, cautions: self.cautions })
    }

    /// Why it was not chosen: its own defect, or the first criterion in which the chosen one is better.
    pub(super) fn behind(self, chosen: Option<&Self>) -> RejectedSeries {
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
