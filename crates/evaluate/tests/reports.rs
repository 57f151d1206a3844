//! The report reader, measured on sentences and reports written for it. See `reports/README.md`.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use headway_evaluate::reports::{Proposal, Rules, propose};
use headway_evaluate::table::{Table, label_of};
use std::collections::BTreeSet;

struct Measured {
    /// Right, by truth: normal, abnormal.
    right: [usize; 2],
    of: [usize; 2],
    categories_right: usize,
}

fn measure(name: &str, csv: &str) -> Measured {
    let rules = Rules::english().unwrap();
    let table = Table::read(name, csv.as_bytes()).unwrap();
    let [label, categories, text] = ["label", "categories", "text"].map(|column| table.column(column).unwrap());
    let mut measured = Measured { right: [0; 2], of: [0; 2], categories_right: 0 };
    for row in &table.rows {
        let abnormal = label_of(row.get(label)).unwrap().unwrap();
        let truth: BTreeSet<&str> = row.get(categories).split('+').filter(|name| !name.is_empty()).collect();
        let proposal = propose(&rules, row.get(text));
        let right = proposal.abnormal.unwrap_or(false) == abnormal;
        measured.of[usize::from(abnormal)] += 1;
        measured.right[usize::from(abnormal)] += usize::from(right);
        let same = names(&proposal) == truth;
        measured.categories_right += usize::from(abnormal && same);
        if !right || (abnormal && !same) {
            println!("  {name} {}: {} -> {:?}", row.line, row.get(text), names(&proposal));
        }
    }
    let Measured { right, of, categories_right } = &measured;
    println!(
        "{name}: abnormal {}/{}, normal {}/{}, categories exact {categories_right}/{}",
        right[1], of[1], right[0], of[0], of[1]
    );
    measured
}

fn names(proposal: &Proposal) -> BTreeSet<&'static str> {
    proposal.categories.iter().map(|category| category.name()).collect()
}

/// The figures of `docs/report-labels.md`; a change of the rules changes both.
#[test]
fn it_reads_as_well_and_as_badly_as_documented() {
    let halves = [
        ("development_sentences", include_str!("reports/development_sentences.csv"), [75, 75], 74),
        ("development_reports", include_str!("reports/development_reports.csv"), [22, 28], 28),
        ("held_out_sentences", include_str!("reports/held_out_sentences.csv"), [75, 75], 72),
        ("held_out_reports", include_str!("reports/held_out_reports.csv"), [18, 31], 28),
        ("challenge_sentences", include_str!("reports/challenge_sentences.csv"), [11, 8], 5),
    ];
    let document = include_str!("../../../docs/report-labels.md");
    for (name, csv, right, categories_right) in halves {
        let measured = measure(name, csv);
        assert_eq!((measured.right, measured.categories_right), (right, categories_right), "{name}");
        let [normal, abnormal] = measured.of;
        let line = format!("| {}/{abnormal} | {}/{normal} | {categories_right}/{abnormal} |", right[1], right[0]);
        assert!(document.contains(&line), "{name}: {line} is not in the document");
    }
}
