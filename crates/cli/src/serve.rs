//! `headway serve`: the page on this PC, for one without a server. `http://localhost` is a secure context, so that WebGPU, threads
//! and use without a network work.

use clap::Args;
use headway_core::archive::Zip;
use headway_serve::{Folder, Source, serve as send};
use std::collections::HashMap;
use std::io::Cursor;
use std::path::PathBuf;
use std::sync::Mutex;

/// The package that this program was built with, if it was.
#[cfg(feature = "page")]
const BUILT_IN: Option<&[u8]> = Some(include_bytes!(env!("HEADWAY_PAGE")));
#[cfg(not(feature = "page"))]
const BUILT_IN: Option<&[u8]> = None;

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
    match (&arguments.page, BUILT_IN) {
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
        (None, Some(bytes)) => send(Package::open(bytes.to_vec())?, arguments.port, None, ready),
        (None, None) => Err(
            "This program was built without a page. Name the package: headway serve headway-VERSION.zip; `cargo xtask build` makes both."
                .to_owned(),
        ),
    }
}

/// A package as `cargo xtask build` makes it: what lies below `page/` in it.
struct Package {
    zip: Mutex<Zip<Cursor<Vec<u8>>>>,
    places: HashMap<String, usize>,
}

impl Package {
    fn open(bytes: Vec<u8>) -> Result<Self, String> {
        let zip = Zip::open(Cursor::new(bytes)).map_err(|reason| reason.text)?;
        let named = zip.entries().iter().enumerate();
        let places: HashMap<String, usize> =
            named.filter_map(|(place, entry)| Some((entry.path.strip_prefix("page/")?.to_owned(), place))).collect();
        if !places.contains_key("index.html") {
            return Err("It holds no page: page/index.html is missing.".to_owned());
        }
        Ok(Self { zip: Mutex::new(zip), places })
    }
}

impl Source for Package {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let place = *self.places.get(path)?;
        self.zip.lock().ok()?.read(place, u64::MAX).ok()
    }
}
