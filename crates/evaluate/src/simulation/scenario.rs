//! What if there were more abnormal examinations, fewer readers, a longer backlog? A history changed before it is run.

use super::{Examination, History};
use crate::random::Random;
use serde::{Deserialize, Serialize};

/// Changes to a history; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Share of abnormal examinations among the labelled, 0 to 1: labels and scores are drawn again, by class,
    /// from those that are there; dates stay.
    pub prevalence: Option<f64>,
    /// Reports of each day, as a multiple of the historical ones.
    pub capacity: Option<f64>,
    /// Examinations waiting when the loop starts, as a multiple of the historical ones.
    pub backlog: Option<f64>,
}

impl Scenario {
    /// The history with its prevalence set.
    ///
    /// # Errors
    /// In words where the prevalence is out of range or a class to draw from is empty.
    pub fn applied(&self, history: &History, seed: u64) -> Result<History, String> {
        let mut changed = history.clone();
        if let Some(prevalence) = self.prevalence {
            set_prevalence(&mut changed.examinations, prevalence, &mut Random::stream(seed, u64::MAX))?;
        }
        Ok(changed)
    }

    /// Repeats or leaves out waiting examinations evenly.
    ///
    /// # Errors
    /// Where the multiple is out of range.
    pub fn scale_backlog<T: Copy>(&self, waiting: &[T]) -> Result<Vec<T>, String> {
        let factor = in_range("backlog", self.backlog.unwrap_or(1.0))?;
        let upto = |count: usize| (count as f64 * factor).round() as usize;
        let times = |index| upto(index + 1) - upto(index);
        Ok(waiting.iter().enumerate().flat_map(|(index, &one)| std::iter::repeat_n(one, times(index))).collect())
    }

    /// Scales a day's capacities, in total as exactly as whole examinations allow.
    ///
    /// # Errors
    /// Where the multiple is out of range.
    pub fn scale_capacity(&self, capacity: &mut [u32]) -> Result<(), String> {
        let factor = in_range("capacity", self.capacity.unwrap_or(1.0))?;
        let (mut wanted, mut given) = (0.0, 0);
        for day in capacity {
            wanted += f64::from(*day) * factor;
            *day = wanted.round() as u32 - given;
            given += *day;
        }
        Ok(())
    }
}

fn in_range(name: &str, factor: f64) -> Result<f64, String> {
    let fits = (0.0..=10.0).contains(&factor);
    fits.then_some(factor)
        .ok_or_else(|| format!("The {name} must be a multiple between 0 and 10 of the historical one."))
}

fn set_prevalence(examinations: &mut [Examination], prevalence: f64, random: &mut Random) -> Result<(), String> {
    if !(0.0..=1.0).contains(&prevalence) {
        return Err("The prevalence must lie between 0 and 1.".to_owned());
    }
    let scores = |class| -> Vec<Option<f64>> {
        examinations.iter().filter(|e| e.abnormal == Some(class)).map(|e| e.score).collect()
    };
    let (normal, abnormal) = (scores(false), scores(true));
    let mut labelled: Vec<usize> = (0..examinations.len()).filter(|&i| examinations[i].abnormal.is_some()).collect();
    let wanted = (prevalence * labelled.len() as f64).round() as usize;
    if (wanted > 0 && abnormal.is_empty()) || (wanted < labelled.len() && normal.is_empty()) {
        return Err("A prevalence can be set only where both normal and abnormal examinations are labelled.".to_owned());
    }
    random.shuffle(&mut labelled);
    // Those that must change class are drawn; the rest keep their own score.
    let mut surplus = abnormal.len() as i64 - wanted as i64;
    for index in labelled {
        let examination = &mut examinations[index];
        match (surplus, examination.abnormal) {
            (1.., Some(true)) => {
                (examination.abnormal, examination.score) = (Some(false), normal[random.below(normal.len())]);
                surplus -= 1;
            }
            (..=-1, Some(false)) => {
                (examination.abnormal, examination.score) = (Some(true), abnormal[random.below(abnormal.len())]);
                surplus += 1;
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_exact_in_total() {
        let scenario = Scenario { capacity: Some(0.7), backlog: Some(1.5), ..Scenario::default() };
        let mut capacity = [3, 0, 5, 1, 1];
        scenario.scale_capacity(&mut capacity).unwrap();
        assert_eq!(capacity.iter().sum::<u32>(), 7);
        assert_eq!(scenario.scale_backlog(&[1, 2, 3, 4]).unwrap(), [1, 1, 2, 3, 3, 4]);
        assert!(Scenario { backlog: Some(-1.0), ..Scenario::default() }.scale_backlog(&[1]).is_err());
    }

    #[test]
    fn a_prevalence_is_reached_and_dates_stay() {
        let examination = |number: usize| Examination {
            id: number.to_string(),
            scan: crate::day::Day(number as i32),
            report: None,
            score: Some(if number < 20 { 0.9 } else { 0.1 }),
            abnormal: Some(number < 20),
        };
        let history = History { examinations: (0..100).map(examination).collect() };
        for (prevalence, abnormal) in [(0.5, 50), (0.1, 10), (0.2, 20)] {
            let scenario = Scenario { prevalence: Some(prevalence), ..Scenario::default() };
            let changed = scenario.applied(&history, 1).unwrap().examinations;
            assert_eq!(changed.iter().filter(|e| e.abnormal == Some(true)).count(), abnormal);
            assert!(changed.iter().all(|e| e.score == Some(if e.abnormal == Some(true) { 0.9 } else { 0.1 })));
            assert!(changed.iter().zip(&history.examinations).all(|(a, b)| (&a.id, a.scan) == (&b.id, b.scan)));
        }
        assert!(Scenario { prevalence: Some(2.0), ..Scenario::default() }.applied(&history, 1).is_err());
    }
}
