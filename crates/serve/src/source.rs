//! Where the page's files lie.

use std::path::PathBuf;

/// Somewhere that files lie.
pub trait Source: Send + Sync {
    /// A file by its path inside the page; `None` where there is none.
    fn read(&self, path: &str) -> Option<Vec<u8>>;
}

/// A folder with index.html in it.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Source for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.0.join(path)).ok()
    }
}
