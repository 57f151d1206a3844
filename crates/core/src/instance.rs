//! A DICOM image's header: what it is, whose it is, where it lies.
//!
//! Headers first: the shell hands over the first bytes of a file,
//! and the frame is read only when its series has been chosen ([`crate::frame`]).

use crate::file::FileId;
use crate::reason::{Code, Reason};
use crate::study::{Patient, Study, StudyKey};
use dicom_core::Tag;
use dicom_dictionary_std::{tags, uids};
use dicom_object::{DefaultDicomObject, OpenFileOptions};
use glam::DVec3;
use serde::{Deserialize, Serialize};

/// *Media Storage Directory Storage*: a DICOMDIR.
const MEDIA_STORAGE_DIRECTORY: &str = uids::MEDIA_STORAGE_DIRECTORY_STORAGE;

/// One DICOM image of a study, without its pixels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// The file it came from.
    pub file: FileId,
    /// Path of that file inside what was dropped.
    pub path: String,
    /// Whose image it is.
    pub patient: Patient,
    /// Of which study.
    pub study: Study,
    /// Of which series.
    pub series: SeriesHeader,
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
    pub acquisition: Acquisition,
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
    /// *Modality* (0008,0060).
    pub modality: String,
    /// *Body Part Examined* (0018,0015).
    pub body_part: String,
}

/// How the pixels are stored (PS3.3 C.7.6.3).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PixelHeader {
    /// *Rows* (0028,0010).
    pub rows: usize,
    /// *Columns* (0028,0011).
    pub columns: usize,
    /// *Number of Frames* (0028,0008), 1 where absent.
    pub frames: usize,
    /// *Samples per Pixel* (0028,0002), 1 where absent.
    pub samples_per_pixel: usize,
    /// *Bits Allocated* (0028,0100).
    pub bits_allocated: usize,
    /// *Photometric Interpretation* (0028,0004).
    pub photometric: String,
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
}

/// How the image was acquired (PS3.3 C.8.3.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Acquisition {
    /// *Image Type* (0008,0008), upper case.
    pub image_type: Vec<String>,
    /// *Scanning Sequence* (0018,0020), such as `SE`, `GR`, `IR`, `EP`.
    pub scanning_sequence: Vec<String>,
    /// *Sequence Name* (0018,0024).
    pub sequence_name: String,
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
}

/// What reading a header came to.
#[derive(Clone, Debug, PartialEq)]
pub enum HeaderOutcome {
    /// The header of an image.
    Read(Box<Instance>),
    /// The bytes end before the header does: hand over the whole file.
    NeedsWholeFile,
    /// Not an image that can be used.
    Refused(Reason),
}

impl Instance {
    /// Reads the header from the first bytes of a file of `file_size_bytes`.
    pub fn read(file: FileId, path: &str, bytes: &[u8], file_size_bytes: u64) -> HeaderOutcome {
        if file_size_bytes == 0 {
            return HeaderOutcome::Refused(Reason::new(
                Code::EmptyFile,
                "The file is empty (0 bytes). Copy it again from its source.",
            ));
        }
        if !starts_like_dicom(bytes) {
            return HeaderOutcome::Refused(Reason::new(
                Code::NotDicom,
                "Not a DICOM file: it does not carry the DICM mark.",
            ));
        }
        let opened = OpenFileOptions::new().read_until(tags::PIXEL_DATA).from_reader(bytes);
        match opened {
            Ok(object) => match from_object(file, path, &object, file_size_bytes) {
                Ok(instance) => HeaderOutcome::Read(Box::new(instance)),
                Err(reason) => HeaderOutcome::Refused(reason),
            },
            Err(_) if (bytes.len() as u64) < file_size_bytes => HeaderOutcome::NeedsWholeFile,
            Err(error) => HeaderOutcome::Refused(Reason::new(
                Code::DamagedHeader,
                format!(
                    "The DICOM header cannot be read to its end ({error}). The file may be cut short: copy or export it again."
                ),
            )),
        }
    }

