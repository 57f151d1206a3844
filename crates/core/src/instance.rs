//! A DICOM image's header: what it is, whose it is, where it lies.
//!
//! Headers first: the shell hands over the first bytes of a file,
//! and the frame is read only when its series has been chosen ([`crate::frame`]).

use crate::archive::is_zip;
use crate::dicom::Fault;
use crate::dicom::data_set::DataSet;
use crate::dicom::part10::Part10;
use crate::dicom::syntax::Codec;
use crate::file::FileId;
use crate::frames::frames;
use crate::nifti::{self, is_nifti};
use crate::reason::{Code, Reason};
use crate::study::{Patient, Study, StudyKey};
use crate::unpack::{gunzipped, is_gzip};
use dicom_dictionary_std::{tags, uids};
use glam::{DMat3, DVec3};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One image of a study, without its pixels: a classic file's, a frame's, or a mosaic's tile.
/// What hundreds of images say alike they share.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// The file it came from.
    pub file: FileId,
    /// Path of that file inside what was dropped.
    pub path: String,
    /// What kind of file that is.
    pub format: Format,
    /// Which frame of the file, from 0.
    pub frame: usize,
    /// Which part of that frame, where one picture holds many slices; else all of it.
    pub tile: Option<Tile>,
    /// Whose image it is.
    pub patient: Arc<Patient>,
    /// Of which study.
    pub study: Arc<Study>,
    /// Of which series.
    pub series: Arc<SeriesHeader>,
    /// *SOP Class UID* (0008,0016): what kind of image it is.
    pub sop_class_uid: String,
    /// *SOP Instance UID* (0008,0018).
    pub sop_instance_uid: String,
    /// *Instance Number* (0020,0013).
    pub instance_number: Option<i32>,
    /// *Transfer Syntax UID* (0002,0010).
    pub transfer_syntax_uid: String,
    /// How the pixels are stored.
    pub pixels: PixelHeader,
    /// Where the image lies in the patient; `None` where the header does not say.
    pub plane: Option<Plane>,
    /// How it was acquired.
    pub acquisition: Arc<Acquisition>,
}

/// A kind of image file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Format {
    /// DICOM.
    #[default]
    Dicom,
    /// NIfTI-1, which states neither patient nor modality nor contrast.
    Nifti {
        /// The file states which way the patient lies; else left and right are not known.
        oriented: bool,
    },
}

/// The series as the header states it (PS3.3 C.7.3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesHeader {
    /// *Series Instance UID* (0020,000E).
    pub uid: String,
    /// *Series Number* (0020,0011).
    pub number: Option<i32>,
    /// *Series Description* (0008,103E), or else *Protocol Name* (0018,1030).
    pub description: String,
    /// *Protocol Name* (0018,1030).
    pub protocol: String,
    /// *Modality* (0008,0060).
    pub modality: String,
    /// *Body Part Examined* (0018,0015).
    pub body_part: String,
}

/// The part of a frame that is one slice, in rows and columns of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// First row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// *Rows* of the whole frame.
    pub frame_rows: usize,
    /// *Columns* of the whole frame.
    pub frame_columns: usize,
}

/// How the pixels are stored (PS3.3 C.7.6.3), and how stored values become signal (C.11.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PixelHeader {
    /// Rows of the image; *Rows* (0028,0010) unless it is a tile.
    pub rows: usize,
    /// Columns of the image; *Columns* (0028,0011) unless it is a tile.
    pub columns: usize,
    /// *Number of Frames* (0028,0008), 1 where absent.
    pub frames: usize,
    /// *Samples per Pixel* (0028,0002), 1 where absent.
    pub samples_per_pixel: usize,
    /// *Bits Allocated* (0028,0100).
    pub bits_allocated: usize,
    /// *Bits Stored* (0028,0101), of which *High Bit* (0028,0102) is the highest.
    pub bits_stored: usize,
    /// *High Bit* (0028,0102).
    pub high_bit: usize,
    /// *Pixel Representation* (0028,0103): two's complement.
    pub signed: bool,
    /// *Pixel Padding Value* (0028,0120) and *Range Limit* (0028,0121): stored values that are no image.
    pub padding: Option<(i64, i64)>,
    /// *Rescale Slope* (0028,1053).
    pub rescale_slope: f64,
    /// *Rescale Intercept* (0028,1052).
    pub rescale_intercept: f64,
    /// *Lossy Image Compression* (0028,2110), or a transfer syntax that is always lossy.
    pub lossy: bool,
    /// *Photometric Interpretation* (0028,0004).
    pub photometric: String,
    /// The first *Window Center* (0028,1050) and *Window Width* (0028,1051), of a linear *VOI LUT Function* (0028,1056).
    pub window: Option<(f64, f64)>,
}

