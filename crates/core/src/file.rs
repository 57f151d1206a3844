//! Names for dropped files, and the notices that account for those not used.
//! Core never holds a file: the shell does, and looks it up by [`FileId`].

use crate::reason::Reason;
use serde::{Deserialize, Serialize};

/// The shell's number for one file, unique within a session and increasing in order of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// What the shell knows of a file before reading it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMeta {
    /// The shell's number for it.
    pub id: FileId,
    /// Path inside what was dropped, with `/` between parts.
    pub path: String,
    /// Size in bytes. A `f64` would be exact to 8 PiB; `u64` crosses to JavaScript as a number all the same.
    pub size_bytes: u64,
}

/// How much a notice matters to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Expected on any CD: an index, a viewer program, a report.
    Info,
    /// An image or what should have been one is lost to the score.
    Warning,
}

/// A dropped file that is not part of a row, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Path inside what was dropped.
    pub path: String,
    /// How much it matters.
    pub level: Level,
    /// Why the file is not used.
    pub reason: Reason,
}

impl Notice {
    /// A notice whose level follows from its reason.
    pub fn new(path: impl Into<String>, reason: Reason) -> Self {
        use crate::reason::Code::{DuplicateInstance, EmptyFolder, ListRead, ModelRead, NotAnImage, NotDicom};
        let level = match reason.code {
            NotDicom | NotAnImage | DuplicateInstance | EmptyFolder | ListRead | ModelRead => Level::Info,
            _ => Level::Warning,
        };
        Self { path: path.into(), level, reason }
    }

    /// Whether it speaks of a path that is not a dropped file: an empty or unreadable folder.
    pub fn is_about_a_folder(&self) -> bool {
        matches!(self.reason.code, crate::reason::Code::EmptyFolder)
    }
}
