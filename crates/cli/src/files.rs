//! The only room of the command line that touches the file system on the way in.

use headway_core::file::{FileId, FileMeta, Notice};
use headway_core::reason::{Code, Reason};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The files found below some paths.
#[derive(Default)]
pub struct Files {
    /// One per file; `FileId` is the index.
    pub metas: Vec<FileMeta>,
    /// Folders without files, and what could not be listed.
    pub refused: Vec<Notice>,
    paths: Vec<PathBuf>,
}

impl Files {
    /// Searches to any depth, in order of name.
    pub fn find(paths: &[PathBuf]) -> Self {
        let mut files = Self::default();
        paths.iter().for_each(|path| files.add(path));
        files
    }

    fn add(&mut self, path: &Path) {
        let shown = path.to_string_lossy().replace('\\', "/");
        let unreadable = |e: std::io::Error| {
            Notice::new(&shown, Reason::new(Code::Unreadable, format!("It cannot be opened ({e}).")))
        };
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(e) => return self.refused.push(unreadable(e)),
        };
        if !metadata.is_dir() {
            let id = FileId(self.metas.len() as u32);
            self.metas.push(FileMeta { id, path: shown, size_bytes: metadata.len() });
            return self.paths.push(path.to_owned());
        }
        let listed = std::fs::read_dir(path)
            .and_then(|entries| entries.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>());
        match listed {
            Err(e) => self.refused.push(unreadable(e)),
            Ok(inside) if inside.is_empty() => {
                self.refused.push(Notice::new(&shown, Reason::new(Code::EmptyFolder, "The folder is empty.")));
            }
            Ok(mut inside) => {
                inside.sort();
                inside.iter().for_each(|path| self.add(path));
            }
        }
    }

    /// Up to `most_bytes` from the start of a file.
    pub fn read(&self, file: FileId, most_bytes: u64) -> Result<Vec<u8>, Reason> {
        let mut bytes = Vec::new();
        File::open(&self.paths[file.0 as usize])
            .and_then(|opened| opened.take(most_bytes).read_to_end(&mut bytes))
            .map(|_| bytes)
            .map_err(|e| Reason::new(Code::Unreadable, format!("The file cannot be read ({e}).")))
    }
}
