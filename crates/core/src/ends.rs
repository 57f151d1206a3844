//! Slices lost at the ends of a stack leave no gap: numbers, counts and sibling series tell of them.

use crate::instance::Instance;
use crate::reason::{Code, Reason};
use crate::series::Series;
use glam::DVec3;

/// Smallest cosine between the normals of two series planned alike: one degree.
const ALIKE_COSINE: f64 = 0.999_85;
/// Largest difference of spacings and positions of two series planned alike, as a fraction of the spacing.
const ALIKE_FRACTION: f64 = 0.1;

/// The numbers the scanner gave the images of a stack that is a whole series of single images.
struct Numbers {
    found: usize,
    lowest: i32,
    highest: i32,
    /// *Images in Acquisition*, where all state the same.
    counted: Option<usize>,
}

impl Numbers {
    fn of(series: &Series) -> Option<Self> {
        let images = series.instances();
        let single = |image: &Instance| image.pixels.frames == 1 && image.tile.is_none();
        if !series.part().is_empty() || !images.iter().all(single) {
            return None;
        }
        let numbers: Option<Vec<i32>> = images.iter().map(|image| image.instance_number).collect();
        let numbers = numbers?;
        let counted = |image: &Instance| image.acquisition.images_in_acquisition;
        let first = counted(images.first()?);
        Some(Self {
            found: images.len(),
            lowest: *numbers.iter().min()?,
            highest: *numbers.iter().max()?,
            counted: first.filter(|_| images.iter().all(|image| counted(image) == first)),
        })
    }

    /// How many slices numbers and count agree to miss at the ends: the numbers found run on without a gap inside the count.
    fn lost(&self) -> Option<usize> {
        let counted = self.counted.filter(|counted| *counted > self.found)?;
        let run_on = usize::try_from(i64::from(self.highest) - i64::from(self.lowest) + 1) == Ok(self.found);
        let inside = self.lowest >= 1 && usize::try_from(self.highest).is_ok_and(|highest| highest <= counted);
        (run_on && inside).then_some(counted - self.found)
    }
}

/// Refuses a stack that the scanner's own numbers and count show to be cut short.
pub(crate) fn none_lost(series: &Series) -> Result<(), Reason> {
    let Some(numbers) = Numbers::of(series) else { return Ok(()) };
    let Some(lost) = numbers.lost() else { return Ok(()) };
    let slices = if lost == 1 { "1 slice is".to_owned() } else { format!("{lost} slices are") };
    Err(Reason::new(
        Code::MissingSlices,
        format!(
            "{slices} missing at the ends of the stack: the header counts {} images, those found are numbered {} to {}. Send the whole series.",
            lost + numbers.found,
            numbers.lowest,
            numbers.highest
        ),
    ))
}

/// Where a stack begins and ends along its normal.
#[derive(Clone, Debug)]
pub(crate) struct Extent {
    series_uid: String,
    title: String,
    normal: DVec3,
    low_mm: f64,
    high_mm: f64,
    spacing_mm: f64,
}

impl Extent {
    /// `None` where the images do not lie in a row.
    pub(crate) fn of(series: &Series) -> Option<Self> {
        let (first, last) = (series.instances().first()?.plane?, series.instances().last()?.plane?);
        let normal = first.normal();
        let (low_mm, high_mm) = (first.origin_mm.dot(normal), last.origin_mm.dot(normal));
        let spacing_mm = (high_mm - low_mm) / (series.instances().len() - 1) as f64;
        let summary = series.summary();
        let title = summary.title();
        let extent = Self { series_uid: summary.series_uid, title, normal, low_mm, high_mm, spacing_mm };
        (spacing_mm.is_finite() && spacing_mm > 0.0).then_some(extent)
    }