    /// The study it belongs to.
    pub fn study_key(&self) -> StudyKey {
        StudyKey { patient_id: self.patient.id.clone(), study_uid: self.study.uid.clone() }
    }
}

/// The mark `DICM` after a preamble of 128 bytes (PS3.10, 7.1), or at the very start where a writer left the preamble out.
fn starts_like_dicom(bytes: &[u8]) -> bool {
    bytes.get(128..132) == Some(b"DICM".as_slice()) || bytes.starts_with(b"DICM")
}

fn from_object(
    file: FileId,
    path: &str,
    object: &DefaultDicomObject,
    file_size_bytes: u64,
) -> Result<Instance, Reason> {
    let header = Header(object);
    let pixels = pixel_header(&header)?;
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
    let instance = Instance {
        file,
        path: path.to_owned(),
        patient: Patient {
            id: header.text(tags::PATIENT_ID),
            name: header.text(tags::PATIENT_NAME),
            birth_date: header.text(tags::PATIENT_BIRTH_DATE),
            sex: header.text(tags::PATIENT_SEX),
        },
        study: Study {
            uid: required(tags::STUDY_INSTANCE_UID, "Study Instance UID")?,
            date: header.text(tags::STUDY_DATE),
            time: header.text(tags::STUDY_TIME),
            description: header.text(tags::STUDY_DESCRIPTION),
            accession_number: header.text(tags::ACCESSION_NUMBER),
            institution: header.text(tags::INSTITUTION_NAME),
            scanner: format!("{} {}", header.text(tags::MANUFACTURER), header.text(tags::MANUFACTURER_MODEL_NAME))
                .trim()
                .to_owned(),
        },
        series: SeriesHeader {
            uid: required(tags::SERIES_INSTANCE_UID, "Series Instance UID")?,
            number: header.number(tags::SERIES_NUMBER).map(|n| n as i32),
            description: [tags::SERIES_DESCRIPTION, tags::PROTOCOL_NAME]
                .into_iter()
                .map(|tag| header.text(tag))
                .find(|text| !text.is_empty())
                .unwrap_or_default(),
            modality: header.text(tags::MODALITY),
            body_part: header.text(tags::BODY_PART_EXAMINED),
        },
        sop_instance_uid: required(tags::SOP_INSTANCE_UID, "SOP Instance UID")?,
        instance_number: header.number(tags::INSTANCE_NUMBER).map(|n| n as i32),
        transfer_syntax_uid: object.meta().transfer_syntax().trim_end_matches('\0').to_owned(),
        plane: plane(&header),
        acquisition: acquisition(&header),
        pixels,
    };
    refuse_if_cut_short(&instance, file_size_bytes)?;
    Ok(instance)
}

fn pixel_header(header: &Header) -> Result<PixelHeader, Reason> {
    if header.0.meta().media_storage_sop_class_uid().trim_end_matches('\0') == MEDIA_STORAGE_DIRECTORY {
        return Err(Reason::new(
            Code::NotAnImage,
            "A DICOMDIR index. Headway reads the images themselves and needs no index.",
        ));
    }
    let count = |tag| header.number(tag).filter(|n| *n >= 0.0).map(|n| n as usize);
    match (count(tags::ROWS), count(tags::COLUMNS)) {
        (Some(rows), Some(columns)) if rows > 0 && columns > 0 => Ok(PixelHeader {
            rows,
            columns,
            frames: count(tags::NUMBER_OF_FRAMES).unwrap_or(1).max(1),
            samples_per_pixel: count(tags::SAMPLES_PER_PIXEL).unwrap_or(1),
            bits_allocated: count(tags::BITS_ALLOCATED).unwrap_or(16),
            photometric: header.text(tags::PHOTOMETRIC_INTERPRETATION),
        }),
        _ => Err(Reason::new(
            Code::NotAnImage,
            "DICOM without an image (a report, presentation state or raw data). Nothing in it can be scored.",
        )),
    }
}

