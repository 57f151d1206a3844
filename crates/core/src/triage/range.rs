//! Ranges of scores: asked for study by study, worked on when nothing else is, and lost with the score they belong to.

use super::{Desk, Effect, StudyState};
use crate::range::{RangeWork, ScoreRange};
use crate::reason::Reason;
use crate::study::StudyKey;
use crate::worklist::Stage;

/// How far the work on a study's range has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum RangeStep {
    /// None is wanted.
    #[default]
    None,
    /// It waits until nothing else is to be done.
    Wanted,
    /// The input is being built once more.
    Building,
    /// The network is running.
    Running,
}

impl StudyState {
    /// The score that a range would belong to is gone. What is still being built or run for it comes, and is not wanted.
    pub(super) fn drop_range(&mut self) {
        self.unwanted_build |= self.range == RangeStep::Building;
        self.unwanted_range |= self.range == RangeStep::Running;
        self.range = RangeStep::None;
        self.row.range_work = RangeWork::None;
    }
}

impl Desk {
    pub(super) fn ask_range(&mut self, key: &StudyKey) {
        let may = |study: &StudyState| {
            study.range == RangeStep::None
                && !study.row.is_remembered
                && matches!(&study.row.stage, Stage::Scored { finding } if finding.score.is_some() && finding.range.is_none())
        };
        if let Some(study) = self.studies.get_mut(key).filter(|study| may(study)) {
            study.range = RangeStep::Wanted;
            study.row.range_work = RangeWork::UnderWay;
        }
    }

    /// Takes in what was built for a range; `None` where the build was for a score.
    pub(super) fn built_for_range(&mut self, key: &StudyKey, outcome: &Result<(), Reason>) -> Option<Vec<Effect>> {
        let job = self.job;
        let study = self.studies.get_mut(key)?;
        if std::mem::take(&mut study.unwanted_build) {
            return Some(Vec::new());
        }
        (study.range == RangeStep::Building).then(|| match outcome {
            Ok(()) => {
                study.range = RangeStep::Running;
                vec![Effect::Range(job, key.clone())]
            }
            Err(reason) => {
                study.range = RangeStep::None;
                study.row.range_work = RangeWork::Failed(reason.clone());
                Vec::new()
            }
        })
    }

    pub(super) fn ranged(&mut self, key: &StudyKey, outcome: Result<ScoreRange, Reason>) {
        let Some(study) = self.studies.get_mut(key) else { return };
        if std::mem::take(&mut study.unwanted_range) || study.range != RangeStep::Running {
            return;
        }
        study.range = RangeStep::None;
        study.row.range_work = RangeWork::None;
        match (&mut study.row.stage, outcome) {
            (Stage::Scored { finding }, Ok(range)) => finding.range = Some(range),
            (_, Err(reason)) => study.row.range_work = RangeWork::Failed(reason),
            (_, Ok(_)) => {}
        }
    }

    /// The engine is gone, and with it the range it was at work on.
    pub(super) fn range_broke_off(&mut self, reason: &Reason) {
        for study in self.studies.values_mut() {
            study.unwanted_range = false;
            if study.range == RangeStep::Running {
                study.range = RangeStep::None;
                study.row.range_work = RangeWork::Failed(reason.clone());
            }
        }
    }

    /// The next range, once no study waits for its score.
    pub(super) fn next_range(&mut self) -> Option<Effect> {
        let is_busy = !self.pending.is_empty()
            || self.studies.values().any(|study| {
                study.due
                    || !study.row.stage.is_final()
                    || study.unwanted_build
                    || study.unwanted_range
                    || matches!(study.range, RangeStep::Building | RangeStep::Running)
            });
        let job = self.job;
        let study = self.first_by_arrival(|study| study.range == RangeStep::Wanted).filter(|_| !is_busy)?;
        study.range = RangeStep::Building;
        Some(Effect::Build(job, study.row.key.clone(), study.wanted.clone()))
    }