impl Default for PixelHeader {
    fn default() -> Self {
        Self {
            rows: 0,
            columns: 0,
            frames: 1,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 16,
            high_bit: 15,
            signed: false,
            padding: None,
            rescale_slope: 1.0,
            rescale_intercept: 0.0,
            lossy: false,
            photometric: String::new(),
            window: None,
        }
    }
}

/// Where an image lies in the patient, mm, DICOM patient coordinates:
/// x to the Left, y to the Posterior, z to the Head (PS3.3 C.7.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// *Image Position (Patient)* (0020,0032): centre of the first voxel, mm.
    pub origin_mm: DVec3,
    /// Unit vector along a row, towards the next column.
    pub along_row: DVec3,
    /// Unit vector along a column, towards the next row.
    pub along_column: DVec3,
    /// Distance between neighbouring columns, mm.
    pub column_spacing_mm: f64,
    /// Distance between neighbouring rows, mm.
    pub row_spacing_mm: f64,
}

impl Plane {
    /// Unit normal of the image plane.
    pub fn normal(&self) -> DVec3 {
        self.along_row.cross(self.along_column).normalize()
    }

    /// The plane of the body it lies closest to.
    pub fn name(&self) -> &'static str {
        match self.normal().abs().max_position() {
            0 => "sagittal",
            1 => "coronal",
            _ => "axial",
        }
    }
}

/// How the image was acquired (PS3.3 C.8.3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Acquisition {
    /// *Image Type* (0008,0008), upper case.
    pub image_type: Vec<String>,
    /// *Scanning Sequence* (0018,0020), such as `SE`, `GR`, `IR`, `EP`.
    pub scanning_sequence: Vec<String>,
    /// *Sequence Name* (0018,0024), or *Pulse Sequence Name* (0018,9005).
    pub sequence_name: String,
    /// *Scan Options* (0018,0022), such as `FS` for fat suppression.
    pub scan_options: Vec<String>,
    /// *MR Acquisition Type* (0018,0023) is `3D`.
    pub volumetric: bool,
    /// *Echo Time* (0018,0081), ms.
    pub echo_time_ms: Option<f64>,
    /// *Repetition Time* (0018,0080), ms.
    pub repetition_time_ms: Option<f64>,
    /// *Inversion Time* (0018,0082), ms.
    pub inversion_time_ms: Option<f64>,
    /// *Diffusion b-value* (0018,9087), s/mm².
    pub b_value: Option<f64>,
    /// *Contrast/Bolus Agent* (0018,0010).
    pub contrast_agent: String,
    /// *Images in Acquisition* (0020,1002).
    pub images_in_acquisition: Option<usize>,
    /// *Temporal Position Identifier* (0020,0100), or a frame's *Temporal Position Index* (0020,9128).
    pub time_point: Option<i32>,
}

/// What reading a header came to.
#[derive(Clone, Debug, PartialEq)]
pub enum HeaderOutcome {
    /// The images of the file, in its order; at least one, all of one study.
    Read(Vec<Instance>),
    /// The bytes end before the header does: hand over the whole file.
    NeedsWholeFile,
    /// Not an image that can be used.
    Refused(Reason),
}

impl Instance {
    /// Holds once what an earlier image says in the same words.
    pub(crate) fn share_with(&mut self, earlier: &Self) {
        fn share<T: PartialEq>(own: &mut Arc<T>, theirs: &Arc<T>) {
            if *own == *theirs {
                *own = Arc::clone(theirs);
            }
        }
        share(&mut self.patient, &earlier.patient);
        share(&mut self.study, &earlier.study);
        share(&mut self.series, &earlier.series);
        share(&mut self.acquisition, &earlier.acquisition);
    }

