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
