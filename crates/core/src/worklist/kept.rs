//! A list as it is kept on a device from one session to the next: JSON, so that a later version can still read it.

use super::WorklistRow;
use super::export::Export;
use super::list::List;
use crate::card::ModelIdentity;
use serde::{Deserialize, Serialize};

/// All that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The list beside its rows.
    pub list: List,
    /// The rows.
    pub rows: Vec<WorklistRow>,
    /// The model that scored them.
    pub model: Option<ModelIdentity>,
    /// Earlier exports that were read.
    pub earlier: Option<Export>,
}

impl Kept {
    /// As JSON.
    ///
    /// # Errors
    /// In words where it cannot be written.
    pub fn to_json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|e| e.to_string())
    }

    /// Reads what [`Kept::to_json`] wrote; `None` where a version wrote it that this one does not understand.
    pub fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worklist::sample::{scored, unscored};

    #[test]
    fn what_is_kept_comes_back() {
        let rows = vec![scored("1", "20260101", 0.7), unscored("2", "20260102")];
        let kept = Kept { list: List::default(), rows, model: None, earlier: None };
        assert_eq!(Kept::read(&kept.to_json().unwrap()), Some(kept));
        assert_eq!(Kept::read("{}"), None);
    }
}
