//! One file, several images: frames of Enhanced MR (PS3.3, C.7.6.16) and the tiles of a Siemens mosaic,
//! each with place, timing and rescaling of its own.

use crate::dicom::data_set::DataSet;
use crate::instance::{Acquisition, Instance, Plane, window};
use crate::mosaic::{is_mosaic, tiles};
use crate::reason::{Code, Reason};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use std::sync::Arc;

/// Most frames of one file that are told apart. Long diffusion series have some ten thousand.
const MAX_FRAMES: usize = 1 << 16;

/// The images of a file, in its order. `whole` is the file as one image.
///
/// Frames of a file that states no place for each of them (legacy multi-frame) have none.
///
/// # Errors
/// [`Code::TooLarge`], [`Code::Mosaic`].
pub(crate) fn frames(whole: &Instance, header: &DataSet) -> Result<Vec<Instance>, Reason> {
    if is_mosaic(whole) {
        return tiles(whole, header);
    }
    let count = whole.pixels.frames;
    if count > MAX_FRAMES {
        return Err(Reason::new(
            Code::TooLarge,
            format!("{count} frames in one file; Headway takes up to {MAX_FRAMES}. Export the series in parts."),
        ));
    }
    let shared = header.item(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let own: Vec<DataSet> = header.items(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).take(count).collect();
    if shared.is_none() && own.is_empty() {
        let placed = if count == 1 { whole.plane } else { None };
        return Ok((0..count).map(|frame| Instance { frame, plane: placed, ..whole.clone() }).collect());
    }
    let groups = |frame: usize| Groups { own: own.get(frame), shared: shared.as_ref(), header };
    Ok((0..count).map(|frame| groups(frame).instance(whole, frame)).collect())
}

/// The functional groups of one frame: its own before the shared ones, and the data set for what no group holds.
struct Groups<'a> {
    own: Option<&'a DataSet<'a>>,
    shared: Option<&'a DataSet<'a>>,
    header: &'a DataSet<'a>,
}

impl<'a> Groups<'a> {
    /// The item of a functional group's sequence.
    fn group(&self, sequence: Tag) -> Option<DataSet<'a>> {
        let within = |groups: Option<&DataSet<'a>>| groups.and_then(|groups| groups.item(sequence));
        within(self.own).or_else(|| within(self.shared))
    }

    fn number(&self, sequence: Tag, tag: Tag) -> Option<f64> {
        self.group(sequence).and_then(|group| group.number(tag))
    }

    fn instance(&self, whole: &Instance, frame: usize) -> Instance {
        let mut instance = Instance { frame, plane: self.plane(), ..whole.clone() };
        instance.acquisition = Arc::new(self.acquisition(&whole.acquisition));
        if let Some(rescale) = self.group(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE) {
            instance.pixels.rescale_slope = rescale.number(tags::RESCALE_SLOPE).unwrap_or(1.0);
            instance.pixels.rescale_intercept = rescale.number(tags::RESCALE_INTERCEPT).unwrap_or(0.0);
        }
        if let Some(shown) = self.group(tags::FRAME_VOILUT_SEQUENCE) {
            instance.pixels.window = window(&shown);
        }
        if let Some(anatomy) = self.group(tags::FRAME_ANATOMY_SEQUENCE).filter(|_| whole.series.body_part.is_empty()) {
            let region = anatomy.item(tags::ANATOMIC_REGION_SEQUENCE);
            Arc::make_mut(&mut instance.series).body_part =
                region.map_or_else(String::new, |code| code.text(tags::CODE_MEANING).to_uppercase());
        }
        instance
    }

    fn plane(&self) -> Option<Plane> {
        let position = self.group(tags::PLANE_POSITION_SEQUENCE)?;
        let orientation = self.group(tags::PLANE_ORIENTATION_SEQUENCE)?;
        let measures = self.group(tags::PIXEL_MEASURES_SEQUENCE)?;
        Plane::of([&position, &orientation, &measures])
    }

    /// The acquisition in the words of classic MR, which selection reads.
    fn acquisition(&self, whole: &Acquisition) -> Acquisition {
        let of_frame = self.group(tags::MR_IMAGE_FRAME_TYPE_SEQUENCE).map(|group| group.texts(tags::FRAME_TYPE));
        let inversion = || self.number(tags::MR_MODIFIER_SEQUENCE, tags::INVERSION_TIMES).filter(|ti| *ti > 0.0);
        let name = || self.header.text(tags::PULSE_SEQUENCE_NAME);
        let b_value = || self.number(tags::MR_DIFFUSION_SEQUENCE, tags::DIFFUSION_B_VALUE);
        let time_point = || self.number(tags::FRAME_CONTENT_SEQUENCE, tags::TEMPORAL_POSITION_INDEX).map(|n| n as i32);
        Acquisition {
            image_type: of_frame.filter(|values| !values.is_empty()).unwrap_or_else(|| whole.image_type.clone()),
            scanning_sequence: match whole.scanning_sequence.is_empty() {
                true => self.scanning_sequence(),
                false => whole.scanning_sequence.clone(),
            },
            sequence_name: Some(whole.sequence_name.clone()).filter(|name| !name.is_empty()).unwrap_or_else(name),
            echo_time_ms: self.number(tags::MR_ECHO_SEQUENCE, tags::EFFECTIVE_ECHO_TIME).or(whole.echo_time_ms),
            repetition_time_ms: self
                .number(tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE, tags::REPETITION_TIME)
                .or(whole.repetition_time_ms),
            inversion_time_ms: inversion().or(whole.inversion_time_ms),
            b_value: b_value().or(whole.b_value),
            time_point: time_point().or(whole.time_point),
            ..whole.clone()
        }
    }

    /// *Scanning Sequence* put together from the MR Pulse Sequence module (PS3.3, C.8.13.4).
    fn scanning_sequence(&self) -> Vec<String> {
        let says = |tag, value: &str| self.header.text(tag) == value;
        let inverted =
            self.group(tags::MR_MODIFIER_SEQUENCE).is_some_and(|g| g.text(tags::INVERSION_RECOVERY) == "YES");
        let echo = self.header.text(tags::ECHO_PULSE_SEQUENCE);
        let words = [
            ("SE", matches!(echo.as_str(), "SPIN" | "BOTH")),
            ("GR", matches!(echo.as_str(), "GRADIENT" | "BOTH")),
            ("EP", says(tags::ECHO_PLANAR_PULSE_SEQUENCE, "YES")),
            ("IR", inverted),
        ];
        words.into_iter().filter(|(_, holds)| *holds).map(|(word, _)| word.to_owned()).collect()
    }
}
