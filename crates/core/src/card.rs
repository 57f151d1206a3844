//! The model card: what a network expects, what its number means, and where it comes from.
//!
//! `card.json` is the low form; [`Card`] is the checked one that the rest of the code sees.
//! Code holds no spacing, size or threshold of its own: they all come from here.

pub mod evidence;
mod limits;
pub mod local;
mod measured;

pub use limits::{AgeLimits, PictureLimits, TimingLimits};
pub use local::LocalEvidence;
pub use measured::{Between, Measured, OperatingPoint, PredictiveValues, Rates};

use crate::reason::{Code, Reason};
use crate::stored::Stored;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The major schema version this program understands.
const SCHEMA_MAJOR: &str = "1";

/// Weights are hashed by so many bytes at a time.
const PART_BYTES: usize = 1 << 16;

/// On what kind of evidence the score rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Random weights: the number checks the engine and means nothing.
    Untrained,
    /// Trained and tested on synthetic heads only.
    Synthetic,
    /// Calibrated on examinations of the site that uses it.
    Local,
    /// Shown on patients of several sites.
    Clinical,
}

/// A model as its card describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Schema version, `major.minor`.
    pub schema: String,
    /// Name of the model.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// On what the score rests.
    pub evidence: Evidence,
    /// What it may be used for, shown beside every score.
    pub intended_use: String,
    /// The network.
    pub architecture: Architecture,
    /// What goes in.
    pub input: InputSpec,
    /// What comes out.
    pub output: OutputSpec,
    /// Platt scaling from logit to probability; `None` where nothing was calibrated.
    pub calibration: Option<Calibration>,
    /// Operating points on the calibrated probability; `None` where there are none.
    pub thresholds: Option<Thresholds>,
    /// Sensitivity and specificity at operating points. Cards before schema 1.3 state none.
    #[serde(default)]
    pub measured: Option<Measured>,
    /// What it was trained on, in words.
    pub training_data: String,
    /// For whom it was made, in words.
    pub population: String,
    /// Licence of the weights.
    pub licence: String,
    /// The weights' file.
    pub weights: WeightsSpec,
    /// A known input's known answer, checked before a device is trusted.
    pub self_test: SelfTest,
    /// What a site's own examinations showed, where the evidence is [`Evidence::Local`] (schema 1.3).
    #[serde(default)]
    pub local: Option<LocalEvidence>,
}

/// A 3D DenseNet as MONAI parameterises it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Architecture {
    /// Always `monai_densenet`.
    pub kind: String,
    /// Input channels.
    pub in_channels: usize,
    /// Output channels.
    pub out_channels: usize,
    /// Channels after the stem.
    pub init_features: usize,
    /// Channels each dense layer adds.
    pub growth_rate: usize,
    /// Dense layers in each block.
    pub block_config: Vec<usize>,
    /// Width of a dense layer's bottleneck, in growth rates.
    pub bn_size: usize,
}

/// What the network expects of an examination (paper, section 2).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputSpec {
    /// *Modality* (0008,0060).
    pub modality: String,
    /// Part of the body, `head`.
    pub body_part: String,
    /// Contrast, `T2w`.
    pub contrast: String,
    /// Acquisition plane, `axial`.
    pub plane: String,
    /// Towards what each array index increases, `RAS`.
    pub orientation: String,
    /// Isotropic spacing the volume is resampled to, mm.
    pub resample_mm: f64,
    /// Every resampled side must exceed this, voxels.
    pub min_side_voxels: usize,
    /// How the head is centred.
    pub centre: CentreSpec,
    /// Side of the field of view after cropping and padding, voxels of `resample_mm`.
    pub field_voxels: usize,
    /// Side of the network's input, voxels.
    pub size_voxels: usize,
    /// How signal becomes what the network was trained on. Cards before schema 1.3 do not say, and mean the z-score.
    #[serde(default)]
    pub normalisation: Normalisation,
    /// Bounds after the normalisation.
    pub clamp: [f32; 2],
    /// What a stack of slices must satisfy.
    pub geometry: GeometryLimits,
    /// What counts as T2-weighted. Cards of schema 1.0 do not say, and mean the default.
    #[serde(default)]
    pub timing: TimingLimits,
    /// Whose examinations are scored. Cards of schema 1.0 do not say, and mean the default.
    #[serde(default)]
    pub age: AgeLimits,
    /// What the picture must look like. Cards of schema 1.0 do not say, and mean the default.
    #[serde(default)]
    pub picture: PictureLimits,
}

