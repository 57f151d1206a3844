//! Labels from reports: what a radiology report says, by rules that can be read.
//!
//! ConText (Harkema and others, J Biomed Inform 2009): a finding counts unless words around it, within their scope, deny it,
//! place it in the patient's history or only ask about it. Terms are data (`rules/english.toml`, `rules.rs`);
//! `reader.rs` applies them to a sentence, `proposal.rs` to a report. A person confirms or corrects every label.

pub mod proposal;
pub mod reader;
pub mod rules;

pub use proposal::{Labelled, Proposal, Status, propose, to_csv};
pub use rules::{Category, Rules};
