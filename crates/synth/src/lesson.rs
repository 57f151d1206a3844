//! The six made-up cases of the first lessons. What each of them holds is known, since it was put there.

use crate::contrast::Contrast;
use crate::phantom::{Fill, Lesion, Within};
use crate::recipe::Recipe;
use crate::series::SeriesRecipe;
use glam::DVec3;
use serde::{Deserialize, Serialize};

/// A case, in the order of the lessons: neither the healthy nor the plain ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Case {
    /// Many small lesions around the ventricles.
    WhiteMatterLesions,
    /// Nothing abnormal.
    Normal,
    /// A FLAIR whose header says that it is a T2.
    WrongSequence,
    /// A mass with a cyst and swelling around it.
    Tumour,
    /// A healthy head that moved.
    Artefact,
    /// An infarct of the middle cerebral artery.
    Infarct,
}

/// All of them.
pub const CASES: [Case; 6] =
    [Case::WhiteMatterLesions, Case::Normal, Case::WrongSequence, Case::Tumour, Case::Artefact, Case::Infarct];

impl Case {
    /// Its number, from 1.
    pub fn number(self) -> usize {
        1 + self as usize
    }

    /// *Study Instance UID* of its study.
    pub fn study_uid(self) -> String {
        format!("2.25.{}", 2_026_110_000 + self.number())
    }

    /// The case of a study.
    pub fn of_study(study_uid: &str) -> Option<Self> {
        CASES.into_iter().find(|case| case.study_uid() == study_uid)
    }

    /// Whether the brain is abnormal. That of the wrong sequence is healthy, and so is the one that moved.
    pub fn is_abnormal(self) -> bool {
        !self.lesions().is_empty()
    }

    /// Whether the images are a T2 of a head at rest.
    pub fn is_usable(self) -> bool {
        !matches!(self, Self::WrongSequence | Self::Artefact)
    }

    /// The middle of what is abnormal, DICOM patient coordinates (LPS), mm.
    pub fn place_mm(self) -> Option<[f64; 3]> {
        self.lesions().first().map(|lesion| lesion.centre_mm.to_array())
    }

    /// Its study: one axial series. Header and name tell nothing of what is in it.
    pub fn recipe(self) -> Recipe {
        let number = self.number();
        let series = SeriesRecipe {
            description: Some("T2W_TSE_tra".to_owned()),
            rows: 224,
            columns: 224,
            pixel_spacing_mm: 1.0,
            slices: 40,
            slice_spacing_mm: 3.6,
            lesions: self.lesions(),
            ..self.spoilt()
        };
        Recipe {
            seed: 40 + number as u64,
            patient_id: format!("LESSON-{number}"),
            patient_name: format!("LESSON^{number}"),
            study_uid: Some(self.study_uid()),
            accession_number: format!("LESSON{number}"),
            description: format!("Lesson {number}: computed head, no patient"),
            series: vec![series],
            ..Recipe::default()
        }
    }

    /// What is wrong with the images themselves, if anything; else how this head lies in the scanner.
    fn spoilt(self) -> SeriesRecipe {
        let number = self.number() as f64;
        let lying =
            SeriesRecipe { yaw_degrees: 1.5 * number - 5.0, pitch_degrees: 6.0 - number, ..SeriesRecipe::default() };
        match self {
            Self::WrongSequence => SeriesRecipe {
                contrast: Contrast::Flair,
                echo_time_ms: Some(96.0),
                repetition_time_ms: Some(4200.0),
                missing_attributes: vec!["InversionTime".to_owned()],
                stated_attributes: [("ScanningSequence".to_owned(), "SE".to_owned())].into(),
                ..lying
            },
            Self::Artefact => SeriesRecipe { ghosts: 0.35, noise: 30.0, ..lying },
            _ => lying,
        }
    }

    fn lesions(self) -> Vec<Lesion> {
        let lesion = |centre: [f64; 3], semi_axes: [f64; 3], fill, within| Lesion {
            centre_mm: DVec3::from_array(centre),
            semi_axes_mm: DVec3::from_array(semi_axes),
            fill,
            within,
        };
        match self {
            Self::Normal | Self::WrongSequence | Self::Artefact => Vec::new(),
            // The patient's left frontal lobe: swelling, in it a solid wall, in that a cyst.
            Self::Tumour => vec![
                lesion([30.0, -32.0, 20.0], [26.0, 33.0, 25.0], Fill::Oedema, Within::White),
                lesion([32.0, -34.0, 22.0], [17.0, 18.0, 17.0], Fill::Solid, Within::Brain),
                lesion([33.0, -35.0, 23.0], [11.0, 12.0, 11.0], Fill::Fluid, Within::Brain),
            ],
            // The patient's right hemisphere, cortex and all, as far as the artery feeds it.
            Self::Infarct => {
                vec![lesion([-46.0, 6.0, 18.0], [26.0, 34.0, 25.0], Fill::Oedema, Within::Brain)]
            }
            Self::WhiteMatterLesions => SCATTERED
                .iter()
                .map(|&[x, y, z, size]| lesion([x, y, z], [size, 1.5 * size, size], Fill::Oedema, Within::White))
                .collect(),
        }
    }
}

/// Centre and half width, mm: around both ventricles and between them and the cortex, none as its mirror image.
const SCATTERED: [[f64; 4]; 26] = [
    [24.0, -34.0, 16.0, 6.0],
    [-22.0, -36.0, 14.0, 6.5],
    [27.0, 30.0, 16.0, 6.0],
    [-28.0, 32.0, 14.0, 5.5],
    [21.0, -8.0, 24.0, 4.5],
    [-23.0, -14.0, 25.0, 5.0],
    [-19.0, 8.0, 26.0, 4.0],
    [25.0, 12.0, 27.0, 4.5],
    [31.0, -20.0, 28.0, 3.5],
    [-32.0, -2.0, 29.0, 4.0],
    [-29.0, 20.0, 28.0, 4.0],
    [33.0, 24.0, 24.0, 3.5],
    [18.0, -22.0, 32.0, 3.5],
    [-16.0, -26.0, 33.0, 3.0],
    [22.0, 2.0, 36.0, 4.0],
    [-24.0, 12.0, 35.0, 3.5],
    [29.0, 34.0, 8.0, 4.0],
    [-31.0, 36.0, 6.0, 4.5],
    [26.0, -40.0, 6.0, 4.0],
    [-25.0, -42.0, 4.0, 4.0],
    [36.0, 2.0, 26.0, 3.0],
    [-37.0, 10.0, 20.0, 3.0],
    [14.0, 22.0, 34.0, 3.0],
    [-13.0, 28.0, 32.0, 3.5],
    [38.0, -12.0, 18.0, 3.0],
    [-35.0, -18.0, 17.0, 3.5],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_is_a_study_of_its_own_that_tells_nothing() {
        for case in CASES {
            let recipe = case.recipe();
            assert_eq!(Case::of_study(&case.study_uid()), Some(case));
            assert_eq!((recipe.series.len(), CASES[case.number() - 1]), (1, case));
            let told = format!("{} {} {}", recipe.patient_name, recipe.description, recipe.accession_number);
            assert!(!told.to_lowercase().contains("tumour") && told.contains(&case.number().to_string()), "{told}");
        }
        assert_eq!(Case::of_study("1.2.3"), None);
    }

    #[test]
    fn half_of_them_are_abnormal() {
        let abnormal = CASES.iter().filter(|case| case.is_abnormal());
        assert_eq!(abnormal.count(), 3);
    }
}
