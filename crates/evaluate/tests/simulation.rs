//! The reporting-time simulation against golden vectors, worked out by two independent implementations,
//! and against what each option must change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_evaluate::day::Day;
use headway_evaluate::random::Random;
use headway_evaluate::simulation::{
    Backlog, Delay, Examination, History, HistoryColumns, Options, Rule, Scenario, SimulationReport, StillQueued,
    Strata, simulate,
};
use headway_evaluate::table::Table;

const FIRST: &str = include_str!("golden/history_1.csv");
const SECOND: &str = include_str!("golden/history_2.csv");

fn history(text: &str) -> History {
    History::from_table(&Table::read("golden", text.as_bytes()).unwrap(), &HistoryColumns::default()).unwrap()
}

fn options(to: &str) -> Options {
    Options { random_orders: 200, ..Options::new(Day::from_iso("2018-01-01").unwrap(), Day::from_iso(to).unwrap()) }
}

fn run(text: &str, options: &Options) -> SimulationReport {
    simulate(&history(text), options, &Scenario::default()).unwrap()
}

/// Means of the abnormal and the normal, historical and prioritised, to three places.
fn means(report: &SimulationReport) -> [String; 4] {
    let [abnormal, normal] = [&report.classes.abnormal, &report.classes.normal];
    [abnormal.historical, abnormal.prioritised, normal.historical, normal.prioritised]
        .map(|summary| format!("{:.3}", summary.mean_days.unwrap()))
}

/// Which delays occur, by class, in prioritised order.
fn delays(report: &SimulationReport) -> [Vec<u64>; 2] {
    [report.histograms.abnormal.prioritised.clone(), report.histograms.normal.prioritised.clone()]
}

#[test]
fn the_first_golden_vector() {
    let report = run(FIRST, &Options { backlog: Backlog::Empty, ..options("2018-01-15") });
    assert_eq!(means(&report), ["4.750", "4.500", "4.750", "7.000"]);
    // A5 3, A7 4, A4 5, A2 6; A8 5, A3 6, A6 8, A1 9.
    assert_eq!(delays(&report), [vec![0, 0, 0, 1, 1, 1, 1], vec![0, 0, 0, 0, 0, 1, 1, 0, 1, 1]]);
    assert_eq!(report.still_queued, 0);
}

#[test]
fn the_second_golden_vector_with_an_empty_start() {
    let report = run(SECOND, &Options { backlog: Backlog::Empty, ..options("2018-01-08") });
    assert_eq!(means(&report), ["1.250", "2.667", "3.333", "3.333"]);
    // B2 2, B5 3, B8 3; B4 2, B7 3, B3 5; BB is still queued, B6's report precedes its scan.
    assert_eq!(delays(&report), [vec![0, 0, 1, 2], vec![0, 0, 1, 1, 0, 1]]);
    assert_eq!((report.still_queued, report.examinations.report_before_scan), (1, 1));
}

#[test]
fn the_second_golden_vector_with_the_backlog_preloaded() {
    let report = run(SECOND, &options("2018-01-08"));
    assert_eq!(means(&report), ["1.250", "2.667", "3.333", "3.667"]);
    assert_eq!((report.still_queued, report.examinations.preloaded), (1, 1));
}

#[test]
fn each_named_option_changes_what_it_names() {
    let published = run(SECOND, &options("2018-01-08"));
    let as_history = run(SECOND, &Options { delay: Delay::AsHistory, ..options("2018-01-08") });
    let mean = |report: &SimulationReport| report.classes.abnormal.prioritised.mean_days.unwrap();
    assert!((mean(&published) - mean(&as_history) - 1.0).abs() < 1e-12);
    // BB, scanned on 6 January, has waited two days on the 8th: (2 + 3 + 3 + 2) / 4.
    let waiting = run(SECOND, &Options { still_queued: StillQueued::WaitSoFar, ..options("2018-01-08") });
    assert!((mean(&waiting) - 2.5).abs() < 1e-12);
    // By its own prediction B8 (.05, abnormal) counts as normal and B4 (.60, normal) as abnormal.
    let strata = Strata::Prediction { threshold: 0.5 };
    let predicted = run(SECOND, &Options { strata, ..options("2018-01-08") });
    assert_eq!(means(&predicted), ["1.667", "2.333", "2.500", "4.000"]);
}

