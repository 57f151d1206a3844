//! One type for every "no": a code, whose matter it is, and the sentence a person reads.
//!
//! The codes are listed in `docs/reasons.md`, which a test writes from [`Code::ALL`].

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose matter a [`Reason`] is, and so what the reader can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// This one file: export it again.
    File,
    /// The examination as it was acquired or sent.
    Study,
    /// A limit of the device: memory, size.
    Limit,
    /// Something Headway does not read yet.
    Unsupported,
    /// The device or browser.
    Device,
    /// The model: its files, or its own decision to abstain.
    Model,
    /// Ours: please report it.
    Bug,
}

macro_rules! codes {
    ($($name:ident = $text:literal, $whose:ident, $meaning:literal;)*) => {
        /// What happened, for programs. Stable across versions; see `docs/reasons.md`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code { $(#[doc = $meaning] #[serde(rename = $text)] $name,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The code as it appears in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// Whose matter it is.
            pub const fn whose(self) -> Whose {
                match self { $(Code::$name => Whose::$whose,)* }
            }

            /// One line for the documentation.
            pub const fn meaning(self) -> &'static str {
                match self { $(Code::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    EmptyFile = "empty_file", File, "The file holds no bytes.";
    NotDicom = "not_dicom", File, "The file is not DICOM.";
    DamagedHeader = "damaged_header", File, "The file starts like DICOM, but its header cannot be read to the end.";
    TruncatedPixels = "truncated_pixels", File, "The file ends before its pixel data does.";
    DamagedPixels = "damaged_pixels", File, "The pixel data cannot be decoded.";
    MissingAttribute = "missing_attribute", File, "An attribute that is needed to place or read the image is missing or unusable.";
    MultiFrame = "multi_frame", File, "A file of several frames does not say where each of them lies.";
    NotAnImage = "not_an_image", File, "DICOM without an image: a report, an index, a presentation state.";
    DuplicateInstance = "duplicate_instance", File, "The same image was read already; this copy is set aside.";
    DamagedArchive = "damaged_archive", File, "A packed file or archive cannot be unpacked.";
    Unreadable = "unreadable", File, "The browser or operating system would not hand over the file.";
    EmptyFolder = "empty_folder", File, "The folder holds no files.";
    ListRead = "list_read", File, "A list and not an image: urgencies or an earlier export. It was read.";
    UnusableList = "unusable_list", File, "A list of urgencies or an earlier export that cannot be used.";
    Cancelled = "cancelled", Study, "The reader stopped the work.";
    MixedPatients = "mixed_patients", Study, "Patients disagree inside one study or series.";
    UnderAge = "under_age", Study, "The patient is younger than those the model was made for.";
    NoSuitableSeries = "no_suitable_series", Study, "No series of the study is what the model was made for.";
    WrongModality = "wrong_modality", Study, "The series is not MR.";
    WrongBodyPart = "wrong_body_part", Study, "The series shows another part of the body.";
    WrongPlane = "wrong_plane", Study, "The series is not acquired in the plane the model needs.";
    WrongContrast = "wrong_contrast", Study, "The series has another contrast than the model needs.";
    Localizer = "localizer", Study, "A localizer, not a diagnostic series.";
    DerivedImage = "derived_image", Study, "The series was computed from others, not acquired.";
    SecondaryCapture = "secondary_capture", Study, "A picture of a screen or page, not what the scanner acquired.";
    Phantom = "phantom", Study, "A test object, not a patient.";
    TooFewSlices = "too_few_slices", Study, "Too few slices to cover a head.";
    SecondChoice = "second_choice", Study, "Suitable, but another series of the study fits better.";
    MissingSlices = "missing_slices", Study, "Slices are missing inside the stack.";
    OverlappingSlices = "overlapping_slices", Study, "Different images lie at one position.";
    MixedShapes = "mixed_shapes", Study, "Slices of one stack differ in size or pixel spacing.";
    MixedOrientation = "mixed_orientation", Study, "Slices of one stack lie in different directions.";
    UnevenSpacing = "uneven_spacing", Study, "A slice lies away from its even place in the stack.";
    TiltedStack = "tilted_stack", Study, "The slices are sheared against their normal (gantry tilt).";
    WideSpacing = "wide_spacing", Study, "The slices lie further apart than the model allows.";
    IncompleteHead = "incomplete_head", Study, "The volume is too small to hold a whole adult head.";
    EmptyVolume = "empty_volume", Study, "The volume holds no signal, or one value only.";
    ClippedSignal = "clipped_signal", Study, "The signal is cut off at its greatest value.";
    NotAHead = "not_a_head", Study, "The picture does not look like a whole adult head.";
    Disoriented = "disoriented", Study, "The head lies otherwise than the series says.";
    SkullStripped = "skull_stripped", Study, "Skull and scalp were cut away around the brain.";
    ContradictedContrast = "contradicted_contrast", Study, "The picture is not T2-weighted, whatever the header says.";
    TooLarge = "too_large", Limit, "More than this device can hold.";
    Mosaic = "mosaic", Unsupported, "A mosaic (many slices in one picture) cannot be parted into its slices.";
    TransferSyntax = "transfer_syntax", Unsupported, "The transfer syntax cannot be decoded.";
    PixelFormat = "pixel_format", Unsupported, "The pixels are stored in a way that is not read: colour, float, unusual depth.";
    NoDevice = "no_device", Device, "No usable device for the network.";
    DeviceFailed = "device_failed", Device, "The device failed, was lost, or failed its self-test.";
    WorkerStopped = "worker_stopped", Device, "A background worker stopped unexpectedly.";
    ModelUnusable = "model_unusable", Model, "The model's files are missing, damaged or of a version that is not understood.";
    ModelRead = "model_read", File, "Part of a model that was dropped; the list is scored by it.";
    OtherModel = "other_model", Model, "Scored by another model in an earlier session; that score is not shown.";
    Abstained = "abstained", Model, "The model declined to score this input.";
    Internal = "internal", Bug, "A fault of Headway's own.";
}

/// Why something was not read, not used or not scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What happened, for programs.
    pub code: Code,
    /// Whose matter it is.
    pub whose: Whose,
    /// What happened and what to do, for people. One or two sentences.
    pub text: String,
}

impl Reason {
    /// A reason with its sentence.
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self { code, whose: code.whose(), text: text.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Reason {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_survive_json() {
        for (index, &code) in Code::ALL.iter().enumerate() {
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{}\"", code.as_str()));
            assert_eq!(serde_json::from_str::<Code>(&json).unwrap(), code);
            assert!(!Code::ALL[..index].iter().any(|c| c.as_str() == code.as_str()));
        }
    }
}
