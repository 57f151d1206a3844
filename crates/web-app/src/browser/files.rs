//! The only room that holds a dropped file.

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
pub struct FileStore(Vec<File>);

impl FileStore {
    /// Numbers files and keeps hold of them.
    pub fn keep(&mut self, files: Vec<(String, File)>) -> Vec<FileMeta> {
        files
            .into_iter()
            .map(|(path, file)| {
                let meta = FileMeta { id: FileId(self.0.len() as u32), path, size_bytes: file.size() as u64 };
                self.0.push(file);
                meta
            })
            .collect()
    }

    /// A handle that a worker can read from. Handing it over copies no bytes.
    pub fn handle(&self, file: FileId) -> JsValue {
        self.0.get(file.0 as usize).map_or(JsValue::NULL, |file| file.clone().into())
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

/// A read of a file, inside a worker. The browser begins at once, so several can be under way together.
pub struct Reading(Result<JsFuture, JsValue>);

impl Reading {
    /// Begins to read up to `most_bytes` from the start of a file.
    pub fn begin(file: &JsValue, most_bytes: u64) -> Self {
        let begin = || {
            let file: &File = file.dyn_ref().ok_or_else(|| JsValue::from("the handle is gone"))?;
            let part = file.slice_with_f64_and_f64(0.0, (most_bytes as f64).min(file.size()))?;
            Ok(JsFuture::from(part.array_buffer()))
        };
        Self(begin())
    }

    /// The bytes.
    ///
    /// # Errors
    /// [`Code::Unreadable`] where the browser will not hand them over.
    pub async fn bytes(self) -> Result<Vec<u8>, Reason> {
        let bytes = async { Ok(Uint8Array::new(&self.0?.await?).to_vec()) };
        bytes.await.map_err(|error: JsValue| unreadable(&error.into()))
    }
}

fn unreadable(error: &BrowserError) -> Reason {
    Reason::new(
        Code::Unreadable,
        format!(
            "The browser could not read it ({error}). It may have been moved, changed or locked since it was dropped: drop it again."
        ),
    )
}