/// A stationary hospital of `days` days before 2019: every weekday 10 scans, read first come first read after
/// a backlog of `backlog` examinations; a fifth abnormal, scores that tell them apart most of the time.
fn hospital(days: i32, backlog: usize) -> History {
    let mut random = Random::new(5);
    let end = Day::from_iso("2019-01-01").unwrap();
    let mut examinations: Vec<Examination> = Vec::new();
    let mut next_report = 0;
    for day in (end.0 - days..end.0).map(Day) {
        if day.weekday() < 5 {
            let due = if examinations.len() >= backlog { 10 } else { 0 };
            for examination in examinations.iter_mut().skip(next_report).take(due) {
                examination.report = Some(day);
                next_report += 1;
            }
            for _ in 0..10 {
                let abnormal = random.uniform() < 0.2;
                let score = 1.0 / (1.0 + (-random.normal() - if abnormal { 2.2 } else { 0.0 }).exp());
                let id = format!("{:05}", examinations.len());
                examinations.push(Examination {
                    id,
                    scan: day,
                    report: None,
                    score: Some(score),
                    abnormal: Some(abnormal),
                });
            }
        }
    }
    History { examinations }
}

#[test]
fn first_come_order_gives_history_back_only_with_the_backlog_preloaded() {
    let history = hospital(500, 180);
    let [from, to] = ["2018-03-01", "2018-12-01"].map(|day| Day::from_iso(day).unwrap());
    let options = Options { random_orders: 99, ..Options::new(from, to) };
    let run = |backlog| simulate(&history, &Options { backlog, ..options.clone() }, &Scenario::default()).unwrap();
    let (preloaded, empty) = (run(Backlog::Preload), run(Backlog::Empty));
    // The simulator reads in the same order on the same days; only the extra day differs.
    assert!(
        (preloaded.first_come_check.difference_days.unwrap() - 1.0).abs() < 0.05,
        "{:?}",
        preloaded.first_come_check
    );
    assert!(preloaded.first_come_check.usable);
    assert!(!empty.first_come_check.usable && empty.first_come_check.sentence.starts_with("Not usable"));
    let abnormal = &preloaded.classes.abnormal;
    assert!(abnormal.prioritised.mean_days < abnormal.first_come.mean_days.map(|days| days - 5.0));
    let chance = preloaded.chance.unwrap();
    assert_eq!((chance.as_good, chance.p_value), (0, 0.01));
}

#[test]
fn scores_without_meaning_are_not_better_than_chance() {
    let mut history = hospital(400, 180);
    let mut random = Random::new(11);
    history.examinations.iter_mut().for_each(|examination| examination.score = Some(random.uniform()));
    let [from, to] = ["2018-03-01", "2018-12-01"].map(|day| Day::from_iso(day).unwrap());
    let options = Options { random_orders: 199, ..Options::new(from, to) };
    let report = simulate(&history, &options, &Scenario::default()).unwrap();
    let chance = report.chance.unwrap();
    assert!(chance.p_value > 0.05, "{chance:?}");
    let means = [report.classes.abnormal.random.mean_days, report.classes.normal.random.mean_days].map(Option::unwrap);
    assert!((means[0] - means[1]).abs() < 0.5, "random orders do not know the class: {means:?}");
}

