//! Synthetic patients: a [`Recipe`] becomes DICOM bytes.
//!
//! No real person is in the repository, and every awkward geometry can be asked for.
//! No clock, no files, no random device: the same recipe gives the same bytes everywhere.

mod dicom;
pub mod phantom;
pub mod recipe;
mod rle;

pub use dicom::SynthError;
pub use recipe::{Recipe, SeriesRecipe};

/// One file of a synthetic study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntheticFile {
    /// Path inside the study's folder.
    pub path: String,
    /// A DICOM file.
    pub bytes: Vec<u8>,
}

impl Recipe {
    /// Renders every image, series by series.
    ///
    /// # Errors
    /// Where a recipe asks for what DICOM cannot hold.
    pub fn render(&self) -> Result<Vec<SyntheticFile>, SynthError> {
        let mut files = Vec::new();
        for (number, series) in self.series.iter().enumerate() {
            files.extend(dicom::render_series(self, series, number + 1)?);
        }
        Ok(files)
    }
}
