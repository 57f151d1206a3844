//! Series of a recipe as DICOM files.

use crate::SyntheticFile;
use crate::phantom::{Tissues, in_marker, signal};
use crate::recipe::{Plane, Recipe, SeriesRecipe, TransferSyntax};
use crate::rle;
use dicom_core::dictionary::DataDictionary;
use dicom_core::smallvec::SmallVec;
use dicom_core::value::{PixelFragmentSequence, Value};
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use glam::{DMat3, DVec3};
use std::fmt;

/// A recipe that cannot be rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynthError(String);

impl fmt::Display for SynthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SynthError {}

/// Where one series lies.
struct Stack {
    along_row: DVec3,
    along_column: DVec3,
    normal: DVec3,
    /// From slice to slice, mm: the normal, sheared by the tilt.
    step_mm: DVec3,
    /// Centre of the first voxel, mm.
    origin_mm: DVec3,
}

impl Stack {
    fn new(recipe: &SeriesRecipe) -> Self {
        let (row, column) = match recipe.plane {
            Plane::Axial => (DVec3::X, DVec3::Y),
            Plane::Sagittal => (DVec3::Y, -DVec3::Z),
            Plane::Coronal => (DVec3::X, -DVec3::Z),
        };
        let turn = DMat3::from_rotation_z(recipe.yaw_degrees.to_radians())
            * DMat3::from_rotation_x(recipe.pitch_degrees.to_radians());
        let (row, along_column) = (turn * row, turn * column);
        let along_row = if recipe.mirrored { -row } else { row };
        let normal = along_row.cross(along_column);
        let step_mm = (normal + along_column * recipe.tilt_degrees.to_radians().tan()) * recipe.slice_spacing_mm;
        let middle = |n: usize| (n as f64 - 1.0) / 2.0;
        let origin_mm = -along_row * middle(recipe.columns) * recipe.pixel_spacing_mm
            - along_column * middle(recipe.rows) * recipe.pixel_spacing_mm
            - step_mm * middle(recipe.slices);
        Self { along_row, along_column, normal, step_mm, origin_mm }
    }

    fn slice_origin_mm(&self, recipe: &SeriesRecipe, slice: usize) -> DVec3 {
        let astray = if recipe.displaced_slices.contains(&slice) { 0.5 * recipe.slice_spacing_mm } else { 0.0 };
        self.origin_mm + self.step_mm * slice as f64 + self.normal * astray
    }
}

/// Renders one series.
pub fn render_series(recipe: &Recipe, series: &SeriesRecipe, number: usize) -> Result<Vec<SyntheticFile>, SynthError> {
    let stack = Stack::new(series);
    let mut files = Vec::new();
    for slice in (0..series.slices).filter(|slice| !series.missing_slices.contains(slice)) {
        let copies = if series.repeated_slices.contains(&slice) { 2 } else { 1 };
        for copy in 0..copies {
            let image = Image { recipe, series, stack: &stack, number, slice, copy };
            files.push(SyntheticFile { path: image.path(), bytes: image.bytes()? });
        }
    }
    Ok(files)
}

struct Image<'a> {
    recipe: &'a Recipe,
    series: &'a SeriesRecipe,
    stack: &'a Stack,
    number: usize,
    slice: usize,
    copy: usize,
}

