//! A report becomes a proposed label, with the sentences and words that decided it.

use super::reader::{self, Reading};
use super::rules::{Category, Rules};
use crate::error::InputError;
use crate::table::{Column, Table};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// A proposed label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// `None` where the report says neither that something is wrong nor that anything is as it should be.
    pub abnormal: Option<bool>,
    /// Of what is asserted.
    pub categories: BTreeSet<Category>,
    /// Every finding is only thought likely or possible.
    pub uncertain: bool,
    /// Sentences that decided it, with the words.
    pub evidence: Vec<Evidence>,
}

/// A sentence and the words in it that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// As written.
    pub sentence: String,
    /// Terms found, with modifiers.
    pub words: Vec<String>,
}

/// Reads a report.
pub fn propose(rules: &Rules, report: &str) -> Proposal {
    let mut proposal = Proposal { uncertain: true, ..Proposal::default() };
    let mut reassured = None;
    for sentence in sentences(rules, report) {
        let reading = reader::read(rules, &sentence);
        let asserted: Vec<_> = reading.mentions.iter().filter(|mention| mention.is_asserted()).collect();
        // "Other" is what is said of a finding named in the same sentence: oedema around a tumour.
        let named = asserted.iter().any(|mention| mention.category != Category::Other);
        for mention in &asserted {
            if !(named && mention.category == Category::Other) {
                proposal.categories.insert(mention.category);
            }
            proposal.uncertain &= mention.is_uncertain();
        }
        if !asserted.is_empty() {
            proposal.evidence.push(Evidence::of(&sentence, &reading));
        } else if reassured.is_none() && (reading.reassuring || !reading.mentions.is_empty()) {
            reassured = Some(Evidence::of(&sentence, &reading));
        }
    }
    match (proposal.categories.is_empty(), reassured) {
        (false, _) => Proposal { abnormal: Some(true), ..proposal },
        (true, Some(evidence)) => {
            Proposal { abnormal: Some(false), uncertain: false, evidence: vec![evidence], ..proposal }
        }
        (true, None) => Proposal { uncertain: false, ..proposal },
    }
}

impl Evidence {
    fn of(sentence: &str, reading: &Reading) -> Self {
        let words = reading.mentions.iter().map(|mention| {
            let modifiers: Vec<&str> = mention.modifiers.iter().map(|(_, words)| words.as_str()).collect();
            let around = if modifiers.is_empty() { String::new() } else { format!(" ({})", modifiers.join(", ")) };
            format!("{}{around}", mention.term)
        });
        Self { sentence: sentence.to_owned(), words: words.collect() }
    }
}

/// Sentences that report, without those that ask: what stands under a heading of the request counts as asked, up to the
/// next heading or, where the report has none, to the end of the sentence.
fn sentences(rules: &Rules, report: &str) -> Vec<String> {
    let flat = report.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut sentences = Vec::new();
    let mut asked = false;
    let has_headings = rules.headings.iter().any(|heading| flat.to_lowercase().contains(heading.as_str()));
    for sentence in split(rules, &flat) {
        let lower = sentence.to_lowercase();
        if rules.headings.iter().any(|heading| lower.starts_with(heading.as_str())) {
            asked = false;
        }
        if rules.requests.iter().any(|heading| lower.starts_with(heading.as_str())) {
            asked = true;
        }
        if !asked {
            sentences.push(sentence.to_owned());
        }
        asked &= has_headings;
    }
    sentences
}

/// After a word that ends in a mark of punctuation, before a heading, and at the end.
fn split<'a>(rules: &Rules, text: &'a str) -> Vec<&'a str> {
    let (mut pieces, mut from, mut at) = (Vec::new(), 0, 0);
    for word in text.split_inclusive(' ') {
        if rules.headings.contains(&word.trim_end().to_lowercase()) {
            pieces.push(&text[from..at]);
            from = at;
        }
        at += word.len();
        if word.trim_end().len() > 1 && word.trim_end().ends_with(['.', ';', '!', '?']) {
            pieces.push(&text[from..at]);
            from = at;
        }
    }
    pieces.push(&text[from..]);
    pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty()).collect()
}

/// Who stands behind a label.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The rules alone.
    #[default]
    Proposed,
    /// A person agrees with the rules.
    Confirmed,
    /// A person says otherwise.
    Corrected,
}

impl Status {
    /// As in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Confirmed => "confirmed",
            Self::Corrected => "corrected",
        }
    }
}

