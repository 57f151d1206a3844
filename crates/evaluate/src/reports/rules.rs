//! The rules file becomes terms to look up by their first word.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The paper's categories, those of the group's later work, and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Restricted diffusion, recent infarct.
    AcuteStroke,
    /// Any bleed, recent or old.
    Haemorrhage,
    /// Tumour, abscess, mass-like cyst.
    Mass,
    /// Enlarged ventricles under pressure.
    Hydrocephalus,
    /// Loss of volume beyond age.
    Atrophy,
    /// Aneurysm, malformation, occlusion, venous thrombosis.
    Vascular,
    /// Small vessel disease beyond age.
    SmallVesselDisease,
    /// White matter inflammation, encephalitis.
    WhiteMatterInflammation,
    /// Established damage: old infarct, gliosis, cavity.
    Encephalomalacia,
    /// Everything else.
    Other,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::AcuteStroke,
        Self::Haemorrhage,
        Self::Mass,
        Self::Hydrocephalus,
        Self::Atrophy,
        Self::Vascular,
        Self::SmallVesselDisease,
        Self::WhiteMatterInflammation,
        Self::Encephalomalacia,
        Self::Other,
    ];

    /// As in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AcuteStroke => "acute_stroke",
            Self::Haemorrhage => "haemorrhage",
            Self::Mass => "mass",
            Self::Hydrocephalus => "hydrocephalus",
            Self::Atrophy => "atrophy",
            Self::Vascular => "vascular",
            Self::SmallVesselDisease => "small_vessel_disease",
            Self::WhiteMatterInflammation => "white_matter_inflammation",
            Self::Encephalomalacia => "encephalomalacia",
            Self::Other => "other",
        }
    }
}

/// What words around a finding make of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is denied.
    Negated,
    /// It was once.
    Historical,
    /// It is asked or feared.
    Hypothetical,
    /// It is thought likely or possible: still a finding.
    Uncertain,
    /// An infarct is established.
    Old,
    /// Usual for the age, where that can be.
    Usual,
}

/// On which side of a finding a modifier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It modifies what follows.
    Before,
    /// It modifies what precedes.
    After,
}

/// What a term is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Names a finding.
    Finding(Category),
    /// Modifies findings on one side or the other.
    Modifier(Kind, Side),
    /// Ends a modifier's scope.
    Terminator,
    /// Nothing, so that no shorter term is found in it.
    Nothing,
    /// Says that something is as it should be.
    Reassuring,
}

/// Rules of a language.
#[derive(Clone, Debug)]
pub struct Rules {
    by_first: HashMap<String, Vec<Term>>,
    by_prefix: Vec<Term>,
    /// Headings over what was asked.
    pub requests: Vec<String>,
    /// Other headings.
    pub headings: Vec<String>,
}

#[derive(Clone, Debug)]
struct Term {
    words: Vec<String>,
    role: Role,
}

#[derive(Deserialize)]
struct File {
    finding: Vec<FindingTerms>,
    modifier: Vec<ModifierTerms>,
    words: Words,
}

#[derive(Deserialize)]
struct FindingTerms {
    category: Category,
    terms: Vec<String>,
}

#[derive(Deserialize)]
struct ModifierTerms {
    kind: Kind,
    before: Vec<String>,
    after: Vec<String>,
}

#[derive(Deserialize)]
struct Words {
    terminators: Vec<String>,
    nothing: Vec<String>,
    reassuring: Vec<String>,
    requests: Vec<String>,
    headings: Vec<String>,
}

impl Rules {
    /// The rules that come with Headway.
    ///
    /// # Errors
    /// None for the file as tested.
    pub fn english() -> Result<Self, String> {
        Self::from_toml(include_str!("../../rules/english.toml"))
    }

    /// Reads a rules file.
    ///
    /// # Errors
    /// In words, with the line, where it is no such file.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| format!("The rules cannot be read: {e}"))?;
        let mut rules = Self {
            by_first: HashMap::new(),
            by_prefix: Vec::new(),
            requests: file.words.requests,
            headings: file.words.headings,
        };
        for finding in file.finding {
            rules.add(&finding.terms, Role::Finding(finding.category));
        }
        // A term that stands on both sides is written once in each list and found as either, by where it stands.
        for modifier in file.modifier {
            rules.add(&modifier.before, Role::Modifier(modifier.kind, Side::Before));
            rules.add(&modifier.after, Role::Modifier(modifier.kind, Side::After));
        }
        rules.add(&file.words.terminators, Role::Terminator);
        rules.add(&file.words.nothing, Role::Nothing);
        rules.add(&file.words.reassuring, Role::Reassuring);
        Ok(rules)
    }

    fn add(&mut self, terms: &[String], role: Role) {
        for term in terms {
            let words: Vec<String> = term.split(' ').map(str::to_owned).collect();
            if words[0].ends_with('*') {
                self.by_prefix.push(Term { words, role });
            } else {
                self.by_first.entry(words[0].clone()).or_default().push(Term { words, role });
            }
        }
    }

    /// The longest terms that begin at the first of some words: their length in words, and what they are.
    pub fn longest(&self, words: &[&str]) -> Option<(usize, Vec<Role>)> {
        let first = self.by_first.get(*words.first()?).into_iter().flatten();
        let fitting: Vec<&Term> = first.chain(&self.by_prefix).filter(|term| term.fits(words)).collect();
        let longest = fitting.iter().map(|term| term.words.len()).max()?;
        Some((longest, fitting.iter().filter(|t| t.words.len() == longest).map(|t| t.role).collect()))
    }
}

impl Term {
    fn fits(&self, words: &[&str]) -> bool {
        self.words.len() <= words.len()
            && self.words.iter().zip(words).all(|(term, word)| match term.strip_suffix('*') {
                Some(prefix) => word.starts_with(prefix),
                None => term == word,
            })
    }
}
