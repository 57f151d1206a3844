//! Exports: what is withheld, what comes back, what is merged, and that every column is documented.

use super::*;
use crate::card::Evidence;
use crate::selection::SelectionReport;
use crate::series::SeriesSummary;
use crate::study::StudyKey;
use crate::worklist::pooling::pooling_csv;
use crate::worklist::reader::{Action, Category, Confidence, Impression, Mode, Reading, Verdict};
use crate::worklist::urgency::Urgency;
use crate::worklist::wait::Wait;
use crate::worklist::{WorklistRow, sample};

const NORMAL: Reading = Reading { impression: Impression::Normal, category: None, confidence: Confidence::Certain };
const MASS: Reading =
    Reading { impression: Impression::Abnormal, category: Some(Category::Mass), confidence: Confidence::Probable };
const SECRET: &[u8] = b"a secret of the site";

/// Words that say who it was, each in another field.
const TELLTALE: [&str; 11] = [
    "PID77",
    "DOE",
    "19441231",
    "9.8.7",
    "ACC55",
    "20260301",
    "112233",
    "History of Doe",
    "4.5.6",
    "for Jane",
    "81 years",
];

fn row() -> WorklistRow {
    let mut row = sample::scored("9.8.7", "20260301", 0.875);
    row.key.patient_id = "PID77".into();
    row.patient.name = "=DOE^JANE".into();
    row.patient.birth_date = "19441231".into();
    row.patient.sex = "F".into();
    row.study.time = "112233".into();
    row.study.description = "History of Doe".into();
    row.study.accession_number = "ACC55".into();
    row.study.institution = "St Elsewhere".into();
    row.study.scanner = "Maker Model".into();
    row.cautions = vec!["Patient's Age says 81 years old.".into(), "Compressed, \"lossy\"".into()];
    let chosen = SeriesSummary {
        series_uid: "4.5.6".into(),
        description: "T2 for Jane".into(),
        number: None,
        part: String::new(),
        images: 1,
    };
    row.selection = Some(SelectionReport { chosen: Some(chosen), ..SelectionReport::default() });
    row
}

fn model(evidence: Evidence) -> ModelIdentity {
    let (name, version, sha256) = ("densenet".into(), "1.2".into(), "ab".repeat(32));
    ModelIdentity {
        name,
        version,
        evidence,
        sha256,
        intended_use: String::new(),
        thresholds: None,
        measured: None,
        calibration: None,
    }
}

fn export_of(
    row: &WorklistRow,
    journal: &Journal,
    identifiers: Identifiers<'_>,
    at: i64,
    evidence: Evidence,
) -> Export {
    let wait = Wait::Known { seconds: 3 * 86_400, maximum_days: None };
    let entry = Entry { row, evidence, urgency: Some(Urgency::High), wait };
    let thresholds = Some(Thresholds { sensitive: 0.3, specific: 0.5 });
    let model = model(evidence);
    Export::new([&entry], &Context { model: &model, thresholds, journal, identifiers, now: Moment(at) })
}

fn export(journal: &Journal, at: i64) -> Export {
    export_of(&row(), journal, Identifiers::Kept, at, Evidence::Synthetic)
}

/// Plays actions on the sample study at the seconds given.
fn journal(actions: &[(i64, Action)]) -> Journal {
    let mut journal = Journal::default();
    for (second, action) in actions {
        journal.record(&row().key, Moment(*second), action.clone()).unwrap();
    }
    journal
}

fn read_and_revealed() -> Journal {
    journal(&[
        (1, Action::Opened),
        (2, Action::Read(MASS)),
        (3, Action::Revealed),
        (4, Action::Read(NORMAL)),
        (5, Action::Judged(Verdict::Disagree)),
        (6, Action::Commented("-> \"ask\", Jane\nagain".into())),
    ])
}

#[test]
fn json_and_csv_give_back_what_went_in() {
    let mut unscored = sample::unscored("1", "");
    unscored.key.patient_id.clear();
    for (row, evidence) in [(row(), Evidence::Synthetic), (row(), Evidence::Untrained), (unscored, Evidence::Local)] {
        let export = export_of(&row, &read_and_revealed(), Identifiers::Kept, 1_800_000_000, evidence);
        assert_eq!(Export::read(&export.to_json().unwrap()).unwrap(), export);
        assert_eq!(Export::read(&export.to_csv().unwrap()).unwrap(), export);
    }
    let csv = export(&read_and_revealed(), 9).to_csv().unwrap();
    assert!(csv.contains(",'=DOE^JANE,") && csv.contains("\"'-> \"\"ask\"\", Jane\nagain\""), "{csv}");
    let semicolons = "\u{feff}".to_owned() + &export(&Journal::default(), 9).to_csv().unwrap().replace(',', ";");
    assert_eq!(
        Export::read(&semicolons.replace("Compressed;", "Compressed,")).unwrap(),
        export(&Journal::default(), 9)
    );
}

