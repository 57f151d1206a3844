//! A model calibrated on a site's own examinations: another card for the same weights, which lifts the evidence to *local*.

use super::{Calibration, Card, Evidence, Thresholds};
use crate::reason::{Code, Reason};
use serde::{Deserialize, Serialize};

/// Fewest examinations of each class that a site's calibration may rest on (Vergouwe and others, J Clin Epidemiol 2005;
/// Collins and others, Stat Med 2016: under a hundred of a class calibration cannot be judged).
pub const FEWEST_OF_A_CLASS: usize = 100;

/// What a site found on its own confirmed labels, and adopted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LocalEvidence {
    /// SHA-256 over card and weights of the model whose scores were evaluated, lower-case hexadecimal.
    pub evaluated_sha256: String,
    /// Correction: `logit(corrected) = slope * logit(score) + intercept`.
    pub slope: f64,
    /// See [`slope`](Self::slope).
    pub intercept: f64,
    /// Scored examinations with a confirmed label: normal.
    pub normal: usize,
    /// Scored examinations with a confirmed label: abnormal.
    pub abnormal: usize,
    /// Area under the ROC curve on them.
    pub auc: f64,
    /// Their Brier score before the correction.
    pub brier_before: f64,
    /// Their Brier score corrected by lines fitted on others of them (cross-validated).
    pub brier_after: f64,
    /// Day on which it was adopted, as 2026-01-31.
    pub adopted_on: String,
}

impl LocalEvidence {
    /// What the evidence room found, as JSON, adopted on a day such as 2026-01-31.
    ///
    /// # Errors
    /// In words, where it is no such finding.
    pub fn adopted(found: &str, on: &str) -> Result<Self, String> {
        let mut found: serde_json::Value = serde_json::from_str(found).map_err(|e| e.to_string())?;
        found["adopted_on"] = on.into();
        serde_json::from_value(found).map_err(|e| e.to_string())
    }

    /// # Errors
    /// In words, where it is no ground to calibrate on.
    pub fn check(&self) -> Result<(), String> {
        let Self { normal, abnormal, slope, intercept, .. } = *self;
        if normal.min(abnormal) < FEWEST_OF_A_CLASS {
            return Err(format!(
                "a calibration on {normal} normal and {abnormal} abnormal examinations is not adopted: {FEWEST_OF_A_CLASS} of each are needed"
            ));
        }
        if !(slope > 0.0 && slope.is_finite() && intercept.is_finite()) {
            return Err("a calibration that turns scores around is not adopted: the model does not tell these examinations apart".to_owned());
        }
        Ok(())
    }
}

impl Card {
    /// The card of the same weights with a site's calibration: scores and thresholds go through one increasing line, so
    /// that bands and order stay as they were. What the card says beside is kept, known to this program or not.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] where the card has no calibration or the evidence is no ground for one.
    pub fn calibrated_locally(card_json: &[u8], local: &LocalEvidence) -> Result<String, Reason> {
        let unusable =
            |text: &str| Reason::new(Code::ModelUnusable, format!("The calibration cannot be adopted: {text}."));
        let card = Self::from_json(card_json)?;
        local.check().map_err(|text| unusable(&text))?;
        let (Some(before), Some(thresholds)) = (card.calibration, card.thresholds) else {
            return Err(unusable("the model has no score to correct"));
        };
        let calibration = Calibration {
            slope: local.slope * before.slope,
            intercept: local.slope * before.intercept + local.intercept,
        };
        let moved = |threshold| local.corrected(threshold);
        let thresholds = Thresholds { sensitive: moved(thresholds.sensitive), specific: moved(thresholds.specific) };
        let mut json: serde_json::Value = serde_json::from_slice(card_json).map_err(|e| unusable(&e.to_string()))?;
        let fields = [
            ("evidence", serde_json::to_value(Evidence::Local)),
            ("calibration", serde_json::to_value(calibration)),
            ("thresholds", serde_json::to_value(thresholds)),
            ("local", serde_json::to_value(local)),
        ];
        for (name, value) in fields {
            json[name] = value.map_err(|e| unusable(&e.to_string()))?;
        }
        let text = serde_json::to_string_pretty(&json).map_err(|e| unusable(&e.to_string()))? + "\n";
        Self::from_json(text.as_bytes())?;
        Ok(text)
    }
}

