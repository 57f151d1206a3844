//! What the network said of one examination, and what may be said of it.

use crate::card::{Card, Evidence};
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

/// The network's answer for one examination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The raw output.
    pub logit: f64,
    /// Calibrated probability of a clinically relevant abnormality, 0 to 1;
    /// `None` where the model is untrained: its output has no meaning.
    pub score: Option<f64>,
    /// The band; `None` where there is no score.
    pub band: Option<Band>,
    /// Where it was computed.
    pub device: DeviceReport,
}

impl Finding {
    /// What a logit means under a card.
    ///
    /// Only a card with evidence, a calibration and thresholds turns it into a score.
    pub fn new(card: &Card, logit: f64, device: DeviceReport) -> Self {
        let score = card
            .calibration
            .filter(|_| card.evidence != Evidence::Untrained)
            .map(|c| 1.0 / (1.0 + (-(c.slope * logit + c.intercept)).exp()));
        let band = score.zip(card.thresholds).map(|(score, thresholds)| {
            if score >= thresholds.specific {
                Band::Flagged
            } else if score >= thresholds.sensitive {
                Band::Uncertain
            } else {
                Band::NotFlagged
            }
        });
        Self { logit, score, band, device }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::{Calibration, Thresholds};

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