/// How signal, which has no unit, becomes what the network was trained on; over the whole padded cube.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalisation {
    /// Mean 0 and population standard deviation 1, MONAI's `NormalizeIntensity()`.
    #[default]
    ZScore,
    /// The same of the voxels that are not 0, which alone are changed: `NormalizeIntensity(nonzero=True)`.
    ZScoreNonzero,
    /// Least 0 and greatest 1, `ScaleIntensity()`.
    ZeroToOne,
}

/// How the head is found on the middle axial slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CentreSpec {
    /// Signal over this many standard deviations of the slice is head.
    pub threshold_std: f64,
    /// Margin kept around the head, voxels.
    pub margin_voxels: usize,
}

/// What a stack of slices must satisfy to be scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeometryLimits {
    /// Fewest slices.
    pub min_slices: usize,
    /// Widest distance between neighbouring slices, mm.
    pub max_spacing_mm: f64,
    /// How far a slice may lie from its even place, as a fraction of the slice spacing.
    pub max_position_error_fraction: f64,
    /// Largest angle between the stack's axis and the slice normal, and between two slices, degrees.
    pub max_tilt_degrees: f64,
    /// Widest distance between the neighbours of a single missing slice for it to be interpolated, mm.
    /// Cards of schema 1.0 do not say, and mean 6.
    #[serde(default = "bridged_gap_mm")]
    pub max_bridged_gap_mm: f64,
    /// Largest angle between the slice normal and the patient's long axis, degrees.
    pub max_obliquity_degrees: f64,
    /// Widest voxels that may be acquired in any plane and reformatted to axial, mm.
    /// Cards of schema 1.0 do not say, and mean the default.
    #[serde(default = "any_plane_spacing_mm")]
    pub max_any_plane_spacing_mm: f64,
}

/// What cards of schema 1.0 mean: volumes that are T2-weighted in 3D are acquired with voxels of 0.8 to 1.5 mm.
fn any_plane_spacing_mm() -> f64 {
    1.5
}

/// What the network's output means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSpec {
    /// In words.
    pub meaning: String,
    /// The logit that counts is the mean of the input's own and its left-right mirror image's.
    /// Cards of schema 1.0 and 1.1 do not say, and mean no.
    #[serde(default)]
    pub mirror_averaged: bool,
    /// What the outputs are trained through. Cards before schema 1.3 do not say, and mean a sigmoid.
    #[serde(default)]
    pub activation: Activation,
    /// Which of `architecture.out_channels` says *abnormal*, from 0.
    #[serde(default)]
    pub abnormal_output: usize,
}

/// What outputs are trained through, and so how one logit comes of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// Each output is a logit of its own.
    #[default]
    Sigmoid,
    /// Two outputs compete: the logit is the abnormal one less the other.
    Softmax,
}

/// Platt scaling: probability = sigmoid(slope · logit + intercept).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Factor on the logit.
    pub slope: f64,
    /// Added to the scaled logit.
    pub intercept: f64,
}

impl Calibration {
    /// The probability of a logit.
    pub fn score(self, logit: f64) -> f64 {
        1.0 / (1.0 + (-(self.slope * logit + self.intercept)).exp())
    }

    /// The logit of a probability between 0 and 1.
    pub fn logit(self, score: f64) -> f64 {
        ((score / (1.0 - score)).ln() - self.intercept) / self.slope
    }
}

/// Operating points on the calibrated probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Below it: not flagged.
    pub sensitive: f64,
    /// At or over it: flagged. Between the two: uncertain.
    pub specific: f64,
}

impl Thresholds {
    /// Flagged from another score on; what lies under it and over the sensitive threshold stays uncertain.
    #[must_use]
    pub fn flagging_from(self, score: f64) -> Self {
        Self { sensitive: self.sensitive.min(score), specific: score }
    }
}

/// The weights' file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightsSpec {
    /// File name beside the card.
    pub file: String,
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Number of learnt parameters.
    pub parameters: usize,
}

/// A known input's known answer. The input is [`crate::preprocess::probe_input`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelfTest {
    /// Side of the input, voxels.
    pub size_voxels: usize,
    /// The answer.
    pub logit: f64,
    /// How far a device may be off.
    pub tolerance: f64,
}

