//! Every test, step by step, counted over all runners.

use crate::advisories::{self, Answer};
use crate::run::{NATIVE, program, root, run, target};
use crate::{page, supply, tools};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// On Vulkan without a browser. One after another: one of them watches the memory.
const GPU_TESTS: &str = "cargo test -p headway-tests-gpu -p headway-infer --features headway-infer/gpu,headway-infer/reference -- --test-threads=1";

/// Tests counted, by outcome.
#[derive(Clone, Copy, Default)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

struct Outcome {
    name: &'static str,
    seconds: f64,
    counts: Counts,
}

/// `cargo xtask test`.
///
/// # Errors
/// Where any test fails; the last line printed counts them all.
pub fn verb(full: bool) -> Result<(), String> {
    tools::setup(tools::FOR_TESTS)?;
    if full {
        tools::setup(tools::FOR_FULL_TESTS)?;
    }
    let mut outcomes = vec![
        step("check", |_| check()),
        step("advisories", advisories),
        step("native tests", |counts| counted(counts, &mut native_tests())),
        step("command line", |_| run(&format!("cargo build --quiet {NATIVE} --bins"))),
        step("page", |_| page::build(if full { page::Kind::Whole } else { page::Kind::Plain })),
        step("browser tests", |counts| counted(counts, &mut wasm_tests("cpu"))),
        step("python tests", |counts| counted(counts, &mut python_tests(full))),
        step("end to end", |counts| counted(counts, &mut end_to_end(full))),
    ];
    if full {
        outcomes.push(step("native GPU tests", |counts| counted(counts, &mut program(GPU_TESTS))));
        outcomes.push(step("browser GPU tests", |counts| counted(counts, &mut wasm_tests("gpu"))));
    }
    report(&outcomes)
}

/// `cargo xtask check`: format and lints.
///
/// # Errors
/// Where one of them finds something.
pub fn check() -> Result<(), String> {
    run("cargo fmt --all --check")?;
    supply::licences()?;
    run(&format!("cargo clippy --quiet {NATIVE} --all-targets -- -D warnings"))?;
    run(
        "cargo clippy --quiet --release --target wasm32-unknown-unknown -p headway-web -p headway-web-evidence -p headway-bench-ingest -p headway-tests-wasm --features headway-web/engine-cpu --all-targets -- -D warnings",
    )?;
    // By itself: the kernels' plain twins, which the tests ask for, bring the standard library along.
    run("cargo clippy --quiet --release --target wasm32-unknown-unknown -p headway-crew -- -D warnings")
}

/// A service that cannot be asked is no fault of what is tested, but is said.
fn advisories(counts: &mut Counts) -> Result<(), String> {
    for answer in advisories::ask() {
        match answer {
            Answer::Nothing => counts.passed += 1,
            Answer::Found(_) => counts.failed += 1,
            Answer::NotAsked(_) => counts.skipped += 1,
        }
    }
    Ok(())
}

/// Tests that need real scans are ignored unless `HEADWAY_DATA` says where they are.
fn native_tests() -> Command {
    let mut command = program(&format!("cargo test {NATIVE}"));
    if std::env::var_os("HEADWAY_DATA").is_some() {
        command.args(["--", "--include-ignored"]).env("HEADWAY_PYDICOM", pydicoms_files());
        if std::env::var_os("HEADWAY_GOLDEN").is_none() {
            command.args(["--skip", "the_full_network"]);
        }
    }
    command
}

/// The test files inside the package that the Python tests install.
fn pydicoms_files() -> String {
    let ask = "import pathlib, pydicom; print(pathlib.Path(pydicom.__file__).parent / 'data')";
    let answer = Command::new(tools::python()).args(["-c", ask]).stderr(Stdio::inherit()).output();
    answer.map_or_else(|_| String::new(), |answer| String::from_utf8_lossy(&answer.stdout).trim().to_owned())
}

/// On one tier; WebGPU is the browser's software emulation.
fn wasm_tests(tier: &str) -> Command {
    let line =
        "cargo test --release --target wasm32-unknown-unknown -p headway-tests-wasm --no-default-features --features";
    let mut command = program(&format!("{line} {tier}"));
    command
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner")
        .env("CHROMEDRIVER", "/usr/bin/chromedriver")
        .env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    command
}

fn python_tests(full: bool) -> Command {
    let mut command = Command::new(tools::python());
    command.current_dir(root().join("training")).args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    command.env("HEADWAY_BIN", target().join("debug/headway"));
    if full {
        command.args(["-m", "full or not full"])
    } else {
        command.args(["-m", "not full"])
    };
    command
}

