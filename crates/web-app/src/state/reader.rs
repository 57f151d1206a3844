//! What the reader does and says, on its way into the journal.

use super::app::App;
use crate::browser::clock::local_now;
use headway_core::study::StudyKey;
use headway_core::worklist::reader::{Action, Journal, Mode, Refusal};
use leptos::prelude::*;
use std::rc::Rc;

impl App {
    /// The reader did something with a study; what the journal refuses is said in words.
    pub fn act(self: &Rc<Self>, study: &StudyKey, action: Action) {
        let now = local_now();
        self.write(|journal| journal.record(study, now, action));
    }

    /// The reader opened a study's images. The first time counts.
    pub fn opened(self: &Rc<Self>, study: &StudyKey) {
        let is_new = self.signals.list.with_untracked(|list| list.journal.summary(study).opened_at.is_none());
        if is_new {
            self.act(study, Action::Opened);
        }
    }

    /// Undoes the last thing said of a study, or of any.
    pub fn undo(self: &Rc<Self>, study: Option<&StudyKey>) {
        let now = local_now();
        let undone = self.write(|journal| match study {
            Some(study) => journal.undo(study, now),
            None => journal.undo_last(now),
        });
        if undone {
            self.say("Undone.");
        }
    }

    /// Hides scores from now on, or shows them.
    pub fn switch_mode(self: &Rc<Self>, mode: Mode) {
        let now = local_now();
        let in_list: Vec<StudyKey> = self.studies();
        self.change_list(|list| list.journal.switch(mode, now, &in_list));
        match (mode, in_list.len()) {
            (Mode::Shadow, 0) => self.say("Shadow mode: scores are hidden until you have read a study."),
            (Mode::Shadow, _) => {
                self.say("Shadow mode: scores of new studies are hidden. Those now in the list count as seen.");
            }
            (Mode::Open, _) => self.say("Scores are shown."),
        }
    }

    fn write(self: &Rc<Self>, write: impl FnOnce(&mut Journal) -> Result<(), Refusal>) -> bool {
        let written = self.change_list(|list| write(&mut list.journal));
        if let Err(refusal) = written {
            self.say(refusal.to_string());
        }
        written.is_ok()
    }
}
