//! Running programs, with errors a person can act on.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The packages that are built natively. Always the same selection: another one unifies features differently,
/// and cargo would build the whole network library once more. So the feature that tests ask for is always on.
pub const NATIVE: &str = "--workspace --exclude headway-web --exclude headway-web-evidence --exclude headway-tests-wasm --exclude headway-tests-gpu --exclude headway-bench-ingest --exclude headway-bench-native --features headway-infer/reference";

/// The repository's root.
pub fn root() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map_or_else(|| manifest.clone(), PathBuf::from)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    // A relative folder is meant from where cargo was called, which for these verbs is the root.
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// A program to be run in the root.
pub fn program(line: &str) -> Command {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).current_dir(root()).stdin(Stdio::null());
    command
}

/// Shows and runs a command line.
///
/// # Errors
/// In words where it cannot be started or fails.
pub fn run(line: &str) -> Result<(), String> {
    println!("$ {line}");
    finish(line, &mut program(line))
}

/// Runs a prepared command.
///
/// # Errors
/// In words where it cannot be started or fails.
pub fn finish(name: &str, command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{name}` failed ({status}).")),
        Err(e) => Err(format!(
            "`{name}` could not be started ({e}). Is it installed? `cargo xtask doctor` says what is missing."
        )),
    }
}

/// What a command prints, trimmed; `None` where it cannot be started or fails.
pub fn output(line: &str) -> Option<String> {
    let output = program(line).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