/// What the page and every export say of the model in use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelIdentity {
    /// Name of the model.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// On what the score rests.
    pub evidence: Evidence,
    /// SHA-256 over card and weights, lower-case hexadecimal.
    pub sha256: String,
    /// What it may be used for.
    pub intended_use: String,
    /// Its operating point; `None` where it has none.
    #[serde(default)]
    pub thresholds: Option<Thresholds>,
    /// What was measured at its operating points.
    #[serde(default)]
    pub measured: Option<Measured>,
    /// Its calibration; `None` where it has none.
    #[serde(default)]
    pub calibration: Option<Calibration>,
}

/// Whether a path may be a file of a model's folder, by its name.
pub fn is_model_file(path: &str) -> bool {
    is_card(path) || path.to_ascii_lowercase().ends_with(".safetensors")
}

/// Whether a path may be a model's card, by its name.
pub fn is_card(path: &str) -> bool {
    path.rsplit('/').next() == Some("card.json")
}

fn bridged_gap_mm() -> f64 {
    6.0
}

impl Card {
    /// Reads `card.json` and checks it.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] with what is wrong, in words.
    pub fn from_json(json: &[u8]) -> Result<Self, Reason> {
        let unusable = |text: String| Reason::new(Code::ModelUnusable, text);
        let value: serde_json::Value =
            serde_json::from_slice(json).map_err(|e| unusable(format!("The model card is not valid JSON: {e}.")))?;
        let schema = value.get("schema").and_then(|s| s.as_str()).unwrap_or_default().to_owned();
        if schema.split('.').next() != Some(SCHEMA_MAJOR) {
            return Err(unusable(format!(
                "The model card has schema version \"{schema}\"; this program understands version {SCHEMA_MAJOR}. \
                 Use a matching version of Headway or export the model again."
            )));
        }
        let card: Self =
            serde_json::from_value(value).map_err(|e| unusable(format!("The model card cannot be read: {e}.")))?;
        card.check().map_err(|problem| unusable(format!("The model card does not make sense: {problem}.")))?;
        Ok(card)
    }

    fn check(&self) -> Result<(), String> {
        let input = &self.input;
        let checks = [
            (self.architecture.kind == "monai_densenet", "the architecture is not a MONAI DenseNet"),
            (self.architecture.in_channels == 1, "the network does not take one channel"),
            (
                self.output.abnormal_output < self.architecture.out_channels,
                "the output that says abnormal is not one of the network's",
            ),
            (
                self.output.activation == Activation::Sigmoid || self.architecture.out_channels == 2,
                "a softmax has other than two outputs",
            ),
            (!self.architecture.block_config.is_empty(), "the network has no blocks"),
            (
                (&*input.modality, &*input.body_part, &*input.contrast, &*input.plane)
                    == ("MR", "head", "T2w", "axial"),
                "it asks for something else than an axial T2w MR of the head, which is all that series are chosen for",
            ),
            (input.orientation == "RAS", "the orientation is not RAS"),
            (input.resample_mm > 0.0, "the resampled spacing is not positive"),
            (input.size_voxels >= 32 && input.size_voxels <= 256, "the input size is not between 32 and 256 voxels"),
            (input.field_voxels >= input.size_voxels, "the field of view is smaller than the input"),
            (input.clamp[0] < input.clamp[1], "the clamp is not an interval"),
            (input.geometry.min_slices >= 2, "a stack needs two slices at least"),
            (0.0 <= input.age.min_years && input.age.min_years < input.age.max_years, "the ages are no interval"),
            (input.picture.is_ordered(), "the limits of the picture are not in order"),
            (input.timing.is_ordered(), "the limits of timing are not in order"),
            (self.calibration.is_none_or(|c| c.slope > 0.0), "the calibration slope is not positive"),
            (
                self.thresholds.is_none_or(|t| 0.0 <= t.sensitive && t.sensitive <= t.specific && t.specific <= 1.0),
                "the thresholds are not 0 <= sensitive <= specific <= 1",
            ),
            (
                self.evidence == Evidence::Untrained || (self.calibration.is_some() && self.thresholds.is_some()),
                "a trained model needs a calibration and thresholds",
            ),
            (
                self.evidence != Evidence::Local || self.local.is_some(),
                "it claims local evidence and does not say on which examinations that rests",
            ),
        ];
        if let Some((_, problem)) = checks.iter().find(|(holds, _)| !holds) {
            return Err((*problem).to_owned());
        }
        self.measured.as_ref().map_or(Ok(()), Measured::check)?;
        self.local.as_ref().map_or(Ok(()), LocalEvidence::check)
    }

