//! All that people and the clock add to the rows, held together for the page: rows in, their standing out.
//!
//! In shadow mode neither order nor filter nor place tells anything of a score, whatever was asked for.

use super::filter::Filter;
use super::moment::Moment;
use super::order::{Entry, Order, Place, arrange};
use super::reader::{Journal, Mode, Summary};
use super::urgency::Urgency;
use super::wait::WaitRule;
use super::{Stage, WorklistRow};
use crate::card::{Evidence, Thresholds};
use crate::finding::Band;
use crate::study::StudyKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a list is beside its rows. A fresh one has forgotten everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The order asked for.
    pub order: Order,
    /// The rows asked for.
    pub filter: Filter,
    /// What it says of waiting.
    pub wait: WaitRule,
    /// What the reader did.
    pub journal: Journal,
    /// The score from which on a study is flagged, where it is another than the card's.
    pub flagged_from: Option<f64>,
    /// Urgency by a list that was read in; the reader's own goes before it.
    #[serde(with = "pairs")]
    pub urgency: BTreeMap<StudyKey, Urgency>,
    #[serde(with = "pairs")]
    arrivals: BTreeMap<StudyKey, Moment>,
}

/// Where a row stands, and what may be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Index of the row among those handed in.
    pub row: usize,
    /// Its place, and why, in words; `None` while that would tell of a hidden score.
    pub place: Option<(Place, String)>,
    /// Its urgency.
    pub urgency: Option<Urgency>,
    /// How long it has waited, in words.
    pub waiting: String,
    /// Whether it has waited longer than the list allows.
    pub is_overdue: bool,
    /// Whether its score may be shown.
    pub score_seen: bool,
}

/// A row under the pointer or the focus, and where it stands: it stays there while others move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InUse {
    /// Which study.
    pub study: StudyKey,
    /// Its index among the rows shown.
    pub at: usize,
}

impl List {
    /// Notes when a study arrived. The first time counts, also over several sessions.
    pub fn arrived(&mut self, study: &StudyKey, now: Moment) {
        if !self.arrivals.contains_key(study) {
            self.arrivals.insert(study.clone(), now);
        }
    }

    /// The operating point in use: the card's, unless the reader has moved it.
    pub fn thresholds(&self, of_card: Option<Thresholds>) -> Option<Thresholds> {
        let thresholds = of_card?;
        Some(self.flagged_from.map_or(thresholds, |score| thresholds.flagging_from(score)))
    }

    /// Puts every score into its band under the operating point in use.
    pub fn band(&self, rows: &mut [WorklistRow], of_card: Option<Thresholds>) {
        let Some(thresholds) = self.thresholds(of_card).filter(|_| self.flagged_from.is_some()) else { return };
        for row in rows {
            if let Stage::Scored { finding } = &mut row.stage {
                finding.band = finding.score.map(|score| Band::of(score, thresholds));
            }
        }
    }

    /// The rows with what people and the clock say of them, as orders and exports take them.
    pub fn entries<'a>(&self, rows: &'a [WorklistRow], evidence: Evidence, now: Moment) -> Vec<Entry<'a>> {
        let summaries = self.journal.summaries();
        let entry = |row: &'a WorklistRow| {
            let by_reader = summaries.get(&row.key).and_then(|summary| summary.urgency);
            let urgency = by_reader.or_else(|| self.urgency.get(&row.key).copied());
            let wait = self.wait.wait(&row.study, self.arrivals.get(&row.key).copied(), now);
            Entry { row, evidence, urgency, wait }
        };
        rows.iter().map(entry).collect()
    }

    /// The order in use: the one asked for, or that of arrival where scores are hidden and it would tell of them.
    pub fn order_in_use(&self) -> &Order {
        let hidden = self.journal.mode() == Mode::Shadow && self.order.reveals_scores();
        if hidden { &Order::FirstCome } else { &self.order }
    }

    /// The rows that the filter shows, in the order in use; rows in use stay where they are.
    pub fn arrange(&self, rows: &[WorklistRow], evidence: Evidence, now: Moment, in_use: &[InUse]) -> Vec<Standing> {
        let entries = self.entries(rows, evidence, now);
        let summaries = self.journal.summaries();
        let filter = self.filter_in_use();
        let silent = Summary::default();
        let standing = |row: usize| {
            let entry = &entries[row];
            let summary = summaries.get(&entry.row.key).unwrap_or(&silent);
            let score_seen = self.journal.mode() == Mode::Open || summary.revealed_at.is_some();
            filter.shows(entry.row, &summary.comment).then(|| Standing {
                row,
                place: score_seen.then(|| (entry.place(), entry.why())),
                urgency: entry.urgency,
                waiting: entry.wait.in_words(),
                is_overdue: entry.wait.is_overdue(),
                score_seen,
            })
        };
        let mut shown = arrange(&entries, self.order_in_use()).into_iter().filter_map(standing).collect();
        hold(&mut shown, rows, in_use);
        shown
    }

    fn filter_in_use(&self) -> Filter {
        let mut filter = self.filter.clone();
        if self.journal.mode() == Mode::Shadow {
            filter.bands.clear();
        }
        filter
    }
}