    /// Reads the images' headers from the first bytes of a file of `file_size_bytes`.
    pub fn read(file: FileId, path: &str, bytes: &[u8], file_size_bytes: u64) -> HeaderOutcome {
        if file_size_bytes == 0 {
            return HeaderOutcome::Refused(Reason::new(
                Code::EmptyFile,
                "The file is empty (0 bytes). Copy it again from its source.",
            ));
        }
        let size = usize::try_from(file_size_bytes).unwrap_or(usize::MAX).max(bytes.len());
        match read_any(file, path, bytes, size) {
            Ok(instances) => HeaderOutcome::Read(instances),
            Err(Fault::NeedsWholeFile) if bytes.len() < size => HeaderOutcome::NeedsWholeFile,
            Err(Fault::NeedsWholeFile) => HeaderOutcome::Refused(Reason::new(
                Code::DamagedHeader,
                "The file ends before its header does. Copy or export it again.",
            )),
            Err(Fault::Refused(reason)) => HeaderOutcome::Refused(reason),
        }
    }

    /// The study it belongs to.
    pub fn study_key(&self) -> StudyKey {
        StudyKey { patient_id: self.patient.id.clone(), study_uid: self.study.uid.clone() }
    }
}

fn read_any(file: FileId, path: &str, bytes: &[u8], file_size: usize) -> Result<Vec<Instance>, Fault> {
    if is_gzip(bytes) && bytes.len() < file_size {
        return Err(Fault::NeedsWholeFile);
    }
    let packed = is_gzip(bytes);
    let bytes = gunzipped(bytes)?;
    let file_size = if packed { bytes.len() } else { file_size };
    if is_zip(&bytes) {
        let sentence = "A ZIP archive inside an archive. Unpack it and use the folder.";
        return Err(Reason::new(Code::NotDicom, sentence).into());
    }
    if is_nifti(&bytes) {
        return nifti::instances(file, path, &bytes, file_size);
    }
    let part10 = Part10::read(&bytes, file_size)?;
    let data_set = part10.data_set()?;
    let instance = image(file, path, &part10, &data_set)?;
    Ok(frames(&instance, &data_set)?)
}

/// The file as one image; frames with places of their own are parted later.
fn image(file: FileId, path: &str, part10: &Part10, header: &DataSet) -> Result<Instance, Reason> {
    let pixels = pixel_header(part10, header)?;
    let required = |tag, name: &str| -> Result<String, Reason> {
        let value = header.text(tag);
        if value.is_empty() {
            return Err(Reason::new(
                Code::MissingAttribute,
                format!("The header has no {name}. Export the image again from its archive."),
            ));
        }
        Ok(value)
    };
    let integer = |tag| header.number(tag).map(|n| n as i32);
    let instance = Instance {
        file,
        path: path.to_owned(),
        format: Format::Dicom,
        frame: 0,
        tile: None,
        patient: Arc::new(Patient {
            id: header.text(tags::PATIENT_ID),
            name: header.text(tags::PATIENT_NAME),
            birth_date: header.text(tags::PATIENT_BIRTH_DATE),
            sex: header.text(tags::PATIENT_SEX),
        }),
        study: Arc::new(study(header, required(tags::STUDY_INSTANCE_UID, "Study Instance UID")?)),
        series: Arc::new(SeriesHeader {
            uid: required(tags::SERIES_INSTANCE_UID, "Series Instance UID")?,
            number: integer(tags::SERIES_NUMBER),
            description: [tags::SERIES_DESCRIPTION, tags::PROTOCOL_NAME]
                .into_iter()
                .map(|tag| header.text(tag))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            protocol: header.text(tags::PROTOCOL_NAME),
            modality: header.text(tags::MODALITY),
            body_part: header.text(tags::BODY_PART_EXAMINED),
        }),
        sop_class_uid: header.text(tags::SOP_CLASS_UID),
        sop_instance_uid: required(tags::SOP_INSTANCE_UID, "SOP Instance UID")?,
        instance_number: integer(tags::INSTANCE_NUMBER),
        transfer_syntax_uid: part10.transfer_syntax_uid.clone(),
        plane: Plane::of([header; 3]),
        acquisition: Arc::new(acquisition(header)),
        pixels,
    };
    refuse_if_cut_short(&instance, part10, header)?;
    Ok(instance)
}

