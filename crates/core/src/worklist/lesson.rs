//! The cases of the first lessons, whose truth is known, and who was right about one: the reader before the score was shown, and the model.

use super::Stage;
use super::reader::{Impression, Summary, Verdict};
use crate::finding::Band;

/// A case, in the order of the lessons: neither the healthy nor the plain ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Spots in the white matter, around the ventricles.
    WhiteMatterLesions,
    /// Nothing abnormal.
    Normal,
    /// A FLAIR whose header says that it is a T2.
    WrongSequence,
    /// A mass that pushes aside what lies around it.
    Tumour,
    /// A healthy head that moved.
    Artefact,
    /// An infarct of the middle cerebral artery.
    Infarct,
}

/// All of them. `training/headway_training/lessons.py` makes their images, `public/lessons`.
pub const CASES: [Case; 6] =
    [Case::WhiteMatterLesions, Case::Normal, Case::WrongSequence, Case::Tumour, Case::Artefact, Case::Infarct];

impl Case {
    /// Its number, from 1.
    pub const fn number(self) -> usize {
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

    /// What it holds.
    pub const fn truth(self) -> Truth {
        Truth {
            is_abnormal: self.place_mm().is_some(),
            is_usable: !matches!(self, Self::WrongSequence | Self::Artefact),
        }
    }

    /// Where most of what is abnormal lies, DICOM patient coordinates (LPS), mm.
    pub const fn place_mm(self) -> Option<[f64; 3]> {
        match self {
            Self::WhiteMatterLesions => Some([14.9, 24.8, 13.8]),
            Self::Tumour => Some([16.0, 29.2, -27.5]),
            Self::Infarct => Some([-29.2, -46.2, 2.8]),
            Self::Normal | Self::WrongSequence | Self::Artefact => None,
        }
    }
}

/// What a made-up case holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truth {
    /// The brain is abnormal.
    pub is_abnormal: bool,
    /// The images are what they should be.
    pub is_usable: bool,
}

/// How an answer stands beside the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It says what is so.
    Right,
    /// It says what is not so.
    Wrong,
    /// It says neither.
    Open,
}

/// The reader's answer before the score was shown; `None` while there is none. Where images cannot be used,
/// saying so is right, and so is calling a healthy brain normal all the same.
pub fn reader(said: &Summary, truth: Truth) -> Option<Judged> {
    let unusable = said.verdict.is_some_and(|(verdict, _)| verdict == Verdict::NotUsable);
    match said.reading {
        _ if unusable => Some(judged(!truth.is_usable)),
        Some((reading, _)) => Some(judged((reading.impression == Impression::Abnormal) == truth.is_abnormal)),
        None => None,
    }
}

/// The model's answer; `None` while it is still to come. Withholding a score from images that cannot be used is right.
pub fn model(stage: &Stage, truth: Truth) -> Option<Judged> {
    match stage {
        Stage::Scored { finding } => Some(match finding.band {
            Some(Band::Flagged) => judged(truth.is_abnormal),
            Some(Band::NotFlagged) => judged(!truth.is_abnormal),
            Some(Band::Uncertain) | None => Judged::Open,
        }),
        Stage::NotScored { .. } => Some(if truth.is_usable { Judged::Open } else { Judged::Right }),
        Stage::Failed { .. } => Some(Judged::Open),
        _ => None,
    }
}

fn judged(is_right: bool) -> Judged {
    if is_right { Judged::Right } else { Judged::Wrong }
}

#[cfg(test)]
mod tests {
    use super::super::moment::Moment;
    use super::super::reader::{Confidence, Reading};
    use super::super::sample;
    use super::*;

    #[test]
    fn each_case_is_a_study_of_its_own() {
        for case in CASES {
            assert_eq!(Case::of_study(&case.study_uid()), Some(case));
            assert_eq!(CASES[case.number() - 1], case);
        }
        assert_eq!(Case::of_study("1.2.3"), None);
    }

    #[test]
    fn findings_lie_where_the_generator_says_that_it_put_them() {
        let written: serde_json::Value = serde_json::from_str(include_str!("lessons.json")).unwrap();
        let places =
            CASES.map(|case| case.place_mm().map_or(serde_json::Value::Null, |place| serde_json::json!(place)));
        let written = written.as_array().unwrap().iter().map(|told| told["place_mm"].clone());
        assert_eq!(written.collect::<Vec<_>>(), places);
    }

    const HEALTHY: Truth = Truth { is_abnormal: false, is_usable: true };
    const ILL: Truth = Truth { is_abnormal: true, is_usable: true };
    const SPOILT: Truth = Truth { is_abnormal: false, is_usable: false };

    #[test]
    fn the_model_is_judged_by_its_band_and_by_what_it_withholds() {
        let scored = |score| sample::scored("a", "", score).stage;
        let stages = [scored(0.9), scored(0.4), scored(0.1), sample::unscored("a", "").stage, Stage::Waiting];
        let all = |truth| stages.each_ref().map(|stage| model(stage, truth));
        use Judged::{Open, Right, Wrong};
        assert_eq!(all(ILL), [Some(Right), Some(Open), Some(Wrong), Some(Open), None]);
        assert_eq!(all(HEALTHY), [Some(Wrong), Some(Open), Some(Right), Some(Open), None]);
        assert_eq!(all(SPOILT)[3], Some(Right));
    }

    #[test]
    fn the_reader_is_judged_by_the_reading_before_the_score_or_by_calling_the_images_unusable() {
        let read = |impression| {
            let reading = Reading { impression, category: None, confidence: Confidence::Certain };
            Summary { reading: Some((reading, Moment(1))), ..Summary::default() }
        };
        let unusable = Summary { verdict: Some((Verdict::NotUsable, Moment(1))), ..Summary::default() };
        let all = |said: &Summary| [HEALTHY, ILL, SPOILT].map(|truth| reader(said, truth));
        use Judged::{Right, Wrong};
        assert_eq!(all(&read(Impression::Normal)), [Some(Right), Some(Wrong), Some(Right)]);
        assert_eq!(all(&read(Impression::Abnormal)), [Some(Wrong), Some(Right), Some(Wrong)]);
        assert_eq!(all(&unusable), [Some(Wrong), Some(Wrong), Some(Right)]);
        let later = Summary { later_reading: read(Impression::Normal).reading, ..Summary::default() };
        assert_eq!(all(&later), [None; 3], "what was said afterwards is no answer");
    }
}
