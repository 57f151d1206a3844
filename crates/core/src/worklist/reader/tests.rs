//! The journal: undo, shadow mode, and what counts as truth.

use super::*;

const NORMAL: Reading = Reading { impression: Impression::Normal, category: None, confidence: Confidence::Certain };
const MASS: Reading =
    Reading { impression: Impression::Abnormal, category: Some(Category::Mass), confidence: Confidence::Probable };

fn study() -> StudyKey {
    StudyKey { patient_id: "1".into(), study_uid: "1.2".into() }
}

/// Plays actions at seconds 0, 1, 2, ...
fn play(mode: Mode, actions: impl IntoIterator<Item = Action>) -> Journal {
    let mut journal = Journal { mode, records: Vec::new() };
    for (second, action) in (0..).zip(actions) {
        journal.record(&study(), Moment(second), action).unwrap();
    }
    journal
}

#[test]
fn in_shadow_mode_the_score_is_shown_after_the_reading_and_both_are_stamped() {
    let mut journal = Journal::default();
    assert_eq!((journal.mode(), journal.is_score_seen(&study())), (Mode::Shadow, false));
    assert_eq!(journal.record(&study(), Moment(1), Action::Revealed), Err(Refusal::NotReadYet));
    assert_eq!(journal.record(&study(), Moment(1), Action::Judged(Verdict::Agree)), Err(Refusal::ScoreHidden));
    journal.record(&study(), Moment(2), Action::Read(MASS)).unwrap();
    journal.record(&study(), Moment(3), Action::Revealed).unwrap();
    journal.record(&study(), Moment(4), Action::Judged(Verdict::Agree)).unwrap();
    let summary = journal.summary(&study());
    assert_eq!((summary.reading, summary.revealed_at), (Some((MASS, Moment(2))), Some(Moment(3))));
    assert_eq!(summary.verdict, Some((Verdict::Agree, Moment(4))));
}

#[test]
fn what_is_said_after_the_reveal_is_never_truth_and_what_was_said_before_stays() {
    let mut journal = play(Mode::Shadow, [Action::Read(NORMAL), Action::Revealed]);
    assert_eq!(journal.undo(&study(), Moment(5)), Err(Refusal::SaidBeforeReveal));
    journal.record(&study(), Moment(6), Action::Read(MASS)).unwrap();
    let summary = journal.summary(&study());
    assert_eq!((summary.reading, summary.later_reading), (Some((NORMAL, Moment(0))), Some((MASS, Moment(6)))));
    journal.undo(&study(), Moment(7)).unwrap();
    assert_eq!(journal.summary(&study()).later_reading, None);
    assert_eq!(journal.summary(&study()).reading, Some((NORMAL, Moment(0))));
}

#[test]
fn the_last_thing_said_of_any_study_can_be_undone() {
    let mut journal = play(Mode::Open, [Action::Judged(Verdict::Agree)]);
    let other = StudyKey { study_uid: "1.3".into(), ..study() };
    for action in [Action::Commented("Motion".into()), Action::Opened] {
        journal.record(&other, Moment(5), action).unwrap();
    }
    journal.undo_last(Moment(6)).unwrap();
    assert_eq!((journal.summary(&other).comment.as_str(), journal.summary(&study()).verdict.is_some()), ("", true));
    journal.undo_last(Moment(7)).unwrap();
    assert_eq!(journal.summary(&study()).verdict, None);
    assert_eq!(journal.undo_last(Moment(8)), Err(Refusal::NothingToUndo));
}

#[test]
fn a_reading_may_be_corrected_until_the_score_is_shown() {
    let mut journal = play(Mode::Shadow, [Action::Read(NORMAL), Action::Read(MASS)]);
    journal.undo(&study(), Moment(5)).unwrap();
    assert_eq!(journal.summary(&study()).reading, Some((NORMAL, Moment(0))));
    journal.undo(&study(), Moment(6)).unwrap();
    assert_eq!(journal.undo(&study(), Moment(7)), Err(Refusal::NothingToUndo));
    assert_eq!(journal.record(&study(), Moment(8), Action::Revealed), Err(Refusal::NotReadYet));
    assert_eq!(journal.records().len(), 2, "what was undone stays in the journal");
}

#[test]
fn a_study_whose_score_once_stood_open_has_no_truth() {
    let reading = |journal: &mut Journal| {
        journal.record(&study(), Moment(9), Action::Read(MASS)).unwrap();
        journal.summary(&study()).reading
    };
    let mut open = Journal::default();
    open.switch(Mode::Open, Moment(1), [&study()]);
    assert_eq!(reading(&mut open.clone()), None);
    open.switch(Mode::Shadow, Moment(2), []);
    assert_eq!(reading(&mut open), None, "seen before, though hidden now");
    let mut arrived_while_open = play(Mode::Open, []);
    arrived_while_open.switch(Mode::Shadow, Moment(2), [&study()]);
    assert_eq!(reading(&mut arrived_while_open), None);
    let mut never_seen = play(Mode::Open, []);
    never_seen.switch(Mode::Shadow, Moment(2), []);
    assert_eq!(reading(&mut never_seen), Some((MASS, Moment(9))));
}

#[test]
fn undo_takes_back_the_last_thing_said_of_that_study_alone() {
    let other = StudyKey { patient_id: "2".into(), ..study() };
    let mut journal = play(
        Mode::Open,
        [
            Action::Opened,
            Action::Judged(Verdict::NotUsable),
            Action::Judged(Verdict::Disagree),
            Action::Commented("motion".into()),
            Action::Urgency(Some(Urgency::Stat)),
        ],
    );
    journal.record(&other, Moment(9), Action::Commented("other".into())).unwrap();
    let standing = |journal: &Journal| {
        let summary = journal.summary(&study());
        (summary.urgency, summary.comment, summary.verdict.map(|(verdict, _)| verdict))
    };
    assert_eq!(standing(&journal), (Some(Urgency::Stat), "motion".into(), Some(Verdict::Disagree)));
    for expected in [
        (None, "motion".to_owned(), Some(Verdict::Disagree)),
        (None, String::new(), Some(Verdict::Disagree)),
        (None, String::new(), Some(Verdict::NotUsable)),
        (None, String::new(), None),
    ] {
        journal.undo(&study(), Moment(10)).unwrap();
        assert_eq!(standing(&journal), expected);
    }
    assert_eq!(journal.undo(&study(), Moment(11)), Err(Refusal::NothingToUndo));
    assert_eq!(journal.summary(&study()).opened_at, Some(Moment(0)));
    assert_eq!(journal.summary(&other).comment, "other");
    for (study, summary) in journal.summaries() {
        assert_eq!(summary, journal.summary(study));
    }
}

#[test]
fn a_normal_study_has_no_category_and_the_journal_survives_json() {
    let mut journal = play(Mode::Shadow, [Action::Read(MASS), Action::Revealed, Action::Urgency(None)]);
    let wrong = Reading { category: Some(Category::Mass), ..NORMAL };
    assert_eq!(journal.record(&study(), Moment(9), Action::Read(wrong)), Err(Refusal::CategoryOfNormal));
    let json = serde_json::to_string(&journal).unwrap();
    assert_eq!(serde_json::from_str::<Journal>(&json).unwrap(), journal);
}