fn study(header: &DataSet, uid: String) -> Study {
    let scanner = format!("{} {}", header.text(tags::MANUFACTURER), header.text(tags::MANUFACTURER_MODEL_NAME));
    Study {
        uid,
        date: header.text(tags::STUDY_DATE),
        time: header.text(tags::STUDY_TIME),
        description: header.text(tags::STUDY_DESCRIPTION),
        patient_age: header.text(tags::PATIENT_AGE),
        accession_number: header.text(tags::ACCESSION_NUMBER),
        institution: header.text(tags::INSTITUTION_NAME),
        scanner: scanner.trim().to_owned(),
    }
}

fn pixel_header(part10: &Part10, header: &DataSet) -> Result<PixelHeader, Reason> {
    if part10.sop_class_uid == MEDIA_STORAGE_DIRECTORY || header.element(tags::DIRECTORY_RECORD_SEQUENCE).is_some() {
        return Err(Reason::new(
            Code::NotAnImage,
            "A DICOMDIR index. Headway reads the images themselves and needs no index.",
        ));
    }
    let (rows, columns) = match (header.count(tags::ROWS), header.count(tags::COLUMNS)) {
        (Some(rows), Some(columns)) if rows > 0 && columns > 0 => (rows, columns),
        _ if IMAGES.contains(&part10.sop_class_uid.as_str()) => {
            return Err(Reason::new(
                Code::DamagedHeader,
                "The header says that it is an image's, but not how large it is. The file was cut short or stripped of its pixels: copy or export it again.",
            ));
        }
        _ => {
            return Err(Reason::new(
                Code::NotAnImage,
                "DICOM without an image (a report, presentation state or raw data). Nothing in it can be scored.",
            ));
        }
    };
    let bits_allocated = header.count(tags::BITS_ALLOCATED).unwrap_or(16);
    let bits_stored = header.count(tags::BITS_STORED).filter(|n| *n > 0).unwrap_or(bits_allocated);
    let padding = header.number(tags::PIXEL_PADDING_VALUE).map(|value| value as i64);
    let limit = header.number(tags::PIXEL_PADDING_RANGE_LIMIT).map(|value| value as i64);
    Ok(PixelHeader {
        rows,
        columns,
        frames: header.count(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1),
        samples_per_pixel: header.count(tags::SAMPLES_PER_PIXEL).unwrap_or(1),
        bits_allocated,
        bits_stored,
        high_bit: header.count(tags::HIGH_BIT).unwrap_or(bits_stored.saturating_sub(1)),
        signed: header.count(tags::PIXEL_REPRESENTATION) == Some(1),
        padding: padding.map(|value| (value.min(limit.unwrap_or(value)), value.max(limit.unwrap_or(value)))),
        rescale_slope: header.number(tags::RESCALE_SLOPE).unwrap_or(1.0),
        rescale_intercept: header.number(tags::RESCALE_INTERCEPT).unwrap_or(0.0),
        lossy: header.text(tags::LOSSY_IMAGE_COMPRESSION) == "01" || part10.syntax.is_some_and(|syntax| syntax.lossy),
        photometric: header.text(tags::PHOTOMETRIC_INTERPRETATION),
        window: window(header),
    })
}

/// The window that a data set or a frame's group states, centre and width.
pub(crate) fn window(header: &DataSet) -> Option<(f64, f64)> {
    let is_linear = matches!(header.text(tags::VOILUT_FUNCTION).as_str(), "" | "LINEAR");
    header.number(tags::WINDOW_CENTER).zip(header.number(tags::WINDOW_WIDTH)).filter(|_| is_linear)
}

impl Plane {
    /// Reads position, orientation and spacing, each from the data set or item that holds it; `None` unless all are sound.
    pub(crate) fn of([position, orientation, spacing]: [&DataSet; 3]) -> Option<Self> {
        let origin_mm = DVec3::from_array(position.numbers(tags::IMAGE_POSITION_PATIENT)?);
        let [rx, ry, rz, cx, cy, cz] = orientation.numbers(tags::IMAGE_ORIENTATION_PATIENT)?;
        let [row_spacing_mm, column_spacing_mm] = spacing.numbers(tags::PIXEL_SPACING)?;
        let along_row = DVec3::new(rx, ry, rz).try_normalize()?;
        let along_column = DVec3::new(cx, cy, cz).try_normalize()?;
        let plane = Self { origin_mm, along_row, along_column, column_spacing_mm, row_spacing_mm };
        plane.is_sound().then_some(plane)
    }

