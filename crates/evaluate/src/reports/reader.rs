//! A sentence becomes mentions of findings, each with what the words around make of it.

use super::rules::{Category, Kind, Role, Rules, Side};
use serde::Serialize;

/// A finding mentioned in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// Its category.
    pub category: Category,
    /// The words that name it.
    pub term: String,
    /// What modifies it, with the words.
    pub modifiers: Vec<(Kind, String)>,
}

/// What a sentence says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// In order.
    pub mentions: Vec<Mention>,
    /// Whether it says that something is as it should be.
    pub reassuring: bool,
}

/// A term where it stands.
struct Found {
    words: String,
    roles: Vec<Role>,
}

impl Mention {
    /// Whether the sentence asserts it.
    pub fn is_asserted(&self) -> bool {
        let kinds = || self.modifiers.iter().map(|(kind, _)| *kind);
        let can_be_usual = matches!(self.category, Category::SmallVesselDisease | Category::Atrophy);
        !kinds().any(|kind| match kind {
            Kind::Negated | Kind::Historical | Kind::Hypothetical => true,
            Kind::Usual => can_be_usual,
            Kind::Uncertain | Kind::Old => false,
        })
    }

    /// Whether it is only thought likely or possible.
    pub fn is_uncertain(&self) -> bool {
        self.modifiers.iter().any(|(kind, _)| *kind == Kind::Uncertain)
    }
}

/// Reads one sentence.
pub fn read(rules: &Rules, sentence: &str) -> Reading {
    let found = find(rules, &words(sentence));
    let mut reading = Reading::default();
    for (place, term) in found.iter().enumerate() {
        for role in &term.roles {
            match role {
                Role::Finding(category) => reading.mentions.push(mention(&found, place, *category)),
                Role::Reassuring => reading.reassuring = true,
                _ => {}
            }
        }
    }
    reading
}

/// Lower case, hyphens as spaces, apostrophes gone, a question mark a word of its own.
fn words(sentence: &str) -> Vec<String> {
    let plain = sentence.to_lowercase().replace(['\'', '’'], "").replace('?', " ? ");
    let parts = plain.split(|c: char| !c.is_alphanumeric() && c != '?');
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn find(rules: &Rules, words: &[String]) -> Vec<Found> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < words.len() {
        let Some((length, roles)) = rules.longest(&words[at..]) else {
            at += 1;
            continue;
        };
        found.push(Found { words: words[at..at + length].join(" "), roles });
        at += length;
    }
    found
}

fn mention(found: &[Found], place: usize, category: Category) -> Mention {
    let scope = |term: &&Found| !term.roles.contains(&Role::Terminator);
    let before = found[..place].iter().rev().take_while(scope).flat_map(|term| modifiers(term, Side::Before));
    let after = found[place + 1..].iter().take_while(scope).flat_map(|term| modifiers(term, Side::After));
    let modifiers: Vec<(Kind, String)> = before.chain(after).collect();
    let old = modifiers.iter().any(|(kind, _)| *kind == Kind::Old);
    let category = if old && category == Category::AcuteStroke { Category::Encephalomalacia } else { category };
    Mention { category, term: found[place].words.clone(), modifiers }
}

fn modifiers(term: &Found, wanted: Side) -> impl Iterator<Item = (Kind, String)> {
    term.roles.iter().filter_map(move |role| match role {
        Role::Modifier(kind, side) if *side == wanted => Some((*kind, term.words.clone())),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asserted(sentence: &str) -> Vec<Category> {
        let reading = read(&Rules::english().unwrap(), sentence);
        reading.mentions.iter().filter(|mention| mention.is_asserted()).map(|mention| mention.category).collect()
    }

    #[test]
    fn words_around_a_finding_decide_within_their_scope() {
        assert_eq!(asserted("There is a meningioma."), [Category::Mass]);
        assert_eq!(asserted("No infarct, haemorrhage or mass."), []);
        assert_eq!(asserted("No haemorrhage, but there is an infarct."), [Category::AcuteStroke]);
        assert_eq!(asserted("Aneurysm is not seen."), []);
        assert_eq!(asserted("?meningioma"), []);
        assert_eq!(asserted("History of haemorrhage."), []);
        assert_eq!(asserted("Stable known meningioma."), [Category::Mass]);
        assert_eq!(asserted("No change in the meningioma."), [Category::Mass], "a pseudo-negation");
        assert_eq!(asserted("Old infarct."), [Category::Encephalomalacia]);
        assert_eq!(asserted("Mild small vessel disease."), []);
        assert_eq!(asserted("Mild haemorrhage."), [Category::Haemorrhage], "a bleed is never usual");
    }

    #[test]
    fn the_deciding_words_are_kept() {
        let reading = read(&Rules::english().unwrap(), "No evidence of haemorrhage; possible metastasis");
        assert_eq!(reading.mentions[0].modifiers, [(Kind::Negated, "no evidence of".to_owned())]);
        assert!(reading.mentions[1].is_uncertain());
    }
}
