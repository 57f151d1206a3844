//! What the network said of one examination, and what may be said of it.

use crate::card::{Card, Evidence, ModelIdentity, Thresholds};
use crate::range::ScoreRange;
use serde::{Deserialize, Serialize};

/// Where the network ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A graphics processor: WebGPU in a browser, wgpu natively.
    Gpu,
    /// The processor.
    Cpu,
}

/// Which device runs the network, and why that one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceReport {
    /// Where the network runs.
    pub tier: Tier,
    /// The adapter as the platform names it.
    pub adapter: String,
    /// Why this tier, in a sentence.
    pub why: String,
    /// Weights and features lie in 16 bits there: faster, and the last digits differ.
    #[serde(default)]
    pub f16: bool,
}

/// The band a calibrated probability falls in. No band means "normal".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// At or over the specific threshold.
    Flagged,
    /// Between the sensitive and the specific threshold.
    Uncertain,
    /// Below the sensitive threshold. All examinations need reading all the same.
    NotFlagged,
}

impl Band {
    /// The band of a calibrated probability.
    pub fn of(score: f64, thresholds: Thresholds) -> Self {
        if score >= thresholds.specific {
            Self::Flagged
        } else if score >= thresholds.sensitive {
            Self::Uncertain
        } else {
            Self::NotFlagged
        }
    }

    /// The band in words, as it stands before every score.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Flagged => "flagged",
            Self::Uncertain => "uncertain",
            Self::NotFlagged => "not flagged",
        }
    }
}

/// Which model gave a score.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoredBy {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over card and weights, lower-case hexadecimal.
    pub sha256: String,
}

impl From<&ModelIdentity> for ScoredBy {
    fn from(model: &ModelIdentity) -> Self {
        Self { name: model.name.clone(), version: model.version.clone(), sha256: model.sha256.clone() }
    }
}

/// The network's answer for one examination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which model gave it.
    #[serde(default)]
    pub model: ScoredBy,
    /// The raw output.
    pub logit: f64,
    /// Calibrated probability of a clinically relevant abnormality, 0 to 1;
    /// `None` where the model is untrained: its output has no meaning.
    pub score: Option<f64>,
    /// The band; `None` where there is no score.
    pub band: Option<Band>,
    /// How far the score moves when the head is mirrored and shifted a little; `None` while that has not been tried.
    #[serde(default)]
    pub range: Option<ScoreRange>,
    /// Where it was computed.
    pub device: DeviceReport,
}

impl Finding {
    /// What a logit means under a card.
    ///
    /// Only a card with evidence, a calibration and thresholds turns it into a score.
    pub fn new(card: &Card, model: ScoredBy, logit: f64, device: DeviceReport) -> Self {
        let score = score_of(card, logit);
        let band = score.zip(card.thresholds).map(|(score, thresholds)| Band::of(score, thresholds));
        Self { model, logit, score, band, range: None, device }
    }
}

/// What a logit means under a card: a score of 0 to 1, where the card has the evidence and the calibration for one.
pub fn score_of(card: &Card, logit: f64) -> Option<f64> {
    let calibration = card.calibration.filter(|_| card.evidence != Evidence::Untrained)?;
    Some(calibration.score(logit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Calibration;

    fn card(evidence: Evidence) -> Card {
        let mut card: Card = serde_json::from_str(include_str!("../../infer/src/template_card.json")).unwrap();
        card.evidence = evidence;
        card.calibration = Some(Calibration { slope: 2.0, intercept: -1.0 });
        card.thresholds = Some(Thresholds { sensitive: 0.3, specific: 0.5 });
        card
    }

    fn find(evidence: Evidence, logit: f64) -> Finding {
        Finding::new(
            &card(evidence),
            ScoredBy::default(),
            logit,
            DeviceReport { tier: Tier::Cpu, adapter: String::new(), why: String::new(), f16: false },
        )
    }

    #[test]
    fn bands_follow_the_calibrated_score() {
        // sigmoid(2 · 0.5 − 1) = 0.5 exactly: at the threshold counts as over it.
        assert_eq!(
            (find(Evidence::Synthetic, 0.5).score, find(Evidence::Synthetic, 0.5).band),
            (Some(0.5), Some(Band::Flagged))
        );
        assert_eq!(find(Evidence::Synthetic, 0.3).band, Some(Band::Uncertain));
        assert_eq!(find(Evidence::Synthetic, -0.5).band, Some(Band::NotFlagged));
    }

    #[test]
    fn an_untrained_model_has_no_score_whatever_its_card_holds() {
        let finding = find(Evidence::Untrained, 3.0);
        assert_eq!((finding.score, finding.band, finding.logit), (None, None, 3.0));
    }
}
