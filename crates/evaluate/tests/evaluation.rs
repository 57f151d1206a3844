//! Labels and scores to a report: two AUCs, subgroups, the paper beside, proposed labels apart.

#![allow(clippy::unwrap_used, reason = "a missing figure must fail the test")]

use headway_evaluate::evaluation::join::Mapping;
use headway_evaluate::evaluation::{EvaluationReport, LabelColumns, Labels, Scores, Settings, evaluate, join};
use headway_evaluate::random::Random;
use headway_evaluate::table::Table;
use std::fmt::Write;

fn report(labels: &str, scores: &str, other: Option<&str>) -> EvaluationReport {
    let table = Table::read("labels.csv", labels.as_bytes()).unwrap();
    let labels = Labels::from_table(&table, &LabelColumns::default()).unwrap();
    let read = |text: &str| Scores::read("scores.csv", text.as_bytes()).unwrap();
    let joined = join(&labels, &read(scores), &Mapping::default());
    let settings = Settings { replicates: 200, prevalence: Some(0.1), ..Settings::default() };
    evaluate(&joined, other.map(read).as_ref(), &settings)
}

/// Two sites, the second without any information in its scores; every tenth abnormal examination unscored.
fn two_sites() -> (String, String, String) {
    let mut random = Random::new(11);
    let mut labels = "id,label,site,category,status\n".to_owned();
    let [mut scores, mut other] = ["id,score\n".to_owned(), "id,score\n".to_owned()];
    for i in 0..400 {
        let (abnormal, second) = (i % 2, i / 200);
        let site = ["North", "South"][second];
        let category = [["", "mass"], ["", "stroke+other"]][second][abnormal];
        let shift = if second == 0 { 1.5 * abnormal as f64 } else { 0.0 };
        let score = 1.0 / (1.0 + (-random.normal() - shift).exp());
        let shown = if i % 20 == 1 { String::new() } else { score.to_string() };
        writeln!(labels, "{i:03},{abnormal},{site},{category},confirmed").unwrap();
        writeln!(scores, "{i:03},{shown}").unwrap();
        writeln!(other, "{i:03},{}", random.uniform()).unwrap();
    }
    (labels, scores, other)
}

#[test]
fn the_unscored_lower_the_second_auc_and_sites_are_told_apart() {
    let (labels, scores, other) = two_sites();
    let report = report(&labels, &scores, Some(&other));
    let group = &report.confirmed;
    assert_eq!((group.counts.normal, group.counts.abnormal, group.counts.unscored_abnormal), (200, 180, 20));
    let (scored, all) = (group.scored.as_ref().unwrap().auc.value, group.auc_of_all.unwrap().value);
    // The unscored abnormal lie below every normal: they count 0 of 200 pairs each.
    assert!((all - scored * 180.0 / 200.0).abs() < 1e-12, "{scored} {all}");
    let of = |value: &str| report.subgroups.iter().find(|group| group.value == value).unwrap();
    let (north, south) = (of("North"), of("South"));
    assert!(north.auc.unwrap().value > 0.8 && (south.auc.unwrap().value - 0.5).abs() < 0.1);
    let against = north.against_others.unwrap();
    assert!(against.p_value.unwrap() < 1e-4);
    assert_eq!((of("mass").normal, of("mass").abnormal), (200, 90), "a category stands against all normals");
    assert_eq!((of("stroke").abnormal, of("other").abnormal), (90, 90), "two categories, a subgroup each");
    assert!(report.comparison.unwrap().delong.difference.value > 0.1);
    assert_eq!(report.paper[0].here.unwrap().value, scored);
    let drop = north.auc.unwrap().value - south.auc.unwrap().value;
    assert_eq!(report.paper[1].here.unwrap().value, drop);
    assert!(report.cautions.iter().any(|caution| caution.contains("20 labelled examinations have no score")));
}

#[test]
fn under_ten_of_a_class_only_counts_are_given() {
    let (labels, scores): (String, String) =
        (0..40).fold(("id,label\n".into(), "id,score\n".into()), |(labels, scores), i| {
            let abnormal = u8::from(i < 9);
            (format!("{labels}{i},{abnormal}\n"), format!("{scores}{i},0.{i}\n"))
        });
    let report = report(&labels, &scores, None);
    assert_eq!((report.confirmed.counts.normal, report.confirmed.counts.abnormal), (31, 9));
    assert!(report.confirmed.scored.is_none() && report.confirmed.auc_of_all.is_none());
    assert!(report.paper[0].here.is_none());
    assert!(report.cautions[0].starts_with("31 normal and 9 abnormal"));
}

#[test]
fn proposed_labels_are_kept_apart_and_patients_widen_the_interval() {
    let (labels, scores, other) = two_sites();
    let mut text = labels.replacen("category,status", "category,status,patient", 1);
    text = text.lines().enumerate().fold(String::new(), |text, (i, line)| {
        let patient = if i == 0 { String::new() } else { format!(",P{}", (i - 1) / 4) };
        let line = if i > 200 { line.replace("confirmed", "proposed") } else { line.to_owned() };
        format!("{text}{line}{patient}\n")
    });
    let report = report(&text, &scores, Some(&other));
    assert_eq!((report.confirmed.counts.normal, report.proposed.counts.normal), (100, 100));
    let figures = report.confirmed.scored.as_ref().unwrap();
    for by_patient in [figures.auc_by_patient, figures.sensitivity_by_patient, figures.specificity_by_patient] {
        assert!(by_patient.unwrap().interval.is_some());
    }
    let comparison = report.comparison.unwrap();
    let by_patient = comparison.difference_by_patient.unwrap();
    assert!((by_patient.value - comparison.delong.difference.value).abs() < 1e-12 && by_patient.interval.is_some());
    assert!(report.cautions.iter().any(|caution| caution.starts_with("Patients repeat")));
    assert!(report.subgroups.iter().all(|group| group.value != "South"), "subgroups are of confirmed labels");
}
