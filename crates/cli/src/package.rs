//! The page in a package, as a file and as it may be built into this program.

use crate::model::MODEL;
use headway_core::archive::Zip;
use headway_serve::Source;
use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Mutex;

/// The package that this program was built with, if it was.
#[cfg(feature = "page")]
const BUILT_IN: Option<&[u8]> = Some(include_bytes!(env!("HEADWAY_PAGE")));
#[cfg(not(feature = "page"))]
const BUILT_IN: Option<&[u8]> = None;

/// A package as `cargo xtask build` makes it: what lies below `page/` in it.
pub struct Package {
    zip: Mutex<Zip<Cursor<Vec<u8>>>>,
    places: HashMap<String, usize>,
}

impl Package {
    /// Reads a package.
    pub fn open(bytes: Vec<u8>) -> Result<Self, String> {
        let zip = Zip::open(Cursor::new(bytes)).map_err(|reason| reason.text)?;
        let named = zip.entries().iter().enumerate();
        let places: HashMap<String, usize> =
            named.filter_map(|(place, entry)| Some((entry.path.strip_prefix("page/")?.to_owned(), place))).collect();
        if !places.contains_key("index.html") {
            return Err("It holds no page: page/index.html is missing.".to_owned());
        }
        Ok(Self { zip: Mutex::new(zip), places })
    }

    /// The one in this program, if there is one.
    pub fn built_in() -> Option<Result<Self, String>> {
        BUILT_IN.map(|bytes| Self::open(bytes.to_vec()))
    }

    /// A file of the model that the page is shipped with; the page keeps its files below a folder named by its build.
    pub fn model_file(&self, name: &str) -> Option<Vec<u8>> {
        let file = format!("/models/{MODEL}/{name}");
        self.read(self.places.keys().find(|path| path.ends_with(&file))?)
    }
}

impl Source for Package {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let place = *self.places.get(path)?;
        self.zip.lock().ok()?.read(place, u64::MAX).ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

    use super::*;
    use std::io::Write;

    fn package(files: &[(&str, &str)]) -> Result<Package, String> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in files {
            archive.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
        Package::open(archive.finish().unwrap().into_inner())
    }

    #[test]
    fn a_model_is_found_in_the_page_whatever_the_build_is_called() {
        let card = "page/0123/models/densenet121-synthetic/card.json";
        let package = package(&[("page/index.html", "<html>"), (card, "{}"), ("readme.txt", "x")]).unwrap();
        assert_eq!(package.model_file("card.json").as_deref(), Some("{}".as_bytes()));
        assert_eq!(package.model_file("weights.safetensors"), None);
        assert_eq!(package.read("index.html").as_deref(), Some("<html>".as_bytes()));
    }

    #[test]
    fn an_archive_without_a_page_is_none() {
        assert!(package(&[("index.html", "")]).is_err_and(|why| why.contains("page/index.html is missing")));
    }
}
