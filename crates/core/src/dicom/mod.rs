//! DICOM files as bytes: what is where, with every declared length checked before it is believed.
//!
//! [`part10`] finds the data set in a file, [`walk`] its elements, [`data_set`] reads their values in place.
//! [`syntax`] is the one table of transfer syntaxes, [`fragments`] parts compressed pixel data into frames.

pub(crate) mod data_set;
pub(crate) mod fragments;
pub(crate) mod part10;
pub mod syntax;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

use crate::reason::{Code, Reason};

/// Why bytes could not be read as they should.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// The bytes at hand end too early, and the file goes on.
    NeedsWholeFile,
    /// The file is not as it should be.
    Refused(Reason),
}

impl Fault {
    /// A damaged header, in a sentence that says where.
    pub(crate) fn damaged(sentence: impl std::fmt::Display) -> Self {
        Reason::new(Code::DamagedHeader, format!("{sentence} Copy or export the file again.")).into()
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason)
    }
}
