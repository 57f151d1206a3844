//! The words a reader has for a study and for its score.

use serde::{Deserialize, Serialize};

/// Normal or not, to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Impression {
    /// Nothing that matters at this age.
    Normal,
    /// A clinically relevant abnormality.
    Abnormal,
}

/// What the abnormality is, after the paper's report categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the categories")]
pub enum Category {
    AcuteStroke,
    Haemorrhage,
    Mass,
    Hydrocephalus,
    Vascular,
    SmallVesselDisease,
    WhiteMatterInflammation,
    Encephalomalacia,
    Atrophy,
    Other,
}

/// How sure the reader is. With the impression it makes a scale of six steps, enough for a reader's own ROC curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// More likely than not.
    Possible,
    /// Likely.
    Probable,
    /// Beyond doubt.
    Certain,
}

/// What the reader made of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// Normal or not.
    pub impression: Impression,
    /// What it is, of an abnormal study.
    pub category: Option<Category>,
    /// How sure.
    pub confidence: Confidence,
}

/// What the reader says of a score, or of the images.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The score is right.
    Agree,
    /// The score is wrong.
    Disagree,
    /// The images cannot be read. May be said before the score is shown.
    NotUsable,
}