    /// The plane spanned by the steps (mm) to the next column and row, in the matrix's first two columns.
    pub(crate) fn with_steps(origin_mm: DVec3, steps_mm: DMat3) -> Option<Self> {
        let (column_spacing_mm, row_spacing_mm) = (steps_mm.x_axis.length(), steps_mm.y_axis.length());
        let along_row = steps_mm.x_axis.try_normalize()?;
        let along_column = steps_mm.y_axis.try_normalize()?;
        let plane = Self { origin_mm, along_row, along_column, column_spacing_mm, row_spacing_mm };
        plane.is_sound().then_some(plane)
    }

    fn is_sound(&self) -> bool {
        let square = self.along_row.dot(self.along_column).abs() < 1e-2;
        square && self.row_spacing_mm > 0.0 && self.column_spacing_mm > 0.0 && self.origin_mm.is_finite()
    }
}

fn acquisition(header: &DataSet) -> Acquisition {
    Acquisition {
        image_type: header.texts(tags::IMAGE_TYPE),
        scanning_sequence: header.texts(tags::SCANNING_SEQUENCE),
        sequence_name: header.text(tags::SEQUENCE_NAME),
        scan_options: header.texts(tags::SCAN_OPTIONS),
        volumetric: header.text(tags::MR_ACQUISITION_TYPE) == "3D",
        echo_time_ms: header.number(tags::ECHO_TIME),
        repetition_time_ms: header.number(tags::REPETITION_TIME),
        inversion_time_ms: header.number(tags::INVERSION_TIME).filter(|ti| *ti > 0.0),
        b_value: header.number(tags::DIFFUSION_B_VALUE),
        contrast_agent: header.text(tags::CONTRAST_BOLUS_AGENT),
        images_in_acquisition: header.count(tags::IMAGES_IN_ACQUISITION),
        time_point: header.number(tags::TEMPORAL_POSITION_IDENTIFIER).map(|n| n as i32),
    }
}

/// Uncompressed pixels have a known size, so a file that ends earlier is cut short;
/// knowing it from the header spares reading the rest. Compressed ones show it when decoded.
fn refuse_if_cut_short(instance: &Instance, part10: &Part10, header: &DataSet) -> Result<(), Reason> {
    let Some(element) = header.pixel_data() else {
        return Err(Reason::new(
            Code::TruncatedPixels,
            "The header describes an image, but the file ends before its pixels. Copy or export it again.",
        ));
    };
    // Colour may be stored in fewer samples than it has (PS3.3, C.7.6.3.1.2, YBR_FULL_422), and is not read anyway.
    let sized = part10.syntax.is_some_and(|syntax| syntax.codec == Some(Codec::Native));
    if !sized || instance.pixels.samples_per_pixel != 1 {
        return Ok(());
    }
    let p = &instance.pixels;
    let bits = [p.rows, p.columns, p.frames, p.bits_allocated];
    let needed = bits.iter().fold(1_u64, |product, &factor| product.saturating_mul(factor as u64)).div_ceil(8);
    let present = part10.len().min(element.value.end).saturating_sub(element.value.start) as u64;
    if present < needed {
        return Err(Reason::new(
            Code::TruncatedPixels,
            format!(
                "The file is cut short: its pixels need {needed} bytes, of which it holds {present}. Copy or export it again."
            ),
        ));
    }
    Ok(())
}

/// Classes that are always an image, of those that come with head examinations.
const IMAGES: [&str; 3] = [uids::MR_IMAGE_STORAGE, uids::ENHANCED_MR_IMAGE_STORAGE, uids::CT_IMAGE_STORAGE];
/// *Media Storage Directory Storage*: a DICOMDIR.
const MEDIA_STORAGE_DIRECTORY: &str = uids::MEDIA_STORAGE_DIRECTORY_STORAGE;
