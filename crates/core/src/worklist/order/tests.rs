//! The order, with known scores, urgencies and waits.

use super::*;
use crate::selection::SelectionReport;
use crate::worklist::sample;
use crate::worklist::wait::Unknown;
use std::time::{Duration, Instant};

const OVERDUE: Wait = Wait::Known { seconds: 15 * 86_400, maximum_days: Some(14) };

fn entry(row: &WorklistRow) -> Entry<'_> {
    Entry { row, evidence: Evidence::Synthetic, urgency: None, wait: Wait::Unknown(Unknown::Missing) }
}

fn names(entries: &[Entry<'_>], order: &Order) -> String {
    arrange(entries, order).into_iter().map(|i| entries[i].row.key.study_uid.as_str()).collect()
}

#[test]
fn flag_up_is_urgent_flagged_overdue_uncertain_unscored_not_flagged_then_oldest_first() {
    let rows = [
        sample::scored("a", "20240101", 0.1),
        sample::scored("b", "20240101", 0.2),
        sample::unscored("c", ""),
        sample::unscored("d", "20240102"),
        sample::scored("e", "20240109", 0.7),
        sample::scored("f", "20240108", 0.6),
        sample::scored("g", "20240101", 0.4),
        sample::scored("h", "20240105", 0.01),
        sample::scored("i", "20240105", 0.99),
        sample::scored("j", "20240109", 0.05),
    ];
    let mut entries: Vec<Entry<'_>> = rows.iter().map(entry).collect();
    entries[7].urgency = Some(Urgency::High);
    entries[9].urgency = Some(Urgency::Stat);
    entries[8].urgency = Some(Urgency::Routine);
    entries[1].wait = OVERDUE;
    entries[4].wait = OVERDUE;
    assert_eq!(names(&entries, &Order::FlagUp), "jhifebgdca");
    assert_eq!(names(&entries, &Order::ByScore), "jhiefbgdca");
    entries.reverse();
    assert_eq!(names(&entries, &Order::FlagUp), "jhifebgdca", "the order is the rows', not that of their arrival");
    let overdue = entries.iter().find(|entry| entry.row.key.study_uid == "b").unwrap();
    assert_eq!(overdue.why(), "Overdue: waiting 15 days, longer than the maximum of 14 days.");
}

#[test]
fn a_score_places_a_row_only_with_evidence_a_band_and_the_rules_choice() {
    let mut by_reader = sample::scored("a", "20240101", 0.9);
    by_reader.selection = Some(SelectionReport { by_reader: true, ..SelectionReport::default() });
    let mut without_band = sample::scored("b", "20240101", 0.9);
    let Stage::Scored { finding } = &mut without_band.stage else { unreachable!() };
    finding.band = None;
    let plain = sample::scored("c", "20240101", 0.9);
    let untrained = Entry { evidence: Evidence::Untrained, ..entry(&plain) };
    for (entry, word) in [(entry(&by_reader), "reader"), (entry(&without_band), "band"), (untrained, "untrained")] {
        assert_eq!((entry.place(), entry.ranking_score()), (Place::NeedsHumanOrder, None));
        assert!(entry.why().contains(word), "{}", entry.why());
        assert_eq!(Column::Score.cell(&entry), Cell::Missing);
    }
    assert_eq!(entry(&plain).place(), Place::Flagged);
}

#[test]
fn a_click_on_a_heading_sorts_by_it_then_turns_it_and_further_ones_come_behind() {
    let sorted = |order: &Order| -> Vec<(Column, bool)> {
        order.columns().iter().map(|by| (by.column, by.descending)).collect()
    };
    let by_name = Order::FlagUp.with_column(Column::PatientName, false);
    assert_eq!(sorted(&by_name), [(Column::PatientName, false)]);
    assert_eq!(sorted(&by_name.with_column(Column::PatientName, false)), [(Column::PatientName, true)]);
    let both = by_name.with_column(Column::Score, true);
    assert_eq!(sorted(&both), [(Column::PatientName, false), (Column::Score, true)]);
    assert_eq!(
        sorted(&both.with_column(Column::PatientName, true)),
        [(Column::PatientName, true), (Column::Score, true)]
    );
    assert_eq!(sorted(&both.with_column(Column::StudyDate, false)), [(Column::StudyDate, false)]);
}

#[test]
fn columns_sort_in_both_directions_missing_last_and_ties_by_study_uid() {
    let mut rows = [
        sample::scored("d", "20240101", 0.1),
        sample::scored("b", "20240102", 0.2),
        sample::unscored("c", "20240102"),
        sample::unscored("a", ""),
    ];
    for (row, name) in rows.iter_mut().zip(["roe", "Doe", "ROE", ""]) {
        row.patient.name = name.into();
    }
    rows[0].arrival = 7;
    let entries: Vec<Entry<'_>> = rows.iter().map(entry).collect();
    let by = |columns: &[(Column, bool)]| {
        let sorts = columns.iter().map(|&(column, descending)| SortBy { column, descending });
        names(&entries, &Order::Columns(sorts.collect()))
    };
    assert_eq!(by(&[(Column::PatientName, false)]), "bcda");
    assert_eq!(by(&[(Column::PatientName, true)]), "cdba");
    assert_eq!(by(&[(Column::StudyDate, true), (Column::PatientName, true)]), "cbda");
    assert_eq!(by(&[(Column::Score, true)]), "bdac");
    assert_eq!(by(&[(Column::Score, false)]), "dbac");
    assert_eq!(by(&[]), "abcd");
    assert_eq!(names(&entries, &Order::FirstCome), "abcd");
}

#[test]
fn only_orders_by_score_or_band_reveal_anything() {
    let by = |column| Order::Columns(vec![SortBy { column, descending: false }]);
    assert!(Order::FlagUp.reveals_scores() && Order::ByScore.reveals_scores() && by(Column::Band).reveals_scores());
    assert!(!Order::FirstCome.reveals_scores() && !by(Column::Waiting).reveals_scores());
}

#[test]
fn a_thousand_rows_are_sorted_in_less_than_50_ms() {
    let rows: Vec<WorklistRow> = (0..1000_u32)
        .map(|i| {
            let scattered = i.wrapping_mul(2_654_435_761);
            let date = format!("2024{:02}{:02}", scattered % 12 + 1, scattered % 28 + 1);
            sample::scored(&format!("1.2.{scattered}"), &date, f64::from(scattered % 1000) / 1000.0)
        })
        .collect();
    let entries: Vec<Entry<'_>> = rows.iter().map(entry).collect();
    let columns = [Column::Site, Column::StudyDate, Column::Score];
    let by_columns = Order::Columns(columns.map(|column| SortBy { column, descending: true }).into());
    for order in [Order::FlagUp, Order::ByScore, Order::FirstCome, by_columns] {
        let quickest = (0..5)
            .map(|_| {
                let start = Instant::now();
                assert_eq!(arrange(&entries, &order).len(), rows.len());
                start.elapsed()
            })
            .min();
        println!("{order:?}: {quickest:?}");
        assert!(quickest < Some(Duration::from_millis(50)), "{order:?}: {quickest:?}");
    }
}
