//! `headway serve`: the page on this PC, for one without a server. `http://localhost` is a secure context, so that WebGPU, threads
//! and use without a network work.

use crate::package::Package;
use clap::Args;
use headway_serve::{Folder, serve as send};
use std::path::PathBuf;

/// What the verb takes.
#[derive(Args)]
pub struct ServeArguments {
    /// Package (headway-VERSION.zip) or folder of the page; without it, the page that is built into this program.
    page: Option<PathBuf>,
    /// Port to listen on; without it, the first that is free from 8080 on.
    #[arg(long)]
    port: Option<u16>,
}

/// Serves until the program is ended.
pub fn serve(arguments: &ServeArguments) -> Result<(), String> {
    let ready = |address: &str| println!("Headway is at {address}\nIt answers this PC alone. End it with Ctrl C.");
    let refused = |path: &PathBuf, why: &str| format!("{} cannot be served: {why}", path.display());
    match (&arguments.page, Package::built_in()) {
        (Some(folder), _) if folder.is_dir() => {
            if !folder.join("index.html").is_file() {
                return Err(refused(folder, "it holds no index.html."));
            }
            send(Folder(folder.clone()), arguments.port, None, ready)
        }
        (Some(path), _) => {
            let bytes = std::fs::read(path).map_err(|e| refused(path, &e.to_string()))?;
            let package = Package::open(bytes).map_err(|why| refused(path, &why))?;
            send(package, arguments.port, None, ready)
        }
        (None, Some(package)) => send(package?, arguments.port, None, ready),
        (None, None) => Err(
            "This program was built without a page. Name the package: headway serve headway-VERSION.zip; `cargo xtask build` makes both."
                .to_owned(),
        ),
    }
}