impl Image<'_> {
    fn path(&self) -> String {
        let index = self.slice * 2 + self.copy;
        if self.series.shuffled_names {
            return format!("{:02}/{:08X}", self.number, mix(self.recipe.seed ^ (index as u64 + 1)) as u32);
        }
        format!("{:02}_{}/IM{index:04}.dcm", self.number, self.series.description.replace([' ', '/'], "_"))
    }

    fn bytes(&self) -> Result<Vec<u8>, SynthError> {
        let failed = |e: &dyn fmt::Display| SynthError(format!("slice {} of series {}: {e}", self.slice, self.number));
        let pixels = self.pixels();
        let object = self.dataset(&pixels)?;
        let syntax = match self.series.transfer_syntax {
            TransferSyntax::ImplicitLe => uids::IMPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax::ExplicitLe => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax::Rle => uids::RLE_LOSSLESS,
        };
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(syntax)
            .media_storage_sop_class_uid(uids::MR_IMAGE_STORAGE)
            .media_storage_sop_instance_uid(self.sop_instance_uid());
        let file = object.with_meta(meta).map_err(|e| failed(&e))?;
        let mut bytes = Vec::new();
        file.write_all(&mut bytes).map_err(|e| failed(&e))?;
        if self.series.truncated_slices.contains(&self.slice) {
            bytes.truncate(bytes.len() - pixels.len());
        }
        bytes.resize(bytes.len() + self.series.trailing_bytes, 0xA5);
        Ok(bytes)
    }

    /// Sampled where voxels lie, slightly noisy.
    fn pixels(&self) -> Vec<u16> {
        let series = self.series;
        let tissues = Tissues::of(series.contrast);
        let origin_mm = self.stack.slice_origin_mm(series, self.slice);
        let mut noise = Noise(mix(self.recipe.seed ^ ((self.number * 4096 + self.slice) as u64)));
        let mut pixels = Vec::with_capacity(series.rows * series.columns);
        for row in 0..series.rows {
            for column in 0..series.columns {
                let at = origin_mm
                    + self.stack.along_row * (column as f64 * series.pixel_spacing_mm)
                    + self.stack.along_column * (row as f64 * series.pixel_spacing_mm);
                let marked = series.marker.is_some_and(|place| in_marker(at, place));
                let clean = if marked { 1500.0 } else { f64::from(signal(at, &tissues)) };
                let noisy = (clean + 100.0 * series.noise * noise.next()).max(0.0);
                pixels.push((noisy / series.rescale_slope).round().min(f64::from(u16::MAX)) as u16);
            }
        }
        pixels
    }

    fn dataset(&self, pixels: &[u16]) -> Result<InMemDicomObject, SynthError> {
        let (recipe, series) = (self.recipe, self.series);
        let mut set =
            Dataset { object: InMemDicomObject::new_empty(), left_out: left_out(&series.missing_attributes)? };
        let stranger = series.strangers.contains(&self.slice);
        let patient_id = if stranger { "STRANGER" } else { &recipe.patient_id };
        set.text(tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE);
        set.text(tags::SOP_INSTANCE_UID, VR::UI, &self.sop_instance_uid());
        set.text(tags::STUDY_INSTANCE_UID, VR::UI, &self.study_uid());
        set.text(tags::SERIES_INSTANCE_UID, VR::UI, &self.uid(self.number as u64));
        set.text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &self.uid(1 << 40));
        set.text(tags::IMAGE_TYPE, VR::CS, &series.image_type);
        set.text(tags::MODALITY, VR::CS, &series.modality);
        set.text(tags::MANUFACTURER, VR::LO, "Headway");
        set.text(tags::MANUFACTURER_MODEL_NAME, VR::LO, "synthetic");
        set.text(tags::PATIENT_ID, VR::LO, patient_id);
        set.text(tags::PATIENT_NAME, VR::PN, &recipe.patient_name);
        set.text(tags::PATIENT_BIRTH_DATE, VR::DA, &recipe.birth_date);
        set.text(tags::PATIENT_SEX, VR::CS, &recipe.sex);
        set.text(tags::STUDY_DATE, VR::DA, &recipe.study_date);
        set.text(tags::STUDY_TIME, VR::TM, "101500");
        set.text(tags::STUDY_DESCRIPTION, VR::LO, &recipe.description);
        set.text(tags::ACCESSION_NUMBER, VR::SH, "");
        set.text(tags::SERIES_DESCRIPTION, VR::LO, &series.description);
        set.text(tags::BODY_PART_EXAMINED, VR::CS, &series.body_part);
        set.text(tags::SERIES_NUMBER, VR::IS, &self.number.to_string());
        let from_end = if series.reversed { series.slices - self.slice } else { self.slice + 1 };
        set.text(tags::INSTANCE_NUMBER, VR::IS, &from_end.to_string());
        self.describe_acquisition(&mut set);
        self.describe_plane(&mut set);
        self.describe_pixels(&mut set, pixels);
        Ok(set.object)
    }

    fn describe_acquisition(&self, set: &mut Dataset) {
        let (echo_ms, repetition_ms, inversion_ms, sequence) = self.series.contrast.timing();
        set.text(tags::SCANNING_SEQUENCE, VR::CS, sequence);
        set.text(tags::SEQUENCE_VARIANT, VR::CS, "SK");
        set.text(tags::MR_ACQUISITION_TYPE, VR::CS, "2D");
        set.numbers(tags::ECHO_TIME, &[echo_ms]);
        set.numbers(tags::REPETITION_TIME, &[repetition_ms]);
        if let Some(inversion_ms) = inversion_ms {
            set.numbers(tags::INVERSION_TIME, &[inversion_ms]);
        }
    }

    fn describe_plane(&self, set: &mut Dataset) {
        let series = self.series;
        let (row, column) = (self.stack.along_row, self.stack.along_column);
        let origin_mm = self.stack.slice_origin_mm(series, self.slice);
        set.numbers(tags::IMAGE_POSITION_PATIENT, &origin_mm.to_array());
        set.numbers(tags::IMAGE_ORIENTATION_PATIENT, &[row.x, row.y, row.z, column.x, column.y, column.z]);
        set.numbers(tags::PIXEL_SPACING, &[series.pixel_spacing_mm; 2]);
        set.numbers(tags::SLICE_THICKNESS, &[series.slice_spacing_mm]);
        set.numbers(tags::SPACING_BETWEEN_SLICES, &[series.slice_spacing_mm]);
    }

    fn describe_pixels(&self, set: &mut Dataset, pixels: &[u16]) {
        let series = self.series;
        let shorts = [
            (tags::SAMPLES_PER_PIXEL, 1),
            (tags::ROWS, series.rows as u16),
            (tags::COLUMNS, series.columns as u16),
            (tags::BITS_ALLOCATED, 16),
            (tags::BITS_STORED, 16),
            (tags::HIGH_BIT, 15),
            (tags::PIXEL_REPRESENTATION, 0),
        ];
        for (tag, value) in shorts {
            set.put(DataElement::new(tag, VR::US, PrimitiveValue::from(value)));
        }
        set.text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2");
        set.numbers(tags::RESCALE_INTERCEPT, &[0.0]);
        set.numbers(tags::RESCALE_SLOPE, &[series.rescale_slope]);
        if series.transfer_syntax == TransferSyntax::Rle {
            let fragments: SmallVec<[Vec<u8>; 2]> = SmallVec::from_vec(vec![rle::encode(pixels, series.columns)]);
            set.object.put(DataElement::new(
                tags::PIXEL_DATA,
                VR::OB,
                Value::PixelSequence(PixelFragmentSequence::new_fragments(fragments)),
            ));
        } else {
            set.put(DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(pixels.iter().copied().collect())));
        }
    }

    fn study_uid(&self) -> String {
        if self.recipe.study_uid.is_empty() { self.uid(0) } else { self.recipe.study_uid.clone() }
    }

    fn sop_instance_uid(&self) -> String {
        self.uid(((self.number as u64) << 32) | ((self.slice as u64) << 8) | self.copy as u64 | 1 << 60)
    }

    /// A UID under 2.25 (PS3.5, B.2), the same for the same seed.
    fn uid(&self, of: u64) -> String {
        let high = mix(self.recipe.seed.wrapping_mul(0x1_0000_01B3) ^ 0x48EA_D3A1);
        format!("2.25.{}", (u128::from(high) << 64) | u128::from(mix(high ^ of)))
    }
}