    /// Checks the weights against the card and names the model by both.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] where the bytes are not those the card was made for.
    pub fn identify(&self, card_json: &[u8], weights: &dyn Stored) -> Result<ModelIdentity, Reason> {
        let (mut alone, mut both) = (Sha256::new(), Sha256::new_with_prefix(card_json));
        let mut part = vec![0; PART_BYTES];
        for at in (0..weights.size()).step_by(PART_BYTES) {
            let part = &mut part[..PART_BYTES.min(weights.size() - at)];
            weights.read(at, part);
            alone.update(&part);
            both.update(&part);
        }
        let found = hex(&alone.finalize());
        if found != self.weights.sha256 {
            return Err(Reason::new(
                Code::ModelUnusable,
                format!(
                    "The weights of model {} are not those its card names (SHA-256 {}… instead of {}…). \
                     The download may be incomplete: reload, or install the model again.",
                    self.name,
                    &found[..12],
                    self.weights.sha256.get(..12).unwrap_or("none"),
                ),
            ));
        }
        Ok(ModelIdentity {
            name: self.name.clone(),
            version: self.version.clone(),
            evidence: self.evidence,
            sha256: hex(&both.finalize()),
            intended_use: self.intended_use.clone(),
            thresholds: self.thresholds,
            measured: self.measured.clone(),
            calibration: self.calibration,
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn untrained() -> serde_json::Value {
        serde_json::from_str(include_str!("../../infer/src/template_card.json")).unwrap()
    }

    fn read(card: &serde_json::Value) -> Result<Card, Reason> {
        Card::from_json(card.to_string().as_bytes())
    }

    #[test]
    fn the_template_card_is_sound() {
        assert_eq!(read(&untrained()).unwrap().evidence, Evidence::Untrained);
    }

    #[test]
    fn a_card_of_schema_1_0_means_the_limits_of_the_untrained_one() {
        let mut card = untrained();
        card["schema"] = "1.0".into();
        card["input"]
            .as_object_mut()
            .unwrap()
            .retain(|field, _| !["timing", "age", "picture"].contains(&field.as_str()));
        assert_eq!(read(&card).unwrap().input, read(&untrained()).unwrap().input);
    }

    #[test]
    fn an_unknown_major_version_is_refused_in_words() {
        let mut card = untrained();
        card["schema"] = "2.0".into();
        let reason = read(&card).unwrap_err();
        assert_eq!(reason.code, Code::ModelUnusable);
        assert!(reason.text.contains("\"2.0\""), "{}", reason.text);
    }

    #[test]
    fn nonsense_is_refused_and_named() {
        let cases = [
            ("/input/orientation", "LPS".into(), "orientation"),
            ("/input/contrast", "T1w".into(), "axial T2w"),
            ("/evidence", "clinical".into(), "calibration"),
            ("/input/size_voxels", 4.into(), "input size"),
            ("/input/age/max_years", 10.into(), "ages"),
            ("/input/picture/doubtful_fluid_ratio", 1.into(), "picture"),
            ("/input/timing/min_echo_ms", 20.into(), "timing"),
            ("/architecture/block_config", serde_json::json!([]), "no blocks"),
            (
                "/measured",
                serde_json::json!({ "on": "", "evidence": "synthetic", "points": [{ "name": "", "threshold_logit": 2, "sensitivity": 2, "specificity": 1 }] }),
                "operating point",
            ),
            ("/output/abnormal_output", 1.into(), "says abnormal"),
            ("/output/activation", "softmax".into(), "two outputs"),
            ("/input/normalisation", "histogram".into(), "cannot be read"),
        ];
        for (pointer, value, word) in cases {
            let mut card = untrained();
            card["measured"] = serde_json::Value::Null;
            *card.pointer_mut(pointer).unwrap() = value;
            let text = read(&card).unwrap_err().text;
            assert!(text.contains(word), "{pointer}: {text}");
        }
    }

    #[test]
    fn weights_that_are_not_the_cards_are_refused() {
        let mut card = untrained();
        card["weights"]["sha256"] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into();
        let card = read(&card).unwrap();
        assert!(card.identify(b"{}", b"abc").is_ok());
        assert_eq!(card.identify(b"{}", b"abd").unwrap_err().code, Code::ModelUnusable);
    }
}
