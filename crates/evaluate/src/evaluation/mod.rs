//! Is the model good here? Labels joined to scores, and the figures of it.
//!
//! `scores.rs` and `labels.rs` read the two sides, `join.rs` brings them together and lists what it could not,
//! `report.rs` is what `headway evaluate --json` prints. See `docs/evaluate.md`.

pub mod adoption;
pub mod figures;
pub mod id;
pub mod join;
pub mod labels;
pub mod report;
pub mod scores;
pub mod worklist;

pub use adoption::Adoption;
pub use join::{Joined, join};
pub use labels::{LabelColumns, Labels};
pub use report::{EvaluationReport, Settings, evaluate};
pub use scores::Scores;
pub use worklist::Worklist;
