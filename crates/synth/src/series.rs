//! One series of a recipe: what it shows, how it is cut, stored and spoilt.

use crate::contrast::Contrast;
use crate::encode::TransferSyntax;
use crate::phantom::Place;
use glam::DVec3;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One series of single-frame MR images.
/// Slices are numbered from 1 in stack order; so are their *Instance Number*s, from any first one.
///
/// The default is a whole head in 36 axial T2 slices of 4 mm, coarse enough to render in no time.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeriesRecipe {
    /// *Series Description*; unless given, named for contrast and plane.
    pub description: Option<String>,
    /// *Series Instance UID*; unless given, made from the seed.
    pub series_uid: Option<String>,
    /// *Series Number*; unless given, the place in the recipe, from 1.
    pub series_number: Option<i32>,
    /// *Modality*.
    pub modality: String,
    /// *Body Part Examined*.
    pub body_part: String,
    /// *Image Type*, its values parted by backslashes.
    pub image_type: String,
    /// Sets the acquisition's defaults and the signal of every tissue.
    pub contrast: Contrast,
    /// *Echo Time*, ms, instead of the contrast's.
    pub echo_time_ms: Option<f64>,
    /// *Repetition Time*, ms, instead of the contrast's.
    pub repetition_time_ms: Option<f64>,
    /// *Inversion Time*, ms, instead of the contrast's.
    pub inversion_time_ms: Option<f64>,
    /// *MR Acquisition Type* 3D instead of 2D.
    pub volumetric: bool,
    /// *Temporal Position Identifier*.
    pub time_point: Option<u16>,
    /// *Instance Number* of slice 1.
    pub first_instance_number: i32,
    /// *Images in Acquisition*.
    pub images_in_acquisition: Option<u16>,

    /// *Rows*.
    pub rows: u16,
    /// *Columns*.
    pub columns: u16,
    /// Slices in the stack, missing ones included.
    pub slices: u16,
    /// *Pixel Spacing*: distance between columns, and between rows unless given, mm.
    pub pixel_spacing_mm: f64,
    /// Distance between rows where it is another, mm.
    pub row_spacing_mm: Option<f64>,
    /// Distance between neighbouring slices along their normal, mm.
    pub slice_spacing_mm: f64,
    /// *Slice Thickness*, mm; unless given, the spacing.
    pub slice_thickness_mm: Option<f64>,

    /// Which way the slices lie, before any rotation.
    pub plane: Plane,
    /// Rotation of the stack about the patient's left-right axis, degrees.
    pub pitch_degrees: f64,
    /// Rotation of the stack about the patient's long axis, after the pitch, degrees.
    pub yaw_degrees: f64,
    /// Angle by which positions are sheared along the columns, as by a tilted gantry.
    pub tilt_degrees: f64,
    /// Slices numbered the other way: from the head, the left or the posterior side.
    pub reversed: bool,
    /// Columns stored the other way, mirroring each row; the normal of the image turns over.
    pub mirrored: bool,
    /// Rows stored the other way, mirroring each column; the normal of the image turns over.
    pub flipped: bool,
    /// Where the middle of the stack lies in the patient, mm.
    pub centre_mm: DVec3,

    /// Largest error of each coordinate of every stated *Image Position (Patient)*, mm.
    pub origin_jitter_mm: f64,
    /// Slices without a file.
    pub missing_slices: Vec<u16>,
    /// Slices with a second file, alike but for its *SOP Instance UID*.
    pub repeated_slices: Vec<u16>,
    /// Slices whose stated position is wrong; the image shows the true place.
    pub displaced_slices: Vec<u16>,
    /// How wrong it is, along the normal, mm; unless given, half the slice spacing.
    pub displacement_mm: Option<f64>,
    /// Slices whose file ends too early.
    pub truncated_slices: Vec<u16>,
    /// Bytes that such a file lacks; unless given, half of it.
    pub truncated_bytes: Option<usize>,
    /// Slices that carry another patient's name, or belong to another study.
    pub strangers: Vec<u16>,
    /// Whose they are.
    pub stranger: Stranger,
    /// Attributes to leave out of every file, by keyword: `PixelSpacing`, `ImagePositionPatient`, …
    pub missing_attributes: Vec<String>,
    /// Attributes to state otherwise or besides in every file, by keyword: `ScanningSequence = "RM"`, …
    pub stated_attributes: BTreeMap<String, String>,

    /// A bright ball at a named place, to tell orientations by.
    pub marker: Option<Place>,
    /// Everything outside the cranial cavity blank, as after brain extraction.
    pub skull_stripped: bool,
    /// Standard deviation of the noise in each channel of the complex signal; fluid on T2 is near 900.
    pub noise: f64,

    /// *Bits Stored*: 12 or 16, of 16 allocated.
    pub bits_stored: u16,
    /// *Pixel Representation*: two's complement instead of unsigned.
    pub signed: bool,
    /// *Rescale Slope*: signal = stored value * slope + intercept (PS3.3 C.11.1).
    pub rescale_slope: f64,
    /// *Rescale Intercept*.
    pub rescale_intercept: f64,
    /// *Photometric Interpretation* MONOCHROME1, with the stored values inverted to look the same.
    pub monochrome1: bool,
    /// How the data set is encoded.
    pub transfer_syntax: TransferSyntax,
    /// Files start with "DICM": the 128 bytes before it are left out.
    pub without_preamble: bool,
    /// Files are a bare data set: no preamble, no "DICM", no File Meta Information.
    pub without_meta: bool,
    /// Bytes after the end of every file.
    pub trailing_bytes: usize,
    /// What these bytes are.
    pub trailing_byte: u8,
    /// File names in another order than the slices.
    pub shuffled_names: bool,
    /// Suffix of file names, without the dot; none if empty.
    pub suffix: String,
}

