//! Synthetic patients: a [`Recipe`] becomes DICOM files of a computed head.
//!
//! No real person is in them, and every awkward geometry can be asked for.
//! The crate reads no file, no clock and no random device, so it renders the same study
//! in a test and on the command line.

mod attributes;
mod brain;
mod check;
mod contrast;
mod data_set;
mod encode;
mod error;
mod head;
mod phantom;
mod pixels;
mod random;
pub mod recipe;
mod render;
mod rle;
mod series;
mod stack;

pub use error::SynthError;
pub use recipe::{Recipe, SeriesRecipe};
pub use render::SyntheticFile;
