//! What can be wrong with a stack of slices, each defect named with its positions.
//! Positions are projected on the slice normal, mm; slices count from 1 in that order.

use crate::card::GeometryLimits;
use crate::instance::{Instance, Plane};
use crate::reason::{Code, Reason};
use glam::DVec3;

/// Largest difference in pixel spacing inside one stack, as a fraction.
const SPACING_TOLERANCE: f64 = 1e-3;
/// Most places one sentence names.
const NAMED: usize = 4;

/// An even stack: how far its slices lie apart, and the one place that may be empty.
pub(crate) struct Even {
    pub(crate) spacing_mm: f64,
    pub(crate) missing_slice: Option<usize>,
}

/// Where each image lies; all have to say.
pub(crate) fn planes(instances: &[Instance]) -> Result<Vec<Plane>, Reason> {
    let placed: Vec<Plane> = instances.iter().filter_map(|instance| instance.plane).collect();
    if placed.len() < instances.len() {
        return Err(Reason::new(
            Code::MissingAttribute,
            format!("{} of {} images do not state where they lie.", instances.len() - placed.len(), instances.len()),
        ));
    }
    if placed.len() < 2 {
        return Err(Reason::new(Code::TooFewSlices, "One slice is no volume."));
    }
    Ok(placed)
}

/// Slices named by number and position: "slices 3 (at 8.0 mm) and 7 (at 24.0 mm)".
fn named(slices: &[usize], positions_mm: &[f64]) -> String {
    let one = |slice: &usize| format!("{} (at {:.1} mm)", slice + 1, positions_mm[*slice]);
    let mut names: Vec<String> = slices.iter().take(NAMED).map(one).collect();
    if slices.len() > NAMED {
        names.push(format!("{} more", slices.len() - NAMED));
    }
    let last = names.pop().unwrap_or_default();
    match names.as_slice() {
        [] => format!("slice {last}"),
        names => format!("slices {} and {last}", names.join(", ")),
    }
}

/// "Slice …" at the start of a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Slices of one size and one direction.
pub(crate) fn uniform(
    instances: &[Instance],
    planes: &[Plane],
    positions_mm: &[f64],
    limits: &GeometryLimits,
) -> Result<(), Reason> {
    let middle = planes[planes.len() / 2];
    let size = |instance: &Instance| (instance.pixels.columns, instance.pixels.rows);
    let relative = |a: f64, b: f64| (a / b - 1.0).abs() > SPACING_TOLERANCE;
    let cosine = limits.max_tilt_degrees.to_radians().cos();
    let other_shape = |slice: &usize| {
        size(&instances[*slice]) != size(&instances[planes.len() / 2])
            || relative(planes[*slice].row_spacing_mm, middle.row_spacing_mm)
            || relative(planes[*slice].column_spacing_mm, middle.column_spacing_mm)
    };
    let turned = |slice: &usize| {
        planes[*slice].along_row.dot(middle.along_row) < cosine
            || planes[*slice].along_column.dot(middle.along_column) < cosine
    };
    let of = |is_so: &dyn Fn(&usize) -> bool| -> Vec<usize> { (0..planes.len()).filter(is_so).collect() };
    match (of(&other_shape).as_slice(), of(&turned).as_slice()) {
        ([], []) => Ok(()),
        ([], slices) => Err(Reason::new(
            Code::MixedOrientation,
            format!(
                "{} lie in another direction than the rest, by more than {:.1}°.",
                sentence(&named(slices, positions_mm)),
                limits.max_tilt_degrees
            ),
        )),
        (slices, _) => Err(Reason::new(
            Code::MixedShapes,
            format!("{} differ from the rest in size or pixel spacing.", sentence(&named(slices, positions_mm))),
        )),
    }
}

/// The spacing of an even stack.
pub(crate) fn even(positions_mm: &[f64], limits: &GeometryLimits) -> Result<Even, Reason> {
    let gaps_mm: Vec<f64> = positions_mm.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mut sorted = gaps_mm.clone();
    sorted.sort_by(f64::total_cmp);
    let typical_mm = sorted[sorted.len() / 2];
    let gaps =
        |is_so: &dyn Fn(f64) -> bool| -> Vec<usize> { (0..gaps_mm.len()).filter(|gap| is_so(gaps_mm[*gap])).collect() };
    let narrow = gaps(&|gap| typical_mm <= 1e-3 || gap < 0.25 * typical_mm);
    if !narrow.is_empty() {
        return Err(Reason::new(
            Code::OverlappingSlices,
            format!(
                "More than one image lies at the place of {}: several volumes in one series, which are not told apart.",
                named(&narrow, positions_mm)
            ),
        ));
    }
    let missing_slice = match gaps(&|gap| gap > 1.75 * typical_mm).as_slice() {
        [] => None,
        [gap] if gaps_mm[*gap] < 2.25 * typical_mm && gaps_mm[*gap] <= limits.max_bridged_gap_mm => Some(gap + 1),
        wide => return Err(missing(wide, &gaps_mm, positions_mm, typical_mm, limits)),
    };
    let places = positions_mm.len() + usize::from(missing_slice.is_some());
    let spacing_mm = (positions_mm[positions_mm.len() - 1] - positions_mm[0]) / (places - 1) as f64;
    evenly_spaced(positions_mm, spacing_mm, missing_slice, limits)?;
    Ok(Even { spacing_mm, missing_slice })
}

