//! How suitable series compare: one score per criterion, the most important first.
//! The first criterion in which two series differ decides between them.

use super::rules::Facts;
use crate::contrast::Certainty;
use crate::geometry::Geometry;
use crate::reason::Reason;
use crate::words::{FAT_SUPPRESSED, SINGLE_SHOT, Text};
use serde::{Deserialize, Serialize};

/// Coverage in which two series count as alike, mm.
const COVERAGE_STEP_MM: f64 = 20.0;
/// Coverage beyond which more is neck, mm.
const FULL_COVERAGE_MM: f64 = 180.0;

/// A series' standing in one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The criterion.
    pub criterion: String,
    /// Its points; more is better.
    pub points: i64,
    /// What was found, a phrase.
    pub found: String,
}

/// The scores of a suitable series, most important first.
pub(super) fn scores(facts: &Facts, geometry: &Result<Geometry, Reason>) -> Vec<Score> {
    let mut scores = vec![
        sound(geometry),
        contrast(facts.weighting.certainty),
        first_hand(facts),
        fat(facts),
        readout(facts),
        plane(facts),
    ];
    scores.extend(geometry.as_ref().map(fineness).unwrap_or_default());
    scores
}

fn score(criterion: &str, points: i64, found: impl Into<String>) -> Score {
    Score { criterion: criterion.to_owned(), points, found: found.into() }
}

fn sound(geometry: &Result<Geometry, Reason>) -> Score {
    let found = if geometry.is_ok() { "an even stack that covers a head" } else { "a stack that cannot be scored" };
    score("geometry", geometry.is_ok().into(), found)
}

fn contrast(certainty: Certainty) -> Score {
    let found = match certainty {
        Certainty::Sure => "T2-weighted by its timing",
        Certainty::Doubtful => "T2-weighted with a doubt",
        Certainty::ShortEcho => "a short echo time for T2",
        Certainty::Named => "T2-weighted by name alone",
    };
    score("contrast", certainty as i64, found)
}

fn first_hand(facts: &Facts) -> Score {
    let found = if facts.is_second_hand() { "marked as derived or secondary" } else { "as acquired" };
    score("origin", (!facts.is_second_hand()).into(), found)
}

fn fat(facts: &Facts) -> Score {
    let options = Text::of(facts.series.middle().acquisition.scan_options.iter().map(String::as_str));
    match facts.words.names(FAT_SUPPRESSED).or_else(|| options.names(FAT_SUPPRESSED)) {
        Some(word) => score("fat", 0, format!("fat suppressed (\"{word}\")")),
        None => score("fat", 1, "fat not suppressed"),
    }
}

fn readout(facts: &Facts) -> Score {
    match facts.words.names(SINGLE_SHOT) {
        Some(word) => score("readout", 0, format!("single-shot (\"{word}\")")),
        None => score("readout", 1, "several shots"),
    }
}

fn plane(facts: &Facts) -> Score {
    let found = if facts.is_in_plane() { "acquired in the model's plane" } else { "reformatted from another plane" };
    score("plane", facts.is_in_plane().into(), found)
}

fn fineness(geometry: &Geometry) -> Vec<Score> {
    let (covered_mm, spacing) = (geometry.height_mm(), geometry.spacing_mm());
    let per_10_cm = |mm: f64| (100.0 / mm).round() as i64;
    vec![
        score(
            "coverage",
            (covered_mm.min(FULL_COVERAGE_MM) / COVERAGE_STEP_MM) as i64,
            format!("{covered_mm:.0} mm of the head"),
        ),
        score("pixels", per_10_cm(spacing.x), format!("pixels of {:.2} mm", spacing.x)),
        score("slices", per_10_cm(spacing.z), format!("slices {:.1} mm apart", spacing.z)),
    ]
}