/// The tests of the graphics processor need its engine in the page, and take as long as all others.
fn end_to_end(full: bool) -> Command {
    let mut files: Vec<_> =
        std::fs::read_dir(root().join("tests/e2e")).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.retain(|file| full || !file.ends_with("gpu.test.mjs"));
    files.sort();
    let mut command = program("node --test --test-concurrency=1 --test-reporter=spec");
    command.args(files).env("HEADWAY_TARGET", target());
    command
}

fn step(name: &'static str, work: impl FnOnce(&mut Counts) -> Result<(), String>) -> Outcome {
    println!("\n=== {name} ===");
    let began = Instant::now();
    let mut counts = Counts::default();
    match work(&mut counts) {
        Err(sentence) => {
            eprintln!("{sentence}");
            counts.failed = counts.failed.max(1);
        }
        Ok(()) if counts.passed + counts.failed + counts.skipped == 0 => counts.passed = 1,
        Ok(()) => {}
    }
    Outcome { name, seconds: began.elapsed().as_secs_f64(), counts }
}

/// Runs a test runner, passing its output on and counting what its summaries say.
fn counted(counts: &mut Counts, command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}");
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|e| format!("{shown} could not be started ({e})."))?;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()).map_while(Result::ok) {
        // A closed terminal is no reason to stop testing.
        let _ = writeln!(std::io::stdout(), "{line}");
        counts.add(&line);
    }
    let status = child.wait().map_err(|e| e.to_string())?;
    match counts.passed + counts.failed + counts.skipped {
        0 => Err(format!("{shown} ran no test.")),
        _ if status.success() => Ok(()),
        _ => Err(format!("{shown} failed ({status}).")),
    }
}

impl Counts {
    /// Reads a runner's summary line: cargo's and wasm-bindgen's, pytest's, Node's.
    fn add(&mut self, line: &str) {
        let line = line.trim();
        let cargo = line.strip_prefix("test result:");
        let pytest = line
            .contains(" in ")
            .then_some(line)
            .filter(|l| l.contains(" passed") || l.contains(" failed") || l.contains(" skipped"));
        if let Some(summary) = cargo.or(pytest) {
            self.passed += number_before(summary, "passed");
            self.failed += number_before(summary, "failed") + number_before(summary, "error");
            self.skipped += number_before(summary, "ignored") + number_before(summary, "skipped");
        } else if let Some(summary) = line.strip_prefix("ℹ ") {
            let mut words = summary.split(' ');
            let count = |number: Option<&str>| number.and_then(|n| n.parse().ok()).unwrap_or(0);
            match words.next() {
                Some("pass") => self.passed += count(words.next()),
                Some("fail" | "cancelled") => self.failed += count(words.next()),
                Some("skipped" | "todo") => self.skipped += count(words.next()),
                _ => {}
            }
        }
    }
}

fn number_before(summary: &str, word: &str) -> usize {
    let before = summary.split([' ', ';', ',']).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    before
        .windows(2)
        .find(|pair| pair[1].trim_end_matches('s') == word.trim_end_matches('s'))
        .and_then(|pair| pair[0].trim_start_matches('=').parse().ok())
        .unwrap_or(0)
}

fn report(outcomes: &[Outcome]) -> Result<(), String> {
    println!();
    let mut total = Counts::default();
    for Outcome { name, seconds, counts } in outcomes {
        println!(
            "{name:<18} {seconds:>7.1} s  {:>4} passed {:>4} failed {:>4} skipped",
            counts.passed, counts.failed, counts.skipped
        );
        total.passed += counts.passed;
        total.failed += counts.failed;
        total.skipped += counts.skipped;
    }
    // The last line is what CI reads, so nothing follows it.
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    if total.failed == 0 { Ok(()) } else { Err(String::new()) }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn every_runners_summary_is_read() {
        let mut counts = Counts::default();
        for line in [
            "test result: ok. 20 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s",
            "7 passed, 3 skipped in 0.52s",
            "==== 1 failed, 4 passed in 2.00s ====",
            "ℹ pass 5",
            "ℹ fail 1",
            "ℹ skipped 2",
            "a line that speaks of 9 passed tests",
        ] {
            counts.add(line);
        }
        assert_eq!((counts.passed, counts.failed, counts.skipped), (36, 3, 7));
    }
}
