//! What the picture itself says, whatever the header claims: simple checks on the volume before it is scored.
//!
//! Each answers one question a reader would ask at a glance, with limits from the card. They are coarse by intent:
//! they catch what is no T2-weighted head at all, and leave finer doubts to the reader.

mod face;
mod grid;
mod head;
mod outline;
mod recogniser;
mod tissue;

use crate::card::{InputSpec, PictureLimits};
use crate::reason::{Code, Reason};
use crate::volume::Volume;
pub(crate) use face::Face;
use head::Head;
use outline::Outline;
use recogniser::Likeness;
use tissue::Tissue;

/// Looks at a volume; returns what the reader should know beside the score.
///
/// # Errors
/// The reason to withhold the score: [`Code::EmptyVolume`], [`Code::ClippedSignal`], [`Code::NotAHead`],
/// [`Code::SkullStripped`], [`Code::ContradictedContrast`], [`Code::Disoriented`]; those of [`crate::preprocess::prepare`].
pub fn look(volume: &Volume, input: &InputSpec) -> Result<Vec<String>, Reason> {
    let limits = &input.picture;
    let Some(head) = Head::find(volume) else {
        return Err(Reason::new(
            Code::EmptyVolume,
            "Every voxel of the series holds the same value: there is no image.",
        ));
    };
    let mut cautions = Vec::new();
    cautions.extend(clipped(&head, limits)?);
    let tissue = sized_like_a_head(&head, limits)?;
    let outline = Outline::of(&head, tissue.brain);
    round_like_a_head(&outline, limits)?;
    cautions.extend(skull(&head, &outline, limits)?);
    cautions.extend(bright_fluid(&tissue, limits).or_else(|reason| outweighed(reason, volume, input))?);
    if let Some(likeness) = Likeness::of(volume, input)? {
        cautions.extend(likeness.verdict()?);
    }
    cautions.extend(vertex(&head, limits));
    Ok(cautions)
}

/// Ventricles so wide that they fill the middle of the brain make fluid its median, which then stands out nowhere.
/// Where the whole picture looks T2-weighted beyond doubt, that is a caution.
fn outweighed(contradiction: Reason, volume: &Volume, input: &InputSpec) -> Result<Option<String>, Reason> {
    match Likeness::of(volume, input)? {
        Some(likeness) if likeness.is_beyond_doubt() => Ok(Some(
            "Fluid does not stand out in the middle of the brain, as where the ventricles are very wide; the whole picture looks T2-weighted."
                .to_owned(),
        )),
        _ => Err(contradiction),
    }
}

fn clipped(head: &Head, limits: &PictureLimits) -> Result<Option<String>, Reason> {
    let percent = 100.0 * head.clipped_share;
    if head.clipped_share >= limits.max_clipped_share {
        return Err(Reason::new(
            Code::ClippedSignal,
            format!(
                "The signal is cut off: {percent:.0} % of the head lies at the greatest value, as when a windowed picture is exported. Send the original series."
            ),
        ));
    }
    let doubtful = head.clipped_share >= limits.doubtful_clipped_share;
    Ok(doubtful.then(|| format!("The brightest {percent:.1} % of the head are cut off at one value.")))
}

fn not_a_head(what: &str) -> Reason {
    Reason::new(Code::NotAHead, format!("The picture does not look like a whole adult head: {what}."))
}

fn sized_like_a_head(head: &Head, limits: &PictureLimits) -> Result<Tissue, Reason> {
    let [width_mm, length_mm] = head.size_mm();
    let between = |size_mm: f64, [least, most]: [f64; 2]| (least..=most).contains(&size_mm);
    if !between(width_mm, limits.head_width_mm) || !between(length_mm, limits.head_length_mm) {
        return Err(not_a_head(&format!(
            "what shows is {width_mm:.0} mm wide and {length_mm:.0} mm from front to back"
        )));
    }
    Tissue::of(head).ok_or_else(|| not_a_head("its middle holds no signal"))
}

fn round_like_a_head(outline: &Outline, limits: &PictureLimits) -> Result<(), Reason> {
    let [least, most] = limits.outline_fill;
    if (least..=most).contains(&outline.fill) {
        return Ok(());
    }
    let percent = 100.0 * outline.fill;
    Err(not_a_head(&format!("its outline fills {percent:.0} % of the box around it, an oval about 79 %")))
}

