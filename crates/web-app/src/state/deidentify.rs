//! The series on the screen, saved without its patient.

use super::app::App;
use crate::browser::clock::local_now;
use crate::browser::download::save_part;
use crate::browser::post::Attached;
use crate::workers::protocol::Work;
use headway_core::deidentify::Wishes;
use headway_core::reason::{Code, Reason};
use js_sys::Array;
use leptos::prelude::*;
use std::rc::Rc;

/// How far the saving has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Saving {
    /// Nobody asked for it.
    #[default]
    No,
    /// The series is being written anew.
    Working,
    /// Handed to the browser, with what to know of it; or why not.
    Done(Result<Vec<String>, Reason>),
}

/// What its component reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeidentifySignals {
    /// The person is being asked how.
    pub asking: RwSignal<bool>,
    /// How far it has come.
    pub saving: RwSignal<Saving>,
}

impl App {
    /// Has the series on the screen written anew and saved.
    pub fn deidentify(self: &Rc<Self>, wishes: Wishes) {
        let Some(on_screen) = self.signals.viewer.on_screen.get_untracked() else { return };
        self.signals.deidentify.saving.set(Saving::Working);
        self.set_to_work(Work::Deidentify(on_screen.study, on_screen.series, wishes), Attached::default());
    }

    pub(super) fn hear_of_deidentified(&self, done: Result<Vec<String>, Reason>, archive: &Array) {
        let saved = done.and_then(|notes| {
            // The file's name says when, and nothing of whom.
            let day: String = local_now().to_string().chars().take(10).collect();
            save_part(&format!("headway-deidentified-{day}.zip"), "application/zip", &archive.get(0))
                .map(|()| notes)
                .map_err(|error| Reason::new(Code::TooLarge, format!("The file could not be made ({error}).")))
        });
        self.signals.deidentify.saving.set(Saving::Done(saved));
    }

    /// The worker that was at it has stopped.
    pub(super) fn deidentified_lost(&self) {
        let saving = self.signals.deidentify.saving;
        if saving.with_untracked(|saving| *saving == Saving::Working) {
            let text = "The reader of files stopped and begins anew. Nothing was written; try again.";
            saving.set(Saving::Done(Err(Reason::new(Code::WorkerStopped, text))));
        }
    }
}
