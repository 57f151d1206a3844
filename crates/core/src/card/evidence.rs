//! What may be said of a score, by the evidence behind it: the same words on the page, on paper, in files and on the command line.

use super::Evidence;

impl Evidence {
    /// The name used in cards, exports and on the page.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Untrained => "untrained",
            Self::Synthetic => "synthetic",
            Self::Local => "local",
            Self::Clinical => "clinical",
        }
    }

    /// What stands beside every score. Below *local* nothing is known of patients: no percent, and no predictive values.
    pub const fn score_means(self) -> &'static str {
        match self {
            Self::Untrained => "no score: untrained model",
            Self::Synthetic => "score 0 to 100, not validated on patients",
            Self::Local => "probability, calibrated on examinations of this site",
            Self::Clinical => "probability, shown on patients of several sites",
        }
    }

    /// A score of 0 to 1 as people are shown it: `73` of 100, from *local* on `73 %`.
    pub fn shown(self, score: f64) -> String {
        let hundred = on_hundred(score);
        match self {
            Self::Untrained | Self::Synthetic => hundred.to_string(),
            Self::Local | Self::Clinical => format!("{hundred} %"),
        }
    }
}

/// A score of 0 to 1 on the scale of 0 to 100 that is shown, rounded.
pub fn on_hundred(score: f64) -> u8 {
    (100.0 * score.clamp(0.0, 1.0)).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percent_is_shown_from_local_on_and_never_below() {
        assert_eq!(Evidence::Synthetic.shown(0.734), "73");
        assert_eq!((Evidence::Local.shown(0.734), Evidence::Clinical.shown(1.0)), ("73 %".into(), "100 %".into()));
        for evidence in [Evidence::Untrained, Evidence::Synthetic] {
            assert!(!evidence.shown(0.5).contains('%') && !evidence.score_means().contains("probability"));
        }
        assert!(Evidence::Synthetic.score_means().contains("not validated on patients"));
        let name = serde_json::to_value(Evidence::Synthetic).unwrap();
        assert_eq!(name, Evidence::Synthetic.name());
    }
}