#[test]
fn the_unscored_are_read_when_first_come_order_would_have_read_them() {
    let mut history = hospital(400, 180);
    for examination in history.examinations.iter_mut().step_by(3) {
        (examination.score, examination.abnormal) = (None, Some(true));
    }
    history.examinations.iter_mut().filter(|e| e.score.is_some()).for_each(|e| e.abnormal = Some(false));
    let [from, to] = ["2018-03-01", "2018-12-01"].map(|day| Day::from_iso(day).unwrap());
    let options = Options { random_orders: 3, ..Options::new(from, to) };
    let report = simulate(&history, &options, &Scenario::default()).unwrap();
    let histograms = &report.histograms.abnormal;
    assert!(report.examinations.unscored > 500);
    assert_eq!(histograms.prioritised, histograms.first_come);
    assert_ne!(report.histograms.normal.prioritised, report.histograms.normal.first_come);
    let threefold: Vec<u64> = histograms.first_come.iter().map(|count| 3 * count).collect();
    assert_eq!(histograms.random, threefold);
}

#[test]
fn a_maximum_wait_bounds_the_longest_and_flagging_up_spares_the_rest() {
    let history = hospital(500, 180);
    let [from, to] = ["2018-03-01", "2018-12-01"].map(|day| Day::from_iso(day).unwrap());
    let options = Options { random_orders: 0, still_queued: StillQueued::WaitSoFar, ..Options::new(from, to) };
    let run = |options: &Options| simulate(&history, options, &Scenario::default()).unwrap();
    let plain = run(&options);
    let longest = |report: &SimulationReport| report.classes.normal.prioritised.max_days.unwrap();
    let bounded = run(&Options { max_wait_days: Some(40), ..options.clone() });
    assert!(longest(&plain) > 100.0 && longest(&bounded) < 50.0, "{} {}", longest(&plain), longest(&bounded));
    let flagged = run(&Options { rule: Rule::FlagUpOnly { threshold: 0.75 }, ..options });
    assert!(longest(&flagged) < longest(&plain));
    assert!(flagged.classes.abnormal.prioritised.mean_days < flagged.classes.abnormal.first_come.mean_days);
}

#[test]
fn less_capacity_or_a_longer_backlog_lengthens_every_wait() {
    let history = hospital(400, 180);
    let [from, to] = ["2018-03-01", "2018-12-01"].map(|day| Day::from_iso(day).unwrap());
    let options = Options { random_orders: 0, ..Options::new(from, to) };
    let first_come = |scenario| {
        let report = simulate(&history, &options, &scenario).unwrap();
        report.first_come_check.first_come_mean_days.unwrap()
    };
    let plain = first_come(Scenario::default());
    assert!(first_come(Scenario { capacity: Some(0.9), ..Scenario::default() }) > plain + 5.0);
    // Twice the backlog of 18 working days adds about 25 calendar days.
    let longer = first_come(Scenario { backlog: Some(2.0), ..Scenario::default() });
    assert!((longer - plain - 25.0).abs() < 2.0, "{plain} {longer}");
}

#[test]
fn a_window_without_examinations_is_said() {
    let history = history(FIRST);
    let run = |options: &Options| simulate(&history, options, &Scenario::default()).unwrap_err();
    let late = Options { from: Day::from_iso("2020-01-01").unwrap(), ..options("2020-02-01") };
    assert!(run(&late).starts_with("No examination was scanned"));
    assert!(run(&options("2018-01-01")).contains("before they begin"));
}

/// Run by hand with `--ignored`: prints the time of 50,000 examinations and 1,000 orders.
#[test]
#[ignore = "a measurement"]
fn time_of_fifty_thousand_examinations() {
    let mut history = hospital(7000, 180);
    let from = history.examinations[600].scan;
    history.examinations.truncate(50_000);
    let began = std::time::Instant::now();
    let report =
        simulate(&history, &Options::new(from, Day::from_iso("2019-01-01").unwrap()), &Scenario::default()).unwrap();
    println!("{} counted, {:?}", report.examinations.counted, began.elapsed());
}
