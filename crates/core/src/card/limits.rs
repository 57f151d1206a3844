//! What headers and picture must satisfy for a score. Cards of schema 1.0 state none of it, and mean the defaults.

use serde::{Deserialize, Serialize};

/// What the timing of a spin echo must satisfy to be T2-weighted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimingLimits {
    /// Shortest repetition time, ms.
    pub min_repetition_ms: f64,
    /// Shortest echo time without a caution, ms.
    pub min_echo_ms: f64,
    /// Shortest echo time with one, ms; below it lies proton density.
    pub min_doubtful_echo_ms: f64,
    /// Longest echo time of slices, ms; beyond it only fluid shows.
    pub max_echo_ms: f64,
    /// Longest nominal echo time of a volume refocused by many echoes, ms.
    pub max_echo_3d_ms: f64,
}

impl Default for TimingLimits {
    fn default() -> Self {
        Self {
            min_repetition_ms: 2000.0,
            min_echo_ms: 70.0,
            min_doubtful_echo_ms: 50.0,
            max_echo_ms: 300.0,
            max_echo_3d_ms: 600.0,
        }
    }
}

impl TimingLimits {
    pub(super) fn is_ordered(&self) -> bool {
        0.0 < self.min_doubtful_echo_ms
            && self.min_doubtful_echo_ms <= self.min_echo_ms
            && self.min_echo_ms < self.max_echo_ms
            && self.max_echo_ms <= self.max_echo_3d_ms
            && self.min_repetition_ms > 0.0
    }
}

/// Whose examinations are scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgeLimits {
    /// The youngest, years.
    pub min_years: f64,
    /// Ages beyond this are typing errors or placeholders, years.
    pub max_years: f64,
}

impl Default for AgeLimits {
    fn default() -> Self {
        Self { min_years: 18.0, max_years: 120.0 }
    }
}

/// What the picture must look like ([`crate::picture`]). Shares and ratios, 0 to 1 unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureLimits {
    /// Share of the head at the greatest value from which the signal counts as cut off.
    pub max_clipped_share: f64,
    /// Share from which that is a caution.
    pub doubtful_clipped_share: f64,
    /// Least and greatest width of a head, mm.
    pub head_width_mm: [f64; 2],
    /// Least and greatest length of a head from front to back, mm.
    pub head_length_mm: [f64; 2],
    /// Least and greatest share of the box around a head that its outline fills.
    pub outline_fill: [f64; 2],
    /// Share of rays that must meet bone below the skin.
    pub min_skull_share: f64,
    /// Share of the surroundings at one value from which they count as blanked out.
    pub blank_share: f64,
    /// Least 98th percentile in the middle of the brain, in medians.
    pub min_fluid_ratio: f64,
    /// The same without a caution.
    pub doubtful_fluid_ratio: f64,
    /// How far the 98th percentile lies above the median, at least, as a multiple of how far the 2nd lies below it.
    pub min_bright_over_dark: f64,
    /// The same without a caution.
    pub doubtful_bright_over_dark: f64,
    /// Largest area of the uppermost slice, as a share of the largest slice's.
    pub max_vertex_share: f64,
    /// Least log-odds of a T2-weighted head lying as the series says, by the recogniser of [`crate::picture`].
    /// Cards before schema 1.3 do not say, and mean that it is not asked.
    #[serde(default)]
    pub min_t2_log_odds: Option<f64>,
    /// The same without a caution.
    #[serde(default)]
    pub doubtful_t2_log_odds: Option<f64>,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            max_clipped_share: 0.05,
            doubtful_clipped_share: 0.005,
            head_width_mm: [110.0, 200.0],
            head_length_mm: [140.0, 250.0],
            outline_fill: [0.6, 0.95],
            min_skull_share: 0.5,
            blank_share: 0.9,
            min_fluid_ratio: 1.5,
            doubtful_fluid_ratio: 1.7,
            min_bright_over_dark: 1.0,
            doubtful_bright_over_dark: 2.0,
            max_vertex_share: 0.6,
            min_t2_log_odds: None,
            doubtful_t2_log_odds: None,
        }
    }
}

impl PictureLimits {
    pub(super) fn is_ordered(&self) -> bool {
        [self.head_width_mm, self.head_length_mm, self.outline_fill].iter().all(|[least, most]| least < most)
            && self.doubtful_clipped_share <= self.max_clipped_share
            && self.min_fluid_ratio <= self.doubtful_fluid_ratio
            && self.min_bright_over_dark <= self.doubtful_bright_over_dark
            && self.min_t2_log_odds <= self.doubtful_t2_log_odds
    }
}
