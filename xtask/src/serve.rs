//! Serves the built page on this machine.

use crate::run::root;
use crate::{page, tools};
use headway_serve::{Folder, serve};
use std::fs::File;
use std::path::PathBuf;

/// `cargo xtask serve`.
///
/// # Errors
/// In words where the page cannot be built or no port is free.
pub fn verb(port: Option<&str>, dir: Option<&str>, log: Option<&str>, no_build: bool) -> Result<(), String> {
    if !no_build {
        tools::setup(tools::FOR_BUILD)?;
        page::build(page::Kind::Whole)?;
    }
    let dir = dir.map_or_else(|| root().join("dist"), PathBuf::from);
    if !dir.join("index.html").exists() {
        return Err(format!("{} holds no page. Call `cargo xtask page` first.", dir.display()));
    }
    let number = |port: &str| port.parse().map_err(|_| format!("--port takes a number, not {port}."));
    let port = port.map(number).transpose()?;
    let log = log.map(File::create).transpose().map_err(|e| format!("The log cannot be written ({e})."))?;
    serve(Folder(dir), port, log, |address| println!("Headway is at {address}"))
}
