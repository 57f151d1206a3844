//! The queue in hours: by events against the formula.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use headway_evaluate::simulation::queue::Traffic;

fn traffic(readers: u32, load: f64) -> Traffic {
    Traffic {
        arrivals_per_hour: load * f64::from(readers) / 0.25,
        readers,
        abnormal_read_hours: 0.25,
        normal_read_hours: 0.25,
        prevalence: 0.3,
        sensitivity: 0.9,
        specificity: 0.85,
    }
}

#[track_caller]
fn within_a_hundredth(traffic: Traffic, examinations: usize) {
    let (exact, events) = (traffic.closed_form().unwrap().unwrap(), traffic.simulate(examinations, 1).unwrap());
    for (name, exact, events) in [
        ("first come", exact.first_come_hours, events.first_come_hours),
        ("flagged", exact.flagged_hours, events.flagged_hours),
        ("not flagged", exact.not_flagged_hours, events.not_flagged_hours),
        ("abnormal", exact.abnormal_hours, events.abnormal_hours),
        ("normal", exact.normal_hours, events.normal_hours),
    ] {
        let off = events / exact - 1.0;
        println!(
            "{} readers, load {:.1}, {name}: {exact:.4} h, by events {:+.2} %",
            traffic.readers,
            traffic.load(),
            off * 100.0
        );
        assert!(off.abs() < 0.01, "{name}: {events} is not {exact}");
    }
}

#[test]
fn events_agree_with_the_formula() {
    for readers in [1, 3] {
        for (load, examinations) in [(0.5, 2_000_000), (0.7, 4_000_000), (0.9, 12_000_000)] {
            within_a_hundredth(traffic(readers, load), examinations);
        }
    }
}

#[test]
fn the_formula_is_the_textbooks() {
    // M/M/1: mean wait = load / (1 - load) * read time; M/M/2 at load 0.75: Erlang's C = 9/14.
    let one = traffic(1, 0.8).closed_form().unwrap().unwrap();
    assert!((one.first_come_hours - 0.8 / 0.2 * 0.25).abs() < 1e-12);
    let two = traffic(2, 0.75).closed_form().unwrap().unwrap();
    assert!((two.first_come_hours - 9.0 / 14.0 * 0.125 / 0.25).abs() < 1e-12);
    // Whatever the order, the mean over everyone is the same (Kleinrock's conservation law).
    let everyone = 0.3 * two.abnormal_hours + 0.7 * two.normal_hours;
    assert!((everyone - two.first_come_hours).abs() < 1e-12);
}

#[test]
fn longer_reads_of_the_abnormal_have_no_formula_and_too_much_work_no_answer() {
    let slower = Traffic { abnormal_read_hours: 0.5, ..traffic(2, 0.5) };
    assert_eq!(slower.closed_form().unwrap(), None);
    let waits = slower.simulate(200_000, 1).unwrap();
    assert!(waits.flagged_hours < waits.first_come_hours && waits.first_come_hours < waits.not_flagged_hours);
    assert!(traffic(1, 1.1).simulate(10, 1).unwrap_err().contains("grows for ever"));
    assert!(Traffic { readers: 0, ..traffic(1, 0.5) }.check().is_err());
}