struct Dataset {
    object: InMemDicomObject,
    left_out: Vec<Tag>,
}

impl Dataset {
    fn text(&mut self, tag: Tag, vr: VR, text: &str) {
        self.put(DataElement::new(tag, vr, PrimitiveValue::from(text)));
    }

    /// Decimal strings of at most 16 characters (PS3.5, 6.2).
    fn numbers(&mut self, tag: Tag, values: &[f64]) {
        let texts: Vec<String> = values.iter().map(|v| format!("{v:.6}")).collect();
        self.text(tag, VR::DS, &texts.join("\\"));
    }

    fn put(&mut self, element: DataElement<InMemDicomObject>) {
        if !self.left_out.contains(&element.header().tag) {
            self.object.put(element);
        }
    }
}

fn left_out(keywords: &[String]) -> Result<Vec<Tag>, SynthError> {
    let tag = |keyword: &String| {
        let entry = StandardDataDictionary.by_name(keyword);
        entry.map(|e| e.tag.inner()).ok_or_else(|| SynthError(format!("{keyword} is no DICOM keyword")))
    };
    keywords.iter().map(tag).collect()
}

/// SplitMix64's finisher.
const fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Roughly normal noise: the sum of three uniform draws, standard deviation 1.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = mix(self.0);
        let uniform = |bits: u64| (bits & 0x1F_FFFF) as f64 / f64::from(0x1F_FFFF) - 0.5;
        2.0 * (uniform(self.0) + uniform(self.0 >> 21) + uniform(self.0 >> 42))
    }
}
