//! Each alarm rule: an injected drift it must catch, and quiet stretches in which it rings no more often than asked.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use headway_evaluate::day::Day;
use headway_evaluate::monitoring::watch::AlarmRule;
use headway_evaluate::monitoring::{Baseline, Observation, Settings, watch};
use headway_evaluate::random::Random;

const SCANNERS: [&str; 3] = ["A", "B", "C"];
/// First day watched, a Monday.
const START: i32 = 17_532;

/// Ten examinations a day, scores shifted by so many standard deviations, a share of readings disagreeing.
fn stretch(random: &mut Random, start: i32, n: usize, shift: impl Fn(&str) -> f64, disagree: f64) -> Vec<Observation> {
    let one = |index: usize| {
        let scanner = SCANNERS[random.below(3)];
        Observation {
            day: Day(start + (index / 10) as i32),
            scanner: scanner.to_owned(),
            score: 1.0 / (1.0 + (-random.normal() - shift(scanner)).exp()),
            agrees: Some(random.uniform() >= disagree),
        }
    };
    (0..n).map(one).collect()
}

/// Alarms of 1000 observations after a quiet baseline of 1000; the drift begins at the 500th.
fn alarms(seed: u64, shift: impl Fn(&str) -> f64, disagree: f64) -> Vec<(AlarmRule, i32, Option<String>)> {
    let mut random = Random::new(seed);
    let quiet = |_: &str| 0.0;
    let baseline = Baseline::new(&stretch(&mut random, START - 100, 1000, quiet, 0.08)).unwrap();
    let mut watched = stretch(&mut random, START, 500, quiet, 0.08);
    watched.extend(stretch(&mut random, START + 50, 500, shift, disagree));
    let report = watch(&baseline, &watched, &Settings::default());
    report.alarms.into_iter().map(|alarm| (alarm.rule, alarm.day.0 - START, alarm.scanner)).collect()
}

/// Of twenty injected drifts all must ring, and within so many days of the 50th.
#[track_caller]
fn caught(rule: AlarmRule, within_days: i32, shift: f64, disagree: f64) {
    for seed in 0..20 {
        let alarms = alarms(seed, |_| shift, disagree);
        let first = alarms.iter().find(|(other, day, _)| *other == rule && *day >= 50);
        let day = first.map(|(_, day, _)| day - 50);
        assert!(day.is_some_and(|day| day <= within_days), "seed {seed}: {day:?} in {alarms:?}");
    }
}

#[test]
fn scores_that_rise_or_fall_are_caught() {
    caught(AlarmRule::ScoresUpCusum, 15, 0.7, 0.08);
    caught(AlarmRule::ScoresDownCusum, 15, -0.7, 0.08);
}

#[test]
fn growing_disagreement_is_caught() {
    caught(AlarmRule::AgreementCusum, 30, 0.0, 0.3);
}

#[test]
fn a_drifting_scanner_is_named() {
    for seed in 0..20 {
        let alarms = alarms(seed, |scanner| if scanner == "B" { 1.5 } else { 0.0 }, 0.08);
        let weekly: Vec<_> = alarms.iter().filter(|(rule, ..)| *rule == AlarmRule::WeekOfScanner).collect();
        assert!(weekly.iter().any(|(_, _, scanner)| scanner.as_deref() == Some("B")), "seed {seed}");
        let wrong = weekly.iter().filter(|(_, day, scanner)| scanner.as_deref() != Some("B") || *day < 49).count();
        assert!(wrong <= 1, "seed {seed}: {weekly:?}");
    }
}

#[test]
fn quiet_stretches_ring_no_more_often_than_asked() {
    let mut rung = [0; 4];
    let rules =
        [AlarmRule::AgreementCusum, AlarmRule::ScoresUpCusum, AlarmRule::ScoresDownCusum, AlarmRule::WeekOfScanner];
    for seed in 100..200 {
        let alarms = alarms(seed, |_| 0.0, 0.08);
        for (count, rule) in rung.iter_mut().zip(rules) {
            *count += usize::from(alarms.iter().any(|(other, ..)| *other == rule));
        }
    }
    println!("of 100 quiet stretches rang: {rung:?}");
    // Asked for: 5 of 100. A baseline of 1000 is itself a sample, which adds to it.
    assert!(rung.iter().all(|count| *count <= 15), "{rung:?}");
    assert!(alarms(100, |_| 0.0, 0.08).is_empty(), "a named quiet stretch is silent");
}

#[test]
fn a_baseline_must_be_one() {
    let mut random = Random::new(1);
    let mut make = |n, disagree| Baseline::new(&stretch(&mut random, START, n, |_| 0.0, disagree)).map(|_| ());
    assert!(make(50, 0.1).unwrap_err().contains("50 scores"));
    assert!(make(500, 0.5).unwrap_err().contains("no agreement to watch"));
    assert!(make(500, 0.0).is_ok(), "never having disagreed is no fault");
}
