//! Cumulative sums (Page, Biometrika 1954): small lasting shifts add up, chance does not.

use crate::random::Random;
use crate::statistics::bootstrap::quantile;

/// A one-sided running sum that starts again from zero whenever it falls below, and after an alarm.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cusum {
    /// Where it stands.
    pub sum: f64,
}

impl Cusum {
    /// Adds a step; whether the sum has passed the limit, in which case it starts again.
    pub fn add(&mut self, step: f64, limit: f64) -> bool {
        self.sum = (self.sum + step).max(0.0);
        let rings = self.sum > limit;
        if rings {
            self.sum = 0.0;
        }
        rings
    }
}

/// The step of a Bernoulli CUSUM: the log likelihood ratio of a worse share of disagreement against the usual one.
pub fn disagreement_step(disagrees: bool, usual: f64, worse: f64) -> f64 {
    if disagrees { (worse / usual).ln() } else { ((1.0 - worse) / (1.0 - usual)).ln() }
}

/// The limit that one quiet stretch in `1 / false_alarms` passes: from 2000 stretches of so many quiet steps.
pub fn limit(observations: usize, false_alarms: f64, seed: u64, mut quiet_step: impl FnMut(&mut Random) -> f64) -> f64 {
    let highest = |index: u64| {
        let mut random = Random::stream(seed, index);
        let (mut cusum, mut highest) = (Cusum::default(), 0.0_f64);
        for _ in 0..observations {
            cusum.add(quiet_step(&mut random), f64::INFINITY);
            highest = highest.max(cusum.sum);
        }
        highest
    };
    let mut all: Vec<f64> = (0..2000).map(highest).collect();
    all.sort_by(f64::total_cmp);
    quantile(&all, 1.0 - false_alarms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_forgets_what_is_good_and_starts_again_after_an_alarm() {
        let mut cusum = Cusum::default();
        assert!(!cusum.add(-5.0, 1.0) && cusum.sum == 0.0);
        assert!(!cusum.add(0.6, 1.0) && cusum.add(0.6, 1.0));
        assert_eq!(cusum.sum, 0.0);
    }

    #[test]
    fn a_quiet_stretch_passes_its_limit_as_often_as_asked() {
        let step = |random: &mut Random| random.normal() - 0.25;
        let found = limit(500, 0.05, 1, step);
        let rings = |index| {
            let (mut random, mut cusum) = (Random::stream(99, index), Cusum::default());
            (0..500).any(|_| cusum.add(random.normal() - 0.25, found))
        };
        let share = (0..2000).filter(|&index| rings(index)).count() as f64 / 2000.0;
        assert!((share - 0.05).abs() < 0.02, "{share}");
    }
}
