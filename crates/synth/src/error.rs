//! Why a recipe could not be rendered.

use std::fmt;

/// Why a recipe could not be rendered, or one of its files not written.
#[derive(Debug)]
pub enum SynthError {
    /// A field of a series holds a value no image can have.
    Field {
        /// Which series, counted from 0.
        series: usize,
        /// The field's name in the recipe.
        field: &'static str,
        /// What it has to be.
        must: String,
    },
    /// `missing_attributes` names an attribute that the data set would not have held anyway.
    NothingToLeaveOut {
        /// The attribute's keyword as the recipe gives it.
        keyword: String,
        /// The file it was to be left out of.
        path: String,
    },
    /// The DICOM writer refused the data set.
    Write {
        /// The file that was to be written.
        path: String,
        /// What the writer said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl fmt::Display for SynthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { series, field, must } => {
                write!(f, "Series {} of the recipe: {field} must be {must}.", series + 1)
            }
            Self::NothingToLeaveOut { keyword, path } => write!(
                f,
                "{path} holds no attribute \"{keyword}\" to leave out. \
                 Name one that it holds by its DICOM keyword, such as PixelSpacing."
            ),
            Self::Write { path, source } => {
                write!(f, "{path} could not be written as DICOM ({source}).")
            }
        }
    }
}

impl std::error::Error for SynthError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Write { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