fn plane(header: &Header) -> Option<Plane> {
    let [px, py, pz] = header.numbers(tags::IMAGE_POSITION_PATIENT)?;
    let [rx, ry, rz, cx, cy, cz] = header.numbers(tags::IMAGE_ORIENTATION_PATIENT)?;
    let [row_spacing_mm, column_spacing_mm] = header.numbers(tags::PIXEL_SPACING)?;
    let along_row = DVec3::new(rx, ry, rz).try_normalize()?;
    let along_column = DVec3::new(cx, cy, cz).try_normalize()?;
    let square = along_row.dot(along_column).abs() < 1e-2;
    let spaced = row_spacing_mm > 0.0 && column_spacing_mm > 0.0;
    (square && spaced).then_some(Plane {
        origin_mm: DVec3::new(px, py, pz),
        along_row,
        along_column,
        column_spacing_mm,
        row_spacing_mm,
    })
}

fn acquisition(header: &Header) -> Acquisition {
    Acquisition {
        image_type: header.texts(tags::IMAGE_TYPE),
        scanning_sequence: header.texts(tags::SCANNING_SEQUENCE),
        sequence_name: header.text(tags::SEQUENCE_NAME),
        echo_time_ms: header.number(tags::ECHO_TIME),
        repetition_time_ms: header.number(tags::REPETITION_TIME),
        inversion_time_ms: header.number(tags::INVERSION_TIME).filter(|ti| *ti > 0.0),
        b_value: header.number(tags::DIFFUSION_B_VALUE),
        contrast_agent: header.text(tags::CONTRAST_BOLUS_AGENT),
    }
}

/// Uncompressed pixels have a known size, so a file smaller than that is cut short;
/// knowing it from the header spares reading the rest. Compressed ones show it when decoded.
fn refuse_if_cut_short(instance: &Instance, file_size_bytes: u64) -> Result<(), Reason> {
    let native = [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN, EXPLICIT_VR_BIG_ENDIAN];
    if !native.contains(&instance.transfer_syntax_uid.as_str()) {
        return Ok(());
    }
    let p = &instance.pixels;
    let pixel_bytes = [p.rows, p.columns, p.frames, p.samples_per_pixel, p.bits_allocated]
        .iter()
        .fold(1_u64, |product, &factor| product.saturating_mul(factor as u64))
        / 8;
    if file_size_bytes < pixel_bytes {
        return Err(Reason::new(
            Code::TruncatedPixels,
            format!(
                "The file is cut short: {file_size_bytes} bytes, but its pixels alone need {pixel_bytes}. Copy or export it again."
            ),
        ));
    }
    Ok(())
}

/// *Explicit VR Big Endian* (retired), PS3.5 A.3.
const EXPLICIT_VR_BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// Forgiving access: an absent or unusable element is empty, never an error.
struct Header<'a>(&'a DefaultDicomObject);

impl Header<'_> {
    fn text(&self, tag: Tag) -> String {
        self.0
            .element_opt(tag)
            .ok()
            .flatten()
            .and_then(|element| element.to_str().ok())
            .map(|text| text.trim_matches(['\0', ' ']).to_owned())
            .unwrap_or_default()
    }

    fn texts(&self, tag: Tag) -> Vec<String> {
        self.text(tag).split('\\').map(|part| part.trim().to_uppercase()).filter(|part| !part.is_empty()).collect()
    }

    fn number(&self, tag: Tag) -> Option<f64> {
        let value = self.0.element_opt(tag).ok()??.to_multi_float64().ok()?.first().copied()?;
        value.is_finite().then_some(value)
    }

    fn numbers<const N: usize>(&self, tag: Tag) -> Option<[f64; N]> {
        let values = self.0.element_opt(tag).ok()??.to_multi_float64().ok()?;
        let values: [f64; N] = values.try_into().ok()?;
        values.iter().all(|v| v.is_finite()).then_some(values)
    }
}
