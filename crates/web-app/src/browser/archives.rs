//! ZIP archives among the dropped files, read in place inside a worker.

use super::files::unreadable;
use headway_core::archive::Zip;
use headway_core::file::FileId;
use headway_core::reason::Reason;
use js_sys::Uint8Array;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufReader, Error, Read, Seek, SeekFrom};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileReaderSync};

/// Bytes fetched from an archive at a time: each fetch costs the browser about as much as a hundred kilobytes.
const BLOCK_BYTES: usize = 128 * 1024;

/// The archives opened so far, by number.
#[derive(Debug, Default)]
pub struct Archives(RefCell<HashMap<FileId, Zip<BufReader<SyncFile>>>>);

impl Archives {
    /// What an archive holds: paths and unpacked sizes, in its order.
    ///
    /// # Errors
    /// Where it is damaged or holds too much.
    pub fn list(&self, archive: FileId, handle: &JsValue) -> Result<Vec<(String, u64)>, Reason> {
        self.with(archive, handle.unchecked_ref(), |zip| {
            Ok(zip.entries().iter().map(|entry| (entry.path.clone(), entry.size_bytes)).collect())
        })
    }

    /// Up to `most_bytes` from the start of an entry.
    ///
    /// # Errors
    /// Where the archive or the entry is damaged, or the browser will not hand it over.
    pub fn read(&self, archive: FileId, file: &File, entry: usize, most_bytes: u64) -> Result<Vec<u8>, Reason> {
        self.with(archive, file, |zip| zip.read(entry, most_bytes))
    }

    fn with<T>(
        &self,
        archive: FileId,
        file: &File,
        work: impl FnOnce(&mut Zip<BufReader<SyncFile>>) -> Result<T, Reason>,
    ) -> Result<T, Reason> {
        let mut open = self.0.borrow_mut();
        if let Some(zip) = open.get_mut(&archive) {
            return work(zip);
        }
        let reader = SyncFile::open(file).map_err(|error| unreadable(&error.into()))?;
        let mut zip = Zip::open(BufReader::with_capacity(BLOCK_BYTES, reader))?;
        let outcome = work(&mut zip);
        open.insert(archive, zip);
        outcome
    }
}

/// A file that is read while its reader waits: browsers allow it in workers.
#[derive(Debug)]
struct SyncFile {
    file: File,
    reader: FileReaderSync,
    at: u64,
}

impl SyncFile {
    fn open(file: &File) -> Result<Self, JsValue> {
        Ok(Self { file: file.clone(), reader: FileReaderSync::new()?, at: 0 })
    }

    fn size(&self) -> u64 {
        self.file.size() as u64
    }

    fn fetch(&self, end: u64) -> Result<Uint8Array, JsValue> {
        let part = self.file.slice_with_f64_and_f64(self.at as f64, end as f64)?;
        self.reader.read_as_array_buffer(&part).map(|buffer| Uint8Array::new(&buffer))
    }
}

impl Read for SyncFile {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let end = self.at.saturating_add(into.len() as u64).min(self.size());
        if end <= self.at {
            return Ok(0);
        }
        let bytes =
            self.fetch(end).map_err(|error| Error::other(super::error::BrowserError::from(error).to_string()))?;
        let count = (bytes.length() as usize).min(into.len());
        bytes.copy_to(&mut into[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for SyncFile {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = to.ok_or_else(|| Error::other("a place before the file"))?;
        Ok(self.at)
    }
}
