//! A queue in hours: examinations arrive at random, readers take the flagged first and finish what they have begun.
//!
//! The M/M/c queue with two non-preemptive classes, as in the FDA's QuCAD (public domain): once by formula where
//! reads take equally long in both classes (Kella and Yechiali 1985), and once by events, for any read times.

use crate::random::Random;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A reading room.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traffic {
    /// Examinations per hour, Poisson.
    pub arrivals_per_hour: f64,
    /// Readers at work.
    pub readers: u32,
    /// Mean read time of an abnormal examination, exponential.
    pub abnormal_read_hours: f64,
    /// Mean read time of a normal one.
    pub normal_read_hours: f64,
    /// Share of abnormal examinations.
    pub prevalence: f64,
    /// Share of the abnormal that is flagged.
    pub sensitivity: f64,
    /// Share of the normal that is not flagged.
    pub specificity: f64,
}

/// Mean hours from arrival until a reader begins.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Waits {
    /// Everyone, without flags.
    pub first_come_hours: f64,
    /// The flagged.
    pub flagged_hours: f64,
    /// The others.
    pub not_flagged_hours: f64,
    /// The abnormal, flagged or missed.
    pub abnormal_hours: f64,
    /// The normal, flagged or not.
    pub normal_hours: f64,
}

/// Examinations of the queue by events in a [`QueueReport`].
const EXAMINATIONS: usize = 200_000;

/// A reading room reckoned both ways: what `headway queue --json` prints.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct QueueReport {
    /// The room.
    pub traffic: Traffic,
    /// Work that arrives per unit of work that can be done.
    pub load: f64,
    /// Mean waits by events. A mean over nobody is not a number, and null in JSON.
    pub by_events: Waits,
    /// By formula, where there is one.
    pub by_formula: Option<Waits>,
}

impl QueueReport {
    /// Reckons.
    ///
    /// # Errors
    /// As [`Traffic::check`].
    pub fn of(traffic: &Traffic, seed: u64) -> Result<Self, String> {
        let by_events = traffic.simulate(EXAMINATIONS, seed)?;
        Ok(Self { traffic: *traffic, load: traffic.load(), by_events, by_formula: traffic.closed_form()? })
    }
}

impl Traffic {
    /// Work that arrives per unit of work that can be done.
    pub fn load(&self) -> f64 {
        let mean_read = self.prevalence * self.abnormal_read_hours + (1.0 - self.prevalence) * self.normal_read_hours;
        self.arrivals_per_hour * mean_read / f64::from(self.readers)
    }

    fn flagged_share(&self) -> f64 {
        self.prevalence * self.sensitivity + (1.0 - self.prevalence) * (1.0 - self.specificity)
    }

    /// # Errors
    /// In words where a value is out of range or the queue would grow for ever.
    pub fn check(&self) -> Result<(), String> {
        let shares = [self.prevalence, self.sensitivity, self.specificity];
        let sizes = [self.arrivals_per_hour, self.abnormal_read_hours, self.normal_read_hours];
        if !shares.iter().all(|share| (0.0..=1.0).contains(share)) {
            return Err("Prevalence, sensitivity and specificity must lie between 0 and 1.".to_owned());
        }
        if !sizes.iter().all(|size| size.is_finite() && *size > 0.0) || !(1..=1000).contains(&self.readers) {
            return Err("Arrivals and read times must be above 0, and readers between 1 and 1000.".to_owned());
        }
        let load = self.load();
        if load >= 1.0 {
            return Err(format!("{load:.2} times as much work arrives as can be done: the queue grows for ever."));
        }
        Ok(())
    }