    /// How many slices of a sibling planned on the same grid lie beyond the ends of this stack.
    fn slices_beyond(&self, sibling: &Self) -> Option<usize> {
        let whole = |slices: f64| (slices - slices.round()).abs() < ALIKE_FRACTION;
        let below = (self.low_mm - sibling.low_mm) / self.spacing_mm;
        let above = (sibling.high_mm - self.high_mm) / self.spacing_mm;
        let alike = self.series_uid != sibling.series_uid
            && self.normal.dot(sibling.normal) > ALIKE_COSINE
            && (sibling.spacing_mm / self.spacing_mm - 1.0).abs() * self.slices() < ALIKE_FRACTION
            && whole(below)
            && whole(above);
        let beyond = (below.round().max(0.0) + above.round().max(0.0)) as usize;
        (alike && beyond > 0).then_some(beyond)
    }

    fn slices(&self) -> f64 {
        (self.high_mm - self.low_mm) / self.spacing_mm + 1.0
    }
}

/// Signs, short of proof, that slices are lost at the ends; `all` are the stacks of the study.
pub(crate) fn cautions(series: &Series, all: &[Extent]) -> Vec<String> {
    let mut cautions = Vec::new();
    match Numbers::of(series) {
        Some(Numbers { lowest, .. }) if lowest > 1 => cautions.push(format!(
            "The slices are numbered from {lowest}: earlier ones may be missing at one end of the stack."
        )),
        Some(Numbers { counted: Some(counted), found, .. }) if counted > found => cautions.push(format!(
            "The header counts {counted} images in the acquisition, {found} were found: slices may be missing at the ends of the stack."
        )),
        _ => {}
    }
    let beyond = |own: Extent| {
        let found = all.iter().filter_map(|sibling| Some((own.slices_beyond(sibling)?, &sibling.title)));
        found.max_by_key(|(slices, _)| *slices)
    };
    if let Some((slices, title)) = Extent::of(series).and_then(beyond) {
        let slices = if slices == 1 { "1 slice".to_owned() } else { format!("{slices} slices") };
        cautions.push(format!(
            "\"{title}\", planned on the same slices, has {slices} beyond the ends of this stack: some may be missing here."
        ));
    }
    cautions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Plane;
    use crate::split::split;
    use std::sync::Arc;

    /// `numbers` are those of the slices, 4 mm apart; the place follows the number.
    fn stack(uid: &str, numbers: std::ops::RangeInclusive<i32>, counted: Option<usize>) -> Series {
        let image = |number: i32| {
            let mut image = Instance { instance_number: Some(number), ..Instance::default() };
            Arc::make_mut(&mut image.series).uid = uid.to_owned();
            image.sop_instance_uid = number.to_string();
            Arc::make_mut(&mut image.acquisition).images_in_acquisition = counted;
            image.plane = Some(Plane {
                origin_mm: DVec3::Z * 4.0 * f64::from(number),
                along_row: DVec3::X,
                along_column: DVec3::Y,
                column_spacing_mm: 1.0,
                row_spacing_mm: 1.0,
            });
            image
        };
        split(numbers.map(image).collect()).remove(0)
    }

    #[test]
    fn a_count_with_which_the_numbers_agree_is_proof() {
        assert!(none_lost(&stack("a", 1..=30, Some(30))).is_ok());
        assert!(none_lost(&stack("a", 1..=30, None)).is_ok());
        let lost = none_lost(&stack("a", 1..=27, Some(30))).unwrap_err();
        assert!(lost.code == Code::MissingSlices && lost.text.starts_with("3 slices"), "{lost}");
        assert!(none_lost(&stack("a", 101..=127, Some(30))).is_ok(), "numbers beyond the count prove nothing");
    }

    #[test]
    fn numbers_or_siblings_alone_are_a_caution() {
        let siblings = [Extent::of(&stack("b", 1..=30, None)).unwrap()];
        assert!(cautions(&stack("a", 1..=30, None), &siblings).is_empty());
        assert!(cautions(&stack("a", 4..=30, None), &[])[0].contains("numbered from 4"));
        assert!(cautions(&stack("a", 101..=127, Some(30)), &[])[0].contains("numbered from 101"));
        let shorter = cautions(&stack("a", 1..=28, None), &siblings);
        assert!(shorter.len() == 1 && shorter[0].contains("2 slices"), "{shorter:?}");
    }
}