#[test]
fn a_score_without_meaning_or_not_yet_revealed_is_withheld() {
    let of = |journal: &Journal, evidence| {
        let row = export_of(&row(), journal, Identifiers::Kept, 9, evidence).studies.remove(0);
        (row.score, row.band.is_some(), row.place.is_some(), row.score_withheld)
    };
    let mut open = Journal::default();
    open.switch(Mode::Open, Moment(0), []);
    assert_eq!(of(&open, Evidence::Synthetic), (Some(0.875), true, true, None));
    assert_eq!(of(&open, Evidence::Untrained), (None, false, true, Some(Withheld::WithoutMeaning)));
    assert_eq!(of(&Journal::default(), Evidence::Synthetic), (None, false, false, Some(Withheld::NotRevealed)));
    let json = export(&Journal::default(), 9).to_json().unwrap();
    assert!(json.contains("\"score\": null") && !json.contains("flagged") && !json.contains("0.875"), "{json}");
}

#[test]
fn without_identifiers_nothing_says_who_it_was() {
    let kept = export(&read_and_revealed(), 9).to_csv().unwrap();
    assert!(TELLTALE.iter().all(|word| kept.contains(word)), "the test looks for words that are there: {kept}");
    let secret = Secret::new(SECRET).unwrap();
    for identifiers in [Identifiers::Removed, Identifiers::Replaced(&secret)] {
        let export = export_of(&row(), &read_and_revealed(), identifiers, 1_800_000_000, Evidence::Synthetic);
        let text = export.to_csv().unwrap() + &export.to_json().unwrap();
        for word in TELLTALE.iter().chain(&["Jane", "2026-", "1970-"]) {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(text.contains("80-89") && text.contains("Maker Model") && text.contains("0.875"));
    }
}

#[test]
fn merging_keeps_the_blind_reading_and_the_newest_of_the_rest() {
    let first = journal(&[(1, Action::Read(NORMAL)), (2, Action::Opened)]);
    let second = journal(&[(1, Action::Read(NORMAL)), (3, Action::Read(MASS)), (4, Action::Revealed)]);
    let elsewhere = journal(&[
        (10, Action::Read(NORMAL)),
        (11, Action::Revealed),
        (12, Action::Judged(Verdict::Agree)),
        (13, Action::Commented("seen again".into())),
    ]);
    let parts = [export(&first, 2), export(&second, 5), export(&elsewhere, 20)];
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let merged = Export::merge(order.map(|part: usize| parts[part].clone())).unwrap().studies;
        assert_eq!(merged.len(), 1);
        let row = &merged[0];
        assert_eq!(
            (row.reading, row.read_at, row.revealed_at),
            (Some(Impression::Abnormal), Some(Moment(3)), Some(Moment(4)))
        );
        assert_eq!((row.later_reading, row.later_read_at), (Some(Impression::Normal), Some(Moment(10))));
        assert_eq!((row.verdict, row.comment.as_deref()), (Some(Verdict::Agree), Some("seen again")));
        assert_eq!((row.score, row.exported_at, row.opened_at), (Some(0.875), Moment(20), Some(Moment(2))));
    }
    let twice = Export::merge([parts[1].clone(), parts[1].clone()]).unwrap();
    assert_eq!(twice, parts[1]);
}

#[test]
fn pseudonyms_merge_and_a_reading_after_an_older_reveal_is_no_truth() {
    let secret = Secret::new(SECRET).unwrap();
    let part =
        |journal: &Journal, at| export_of(&row(), journal, Identifiers::Replaced(&secret), at, Evidence::Synthetic);
    let first = part(&read_and_revealed(), 5);
    let again = part(&journal(&[(8, Action::Read(NORMAL))]), 9);
    let merged = Export::merge([again.clone(), first.clone()]).unwrap().studies;
    assert_eq!((merged.len(), merged[0].reading, merged[0].score), (1, Some(Impression::Abnormal), Some(0.875)));
    let removed = export_of(&row(), &Journal::default(), Identifiers::Removed, 9, Evidence::Synthetic);
    assert!(Export::merge([removed]).unwrap_err().to_string().contains("without identifiers"));
    assert!(Export::merge([first, export(&read_and_revealed(), 9)]).unwrap_err().to_string().contains("one kind"));
}

#[test]
fn merged_studies_of_two_patients_stay_two_and_stand_oldest_first() {
    let mut other = row();
    other.key.patient_id = "PID78".into();
    other.study.date = "20250101".into();
    let other = export_of(&other, &Journal::default(), Identifiers::Kept, 1, Evidence::Synthetic);
    let merged = Export::merge([export(&Journal::default(), 2), other]).unwrap().studies;
    let ids: Vec<_> = merged.iter().map(|row| row.patient_id.as_deref().unwrap_or_default()).collect();
    assert_eq!(ids, ["PID78", "PID77"]);
}

