//! What the parts of the room are built of.

pub mod adopt;
pub mod ask;
pub mod chart;
pub mod column_choice;
pub mod date_order;
pub mod document;
pub mod file_choice;
pub mod number;
