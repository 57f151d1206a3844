//! What to render: one patient, one study, any number of series. And the words that recipes are written in.

pub use crate::contrast::Contrast;
pub use crate::encode::TransferSyntax;
pub use crate::phantom::Place;
pub use crate::series::{Plane, SeriesRecipe, Stranger};
use serde::Deserialize;

/// A study of a synthetic patient. Equal recipes render to equal bytes.
///
/// Every field has a default, so a recipe names only what matters to it:
///
/// ```
/// let recipe: headway_synth::Recipe = toml::from_str(r#"
///     patient_name = "TILTED^GANTRY"
///     [[series]]
///     tilt_degrees = 12.0
///     slices = 3
/// "#)?;
/// assert_eq!(recipe.render()?.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// Sets noise, jitter, shuffles and every UID that is not given; two patients need two seeds.
    pub seed: u64,
    /// *Patient ID*.
    pub patient_id: String,
    /// *Patient's Name*.
    pub patient_name: String,
    /// *Patient's Birth Date*, `YYYYMMDD`.
    pub birth_date: String,
    /// *Patient's Sex*: `M`, `F`, `O` or empty.
    pub sex: String,
    /// *Study Instance UID*; unless given, made from the seed.
    pub study_uid: Option<String>,
    /// *Study Date*, `YYYYMMDD`.
    pub study_date: String,
    /// *Study Time*, `HHMMSS`.
    pub study_time: String,
    /// *Study Description*.
    pub description: String,
    /// *Accession Number*.
    pub accession_number: String,
    /// *Institution Name*.
    pub institution: String,
    /// *Manufacturer*.
    pub manufacturer: String,
    /// *Manufacturer's Model Name*.
    pub model_name: String,
    /// Its series; one by default.
    pub series: Vec<SeriesRecipe>,
}

impl Default for Recipe {
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            seed: 0,
            patient_id: text("SYNTHETIC"),
            patient_name: text("SYNTHETIC^HEAD"),
            birth_date: text("19700101"),
            sex: text("O"),
            study_uid: None,
            study_date: text("20260101"),
            study_time: text("080000"),
            description: text("MR HEAD (synthetic)"),
            accession_number: text("SYN0001"),
            institution: text("Synthetic"),
            manufacturer: text("Headway"),
            model_name: text("Synthetic phantom"),
            series: vec![SeriesRecipe::default()],
        }
    }
}

impl Recipe {
    /// An ordinary study: an axial T2 head that can be scored, and a FLAIR that must not be.
    pub fn phantom() -> Self {
        let series = |contrast, slices, slice_spacing_mm| SeriesRecipe {
            contrast,
            rows: 256,
            columns: 256,
            pixel_spacing_mm: 0.9,
            slices,
            slice_spacing_mm,
            ..SeriesRecipe::default()
        };
        Self {
            seed: 1,
            patient_id: "HEADWAY-SAMPLE".to_owned(),
            patient_name: "SAMPLE^SYNTHETIC".to_owned(),
            description: "SYNTHETIC head, computed, no patient".to_owned(),
            accession_number: "SAMPLE".to_owned(),
            series: vec![series(Contrast::T2, 44, 3.3), series(Contrast::Flair, 30, 5.0)],
            ..Self::default()
        }
    }
}