#[test]
fn the_pooling_export_tells_score_and_truth_and_not_of_whom() {
    let secret = Secret::new(SECRET).unwrap();
    let csv = pooling_csv(&export(&read_and_revealed(), 1_800_000_000), &secret).unwrap();
    let hash = "ab".repeat(32);
    let (study, patient) = (secret.study(&row().key), secret.patient(&row().key).unwrap());
    let expected = format!("{study},{patient},80-89,F,Maker Model,rules,0.875,abnormal,,{hash}");
    assert_eq!(csv.lines().nth(1), Some(expected.as_str()));
    for word in TELLTALE.iter().chain(&["Jane", "1970", "2027", "Elsewhere"]) {
        assert!(!csv.contains(word), "{word}: {csv}");
    }
    let mut after_reveal = Journal::default();
    after_reveal.switch(Mode::Open, Moment(0), []);
    after_reveal.record(&row().key, Moment(1), Action::Read(MASS)).unwrap();
    let csv = pooling_csv(&export(&after_reveal, 9), &secret).unwrap();
    assert!(csv.contains(",0.875,,,"), "a reading that knew the score is no label: {csv}");
    let removed = export_of(&row(), &after_reveal, Identifiers::Removed, 9, Evidence::Synthetic);
    assert!(pooling_csv(&removed, &secret).is_err());
}

#[test]
fn pooled_rows_stand_by_pseudonym() {
    let secret = Secret::new(SECRET).unwrap();
    let row_of = |uid: u32| WorklistRow { key: StudyKey { study_uid: uid.to_string(), ..row().key }, ..row() };
    let exports = (0..8).map(|uid| export_of(&row_of(uid), &Journal::default(), Identifiers::Kept, 1, Evidence::Local));
    let csv = pooling_csv(&Export::merge(exports).unwrap(), &secret).unwrap();
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(lines.len(), 8);
    assert!(lines.is_sorted());
}

#[test]
fn foreign_files_are_refused_in_words() {
    let cases = [
        ("{", "not a list"),
        ("{\"format\": \"other\"}", "not a list"),
        ("{\"format\": \"headway-worklist\", \"version\": 2, \"studies\": []}", "version 2"),
        ("a,b\n1,2\n", "no column"),
        ("", "no column"),
        ("exported_at,state,model_sha256\nyesterday,scored,ab\n", "Line 2"),
    ];
    for (text, words) in cases {
        let error = Export::read(text).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn every_column_is_in_the_data_dictionary_and_no_other() {
    let documented = |heading: &str| -> Vec<String> {
        let document = include_str!("../../../../../docs/worklist.md");
        let section = document.split("\n## ").find(|section| section.starts_with(heading)).unwrap();
        let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        cells.map(str::to_owned).collect()
    };
    let header = |csv: &str| -> Vec<String> { csv.lines().next().unwrap().split(',').map(str::to_owned).collect() };
    let export = export(&Journal::default(), 9);
    assert_eq!(documented("The list"), header(&export.to_csv().unwrap()));
    let pooled = pooling_csv(&export, &Secret::new(SECRET).unwrap()).unwrap();
    assert_eq!(documented("The pooling export"), header(&pooled));
}

#[test]
fn an_export_goes_back_into_the_journal_once() {
    let original = read_and_revealed();
    let export = export(&original, 9);
    let mut restored = Journal::default();
    for _ in 0..2 {
        restored.restore(&export).unwrap();
    }
    let (expected, summary) = (original.summary(&row().key), restored.summary(&row().key));
    assert_eq!((summary.reading, summary.revealed_at), (expected.reading, expected.revealed_at));
    assert_eq!((summary.later_reading, summary.verdict), (expected.later_reading, expected.verdict));
    assert_eq!((summary.opened_at, &summary.comment), (expected.opened_at, &expected.comment));
    assert_eq!(
        (restored.records().len(), summary.urgency),
        (original.records().len(), None),
        "the list's urgency is not the reader's"
    );
    let removed = export_of(&row(), &original, Identifiers::Removed, 9, Evidence::Synthetic);
    assert!(restored.restore(&removed).unwrap_err().to_string().contains("identifiers"));
}

#[test]
fn a_reading_after_the_score_was_seen_elsewhere_is_no_truth() {
    let mut here = journal(&[(10, Action::Read(NORMAL))]);
    here.restore(&export(&read_and_revealed(), 20)).unwrap();
    let summary = here.summary(&row().key);
    assert_eq!((summary.reading, summary.later_reading), (Some((MASS, Moment(2))), Some((NORMAL, Moment(10)))));
    assert!(here.is_score_seen(&row().key));

    let mut open = Journal::default();
    open.switch(Mode::Open, Moment(0), []);
    open.record(&row().key, Moment(5), Action::Judged(Verdict::Agree)).unwrap();
    let mut here = journal(&[(10, Action::Read(NORMAL))]);
    here.restore(&export(&open, 20)).unwrap();
    assert_eq!(here.summary(&row().key).reading, None, "an open list showed the score before");
}