    /// Another model: every study whose images are here begins anew; what an engine was at work on is not awaited.
    pub(super) fn model_changed(&mut self) {
        for study in self.studies.values_mut().filter(|study| !study.row.is_remembered) {
            study.drop_range();
            study.unwanted_range = false;
            study.due = true;
            study.attempts = 0;
            // A build under way is set aside when it comes.
            if study.row.stage != Stage::Building {
                study.row.stage = Stage::Received;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{built, found, key, part, score_of, scored, stages};
    use super::*;
    use crate::reason::Code;
    use crate::triage::{Event, Job};

    /// A desk with studies `a` and `b`, both scored.
    fn two_scored() -> Desk {
        let mut desk = Desk::default();
        desk.update(found(&[1, 2]));
        desk.update(Event::HeadersRead(0, vec![part(1, "a"), part(2, "b")]));
        for uid in ["a", "b"] {
            desk.update(built(0, uid, Ok(())));
        }
        for uid in ["a", "b"] {
            desk.update(score_of(0, uid, 0.5));
        }
        assert_eq!(stages(&desk), ["scored", "scored"]);
        desk
    }

    fn range() -> ScoreRange {
        ScoreRange { low: 0.4, high: 0.6, runs: 10, shift_mm: 1.5 }
    }

    fn shown(desk: &Desk, at: usize) -> (Option<ScoreRange>, RangeWork) {
        let row = &desk.view().rows[at];
        let Stage::Scored { finding } = &row.stage else { return (None, row.range_work.clone()) };
        (finding.range, row.range_work.clone())
    }

    #[test]
    fn ranges_are_worked_on_one_at_a_time_when_all_is_scored() {
        let mut desk = two_scored();
        assert_eq!(desk.update(Event::AskRange(key("a"))), [Effect::Build(0, key("a"), None)]);
        assert_eq!(desk.update(Event::AskRange(key("b"))), [], "one at a time");
        assert!(!desk.view().busy, "nobody waits for a score");
        assert_eq!(desk.update(built(0, "a", Ok(()))), [Effect::Range(0, key("a"))]);
        assert_eq!(desk.update(Event::Ranged(0, key("a"), Ok(range()))), [Effect::Build(0, key("b"), None)]);
        assert_eq!(shown(&desk, 0), (Some(range()), RangeWork::None));
        assert_eq!(shown(&desk, 1), (None, RangeWork::UnderWay));
        let reason = Reason::new(Code::DeviceFailed, "lost");
        desk.update(built(0, "b", Ok(())));
        assert_eq!(desk.update(Event::Ranged(0, key("b"), Err(reason.clone()))), []);
        assert_eq!(shown(&desk, 1), (None, RangeWork::Failed(reason)));
        assert_eq!(desk.update(Event::AskRange(key("a"))), [], "it is there");
    }

    #[test]
    fn a_range_waits_while_a_study_has_no_score_and_needs_one() {
        let mut desk = two_scored();
        desk.update(found(&[3]));
        assert_eq!(desk.update(Event::AskRange(key("a"))), []);
        let effects = desk.update(Event::HeadersRead(0, vec![part(3, "c")]));
        assert_eq!(effects, [Effect::Build(0, key("c"), None)]);
        assert_eq!(desk.update(Event::AskRange(key("c"))), [], "it has no score to have a range of");
        desk.update(built(0, "c", Ok(())));
        assert_eq!(desk.update(score_of(0, "c", 0.5)), [Effect::Build(0, key("a"), None)]);
    }

    #[test]
    fn an_image_that_arrives_meanwhile_takes_the_range_with_the_score_and_no_stale_input_is_scored() {
        let mut desk = two_scored();
        desk.update(Event::AskRange(key("a")));
        desk.update(found(&[3]));
        assert_eq!(desk.update(Event::HeadersRead(0, vec![part(3, "a")])), [], "an input of two images is on its way");
        assert_eq!(desk.update(built(0, "a", Ok(()))), [Effect::Build(0, key("a"), None)]);
        assert_eq!(desk.update(Event::Ranged(0, key("a"), Ok(range()))), []);
        assert_eq!(desk.update(built(0, "a", Ok(()))), [Effect::Infer(0, key("a"))]);
        desk.update(score_of(0, "a", 0.7));
        assert_eq!(shown(&desk, 0), (None, RangeWork::None));
    }

    #[test]
    fn a_range_that_runs_while_another_series_is_asked_for_is_not_the_next_scores() {
        let mut desk = two_scored();
        desk.update(Event::AskRange(key("a")));
        desk.update(built(0, "a", Ok(())));
        desk.update(Event::Retry(key("a")));
        desk.update(built(0, "a", Ok(())));
        desk.update(score_of(0, "a", 0.9));
        assert_eq!(desk.update(Event::AskRange(key("a"))), [], "the range before is still to come");
        assert_eq!(desk.update(Event::Ranged(0, key("a"), Ok(range()))), [Effect::Build(0, key("a"), None)]);
        assert_eq!(shown(&desk, 0), (None, RangeWork::UnderWay));
        desk.update(built(0, "a", Ok(())));
        desk.update(Event::Ranged(0, key("a"), Ok(range())));
        assert_eq!(shown(&desk, 0), (Some(range()), RangeWork::None));
    }

    #[test]
    fn an_engine_that_breaks_off_takes_its_range_along_and_no_other() {
        let mut desk = two_scored();
        desk.update(Event::AskRange(key("a")));
        desk.update(Event::AskRange(key("b")));
        desk.update(built(0, "a", Ok(())));
        let reason = Reason::new(Code::DeviceFailed, "lost");
        assert_eq!(desk.update(Event::EngineStopped(reason.clone())), [Effect::Build(0, key("b"), None)]);
        assert_eq!(shown(&desk, 0), (None, RangeWork::Failed(reason)));
    }

    #[test]
    fn a_stop_ends_the_work_on_ranges() {
        let mut desk = two_scored();
        desk.update(Event::AskRange(key("a")));
        assert_eq!(desk.update(Event::Cancel), [Effect::Stop(1)]);
        assert_eq!(desk.update(built(0, "a", Ok(()))), []);
        assert_eq!((stages(&desk), shown(&desk, 0)), (vec!["scored", "scored"], (None, RangeWork::None)));
    }

    #[test]
    fn another_model_scores_every_study_whose_images_are_here_anew() {
        let mut desk = two_scored();
        desk.update(found(&[3, 4]));
        desk.update(Event::HeadersRead(0, vec![part(3, "c")]));
        let before: Job = 0;
        assert_eq!(desk.update(Event::ModelChanged), [], "a header is still to come");
        assert_eq!(desk.update(Event::HeadersRead(before, vec![part(4, "d")])), [Effect::Build(0, key("a"), None)]);
        assert_eq!(stages(&desk), ["building", "received", "received", "received"]);
        // A change while a study is being built and another is with the network.
        desk.update(built(0, "a", Ok(())));
        assert_eq!(stages(&desk)[..2], ["inferring", "building"]);
        assert_eq!(desk.update(Event::ModelChanged), []);
        assert_eq!(desk.update(scored(0, "a")), [], "an answer of the model before");
        let effects = desk.update(built(0, "b", Ok(())));
        assert_eq!((stages(&desk)[0], effects), ("building", vec![Effect::Build(0, key("a"), None)]));
    }
}