/// The place in the grid of an image, past the one that may be empty.
pub(crate) fn place(image: usize, missing_slice: Option<usize>) -> usize {
    image + usize::from(missing_slice.is_some_and(|missing| image >= missing))
}

fn missing(wide: &[usize], gaps_mm: &[f64], positions_mm: &[f64], typical_mm: f64, limits: &GeometryLimits) -> Reason {
    let lost: usize = wide.iter().map(|gap| ((gaps_mm[*gap] / typical_mm).round() as usize).max(2) - 1).sum();
    let slices = if lost == 1 { "1 slice is".to_owned() } else { format!("{lost} slices are") };
    let bridged = match wide {
        [gap] if lost == 1 => format!(
            " Its neighbours lie {:.1} mm apart; a single slice is bridged up to {:.1} mm.",
            gaps_mm[*gap], limits.max_bridged_gap_mm
        ),
        _ => String::new(),
    };
    Reason::new(
        Code::MissingSlices,
        format!(
            "{slices} missing after {} of the {} found.{bridged} Send the whole series.",
            named(wide, positions_mm),
            positions_mm.len()
        ),
    )
}

fn evenly_spaced(
    positions_mm: &[f64],
    spacing_mm: f64,
    missing_slice: Option<usize>,
    limits: &GeometryLimits,
) -> Result<(), Reason> {
    let off_mm =
        |slice: usize| (positions_mm[slice] - positions_mm[0] - spacing_mm * place(slice, missing_slice) as f64).abs();
    let limit_mm = limits.max_position_error_fraction * spacing_mm;
    let off: Vec<usize> = (0..positions_mm.len()).filter(|slice| off_mm(*slice) > limit_mm).collect();
    if off.is_empty() {
        return Ok(());
    }
    let most_mm = off.iter().map(|slice| off_mm(*slice)).fold(0.0, f64::max);
    Err(Reason::new(
        Code::UnevenSpacing,
        format!(
            "The slices are not evenly spaced: {} off the even place by up to {most_mm:.1} mm in a stack of {spacing_mm:.1} mm spacing; {:.0} % of it are allowed.",
            named(&off, positions_mm),
            100.0 * limits.max_position_error_fraction
        ),
    ))
}

/// Slices stacked along their normal.
pub(crate) fn upright(step_mm: DVec3, normal: DVec3, limits: &GeometryLimits) -> Result<(), Reason> {
    let tilt_degrees = step_mm.angle_between(normal).to_degrees();
    if tilt_degrees <= limits.max_tilt_degrees {
        return Ok(());
    }
    Err(Reason::new(
        Code::TiltedStack,
        format!(
            "The stack is sheared by {tilt_degrees:.1}° against its slices; up to {:.1}° are scored.",
            limits.max_tilt_degrees
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> GeometryLimits {
        let card: crate::card::Card = serde_json::from_str(include_str!("../../infer/src/template_card.json")).unwrap();
        card.input.geometry
    }

    fn stack(spacing_mm: f64, without: &[usize]) -> Vec<f64> {
        (0..20).filter(|n| !without.contains(n)).map(|n| n as f64 * spacing_mm).collect()
    }

    fn defect(positions_mm: &[f64]) -> (Code, String) {
        let reason = even(positions_mm, &limits()).map(|_| ()).unwrap_err();
        (reason.code, reason.text)
    }

    #[test]
    fn one_missing_slice_is_bridged_up_to_six_millimetres_and_no_further() {
        let found = even(&stack(3.0, &[5]), &limits()).unwrap();
        assert_eq!((found.missing_slice, found.spacing_mm), (Some(5), 3.0));
        assert_eq!((place(4, Some(5)), place(5, Some(5))), (4, 6));
        let (code, text) = defect(&stack(3.01, &[5]));
        assert!(code == Code::MissingSlices && text.contains("slice 5 (at 12.0 mm)"), "{text}");
    }

    #[test]
    fn two_missing_slices_are_never_bridged() {
        for without in [[5, 6], [5, 9]] {
            let (code, text) = defect(&stack(1.0, &without));
            assert!(code == Code::MissingSlices && text.starts_with("2 slices"), "{text}");
        }
    }

    #[test]
    fn a_slice_off_its_place_by_over_a_tenth_is_named() {
        let displaced = |by_mm: f64| {
            let mut positions_mm = stack(4.0, &[]);
            positions_mm[7] += by_mm;
            positions_mm
        };
        assert!(even(&displaced(0.39), &limits()).is_ok());
        let (code, text) = defect(&displaced(0.41));
        assert!(code == Code::UnevenSpacing && text.contains("slice 8 (at 28.4 mm)"), "{text}");
    }

    #[test]
    fn images_at_one_place_are_named_up_to_four() {
        let mut positions_mm: Vec<f64> = stack(4.0, &[]).into_iter().flat_map(|at| [at, at]).collect();
        positions_mm.pop();
        let (code, text) = defect(&positions_mm);
        assert!(code == Code::OverlappingSlices && text.contains("and 15 more"), "{text}");
    }
}