/// A plane of the body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Rows to the left, columns to the posterior, slices to the head.
    #[default]
    Axial,
    /// Rows to the posterior, columns to the feet, slices to the right.
    Sagittal,
    /// Rows to the left, columns to the feet, slices to the posterior.
    Coronal,
}

/// Whose the slices are that do not belong to the recipe's patient or study.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stranger {
    /// *Patient ID*.
    pub patient_id: String,
    /// *Patient's Name*; unless given, the recipe's.
    pub patient_name: Option<String>,
    /// *Study Instance UID*; unless given, the recipe's.
    pub study_uid: Option<String>,
}

impl Default for Stranger {
    fn default() -> Self {
        Self { patient_id: "STRANGER".to_owned(), patient_name: None, study_uid: None }
    }
}

impl Default for SeriesRecipe {
    fn default() -> Self {
        Self {
            description: None,
            series_uid: None,
            series_number: None,
            modality: "MR".to_owned(),
            body_part: "HEAD".to_owned(),
            image_type: "ORIGINAL\\PRIMARY\\OTHER".to_owned(),
            contrast: Contrast::T2,
            echo_time_ms: None,
            repetition_time_ms: None,
            inversion_time_ms: None,
            volumetric: false,
            time_point: None,
            first_instance_number: 1,
            images_in_acquisition: None,
            rows: 128,
            columns: 128,
            slices: 36,
            pixel_spacing_mm: 1.8,
            row_spacing_mm: None,
            slice_spacing_mm: 4.0,
            slice_thickness_mm: None,
            plane: Plane::Axial,
            pitch_degrees: 0.0,
            yaw_degrees: 0.0,
            tilt_degrees: 0.0,
            reversed: false,
            mirrored: false,
            flipped: false,
            centre_mm: DVec3::ZERO,
            origin_jitter_mm: 0.0,
            missing_slices: Vec::new(),
            repeated_slices: Vec::new(),
            displaced_slices: Vec::new(),
            displacement_mm: None,
            truncated_slices: Vec::new(),
            truncated_bytes: None,
            strangers: Vec::new(),
            stranger: Stranger::default(),
            missing_attributes: Vec::new(),
            stated_attributes: BTreeMap::new(),
            marker: None,
            skull_stripped: false,
            noise: 12.0,
            bits_stored: 12,
            signed: false,
            rescale_slope: 1.0,
            rescale_intercept: 0.0,
            monochrome1: false,
            transfer_syntax: TransferSyntax::ExplicitLe,
            without_preamble: false,
            without_meta: false,
            trailing_bytes: 0,
            trailing_byte: 0xA5,
            shuffled_names: false,
            suffix: "dcm".to_owned(),
        }
    }
}

impl SeriesRecipe {
    /// *Series Description*.
    pub(crate) fn description(&self) -> String {
        let plane = match self.plane {
            Plane::Axial => "tra",
            Plane::Sagittal => "sag",
            Plane::Coronal => "cor",
        };
        let named = || format!("{}_{plane}", self.contrast.protocol().name);
        self.description.clone().unwrap_or_else(named)
    }

    /// *Pixel Spacing*: between rows, between columns, mm (PS3.3 10.7.1.3).
    pub(crate) fn pixel_spacings_mm(&self) -> [f64; 2] {
        let between_rows_mm = self.row_spacing_mm.unwrap_or(self.pixel_spacing_mm);
        [between_rows_mm, self.pixel_spacing_mm]
    }

    /// Whose a slice is, if not the recipe's patient's.
    pub(crate) fn stranger_on(&self, slice: u16) -> Option<&Stranger> {
        self.strangers.contains(&slice).then_some(&self.stranger)
    }

    /// How far the stated position of a slice is off, along the normal, mm.
    pub(crate) fn displacement_mm_of(&self, slice: u16) -> f64 {
        if self.displaced_slices.contains(&slice) {
            self.displacement_mm.unwrap_or(self.slice_spacing_mm / 2.0)
        } else {
            0.0
        }
    }
}
