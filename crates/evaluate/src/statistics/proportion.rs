//! Proportions with Wilson's interval (Wilson, JASA 1927; without continuity correction).

use super::{Estimate, Interval, Z95};
use serde::Serialize;

/// So many of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Proportion {
    /// Those that have it.
    pub hits: usize,
    /// All.
    pub of: usize,
}

impl Proportion {
    /// The share; `None` of none.
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }

    /// The share with Wilson's interval; `None` of none.
    pub fn estimate(self) -> Option<Estimate> {
        let share = self.share()?;
        let (n, z2) = (self.of as f64, Z95 * Z95);
        let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z95 / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
        // At the ends the formula gives exactly 0 and 1; rounding does not.
        let low = if self.hits == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if self.hits == self.of { 1.0 } else { (centre + half).min(1.0) };
        Some(Estimate { value: share, interval: Some(Interval { low, high }) })
    }
}
