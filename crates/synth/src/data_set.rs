//! The data set of one image: MR Image Storage with every attribute of type 1 and 2 (PS3.3 A.4.3 and C.8.3).

use crate::attributes::DataSet;
use crate::encode::TransferSyntax;
use crate::pixels::Storage;
use crate::recipe::Recipe;
use crate::rle;
use crate::series::SeriesRecipe;
use crate::stack::Stack;
use dicom_core::value::{PixelFragmentSequence, PrimitiveValue};
use dicom_core::{DataElement, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::InMemDicomObject;
use glam::DVec3;

/// What the data set of one image is made of.
pub(crate) struct Image<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) series: &'a SeriesRecipe,
    pub(crate) stack: &'a Stack,
    /// The slice, from 1.
    pub(crate) slice: u16,
    /// *Image Position (Patient)* as stated, errors included, mm.
    pub(crate) stated_origin_mm: DVec3,
    pub(crate) series_number: i32,
    pub(crate) study_uid: &'a str,
    pub(crate) series_uid: &'a str,
    pub(crate) sop_instance_uid: &'a str,
    pub(crate) frame_of_reference_uid: &'a str,
    /// Stored values, row by row.
    pub(crate) stored_values: Vec<u16>,
}

impl Image<'_> {
    pub(crate) fn data_set(self) -> InMemDicomObject {
        let mut data_set = DataSet(InMemDicomObject::new_empty());
        self.patient_and_study(&mut data_set);
        self.series_and_equipment(&mut data_set);
        self.acquisition(&mut data_set);
        self.image_plane(&mut data_set);
        self.pixels(&mut data_set);
        data_set.0
    }

    fn patient_and_study(&self, to: &mut DataSet) {
        let study = self.recipe;
        let stranger = self.series.stranger_on(self.slice);
        let patient_id = stranger.map_or(&study.patient_id, |s| &s.patient_id);
        let patient_name = stranger.and_then(|s| s.patient_name.as_ref());
        let study_uid = stranger.and_then(|s| s.study_uid.as_deref());
        to.text(tags::PATIENT_NAME, patient_name.unwrap_or(&study.patient_name));
        to.text(tags::PATIENT_ID, patient_id);
        to.text(tags::PATIENT_BIRTH_DATE, &study.birth_date);
        to.text(tags::PATIENT_SEX, &study.sex);
        to.text(tags::STUDY_INSTANCE_UID, study_uid.unwrap_or(self.study_uid));
        for date in [tags::STUDY_DATE, tags::SERIES_DATE, tags::ACQUISITION_DATE, tags::CONTENT_DATE] {
            to.text(date, &study.study_date);
        }
        for time in [tags::STUDY_TIME, tags::SERIES_TIME, tags::ACQUISITION_TIME, tags::CONTENT_TIME] {
            to.text(time, &study.study_time);
        }
        to.text(tags::STUDY_ID, &study.accession_number);
        to.text(tags::ACCESSION_NUMBER, &study.accession_number);
        to.text(tags::STUDY_DESCRIPTION, &study.description);
        to.text(tags::REFERRING_PHYSICIAN_NAME, "");
    }

    fn series_and_equipment(&self, to: &mut DataSet) {
        let description = self.series.description();
        to.text(tags::SERIES_INSTANCE_UID, self.series_uid);
        to.text(tags::SERIES_NUMBER, self.series_number.to_string());
        to.text(tags::SERIES_DESCRIPTION, &description);
        to.text(tags::PROTOCOL_NAME, description);
        to.text(tags::MODALITY, &self.series.modality);
        to.text(tags::BODY_PART_EXAMINED, &self.series.body_part);
        to.text(tags::PATIENT_POSITION, "HFS");
        to.text(tags::FRAME_OF_REFERENCE_UID, self.frame_of_reference_uid);
        to.text(tags::POSITION_REFERENCE_INDICATOR, "");
        to.text(tags::MANUFACTURER, &self.recipe.manufacturer);
        to.text(tags::MANUFACTURER_MODEL_NAME, &self.recipe.model_name);
        to.text(tags::INSTITUTION_NAME, &self.recipe.institution);
        to.text(tags::SOFTWARE_VERSIONS, env!("CARGO_PKG_VERSION"));
    }

    fn acquisition(&self, to: &mut DataSet) {
        let series = self.series;
        let protocol = series.contrast.protocol();
        to.text(tags::IMAGE_TYPE, &series.image_type);
        to.text(tags::SCANNING_SEQUENCE, protocol.scanning_sequence);
        to.text(tags::SEQUENCE_VARIANT, protocol.sequence_variant);
        to.text(tags::SCAN_OPTIONS, "");
        to.text(tags::MR_ACQUISITION_TYPE, if series.volumetric { "3D" } else { "2D" });
        to.text(tags::MAGNETIC_FIELD_STRENGTH, "1.5");
        to.decimals(tags::ECHO_TIME, &[series.echo_time_ms.unwrap_or(protocol.echo_time_ms)]);
        to.decimals(tags::REPETITION_TIME, &[series.repetition_time_ms.unwrap_or(protocol.repetition_time_ms)]);
        if let Some(inversion_time_ms) = series.inversion_time_ms.or(protocol.inversion_time_ms) {
            to.decimals(tags::INVERSION_TIME, &[inversion_time_ms]);
        }
        to.decimals(tags::FLIP_ANGLE, &[protocol.flip_angle_degrees]);
        to.text(tags::ECHO_TRAIN_LENGTH, protocol.echo_train_length.to_string());
        to.text(tags::ECHO_NUMBERS, "1");
        if let Some(b_value) = protocol.b_value_s_per_mm2 {
            to.value(tags::DIFFUSION_B_VALUE, b_value);
        }
    }

    fn image_plane(&self, to: &mut DataSet) {
        let (series, stack) = (self.series, self.stack);
        to.text(tags::INSTANCE_NUMBER, (series.first_instance_number + i32::from(self.slice) - 1).to_string());
        if let Some(time_point) = series.time_point {
            to.text(tags::TEMPORAL_POSITION_IDENTIFIER, time_point.to_string());
        }
        if let Some(count) = series.images_in_acquisition {
            to.text(tags::IMAGES_IN_ACQUISITION, count.to_string());
        }
        to.text(tags::ACQUISITION_NUMBER, "1");
        to.decimals(tags::IMAGE_POSITION_PATIENT, &self.stated_origin_mm.to_array());
        let orientation = [stack.along_row.to_array(), stack.along_column.to_array()];
        to.decimals(tags::IMAGE_ORIENTATION_PATIENT, orientation.as_flattened());
        to.decimals(tags::SLICE_LOCATION, &[self.stated_origin_mm.dot(stack.normal())]);
        to.decimals(tags::PIXEL_SPACING, &series.pixel_spacings_mm());
        to.decimals(tags::SPACING_BETWEEN_SLICES, &[series.slice_spacing_mm]);
        to.decimals(tags::SLICE_THICKNESS, &[series.slice_thickness_mm.unwrap_or(series.slice_spacing_mm)]);
    }

    fn pixels(self, to: &mut DataSet) {
        let series = self.series;
        to.text(tags::SPECIFIC_CHARACTER_SET, "ISO_IR 192");
        to.text(tags::SOP_CLASS_UID, uids::MR_IMAGE_STORAGE);
        to.text(tags::SOP_INSTANCE_UID, self.sop_instance_uid);
        to.text(tags::IMAGE_COMMENTS, "Computed image of a synthetic phantom. No patient.");
        to.value(tags::SAMPLES_PER_PIXEL, 1_u16);
        to.text(tags::PHOTOMETRIC_INTERPRETATION, if series.monochrome1 { "MONOCHROME1" } else { "MONOCHROME2" });
        to.value(tags::ROWS, series.rows);
        to.value(tags::COLUMNS, series.columns);
        to.value(tags::BITS_ALLOCATED, 16_u16);
        to.value(tags::BITS_STORED, series.bits_stored);
        to.value(tags::HIGH_BIT, series.bits_stored - 1);
        to.value(tags::PIXEL_REPRESENTATION, u16::from(series.signed));
        let (window_centre, window_width) = Storage::of(series).window();
        to.decimals(tags::WINDOW_CENTER, &[window_centre]);
        to.decimals(tags::WINDOW_WIDTH, &[window_width]);
        to.decimals(tags::RESCALE_SLOPE, &[series.rescale_slope]);
        to.decimals(tags::RESCALE_INTERCEPT, &[series.rescale_intercept]);
        to.text(tags::RESCALE_TYPE, "US");
        to.0.put(self.pixel_data());
    }

    fn pixel_data(self) -> DataElement<InMemDicomObject> {
        if self.series.transfer_syntax == TransferSyntax::Rle {
            let fragment = rle::encode_frame(&self.stored_values, usize::from(self.series.columns));
            // An empty Basic Offset Table: one frame needs none (PS3.5 A.4).
            let fragments = PixelFragmentSequence::new_fragments(vec![fragment]);
            return DataElement::new(tags::PIXEL_DATA, VR::OB, fragments);
        }
        DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(self.stored_values.into()))
    }
}
