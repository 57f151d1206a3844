//! What a synthetic study should be like. Every field has a default, so a recipe says only what is special about it.

use serde::{Deserialize, Serialize};

/// A study.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// *Patient ID*.
    pub patient_id: String,
    /// *Patient's Name*.
    pub patient_name: String,
    /// *Patient's Birth Date*, `YYYYMMDD`.
    pub birth_date: String,
    /// *Patient's Sex*.
    pub sex: String,
    /// *Study Instance UID*; empty makes one from the seed.
    pub study_uid: String,
    /// *Study Date*, `YYYYMMDD`.
    pub study_date: String,
    /// *Study Description*.
    pub description: String,
    /// Decides noise and generated UIDs.
    pub seed: u64,
    /// Its series.
    pub series: Vec<SeriesRecipe>,
}

/// A series of classic (single-frame) MR images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeriesRecipe {
    /// *Series Description*.
    pub description: String,
    /// *Modality*.
    pub modality: String,
    /// *Body Part Examined*.
    pub body_part: String,
    /// *Image Type*.
    pub image_type: String,
    /// Sets timing and tissue signals.
    pub contrast: Contrast,
    /// Columns of each image.
    pub columns: usize,
    /// Rows of each image.
    pub rows: usize,
    /// Images.
    pub slices: usize,
    /// Distance between rows and between columns, mm.
    pub pixel_spacing_mm: f64,
    /// Distance between slices, mm.
    pub slice_spacing_mm: f64,
    /// Acquisition plane.
    pub plane: Plane,
    /// Rotation of the stack about the patient's left-right axis, degrees.
    pub pitch_degrees: f64,
    /// Rotation of the stack about the patient's long axis, degrees.
    pub yaw_degrees: f64,
    /// Shear of slice positions against their normal, degrees.
    pub tilt_degrees: f64,
    /// Instance numbers run against the positions.
    pub reversed: bool,
    /// Columns run the other way: mirrored rows with a mirrored orientation.
    pub mirrored: bool,
    /// Slices that are left out, from 0.
    pub missing_slices: Vec<usize>,
    /// Slices that come twice, with another SOP Instance UID.
    pub repeated_slices: Vec<usize>,
    /// Slices whose position is off by half a spacing.
    pub displaced_slices: Vec<usize>,
    /// Slices that carry another *Patient ID*.
    pub strangers: Vec<usize>,
    /// Slices whose file ends in the middle of its pixels.
    pub truncated_slices: Vec<usize>,
    /// Elements left out, by keyword: `PixelSpacing`, `ImagePositionPatient`, …
    pub missing_attributes: Vec<String>,
    /// How the files are encoded.
    pub transfer_syntax: TransferSyntax,
    /// *Rescale Slope*; the stored values are divided by it.
    pub rescale_slope: f64,
    /// File names carry no suffix and no order.
    pub shuffled_names: bool,
    /// Bytes after the end of each file.
    pub trailing_bytes: usize,
    /// A bright ball at this place of the head.
    pub marker: Option<Place>,
    /// Standard deviation of the noise, as a share of white matter's signal.
    pub noise: f64,
}

/// What a series is weighted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// T2-weighted fast spin echo.
    #[default]
    T2,
    /// Fluid-attenuated inversion recovery.
    Flair,
    /// T1-weighted gradient echo.
    T1,
    /// Proton-density-weighted spin echo.
    Pd,
}

/// An acquisition plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Slices from feet to head.
    #[default]
    Axial,
    /// Slices from right to left.
    Sagittal,
    /// Slices from front to back.
    Coronal,
}

/// How files are encoded (PS3.5, annexes A and G).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferSyntax {
    /// Implicit VR Little Endian.
    ImplicitLe,
    /// Explicit VR Little Endian.
    #[default]
    ExplicitLe,
    /// RLE Lossless.
    Rle,
}

/// A place in the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The patient's left.
    Left,
    /// The patient's right.
    Right,
    /// The forehead.
    Anterior,
    /// The back of the head.
    Posterior,
    /// The top of the head.
    Superior,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            patient_id: "SYNTH-1".to_owned(),
            patient_name: "SYNTHETIC^HEAD".to_owned(),
            birth_date: "19600101".to_owned(),
            sex: "O".to_owned(),
            study_uid: String::new(),
            study_date: "20240115".to_owned(),
            description: "Synthetic head MRI".to_owned(),
            seed: 1,
            series: vec![SeriesRecipe::default()],
        }
    }
}

impl Default for SeriesRecipe {
    fn default() -> Self {
        Self {
            description: "T2W_TSE_tra".to_owned(),
            modality: "MR".to_owned(),
            body_part: "HEAD".to_owned(),
            image_type: "ORIGINAL\\PRIMARY\\OTHER".to_owned(),
            contrast: Contrast::T2,
            columns: 128,
            rows: 128,
            slices: 36,
            pixel_spacing_mm: 1.8,
            slice_spacing_mm: 4.0,
            plane: Plane::Axial,
            pitch_degrees: 0.0,
            yaw_degrees: 0.0,
            tilt_degrees: 0.0,
            reversed: false,
            mirrored: false,
            missing_slices: Vec::new(),
            repeated_slices: Vec::new(),
            displaced_slices: Vec::new(),
            strangers: Vec::new(),
            truncated_slices: Vec::new(),
            missing_attributes: Vec::new(),
            transfer_syntax: TransferSyntax::ExplicitLe,
            rescale_slope: 1.0,
            shuffled_names: false,
            trailing_bytes: 0,
            marker: None,
            noise: 0.02,
        }
    }
}

impl Recipe {
    /// The page's built-in study: an axial T2 to be found and a FLAIR to be passed over.
    pub fn sample() -> Self {
        let series = |description: &str, contrast, slices, slice_spacing_mm| SeriesRecipe {
            description: description.to_owned(),
            contrast,
            slices,
            slice_spacing_mm,
            columns: 224,
            rows: 224,
            pixel_spacing_mm: 1.0,
            pitch_degrees: 8.0,
            ..SeriesRecipe::default()
        };
        Self {
            patient_id: "HEADWAY-SAMPLE".to_owned(),
            patient_name: "SAMPLE^SYNTHETIC".to_owned(),
            description: "Synthetic head, no patient".to_owned(),
            series: vec![series("T2W_TSE_tra", Contrast::T2, 44, 3.3), series("FLAIR_tra", Contrast::Flair, 30, 5.0)],
            ..Self::default()
        }
    }
}

impl Contrast {
    /// Echo, repetition and inversion time, ms, and *Scanning Sequence*.
    pub const fn timing(self) -> (f64, f64, Option<f64>, &'static str) {
        match self {
            Self::T2 => (100.0, 4800.0, None, "SE"),
            Self::Flair => (125.0, 9000.0, Some(2500.0), "IR\\SE"),
            Self::T1 => (3.5, 8.0, None, "GR"),
            Self::Pd => (20.0, 2800.0, None, "SE"),
        }
    }
}
