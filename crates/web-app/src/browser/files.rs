//! The only room that holds a dropped file.

use super::archives::Archives;
use super::error::BrowserError;
use headway_core::file::{FileId, FileMeta, Notice};
use headway_core::reason::{Code, Reason};
use js_sys::{Array, Promise, Uint8Array};
use std::collections::VecDeque;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry,
};

/// Files asked for together: each answer takes the browser a while, however little there is to say.
const ASKED_AT_ONCE: usize = 64;

/// The files of this session, by number.
#[derive(Debug, Default)]
pub struct FileStore(Vec<Place>);

/// Where a file's bytes are.
#[derive(Debug)]
enum Place {
    File(File),
    /// An archive's entry, by number.
    Entry(FileId, usize),
}

impl FileStore {
    /// Numbers files and keeps hold of them.
    pub fn keep(&mut self, files: Vec<(String, File)>) -> Vec<FileMeta> {
        let add = |(path, file): (String, File)| {
            let size_bytes = file.size() as u64;
            self.add(path, size_bytes, Place::File(file))
        };
        files.into_iter().map(add).collect()
    }

    /// Numbers what an archive holds: paths and unpacked sizes, in its order.
    pub fn keep_entries(&mut self, archive: FileId, entries: Vec<(String, u64)>) -> Vec<FileMeta> {
        let add = |(index, (path, size_bytes))| self.add(path, size_bytes, Place::Entry(archive, index));
        entries.into_iter().enumerate().map(add).collect()
    }

    fn add(&mut self, path: String, size_bytes: u64, place: Place) -> FileMeta {
        let id = FileId(self.0.len() as u32);
        self.0.push(place);
        FileMeta { id, path, size_bytes }
    }

    /// What a worker needs to read a file. Handing it over copies no bytes.
    pub fn handle(&self, file: FileId) -> JsValue {
        match self.0.get(file.0 as usize) {
            Some(Place::File(file)) => file.clone().into(),
            Some(Place::Entry(archive, index)) => {
                Array::of3(&self.handle(*archive), &archive.0.into(), &(*index as u32).into()).into()
            }
            None => JsValue::NULL,
        }
    }
}

/// What a drop or a choice held.
#[derive(Debug, Default)]
pub struct Found {
    /// Files with their paths.
    pub files: Vec<(String, File)>,
    /// Empty folders, and what could not be listed.
    pub refused: Vec<Notice>,
}

/// Whether what is dragged over the page are files, and not a text or a link.
pub fn carries_files(transfer: &DataTransfer) -> bool {
    transfer.types().iter().any(|kind| kind == "Files")
}

/// Dropped things, not yet searched.
#[derive(Debug, Default)]
pub struct Dropped {
    entries: VecDeque<FileSystemEntry>,
    found: Found,
}

impl Dropped {
    /// Takes hold of what was dropped. Must run inside the drop event: the browser forgets it afterwards.
    pub fn take(transfer: &DataTransfer) -> Self {
        let mut dropped = Self::default();
        let items = transfer.items();
        for index in 0..items.length() {
            let Some(item) = items.get(index) else { continue };
            match (item.webkit_get_as_entry().ok().flatten(), item.get_as_file().ok().flatten()) {
                (Some(entry), _) => dropped.entries.push_back(entry),
                (None, Some(file)) => dropped.found.files.push((file.name(), file)),
                (None, None) => {}
            }
        }
        dropped
    }

    /// Searches folders to any depth; `seen` hears how many files were found so far.
    pub async fn search(mut self, seen: impl Fn(usize)) -> Found {
        while let Some(entry) = self.entries.pop_front() {
            if entry.is_directory() {
                self.search_folder(entry.unchecked_into()).await;
            } else {
                let mut files = vec![entry.unchecked_into()];
                while files.len() < ASKED_AT_ONCE
                    && let Some(entry) = self.entries.pop_front_if(|entry| entry.is_file())
                {
                    files.push(entry.unchecked_into());
                }
                self.add_files(files).await;
            }
            seen(self.found.files.len());
        }
        self.found
    }

    async fn search_folder(&mut self, folder: FileSystemDirectoryEntry) {
        let path = shown_path(&folder);
        match entries_of(&folder.create_reader()).await {
            Ok(entries) if entries.is_empty() => {
                self.found.refused.push(Notice::new(path, Reason::new(Code::EmptyFolder, "The folder is empty.")));
            }
            Ok(entries) => self.entries.extend(entries),
            Err(error) => self.refuse(path, &error),
        }
    }

