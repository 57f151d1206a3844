//! What takes too long, or fetches too much, to be part of every test: other browsers, soaks, one commit built twice.

use crate::run::{NATIVE, finish, program, root, run, target};
use crate::{page, tools};
use std::fs;

/// `cargo xtask browsers`: the page in Chromium, Firefox ESR and WebKitGTK. Writes the table of the README.
///
/// # Errors
/// In words where a browser is missing or does not do it all.
pub fn browsers(wanted: &[String]) -> Result<(), String> {
    tools::setup(tools::FOR_BROWSERS)?;
    page::build(page::Kind::Plain)?;
    run(&format!("cargo build --quiet {NATIVE} --bins"))?;
    // WebKitGTK draws only where there is a screen, and its sandbox is not for root in a container.
    let mut command = program("xvfb-run --auto-servernum");
    command.args(["--server-args=-screen 0 1440x900x24", "node", "tests/browsers/run.mjs"]);
    command.args(wanted).env("HEADWAY_TARGET", target()).env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
    finish("the run through the browsers", &mut command)
}

/// `cargo xtask soak`: damaged files and studies by the thousand, in one page.
///
/// # Errors
/// In words where memory grows, a file is lost or anything stops.
pub fn soak(counts: &[String]) -> Result<(), String> {
    tools::setup(tools::FOR_TESTS)?;
    page::build(page::Kind::Plain)?;
    run(&format!("cargo build --quiet {NATIVE} --bins"))?;
    let mut command = program("node tests/soak/soak.mjs");
    finish("the soak", command.args(counts).env("HEADWAY_TARGET", target()))
}

/// `cargo xtask reproduce`: builds the page of this commit twice, in two target folders, and compares every file.
///
/// # Errors
/// The files that differ.
pub fn reproduce(optimised: bool) -> Result<(), String> {
    let mut lists = Vec::new();
    for folder in ["first", "second"] {
        let into = target().join("reproduce").join(folder);
        let stamp = root().join("dist/BUILD");
        // Else the second build would be the first one, found again.
        let _ = fs::remove_file(&stamp);
        let kind = if optimised { "page --optimised" } else { "page" };
        let mut command = program(&format!("cargo xtask {kind}"));
        finish("the build", command.env("CARGO_TARGET_DIR", &into))?;
        lists.push(manifest()?);
    }
    let differ: Vec<&str> =
        lists[0].iter().filter(|line| !lists[1].contains(line)).map(|(path, _)| path.as_str()).collect();
    if differ.is_empty() && lists[0].len() == lists[1].len() {
        println!("Two builds, {} files, equal byte by byte.", lists[0].len());
        return Ok(());
    }
    Err(format!("Two builds of one commit differ in {}.", differ.join(", ")))
}

/// Path and hash of every file of `dist/`.
fn manifest() -> Result<Vec<(String, String)>, String> {
    use sha2::{Digest, Sha256};
    let dist = root().join("dist");
    let entry = |file: std::path::PathBuf| {
        let bytes = fs::read(&file).map_err(|e| format!("{} cannot be read ({e}).", file.display()))?;
        let path = file.strip_prefix(&dist).unwrap_or(&file).display().to_string();
        Ok((path, page::hex(&Sha256::digest(bytes))))
    };
    page::files_below(&dist).into_iter().map(entry).collect()
}
