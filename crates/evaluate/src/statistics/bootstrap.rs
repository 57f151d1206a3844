//! Bootstrap intervals by percentiles (Efron 1979), over examinations or, where patients repeat, over patients.

use super::{Estimate, Interval};
use crate::random::Random;

/// Resamples and seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Resamples.
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
}

impl Bootstrap {
    /// A statistic with its interval. `clusters` lists the cases of each patient, by index; with one case each this is the
    /// ordinary bootstrap. `statistic` is asked for a list of indices and answers `None` where it is undefined (a
    /// resample without a class); where more than a tenth of the resamples are, there is no interval.
    pub fn estimate(
        self,
        clusters: &[Vec<usize>],
        mut statistic: impl FnMut(&[usize]) -> Option<f64>,
    ) -> Option<Estimate> {
        let value = statistic(&clusters.concat())?;
        let mut values = Vec::with_capacity(self.replicates);
        let mut drawn = Vec::new();
        for replicate in 0..self.replicates {
            let mut random = Random::stream(self.seed, replicate as u64);
            drawn.clear();
            for _ in clusters {
                drawn.extend_from_slice(&clusters[random.below(clusters.len())]);
            }
            values.extend(statistic(&drawn));
        }
        values.sort_by(f64::total_cmp);
        let enough = !values.is_empty() && values.len() * 10 >= self.replicates * 9;
        let interval = enough.then(|| Interval { low: quantile(&values, 0.025), high: quantile(&values, 0.975) });
        Some(Estimate { value, interval })
    }
}

/// Linear between the two nearest ranks of a sorted list that is not empty.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[position.floor() as usize], sorted[position.ceil() as usize]);
    low + (high - low) * position.fract()
}

/// One cluster per case.
pub fn singletons(cases: usize) -> Vec<Vec<usize>> {
    (0..cases).map(|index| vec![index]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_that_repeat_widen_the_interval_as_much_as_they_should() {
        // 100 patients with four identical cases each: the mean's error is that of 100 values, not of 400.
        let mut random = Random::new(3);
        let values: Vec<f64> = (0..100).map(|_| random.normal()).flat_map(|x| [x; 4]).collect();
        let mean = |indices: &[usize]| Some(indices.iter().map(|&i| values[i]).sum::<f64>() / indices.len() as f64);
        let width = |clusters: &[Vec<usize>]| {
            let interval = Bootstrap { replicates: 2000, seed: 1 }.estimate(clusters, mean).unwrap().interval.unwrap();
            interval.high - interval.low
        };
        let by_patient: Vec<Vec<usize>> = (0..100).map(|p| (4 * p..4 * p + 4).collect()).collect();
        let ratio = width(&by_patient) / width(&singletons(400));
        assert!((ratio - 2.0).abs() < 0.15, "{ratio}");
    }

    #[test]
    fn a_statistic_that_is_often_undefined_has_no_interval() {
        let rare = |indices: &[usize]| indices.contains(&0).then_some(1.0);
        let estimate = Bootstrap { replicates: 500, seed: 1 }.estimate(&singletons(50), rare).unwrap();
        assert_eq!(estimate.interval, None);
        assert!(Bootstrap { replicates: 10, seed: 1 }.estimate(&singletons(5), |_| None).is_none());
    }
}
