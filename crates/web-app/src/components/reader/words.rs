//! What stands of a study, in words.

use super::verdict_words;
use headway_core::worklist::reader::{Category, Confidence, Impression, Reading, Summary};

/// Every category and its name.
pub const CATEGORIES: [(Category, &str); 10] = [
    (Category::AcuteStroke, "Acute stroke"),
    (Category::Haemorrhage, "Haemorrhage"),
    (Category::Mass, "Mass"),
    (Category::Hydrocephalus, "Hydrocephalus"),
    (Category::Vascular, "Vascular"),
    (Category::SmallVesselDisease, "Small vessel disease"),
    (Category::WhiteMatterInflammation, "White matter inflammation"),
    (Category::Encephalomalacia, "Encephalomalacia"),
    (Category::Atrophy, "Atrophy"),
    (Category::Other, "Other"),
];

/// Normal or not.
pub const IMPRESSIONS: [(Impression, &str); 2] = [(Impression::Normal, "Normal"), (Impression::Abnormal, "Abnormal")];

/// How sure.
pub const CONFIDENCES: [(Confidence, &str); 3] =
    [(Confidence::Possible, "Possible"), (Confidence::Probable, "Probable"), (Confidence::Certain, "Certain")];

/// The name of one of several.
fn named<T: Copy + PartialEq>(all: &[(T, &'static str)], one: T) -> &'static str {
    all.iter().find(|(other, _)| *other == one).map_or("", |(_, name)| name)
}

fn reading(reading: &Reading) -> String {
    let category = reading.category.map(|category| format!(", {}", named(&CATEGORIES, category).to_lowercase()));
    format!(
        "{}{}, {}",
        named(&IMPRESSIONS, reading.impression).to_lowercase(),
        category.unwrap_or_default(),
        named(&CONFIDENCES, reading.confidence).to_lowercase()
    )
}

/// What the reader said that can be undone or stands for good; empty where nothing was said.
pub fn said_in_words(said: &Summary) -> Vec<String> {
    let blind = said.reading.map(|(first, _)| format!("Read before the score: {}", reading(&first)));
    let later = said.later_reading.map(|(later, _)| format!("Read with the score in view: {}", reading(&later)));
    let verdict = said.verdict.map(|(verdict, _)| verdict_words(verdict).to_owned());
    let urgency = said.urgency.map(|urgency| format!("Urgency: {}", urgency.name()));
    let comment = Some(&said.comment).filter(|comment| !comment.is_empty()).map(|comment| format!("“{comment}”"));
    [blind, later, verdict, urgency, comment].into_iter().flatten().collect()
}
