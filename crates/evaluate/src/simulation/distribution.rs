//! Delays in whole days, counted by day.

use serde::Serialize;

/// How many examinations waited how many days; `counts[days]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// Examinations by days waited.
    pub counts: Vec<u64>,
}

/// What is said of a distribution. Days are `None` where nothing was counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Examinations.
    pub n: u64,
    /// Mean delay.
    pub mean_days: Option<f64>,
    /// Median delay.
    pub median_days: Option<f64>,
    /// 95th percentile, interpolated linearly between the neighbouring delays.
    pub p95_days: Option<f64>,
    /// Longest delay.
    pub max_days: Option<f64>,
}

impl Distribution {
    /// Counts one delay. Delays are not negative: reports that precede their scan have been dropped before.
    pub fn add(&mut self, days: i32) {
        let days = usize::try_from(days).unwrap_or(0);
        if self.counts.len() <= days {
            self.counts.resize(days + 1, 0);
        }
        self.counts[days] += 1;
    }

    /// Counts another distribution's delays too.
    pub fn absorb(&mut self, other: &Self) {
        self.counts.resize(self.counts.len().max(other.counts.len()), 0);
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Delays counted.
    pub fn n(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Mean delay; `None` where nothing was counted.
    pub fn mean(&self) -> Option<f64> {
        let n = self.n();
        let sum: f64 = self.counts.iter().enumerate().map(|(days, &count)| days as f64 * count as f64).sum();
        (n > 0).then(|| sum / n as f64)
    }

    /// The delay below which a share of the delays lies, 0 to 1: linear between the two nearest ranks.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let n = self.n();
        let position = share * (n.checked_sub(1)? as f64);
        let low = self.ranked(position.floor() as u64)?;
        let high = self.ranked(position.ceil() as u64)?;
        Some(low + (high - low) * position.fract())
    }

    fn ranked(&self, rank: u64) -> Option<f64> {
        let mut seen = 0;
        self.counts
            .iter()
            .position(|&count| {
                seen += count;
                seen > rank
            })
            .map(|days| days as f64)
    }

    /// In five numbers; `orders` is how many runs were counted together, and `n` is given per run.
    pub fn summary(&self, orders: u64) -> Summary {
        let orders = orders.max(1);
        Summary {
            n: (self.n() + orders / 2) / orders,
            mean_days: self.mean(),
            median_days: self.quantile(0.5),
            p95_days: self.quantile(0.95),
            max_days: self.quantile(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_numbers_of_a_small_list() {
        let mut delays = Distribution::default();
        [3, 6, 5, 4, 20].into_iter().for_each(|days| delays.add(days));
        let summary = delays.summary(1);
        assert_eq!((summary.n, summary.mean_days, summary.median_days), (5, Some(7.6), Some(5.0)));
        // numpy.percentile([3, 6, 5, 4, 20], 95) = 17.2
        assert!((summary.p95_days.unwrap() - 17.2).abs() < 1e-12);
        assert_eq!(summary.max_days, Some(20.0));
        delays.add(7);
        assert_eq!(delays.quantile(0.5), Some(5.5));
        assert_eq!(Distribution::default().summary(1).median_days, None);
    }
}
