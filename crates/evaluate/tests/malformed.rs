//! Damaged files: every reader answers with a table or a sentence, and never panics.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use headway_evaluate::error::InputError;
use headway_evaluate::evaluation::join::Mapping;
use headway_evaluate::evaluation::{LabelColumns, Labels, Scores, Settings, evaluate, join};
use headway_evaluate::random::Random;
use headway_evaluate::reports::{Rules, proposal};
use headway_evaluate::simulation::{History, HistoryColumns};
use headway_evaluate::table::Table;

const FILE: &str = "id;label;score;study;scan_date;report_date;status;age;site;text\r\n\
    007;abnormal;0,5;1.2.3;2018-01-02;03/04/2018;confirmed;63;North;\"No infarct; normal.\r\nSecond line\"\r\n\
    008;0;;1.2.4;20180102;;proposed;064Y;South;?stroke\r\n";

/// Every reader over the same bytes; the sentences of those that refuse.
fn read_all(bytes: &[u8]) -> Vec<InputError> {
    let scores = Scores::read("x.csv", bytes);
    let table = match Table::read("x.csv", bytes) {
        Ok(table) => table,
        Err(error) => return vec![error],
    };
    let labels = Labels::from_table(&table, &LabelColumns::default());
    let mapping = Mapping::from_table(&table);
    let history = History::from_table(&table, &HistoryColumns::default());
    let reports = proposal::propose_all(&Rules::english().unwrap(), &table, "id", "text");
    if let (Ok(scores), Ok(labels), Ok(mapping)) = (&scores, &labels, &mapping) {
        evaluate(&join(labels, scores, mapping), None, &Settings { replicates: 10, ..Settings::default() });
    }
    [scores.err(), labels.err(), mapping.err(), history.err(), reports.err()].into_iter().flatten().collect()
}

#[test]
fn the_file_itself_is_refused_only_for_its_ambiguous_date() {
    let errors = read_all(FILE.as_bytes());
    assert_eq!(errors.len(), 1, "{errors:?}");
    let sentence = errors[0].to_string();
    assert!(sentence.starts_with("x.csv, line 2: This date can be day/month or month/day"), "{sentence}");
}

#[test]
fn damage_ends_in_a_sentence() {
    let mut refused = 0;
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let mut bytes = FILE.as_bytes().to_vec();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            match random.below(4) {
                0 => bytes[at] = random.bits() as u8,
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, *random_mark(&mut random)),
                _ => drop(bytes.remove(at)),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let errors = read_all(&bytes);
        refused += usize::from(errors.len() > 1);
        assert!(errors.iter().all(|error| error.text.ends_with(['.', '?', ')'])), "{errors:?}");
    }
    assert!(refused > 500, "damage was seldom noticed: {refused}");
}

fn random_mark(random: &mut Random) -> &'static u8 {
    let marks = b"\";,\n\r\t\0?E+";
    &marks[random.below(marks.len())]
}
