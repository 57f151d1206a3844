//! Which rows are looked for. A filter is the reader's own wish, and the list says how many rows it leaves out.

use super::moment::{DAY_S, Moment};
use super::{Stage, WorklistRow};
use crate::finding::Band;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a row must satisfy to be shown; an empty part asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Words that must all occur: in the patient's name or ID, the accession number, the descriptions, site, scanner
    /// or the reader's comment. Case does not count.
    pub text: String,
    /// Bands, one of which the row must have; `None` stands for rows without one.
    pub bands: BTreeSet<Option<Band>>,
    /// Names of stages ([`Stage::name`]).
    pub states: BTreeSet<String>,
    /// *Institution Name*, as written; empty stands for rows that name none.
    pub sites: BTreeSet<String>,
    /// First day of the examination. Rows without a readable date lie in no interval.
    pub from: Option<Moment>,
    /// Last day of the examination.
    pub to: Option<Moment>,
}

impl Filter {
    /// Whether it leaves every row.
    pub fn is_empty(&self) -> bool {
        Self { text: self.text.trim().to_owned(), ..self.clone() } == Self::default()
    }

    /// Whether what it shows tells something of scores. Shadow mode uses none that does.
    pub fn reveals_scores(&self) -> bool {
        !self.bands.is_empty()
    }

    /// Whether a row is shown, given the reader's comment on it.
    pub fn shows(&self, row: &WorklistRow, comment: &str) -> bool {
        let band = match &row.stage {
            Stage::Scored { finding } => finding.band,
            _ => None,
        };
        (self.bands.is_empty() || self.bands.contains(&band))
            && (self.states.is_empty() || self.states.contains(row.stage.name()))
            && (self.sites.is_empty() || self.sites.contains(row.study.institution.trim()))
            && self.shows_date(&row.study.date)
            && self.shows_text(row, comment)
    }

    /// How many rows are shown, in words: `12 of 40 studies shown`.
    pub fn in_words(shown: usize, all: usize) -> String {
        format!("{shown} of {all} {} shown", if all == 1 { "study" } else { "studies" })
    }

    fn shows_date(&self, date: &str) -> bool {
        if self.from.is_none() && self.to.is_none() {
            return true;
        }
        let day = |moment: Moment| moment.0.div_euclid(DAY_S);
        Moment::from_dicom(date, "").is_some_and(|date| {
            self.from.is_none_or(|from| day(from) <= day(date)) && self.to.is_none_or(|to| day(date) <= day(to))
        })
    }

    fn shows_text(&self, row: &WorklistRow, comment: &str) -> bool {
        if self.text.trim().is_empty() {
            return true;
        }
        let series = row.selection.as_ref().and_then(|selection| selection.chosen.as_ref());
        let haystack = [
            row.patient.name.as_str(),
            row.patient.id.as_str(),
            row.study.accession_number.as_str(),
            row.study.description.as_str(),
            row.study.institution.as_str(),
            row.study.scanner.as_str(),
            series.map_or("", |series| series.description.as_str()),
            comment,
        ]
        .join("\n")
        .to_lowercase();
        self.text.to_lowercase().split_whitespace().all(|word| haystack.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worklist::sample;

    fn row() -> WorklistRow {
        let mut row = sample::scored("1.2", "20260316", 0.9);
        row.patient.name = "DOE^JANE".into();
        row.study.institution = "St Elsewhere ".into();
        row.study.description = "MRI Head".into();
        row
    }

    #[test]
    fn every_word_must_occur_somewhere_in_the_row_or_the_comment() {
        let shows = |text: &str| Filter { text: text.into(), ..Filter::default() }.shows(&row(), "Motion artefact");
        assert!(shows("") && shows("  ") && shows("doe") && shows("head JANE") && shows("motion elsewhere"));
        assert!(!shows("doe spine") && !shows("1.2"));
    }

    #[test]
    fn band_state_and_site_each_ask_for_one_of_several() {
        let unscored = sample::unscored("1.3", "");
        let bands = |bands: &[Option<Band>]| Filter { bands: bands.iter().copied().collect(), ..Filter::default() };
        assert!(bands(&[None, Some(Band::Flagged)]).shows(&row(), "") && bands(&[None]).shows(&unscored, ""));
        assert!(!bands(&[None, Some(Band::Uncertain)]).shows(&row(), ""));
        let states = |state: &str| Filter { states: [state.into()].into(), ..Filter::default() };
        assert!(states("scored").shows(&row(), "") && !states("scored").shows(&unscored, ""));
        let sites = |site: &str| Filter { sites: [site.into()].into(), ..Filter::default() };
        assert!(sites("St Elsewhere").shows(&row(), "") && sites("").shows(&unscored, ""));
        assert!(!sites("").shows(&row(), ""));
        assert!(bands(&[None]).reveals_scores() && !states("scored").reveals_scores());
    }

    #[test]
    fn dates_are_whole_days_and_an_unreadable_date_is_in_no_interval() {
        let shows = |date: &str, from: &str, to: &str| {
            let (from, to) = (Moment::from_dicom(from, ""), Moment::from_dicom(to, "2359"));
            Filter { from, to, ..Filter::default() }.shows(&sample::unscored("1", date), "")
        };
        assert!(shows("20260316", "2026-03-16", "2026-03-16") && shows("20260316", "", "20260316"));
        assert!(!shows("20260315", "20260316", "") && !shows("20260317", "", "20260316"));
        assert!(!shows("", "20260316", "") && shows("", "", ""));
    }

    #[test]
    fn a_filter_of_spaces_is_none() {
        assert!(Filter { text: "  ".into(), ..Filter::default() }.is_empty());
        assert!(!Filter { sites: [String::new()].into(), ..Filter::default() }.is_empty());
    }
}