/// One report of a file, with its label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Labelled {
    /// As in the file.
    pub id: String,
    /// As in the file.
    pub report: String,
    /// What is proposed, or what a person made of it.
    pub proposal: Proposal,
    /// Who stands behind it.
    #[serde(default)]
    pub status: Status,
}

/// Reads a table of reports.
///
/// # Errors
/// Where a column is missing, or an id is blank, damaged or repeated.
pub fn propose_all(rules: &Rules, table: &Table, id: &str, text: &str) -> Result<Vec<Labelled>, InputError> {
    let (id, text): (Column, Column) = (table.column(id)?, table.column(text)?);
    let mut lines: HashMap<&str, u64> = HashMap::new();
    let mut labelled = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let name = row.get(id);
        crate::evaluation::id::check(name).map_err(|e| table.at(row.line, e))?;
        if let Some(first) = lines.insert(name, row.line) {
            return Err(table.at(row.line, format!("The id \"{name}\" stands on line {first} already.")));
        }
        let report = row.get(text).to_owned();
        let proposal = propose(rules, &report);
        labelled.push(Labelled { id: name.to_owned(), report, proposal, status: Status::Proposed });
    }
    Ok(labelled)
}

/// Labels as the CSV that evaluation reads: id, label, status, category (joined by `+`), uncertain, sentence, words.
///
/// # Errors
/// None in memory; the writer's are passed on.
pub fn to_csv(labelled: &[Labelled]) -> Result<String, String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["id", "label", "status", "category", "uncertain", "sentence", "words"];
    writer.write_record(header).map_err(|e| e.to_string())?;
    for Labelled { id, proposal, status, .. } in labelled {
        let label = proposal.abnormal.map_or("", |abnormal| if abnormal { "abnormal" } else { "normal" });
        let categories: Vec<&str> = proposal.categories.iter().map(|category| category.name()).collect();
        let sentences: Vec<&str> = proposal.evidence.iter().map(|evidence| evidence.sentence.as_str()).collect();
        let words: Vec<String> = proposal.evidence.iter().map(|evidence| evidence.words.join(", ")).collect();
        let uncertain = if proposal.uncertain { "yes" } else { "" };
        let (category, sentence, words) = (categories.join("+"), sentences.join(" "), words.join("; "));
        let record = [id, label, status.name(), &category, uncertain, &sentence, &words];
        writer.write_record(record).map_err(|e| e.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    String::from_utf8(bytes).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(report: &str) -> Proposal {
        propose(&Rules::english().unwrap(), report)
    }

    #[test]
    fn what_is_asked_is_no_finding_and_what_is_found_is() {
        let normal = proposal("Clinical details: Known glioma. Stroke? Findings: Normal study.");
        assert_eq!((normal.abnormal, normal.evidence[0].sentence.as_str()), (Some(false), "Findings: Normal study."));
        let abnormal = proposal("Indication: metastases. There is oedema around a 4.5 mm meningioma.");
        assert_eq!((abnormal.abnormal, abnormal.categories), (Some(true), BTreeSet::from([Category::Mass])));
        assert_eq!(abnormal.evidence[0].words, ["oedema", "meningioma"]);
        assert_eq!(proposal("Thank you for referring this patient.").abnormal, None);
        assert_eq!(proposal("").abnormal, None);
        assert!(proposal("Possible infarct.").uncertain && !proposal("Infarct. Possible bleed.").uncertain);
    }

    #[test]
    fn a_table_of_reports_or_a_sentence_with_its_line() {
        let read = |text: &str| {
            let table = Table::read("r.csv", text.as_bytes()).unwrap();
            propose_all(&Rules::english().unwrap(), &table, "id", "text").map_err(|e| e.to_string())
        };
        let labelled = read("id,text\n01,\"Normal.\nNo infarct.\"\n02,Infarct.\n").unwrap();
        assert_eq!((labelled[0].proposal.abnormal, labelled[1].proposal.abnormal), (Some(false), Some(true)));
        let csv = to_csv(&labelled).unwrap();
        let back = Table::read("labels.csv", csv.as_bytes()).unwrap();
        let labels = crate::evaluation::Labels::from_table(&back, &Default::default()).unwrap();
        assert_eq!(
            (labels.rows[1].id.as_str(), labels.rows[1].abnormal, labels.rows[1].proposed),
            ("02", Some(true), true)
        );
        assert_eq!(labels.rows[1].groups, [("category", "acute_stroke".to_owned())]);
        assert!(read("id,text\n1,a\n1,b\n").unwrap_err().starts_with("r.csv, line 3: The id \"1\" stands on line 2"));
        assert!(read("id,report\n1,a\n").unwrap_err().contains("no column \"text\""));
    }
}
