//! Side-by-side benchmarks: ratios against a peer in the same run, as JSON and as a table.

use crate::run::{NATIVE, finish, program, run, target};
use crate::{page, tools};

/// `cargo xtask bench engine` and `ingest`.
///
/// # Errors
/// In words where something is missing or fails.
pub fn verb(what: Option<&str>) -> Result<(), String> {
    tools::setup(tools::FOR_BENCHMARKS)?;
    match what {
        Some("engine") => page::build(page::Kind::Plain)?,
        Some("ingest") => {
            page::build(page::Kind::Plain)?;
            run("cargo build --quiet --release --target wasm32-unknown-unknown -p headway-bench-ingest")?;
            run(&format!("cargo build --quiet {NATIVE} --bins"))?;
        }
        _ => return Err("`cargo xtask bench engine` or `cargo xtask bench ingest`.".to_owned()),
    }
    let what = what.unwrap_or_default();
    let mut command = program(&format!("node benches/{what}/{what}.mjs"));
    finish("the benchmark", command.env("HEADWAY_TARGET", target()).env("HEADWAY_PYTHON", tools::python()))
}
