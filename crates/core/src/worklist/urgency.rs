//! How urgent people say an examination is: a reader, or the list of a booking system. A score never lowers it.

use serde::{Deserialize, Serialize};

/// Clinical urgency, after the defined terms of *Requested Procedure Priority* (0040,1003); the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// At once.
    Stat,
    /// Before the others.
    High,
    /// In its turn. The same place as an examination of which nothing is said.
    Routine,
}

impl Urgency {
    /// Whether the examination goes before all that are not urgent.
    pub fn is_urgent(self) -> bool {
        self < Self::Routine
    }

    /// The name used in JSON, in CSV and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::High => "high",
            Self::Routine => "routine",
        }
    }
}
