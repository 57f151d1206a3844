//! What is wrong with a file the user handed in, in a sentence with its line number.

use std::fmt;

/// A file that cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// The file's name as the user knows it.
    pub file: String,
    /// Line, from 1; `None` where the whole file is meant.
    pub line: Option<u64>,
    /// What happened and what to do.
    pub text: String,
}

impl InputError {
    /// About a whole file.
    pub fn whole(file: &str, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, text: text.into() }
    }

    /// About one line.
    pub fn at(file: &str, line: u64, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: Some(line), text: text.into() }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.text),
            None => write!(f, "{}: {}", self.file, self.text),
        }
    }
}

impl std::error::Error for InputError {}