impl LocalEvidence {
    /// A score, or a threshold on it, corrected.
    fn corrected(&self, score: f64) -> f64 {
        // The ends are their own image: no score lies beyond them.
        if score <= 0.0 || score >= 1.0 {
            return score;
        }
        let logit = (score / (1.0 - score)).ln();
        1.0 / (1.0 + (-(self.slope * logit + self.intercept)).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Band, DeviceReport, Finding, ScoredBy, Tier};

    fn synthetic() -> Vec<u8> {
        let mut card: serde_json::Value =
            serde_json::from_str(include_str!("../../../infer/src/template_card.json")).unwrap();
        card["evidence"] = "synthetic".into();
        card["calibration"] = serde_json::json!({ "slope": 0.7, "intercept": 0.2 });
        card["thresholds"] = serde_json::json!({ "sensitive": 0.4, "specific": 0.6 });
        card["note_of_the_site"] = "kept".into();
        card.to_string().into_bytes()
    }

    fn local(slope: f64, abnormal: usize) -> LocalEvidence {
        LocalEvidence {
            evaluated_sha256: "x".into(),
            slope,
            intercept: -1.5,
            normal: 300,
            abnormal,
            auc: 0.9,
            brier_before: 0.2,
            brier_after: 0.1,
            adopted_on: "2026-01-31".into(),
        }
    }

    fn finding(json: &[u8], logit: f64) -> Finding {
        let device = DeviceReport { tier: Tier::Cpu, adapter: String::new(), why: String::new(), f16: false };
        Finding::new(&Card::from_json(json).unwrap(), ScoredBy::default(), logit, device)
    }

    #[test]
    fn bands_stay_and_the_score_is_the_corrected_one() {
        let before = synthetic();
        let after = Card::calibrated_locally(&before, &local(1.8, 120)).unwrap();
        assert!(after.contains("note_of_the_site"));
        assert_eq!(Card::from_json(after.as_bytes()).unwrap().evidence, Evidence::Local);
        let mut bands = Vec::new();
        for step in -40..=40 {
            let logit = f64::from(step) / 10.0;
            let (was, is) = (finding(&before, logit), finding(after.as_bytes(), logit));
            assert_eq!(was.band, is.band, "{logit}");
            let odds = was.score.map(|p| (p / (1.0 - p)).ln()).unwrap();
            let expected = 1.0 / (1.0 + (-(1.8 * odds - 1.5)).exp());
            assert!((is.score.unwrap() - expected).abs() < 1e-12);
            bands.push(is.band);
        }
        for band in [Band::Flagged, Band::Uncertain, Band::NotFlagged] {
            assert!(bands.contains(&Some(band)), "{band:?} was not tried");
        }
    }

    #[test]
    fn too_few_and_turned_around_are_refused_in_words() {
        let refusal = |local: &LocalEvidence| Card::calibrated_locally(&synthetic(), local).unwrap_err().text;
        assert!(refusal(&local(1.8, 99)).contains("300 normal and 99 abnormal"));
        assert!(refusal(&local(-0.4, 120)).contains("turns scores around"));
        assert!(refusal(&local(f64::NAN, 120)).contains("turns scores around"));
        let untrained = include_bytes!("../../../infer/src/template_card.json");
        let text = Card::calibrated_locally(untrained, &local(1.8, 120)).unwrap_err().text;
        assert!(text.contains("no score to correct"), "{text}");
    }

    #[test]
    fn a_card_that_claims_local_evidence_must_state_it() {
        let mut card: serde_json::Value = serde_json::from_slice(&synthetic()).unwrap();
        card["evidence"] = "local".into();
        let read = |card: &serde_json::Value| Card::from_json(card.to_string().as_bytes());
        assert!(read(&card).unwrap_err().text.contains("local evidence"));
        card["local"] = serde_json::to_value(local(1.8, 120)).unwrap();
        assert!(read(&card).is_ok());
        card["local"]["abnormal"] = 5.into();
        assert!(read(&card).unwrap_err().text.contains("5 abnormal"));
    }
}
