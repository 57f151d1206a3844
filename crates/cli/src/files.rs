//! The only room of the command line that touches the file system on the way in.

use headway_core::archive::{Zip, is_zip};
use headway_core::file::{FileId, FileMeta, Notice};
use headway_core::reason::{Code, Reason};
use std::cell::RefCell;
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
    places: Vec<Place>,
    archives: Vec<RefCell<Zip<File>>>,
}

/// Where a file's bytes are.
enum Place {
    Path(PathBuf),
    /// The archive and the entry in it, by number.
    Entry(usize, usize),
    /// Nowhere, and why.
    Refused(Reason),
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
            return self.add_file(path, shown, metadata.len());
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

    /// An archive is like a folder: its entries stand in for it.
    fn add_file(&mut self, path: &Path, shown: String, size_bytes: u64) {
        if !read_path(path, 4).is_ok_and(|head| is_zip(&head)) {
            return self.push(shown, size_bytes, Place::Path(path.to_owned()));
        }
        let opened = File::open(path).map_err(|e| unreadable(&e)).and_then(Zip::open);
        match opened {
            Ok(zip) => {
                for (index, entry) in zip.entries().iter().enumerate() {
                    let place = Place::Entry(self.archives.len(), index);
                    self.push(format!("{shown}/{}", entry.path), entry.size_bytes, place);
                }
                self.archives.push(RefCell::new(zip));
            }
            Err(reason) => self.push(shown, size_bytes, Place::Refused(reason)),
        }
    }

    fn push(&mut self, path: String, size_bytes: u64, place: Place) {
        self.metas.push(FileMeta { id: FileId(self.metas.len() as u32), path, size_bytes });
        self.places.push(place);
    }

    /// Up to `most_bytes` from the start of a file.
    pub fn read(&self, file: FileId, most_bytes: u64) -> Result<Vec<u8>, Reason> {
        match &self.places[file.0 as usize] {
            Place::Path(path) => read_path(path, most_bytes),
            Place::Entry(archive, entry) => self.archives[*archive].borrow_mut().read(*entry, most_bytes),
            Place::Refused(reason) => Err(reason.clone()),
        }
    }
}

fn read_path(path: &Path, most_bytes: u64) -> Result<Vec<u8>, Reason> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|opened| opened.take(most_bytes).read_to_end(&mut bytes))
        .map(|_| bytes)
        .map_err(|e| unreadable(&e))
}

fn unreadable(error: &std::io::Error) -> Reason {
    Reason::new(Code::Unreadable, format!("The file cannot be read ({error})."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::{SimpleFileOptions, ZipWriter};

    #[test]
    fn an_archive_is_a_folder_of_its_entries_and_a_damaged_one_a_file_with_a_reason() {
        let folder = std::env::temp_dir().join(format!("headway-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut writer = ZipWriter::new(File::create(folder.join("a.zip")).unwrap());
        writer.start_file("CD/IM1", SimpleFileOptions::default()).unwrap();
        writer.write_all(b"content").unwrap();
        writer.finish().unwrap();
        std::fs::write(folder.join("b.zip"), b"PK\x03\x04 and nothing more").unwrap();
        let files = Files::find(std::slice::from_ref(&folder));
        let names: Vec<_> = files.metas.iter().map(|f| f.path.rsplit_once("headway-files").unwrap().1).collect();
        assert!(names[0].ends_with("/a.zip/CD/IM1") && names[1].ends_with("/b.zip"), "{names:?}");
        assert_eq!(files.read(FileId(0), u64::MAX).unwrap(), b"content");
        assert_eq!(files.read(FileId(1), u64::MAX).unwrap_err().code, Code::DamagedArchive);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
