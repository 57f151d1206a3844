//! What the parts of the room are built of.

pub mod ask;
pub mod chart;
pub mod document;
pub mod file_choice;
pub mod number;
