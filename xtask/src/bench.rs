//! Side-by-side benchmarks: ratios against a peer in the same run, as JSON and as a table.

use crate::run::{NATIVE, finish, output, program, root, run, target};
use crate::{page, tools};
use std::fs;
use std::path::Path;

/// `cargo xtask bench engine`, `gpu` and `ingest`.
///
/// # Errors
/// In words where something is missing or fails.
pub fn verb(what: Option<&str>) -> Result<(), String> {
    match what {
        Some("engine") => {
            tools::setup(tools::FOR_BENCHMARKS)?;
            page::build(page::Kind::Whole)?;
            native()?;
            in_browser("engine")
        }
        Some("ingest") => {
            tools::setup(tools::FOR_BENCHMARKS)?;
            page::build(page::Kind::Plain)?;
            run("cargo build --quiet --release --target wasm32-unknown-unknown -p headway-bench-ingest")?;
            run(&format!("cargo build --quiet {NATIVE} --bins"))?;
            in_browser("ingest")
        }
        Some("gpu") => gpu(),
        _ => Err("`cargo xtask bench engine`, `gpu` or `ingest`.".to_owned()),
    }
}

/// The engine outside of a browser.
fn native() -> Result<(), String> {
    run("cargo build --quiet --release -p headway-bench-native")
}

fn in_browser(what: &str) -> Result<(), String> {
    let mut command = program(&format!("node benches/{what}/{what}.mjs"));
    finish("the benchmark", command.env("HEADWAY_TARGET", target()).env("HEADWAY_PYTHON", tools::python()))
}

/// Lays all it takes into one folder, which may travel to a machine with a graphics processor, and measures there.
/// What a software emulation gives is shown, and does not become the documented result.
fn gpu() -> Result<(), String> {
    tools::setup(tools::FOR_GPU_BENCHMARK)?;
    native()?;
    let folder = target().join("bench/gpu");
    lay_out(&folder).map_err(|e| format!("{} cannot be written ({e}).", folder.display()))?;
    println!("{} holds all it takes: elsewhere, call `python3 gpu.py` in it.", folder.display());
    let mut command = program(&format!("{} {}", tools::python().display(), folder.join("gpu.py").display()));
    finish("the benchmark", &mut command)?;
    let result = fs::read_to_string(folder.join("gpu.json")).map_err(|e| format!("gpu.json cannot be read ({e})."))?;
    if result.contains("\"software\": true") {
        println!("The adapter is a software emulation: docs/benchmarks-gpu.md stays as it is.");
        return Ok(());
    }
    let keep = |from: &str, to: &str| fs::copy(folder.join(from), root().join(to)).map(|_| ());
    keep("gpu.json", "benches/results/gpu.json")
        .and_then(|()| keep("gpu.md", "docs/benchmarks-gpu.md"))
        .map_err(|e| format!("The result cannot be written ({e})."))
}

fn lay_out(folder: &Path) -> std::io::Result<()> {
    const MODEL: &str = "public/models/densenet121-synthetic";
    fs::create_dir_all(folder.join("model"))?;
    let copy = |from: &Path, to: &str| fs::copy(from, folder.join(to)).map(|_| ());
    copy(&target().join("release/headway-bench-native"), "headway-bench-native")?;
    for file in ["gpu.py", "densenet.py"] {
        copy(&root().join("benches/gpu").join(file), file)?;
    }
    for file in ["card.json", "weights.safetensors"] {
        copy(&root().join(MODEL).join(file), &format!("model/{file}"))?;
    }
    let commit = output("git rev-parse --short HEAD").unwrap_or_else(|| "unknown".to_owned());
    fs::write(folder.join("COMMIT"), commit)
}