    async fn add_files(&mut self, entries: Vec<FileSystemFileEntry>) {
        let ask = |entry: FileSystemFileEntry| {
            let file = Promise::new(&mut |resolve, reject| {
                entry.file_with_callback_and_callback(&resolve, &reject);
            });
            (shown_path(&entry), JsFuture::from(file))
        };
        let asked: Vec<_> = entries.into_iter().map(ask).collect();
        for (path, file) in asked {
            match file.await {
                Ok(file) => self.found.files.push((path, file.unchecked_into())),
                Err(error) => self.refuse(path, &error.into()),
            }
        }
    }

    fn refuse(&mut self, path: String, error: &BrowserError) {
        self.found.refused.push(Notice::new(path, unreadable(error)));
    }
}

/// Files chosen in a dialogue; a chosen folder arrives as a flat list with paths.
pub fn chosen(list: &FileList) -> Found {
    let mut found = Found::default();
    for index in 0..list.length() {
        let Some(file) = list.get(index) else { continue };
        let inside = js_sys::Reflect::get(&file, &"webkitRelativePath".into()).ok().and_then(|p| p.as_string());
        let path = inside.filter(|p| !p.is_empty()).unwrap_or_else(|| file.name());
        found.files.push((path, file));
    }
    found
}

/// A file as text (UTF-8).
///
/// # Errors
/// Where the browser will not hand it over.
pub async fn text_of(file: &File) -> Result<String, BrowserError> {
    Ok(JsFuture::from(file.text()).await?.as_string().unwrap_or_default())
}

/// A file made of bytes, as if it had been dropped.
///
/// # Errors
/// Where the browser has no memory for it.
pub fn made(path: &str, bytes: &JsValue) -> Result<(String, File), BrowserError> {
    let name = path.rsplit('/').next().unwrap_or(path);
    Ok((path.to_owned(), File::new_with_buffer_source_sequence(&Array::of1(bytes), name)?))
}

/// `readEntries` hands out a hundred at a time: ask until it has none left.
async fn entries_of(reader: &FileSystemDirectoryReader) -> Result<Vec<FileSystemEntry>, BrowserError> {
    let mut entries = Vec::new();
    loop {
        let batch = Promise::new(&mut |resolve, reject| {
            if let Err(error) = reader.read_entries_with_callback_and_callback(&resolve, &reject) {
                // The promise is what the caller waits on, so that is where the error goes.
                let _ = reject.call1(&JsValue::NULL, &error);
            }
        });
        let batch: Array = JsFuture::from(batch).await?.unchecked_into();
        if batch.length() == 0 {
            return Ok(entries);
        }
        entries.extend(batch.iter().map(JsCast::unchecked_into));
    }
}

fn shown_path(entry: &FileSystemEntry) -> String {
    entry.full_path().trim_start_matches('/').to_owned()
}

/// A read of a file, inside a worker. The browser begins at once, so several can be under way together;
/// an archive's entry is unpacked when it is asked for.
pub enum Reading {
    /// On its way.
    File(Result<JsFuture, JsValue>),
    /// An archive's file and number, the entry in it, and how much of that.
    Entry(File, FileId, usize, u64),
}

impl Reading {
    /// Begins to read up to `most_bytes` from the start of what a handle stands for.
    pub fn begin(handle: &JsValue, most_bytes: u64) -> Self {
        if let Some(parts) = handle.dyn_ref::<Array>() {
            let number = |at: u32| parts.get(at).as_f64().unwrap_or_default();
            let (archive, entry) = (FileId(number(1) as u32), number(2) as usize);
            return Self::Entry(parts.get(0).unchecked_into(), archive, entry, most_bytes);
        }
        let begin = || {
            let file: &File = handle.dyn_ref().ok_or_else(|| JsValue::from("the handle is gone"))?;
            let part = file.slice_with_f64_and_f64(0.0, (most_bytes as f64).min(file.size()))?;
            Ok(JsFuture::from(part.array_buffer()))
        };
        Self::File(begin())
    }

    /// The bytes.
    ///
    /// # Errors
    /// [`Code::Unreadable`] where the browser will not hand them over; what is wrong with an archive.
    pub async fn bytes(self, archives: &Archives) -> Result<Vec<u8>, Reason> {
        match self {
            Self::File(begun) => {
                let bytes = async { Ok(Uint8Array::new(&begun?.await?).to_vec()) };
                bytes.await.map_err(|error: JsValue| unreadable(&error.into()))
            }
            Self::Entry(file, archive, entry, most_bytes) => archives.read(archive, &file, entry, most_bytes),
        }
    }
}

pub(super) fn unreadable(error: &BrowserError) -> Reason {
    Reason::new(
        Code::Unreadable,
        format!(
            "The browser could not read it ({error}). It may have been moved, changed or locked since it was dropped: drop it again."
        ),
    )
}