/// Puts rows in use back where they stood: uppermost first, so that none moves another.
fn hold(shown: &mut Vec<Standing>, rows: &[WorklistRow], in_use: &[InUse]) {
    let mut held: Vec<(usize, Standing)> = Vec::new();
    for row in in_use {
        if let Some(index) = shown.iter().position(|standing| rows[standing.row].key == row.study) {
            held.push((row.at, shown.remove(index)));
        }
    }
    held.sort_by_key(|(at, _)| *at);
    for (at, standing) in held {
        shown.insert(at.min(shown.len()), standing);
    }
}

/// Maps as lists of pairs: JSON has only text for keys.
mod pairs {
    use crate::study::StudyKey;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::collections::BTreeMap;

    pub fn serialize<T: Serialize, S: Serializer>(map: &BTreeMap<StudyKey, T>, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        from: D,
    ) -> Result<BTreeMap<StudyKey, T>, D::Error> {
        Vec::<(StudyKey, T)>::deserialize(from).map(BTreeMap::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worklist::reader::{Action, Confidence, Impression, Reading};
    use crate::worklist::sample;
    use std::time::{Duration, Instant};

    fn rows() -> Vec<WorklistRow> {
        let mut rows = vec![
            sample::scored("a", "20240101", 0.1),
            sample::unscored("b", "20240101"),
            sample::scored("c", "20240101", 0.9),
        ];
        rows.iter_mut().enumerate().for_each(|(arrival, row)| row.arrival = arrival);
        rows
    }

    fn shown(list: &List) -> String {
        let rows = rows();
        let standing = list.arrange(&rows, Evidence::Synthetic, Moment(0), &[]);
        standing.iter().map(|standing| rows[standing.row].key.study_uid.as_str()).collect()
    }

    #[test]
    fn in_shadow_mode_neither_order_nor_filter_nor_place_tells_of_scores() {
        let mut list = List::default();
        list.filter.bands = [Some(Band::Flagged)].into();
        assert_eq!((list.order.reveals_scores(), shown(&list).as_str()), (true, "abc"));
        let reading = Reading { impression: Impression::Normal, category: None, confidence: Confidence::Possible };
        for action in [Action::Read(reading), Action::Revealed] {
            list.journal.record(&rows()[2].key, Moment(1), action).unwrap();
        }
        let standing = list.arrange(&rows(), Evidence::Synthetic, Moment(0), &[]);
        let places = standing.iter().map(|standing| standing.place.as_ref().map(|(place, _)| *place));
        assert_eq!(places.collect::<Vec<_>>(), [None, None, Some(Place::Flagged)]);
        list.journal.switch(Mode::Open, Moment(0), []);
        assert_eq!(shown(&list), "c");
        list.filter = Filter::default();
        assert_eq!(shown(&list), "cba");
    }

    #[test]
    fn a_moved_operating_point_puts_scores_into_other_bands_and_leaves_the_unscored_alone() {
        let card = Some(Thresholds { sensitive: 0.3, specific: 0.5 });
        let bands = |flagged_from: Option<f64>| {
            let list = List { flagged_from, ..List::default() };
            let scores = [0.1, 0.4, 0.9];
            let mut rows: Vec<_> = scores.iter().map(|score| sample::scored("a", "20240101", *score)).collect();
            rows.push(sample::unscored("b", "20240101"));
            list.band(&mut rows, card);
            let band = |row: &WorklistRow| match &row.stage {
                Stage::Scored { finding } => finding.band,
                _ => None,
            };
            rows.iter().map(band).collect::<Vec<_>>()
        };
        use Band::{Flagged, NotFlagged, Uncertain};
        assert_eq!(bands(None), [Some(NotFlagged), Some(Uncertain), Some(Flagged), None], "the card's");
        assert_eq!(bands(Some(0.95)), [Some(NotFlagged), Some(Uncertain), Some(Uncertain), None]);
        assert_eq!(bands(Some(0.35)), [Some(NotFlagged), Some(Flagged), Some(Flagged), None]);
        assert_eq!(bands(Some(0.05)), [Some(Flagged), Some(Flagged), Some(Flagged), None]);
        let moved = List { flagged_from: Some(0.2), ..List::default() };
        assert_eq!(moved.thresholds(card), Some(Thresholds { sensitive: 0.2, specific: 0.2 }));
        assert_eq!(moved.thresholds(None), None, "a model without thresholds gets none");
    }

    #[test]
    fn a_row_in_use_stays_where_it_is_while_others_are_scored() {
        let mut list = List::default();
        list.journal.switch(Mode::Open, Moment(0), []);
        let rows = rows();
        let order = |in_use: &[(usize, usize)]| -> String {
            let in_use: Vec<InUse> =
                in_use.iter().map(|&(row, at)| InUse { study: rows[row].key.clone(), at }).collect();
            let shown = list.arrange(&rows, Evidence::Synthetic, Moment(0), &in_use);
            shown.iter().map(|standing| rows[standing.row].key.study_uid.as_str()).collect()
        };
        assert_eq!(order(&[]), "cba");
        assert_eq!(order(&[(0, 0)]), "acb", "the last by its place, held at the top");
        assert_eq!(order(&[(2, 9)]), "bac", "the list is shorter by now");
        assert_eq!(order(&[(2, 2), (0, 0)]), "abc", "pointer and focus on different rows");
    }

    #[test]
    fn the_readers_urgency_goes_before_the_lists() {
        let mut list = List::default();
        list.journal.switch(Mode::Open, Moment(0), []);
        list.urgency = rows()[..2].iter().map(|row| (row.key.clone(), Urgency::Stat)).collect();
        assert_eq!(shown(&list), "abc");
        let study = &rows()[0].key;
        list.journal.record(study, Moment(1), Action::Urgency(Some(Urgency::Routine))).unwrap();
        assert_eq!(shown(&list), "bca");
        list.journal.undo(study, Moment(2)).unwrap();
        assert_eq!(shown(&list), "abc");
    }

    #[test]
    fn waiting_counts_from_the_first_arrival_and_all_of_it_survives_json() {
        let (rows, day) = (rows(), 86_400);
        let mut list = List::default();
        list.journal.switch(Mode::Open, Moment(0), []);
        list.arrived(&rows[0].key, Moment(0));
        list.urgency.insert(rows[1].key.clone(), Urgency::High);
        let mut list: List = serde_json::from_str(&serde_json::to_string(&list).unwrap()).unwrap();
        list.arrived(&rows[0].key, Moment(20 * day));
        let standing = list.arrange(&rows, Evidence::Synthetic, Moment(21 * day), &[]);
        let told: Vec<_> = standing.iter().map(|s| (s.row, s.is_overdue, s.urgency)).collect();
        assert_eq!(told, [(1, false, Some(Urgency::High)), (2, false, None), (0, true, None)]);
        assert!(standing[2].place.as_ref().is_some_and(|(_, why)| why.contains("21 days")), "{standing:?}");
        assert_eq!(standing[0].waiting, "waiting time unknown, there is no date");
    }

    #[test]
    fn a_thousand_rows_with_a_journal_are_arranged_in_less_than_50_ms() {
        let rows: Vec<WorklistRow> = (0..1000_u32)
            .map(|i| sample::scored(&format!("1.2.{}", i.wrapping_mul(2_654_435_761)), "20240101", 0.4))
            .collect();
        let mut list = List::default();
        list.journal.switch(Mode::Open, Moment(0), []);
        for row in &rows {
            list.arrived(&row.key, Moment(0));
            list.journal.record(&row.key, Moment(1), Action::Commented("Motion artefact".into())).unwrap();
        }
        list.filter.text = "MOTION".into();
        let quickest = (0..5)
            .map(|_| {
                let start = Instant::now();
                assert_eq!(list.arrange(&rows, Evidence::Synthetic, Moment(60), &[]).len(), 1000);
                start.elapsed()
            })
            .min();
        println!("{quickest:?}");
        assert!(quickest < Some(Duration::from_millis(50)), "{quickest:?}");
    }
}