/// Below the scalp lies the skull, which is dark in every contrast. Where it is missing and nothing but one value
/// surrounds the brain, the volume was skull-stripped; else fat suppression may have darkened the scalp.
fn skull(head: &Head, outline: &Outline, limits: &PictureLimits) -> Result<Option<String>, Reason> {
    if outline.skull_share >= limits.min_skull_share {
        return Ok(None);
    }
    if head.blank_share >= limits.blank_share {
        return Err(Reason::new(
            Code::SkullStripped,
            "The head was cut away around the brain (skull-stripped); the model was made for whole heads. Send the original series.",
        ));
    }
    Ok(Some("Hardly any skull and scalp can be seen around the brain; the model was made for whole heads.".to_owned()))
}

/// In T2 fluid is the brightest tissue in the middle of the head; in FLAIR and T1 it is the darkest,
/// in proton density hardly brighter than brain.
fn bright_fluid(tissue: &Tissue, limits: &PictureLimits) -> Result<Option<String>, Reason> {
    let (brightest, darkest, balance) = (tissue.brightest, tissue.darkest, tissue.bright_over_dark());
    let measured = format!(
        "in the middle of the brain the brightest 2 % reach {brightest:.1} times the median, the darkest 2 % fall to {darkest:.1}"
    );
    let contradicted = |found: &str| {
        let text = format!("The picture is not T2-weighted, whatever the header says: {found} ({measured}).");
        Err(Reason::new(Code::ContradictedContrast, text))
    };
    match () {
        () if balance < limits.min_bright_over_dark => contradicted("fluid is darker than brain, as in FLAIR or T1"),
        () if brightest < limits.min_fluid_ratio => contradicted("no fluid stands out"),
        () if brightest < limits.doubtful_fluid_ratio || balance < limits.doubtful_bright_over_dark => {
            Ok(Some(format!("Fluid stands out less than usual for T2: {measured}.")))
        }
        () => Ok(None),
    }
}

