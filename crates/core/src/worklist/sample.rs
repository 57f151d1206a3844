//! Rows for tests.

use super::{Stage, StageMillis, WorklistRow};
use crate::finding::{Band, DeviceReport, Finding, ScoredBy, Tier};
use crate::range::RangeWork;
use crate::reason::{Code, Reason};
use crate::study::{Patient, Study, StudyKey};

/// A study without a score.
pub fn unscored(study_uid: &str, date: &str) -> WorklistRow {
    WorklistRow {
        key: StudyKey { patient_id: "1".into(), study_uid: study_uid.into() },
        arrival: 0,
        patient: Patient { id: "1".into(), ..Patient::default() },
        study: Study { uid: study_uid.into(), date: date.into(), ..Study::default() },
        stage: Stage::NotScored { reason: Reason::new(Code::NoSuitableSeries, "No series is an axial T2.") },
        selection: None,
        cautions: Vec::new(),
        images: 1,
        stage_ms: StageMillis::default(),
        prior_of: None,
        is_remembered: false,
        range_work: RangeWork::None,
    }
}

/// A study with a score, under thresholds of 0.3 and 0.5.
pub fn scored(study_uid: &str, date: &str, score: f64) -> WorklistRow {
    let band = match score {
        s if s >= 0.5 => Band::Flagged,
        s if s >= 0.3 => Band::Uncertain,
        _ => Band::NotFlagged,
    };
    let device = DeviceReport { tier: Tier::Cpu, adapter: String::new(), why: String::new(), f16: false };
    let finding =
        Finding { model: ScoredBy::default(), logit: 0.0, score: Some(score), band: Some(band), range: None, device };
    WorklistRow { stage: Stage::Scored { finding }, ..unscored(study_uid, date) }
}