    /// By formula; `None` where reads of the two classes do not take equally long.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn closed_form(&self) -> Result<Option<Waits>, String> {
        self.check()?;
        if self.abnormal_read_hours != self.normal_read_hours {
            return Ok(None);
        }
        let (load, flagged_load) = (self.load(), self.load() * self.flagged_share());
        let all_busy = erlang_c(self.readers, load) * self.normal_read_hours / f64::from(self.readers);
        let flagged = all_busy / (1.0 - flagged_load);
        let not_flagged = flagged / (1.0 - load);
        let mix = |share: f64| share * flagged + (1.0 - share) * not_flagged;
        Ok(Some(Waits {
            first_come_hours: all_busy / (1.0 - load),
            flagged_hours: flagged,
            not_flagged_hours: not_flagged,
            abnormal_hours: mix(self.sensitivity),
            normal_hours: mix(1.0 - self.specificity),
        }))
    }

    /// By events: so many examinations after a tenth as many to fill the queue. A mean over nobody is not a number.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn simulate(&self, examinations: usize, seed: u64) -> Result<Waits, String> {
        self.check()?;
        let first_come = Room::run(&Self { sensitivity: 0.0, specificity: 1.0, ..*self }, examinations, seed);
        let by_flag = Room::run(self, examinations, seed);
        let [[normal, flagged_normal], [missed, flagged_abnormal]] = by_flag.waits;
        Ok(Waits {
            first_come_hours: first_come.waits.into_iter().flatten().sum::<Sum>().mean(),
            flagged_hours: (flagged_normal + flagged_abnormal).mean(),
            not_flagged_hours: (normal + missed).mean(),
            abnormal_hours: (missed + flagged_abnormal).mean(),
            normal_hours: (normal + flagged_normal).mean(),
        })
    }
}

/// Erlang's C: the probability that an arrival finds all readers busy.
fn erlang_c(readers: u32, load: f64) -> f64 {
    // Erlang's B by its recursion, which stays in range for any number of readers.
    let offered = load * f64::from(readers);
    let blocked = (1..=readers).fold(1.0, |b, n| offered * b / (f64::from(n) + offered * b));
    blocked / (1.0 - load * (1.0 - blocked))
}

#[derive(Clone, Copy, Default)]
struct Sum {
    n: u64,
    hours: f64,
}

impl Sum {
    fn mean(self) -> f64 {
        self.hours / self.n as f64
    }
}

impl std::ops::Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { n: self.n + other.n, hours: self.hours + other.hours }
    }
}

impl std::iter::Sum for Sum {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), |a, b| a + b)
    }
}

struct Waiting {
    arrived: f64,
    read_hours: f64,
    abnormal: bool,
    counted: bool,
}

/// Readers and the two lines before them.
struct Room {
    free_at: Vec<f64>,
    /// Not flagged, flagged.
    lines: [VecDeque<Waiting>; 2],
    /// By abnormal, then flagged.
    waits: [[Sum; 2]; 2],
}

impl Room {
    fn run(traffic: &Traffic, examinations: usize, seed: u64) -> Self {
        let mut room =
            Self { free_at: vec![0.0; traffic.readers as usize], lines: Default::default(), waits: Default::default() };
        let mut random = Random::new(seed);
        let mut now = 0.0;
        let filling = examinations / 10;
        for index in 0..filling + examinations {
            now += random.exponential() / traffic.arrivals_per_hour;
            room.read_until(now);
            let abnormal = random.uniform() < traffic.prevalence;
            let flagged_share = if abnormal { traffic.sensitivity } else { 1.0 - traffic.specificity };
            let mean = if abnormal { traffic.abnormal_read_hours } else { traffic.normal_read_hours };
            let flagged = random.uniform() < flagged_share;
            let read_hours = mean * random.exponential();
            let counted = index >= filling;
            room.lines[usize::from(flagged)].push_back(Waiting { arrived: now, read_hours, abnormal, counted });
        }
        room.read_until(f64::INFINITY);
        room
    }

    /// Whoever is free before `until` takes the next from the flagged, else from the others.
    fn read_until(&mut self, until: f64) {
        loop {
            let (mut reader, mut free) = (0, f64::INFINITY);
            for (index, &at) in self.free_at.iter().enumerate() {
                if at < free {
                    (reader, free) = (index, at);
                }
            }
            let flagged = usize::from(!self.lines[1].is_empty());
            if free >= until {
                return;
            }
            let Some(next) = self.lines[flagged].pop_front() else { return };
            let begins = free.max(next.arrived);
            self.free_at[reader] = begins + next.read_hours;
            if next.counted {
                let sum = &mut self.waits[usize::from(next.abnormal)][flagged];
                *sum = *sum + Sum { n: 1, hours: begins - next.arrived };
            }
        }
    }
}
