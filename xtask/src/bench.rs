//! Side-by-side benchmarks: ratios against a peer in the same run, as JSON and as a table.

use crate::run::{finish, program, target};
use crate::{page, tools};

/// `cargo xtask bench engine`.
///
/// # Errors
/// In words where something is missing or fails.
pub fn verb(what: Option<&str>) -> Result<(), String> {
    if what != Some("engine") {
        return Err("`cargo xtask bench` measures the engine: `cargo xtask bench engine`.".to_owned());
    }
    tools::setup(tools::FOR_BENCHMARKS)?;
    page::build(page::Kind::Plain)?;
    let mut command = program("node benches/engine/engine.mjs");
    finish("the benchmark", command.env("HEADWAY_TARGET", target()).env("HEADWAY_PYTHON", tools::python()))
}