fn vertex(head: &Head, limits: &PictureLimits) -> Option<String> {
    (head.vertex_share > limits.max_vertex_share).then(|| {
        "The uppermost slice is as large as the middle of a head: the top of the head is missing, or the volume lies upside down."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Geometry;
    use glam::{DAffine3, DMat3, DVec3};

    /// Signal by the distance from the middle of the head, in semi-axes: fluid, brain, skull, scalp and what is around.
    #[derive(Clone, Copy)]
    struct Tissues {
        fluid: f32,
        brain: f32,
        skull: f32,
        scalp: f32,
        around: f32,
    }

    const T2: Tissues = Tissues { fluid: 900.0, brain: 400.0, skull: 30.0, scalp: 600.0, around: 0.0 };
    const HALF_MM: DVec3 = DVec3::new(75.0, 95.0, 75.0);

    /// An egg in 2 mm voxels: 75, 95 and 75 mm from its middle to the side, the front and the top.
    fn egg(t: Tissues, half_mm: DVec3) -> Volume {
        let dims = [110, 130, 80];
        let middle = DVec3::new(55.0, 65.0, 40.0);
        let mut signal = Vec::new();
        for slice in 0..dims[2] {
            for row in 0..dims[1] {
                for column in 0..dims[0] {
                    let apart_mm = (DVec3::new(column as f64, row as f64, slice as f64) - middle) * 2.0;
                    // No two voxels of a tissue are quite alike.
                    let grain = 1.0 + (signal.len() % 37) as f32 * 1e-3;
                    signal.push(
                        grain
                            * match (apart_mm / half_mm).length() {
                                r if r < 0.25 => t.fluid,
                                r if r < 0.85 => t.brain,
                                r if r < 0.93 => t.skull,
                                r if r < 1.0 => t.scalp,
                                _ => t.around,
                            },
                    );
                }
            }
        }
        let patient_from_voxel = DAffine3::from_mat3(DMat3::from_diagonal(DVec3::splat(2.0)));
        Volume { signal: signal.into(), geometry: Geometry { dims, patient_from_voxel, missing_slice: None } }
    }

    /// The same volume with its values changed.
    fn changed(volume: &Volume, change: impl FnOnce(&mut [f32])) -> Volume {
        let mut signal = volume.signal.to_vec();
        change(&mut signal);
        Volume { signal: signal.into(), geometry: volume.geometry }
    }

    fn input() -> InputSpec {
        let card: crate::card::Card = serde_json::from_str(include_str!("../../infer/src/template_card.json")).unwrap();
        card.input
    }

    fn judge(volume: &Volume) -> Result<Vec<String>, Code> {
        look(volume, &input()).map_err(|reason| reason.code)
    }

    #[test]
    fn a_t2_head_passes_without_a_word() {
        assert_eq!(judge(&egg(T2, HALF_MM)), Ok(vec![]));
    }

    #[test]
    fn a_volume_of_one_value_is_empty() {
        let flat = changed(&egg(T2, HALF_MM), |signal| signal.fill(7.0));
        assert_eq!(judge(&flat), Err(Code::EmptyVolume));
    }

    #[test]
    fn fluid_that_is_dark_or_no_brighter_than_brain_contradicts_t2() {
        for fluid in [90.0, 440.0] {
            assert_eq!(judge(&egg(Tissues { fluid, ..T2 }, HALF_MM)), Err(Code::ContradictedContrast), "{fluid}");
        }
        let faint = judge(&egg(Tissues { fluid: 640.0, ..T2 }, HALF_MM)).unwrap();
        assert!(faint[0].contains("stands out less"), "{faint:?}");
    }

    /// Eggs are no heads to the recogniser: limits that it falls below, between or above show what each leads to.
    #[test]
    fn the_recogniser_declines_warns_or_outweighs_by_the_cards_limits() {
        let asked = |volume: &Volume, least: f64, doubtful: f64| {
            let mut input = input();
            (input.picture.min_t2_log_odds, input.picture.doubtful_t2_log_odds) = (Some(least), Some(doubtful));
            look(volume, &input).map_err(|reason| reason.code)
        };
        let (head, flair) = (egg(T2, HALF_MM), egg(Tissues { fluid: 90.0, ..T2 }, HALF_MM));
        assert!(asked(&head, 100.0, 100.0).is_err());
        assert!(asked(&head, -100.0, 100.0).unwrap()[0].contains("could also be"));
        assert_eq!(asked(&head, -100.0, -100.0), Ok(vec![]));
        assert_eq!(asked(&flair, -100.0, 100.0), Err(Code::ContradictedContrast));
        assert!(
            asked(&flair, -100.0, -100.0).unwrap().iter().any(|caution| caution.contains("ventricles are very wide"))
        );
    }

    #[test]
    fn a_brain_without_skull_is_stripped_where_its_surroundings_are_blank() {
        let stripped = Tissues { skull: 0.0, scalp: 0.0, ..T2 };
        assert_eq!(judge(&egg(stripped, HALF_MM * 1.1)), Err(Code::SkullStripped));
        let noisy = changed(&egg(stripped, HALF_MM * 1.1), |signal| {
            for (index, value) in signal.iter_mut().enumerate().filter(|(_, value)| **value == 0.0) {
                *value = (index % 23) as f32;
            }
        });
        assert!(judge(&noisy).unwrap()[0].contains("skull and scalp"), "fat suppression darkens the scalp too");
    }

    #[test]
    fn a_windowed_export_is_clipped() {
        let windowed =
            changed(&egg(T2, HALF_MM), |signal| signal.iter_mut().for_each(|value| *value = value.min(390.0)));
        assert_eq!(judge(&windowed), Err(Code::ClippedSignal));
    }

    #[test]
    fn giants_dwarfs_and_noise_are_no_heads() {
        let dwarf = egg(T2, HALF_MM * 0.6);
        let wide = egg(T2, DVec3::new(105.0, 95.0, 75.0));
        let mut state = 1_u32;
        let noise = changed(&egg(T2, HALF_MM), |signal| {
            for value in signal {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *value = (state >> 16) as f32;
            }
        });
        for volume in [dwarf, wide, noise] {
            assert_eq!(judge(&volume), Err(Code::NotAHead));
        }
    }

    #[test]
    fn a_head_that_ends_below_its_top_is_a_caution() {
        let whole = egg(T2, HALF_MM);
        let slice = whole.geometry.dims[0] * whole.geometry.dims[1];
        let cut = changed(&whole, |signal| signal[slice * 62..].fill(0.0));
        let cautions = judge(&cut).unwrap();
        assert!(cautions.iter().any(|caution| caution.contains("top of the head is missing")), "{cautions:?}");
    }
}
