//! What is kept on this device, if the person wishes it: the list, what was said, and rows without their images.

use super::app::App;
use super::device::EngineState;
use crate::browser::page::ask_before_closing;
use crate::browser::storage;
use crate::workers::protocol::{ClerkReply, ClerkRequest};
use headway_core::card::ModelIdentity;
use headway_core::reason::{Code, Reason};
use headway_core::triage::Event;
use headway_core::worklist::kept::Kept;
use headway_core::worklist::{Stage, WorklistRow};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// How often what has changed is written, ms.
const WRITE_MS: u32 = 1_000;

/// What the page keeps for keeping.
pub struct KeepRoom {
    /// The name of this tab among others that have the page open.
    tab: String,
    changed: Cell<bool>,
    /// Something has changed that stands in no file and is not kept.
    unsaved: Cell<bool>,
    writing: Cell<bool>,
    /// Rows that wait until it is known which model is in use.
    waiting: RefCell<Option<(Vec<WorklistRow>, Option<ModelIdentity>)>>,
}

impl Default for KeepRoom {
    fn default() -> Self {
        Self {
            tab: js_sys::Math::random().to_string(),
            changed: Cell::default(),
            unsaved: Cell::default(),
            writing: Cell::default(),
            waiting: RefCell::default(),
        }
    }
}

impl App {
    /// Brings back what was kept, and from then on writes what changes while it is wanted.
    pub(super) fn open_keep(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            // A browser that keeps nothing has kept nothing.
            if let Ok(Some(text)) = storage::read(&app.keep.tab).await {
                app.bring_back(text).await;
            }
        });
        let app = Rc::clone(self);
        gloo::timers::callback::Interval::new(WRITE_MS, move || app.write_kept()).forget();
        let app = Rc::clone(self);
        ask_before_closing(move || app.is_unsaved());
    }

    /// What would be lost if the page were closed now. An empty list and one that is kept are not.
    fn is_unsaved(&self) -> bool {
        let is_kept = self.signals.kept.get_untracked();
        self.keep.unsaved.get() && !is_kept && self.signals.outcomes.with_untracked(|outcomes| outcomes.studies > 0)
    }

    /// The list stands in a file, with all that is needed to read it again.
    pub(super) fn note_saved(&self) {
        self.keep.unsaved.set(false);
    }

    /// Something that is kept has changed.
    pub(super) fn note_change(&self) {
        self.keep.changed.set(true);
        self.keep.unsaved.set(true);
    }

    /// Keeps the list on this device from now on.
    pub fn keep(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            match storage::take_over(&app.keep.tab).await {
                Ok(()) => {
                    app.signals.kept.set(true);
                    app.note_change();
                    app.write_kept();
                    app.say("The list and what you say are kept in this browser from now on.");
                }
                Err(error) => app.keeping_failed(&error.to_string()),
            }
        });
    }

    /// What was to be kept is not: the person is told, and asked before the page is closed.
    fn keeping_failed(self: &Rc<Self>, why: &str) {
        self.signals.kept.set(false);
        self.keep.unsaved.set(true);
        self.say(format!("The list is not kept on this device ({why}). Save it as a file."));
    }

    /// Forgets all that was kept and all that is in the list: the page begins anew.
    pub fn forget(self: &Rc<Self>) {
        let app = Rc::clone(self);
        app.signals.kept.set(false);
        app.note_saved();
        spawn_local(async move {
            match storage::forget().await {
                Ok(()) => crate::browser::page::reload(),
                Err(error) => app.say(format!(
                    "The browser would not forget ({error}). Close other tabs of this page and press the button again."
                )),
            }
        });
    }

    async fn bring_back(self: &Rc<Self>, text: String) {
        let read = self.ask_clerk(ClerkRequest::ReadKept(text), |reply| match reply {
            ClerkReply::KeptRead(kept) => Some(kept),
            _ => None,
        });
        let kept = match read.await {
            Ok(Some(kept)) => *kept,
            Ok(None) => {
                return self.say("What was kept on this device is of another version of Headway and cannot be read.");
            }
            Err(why) => {
                return self.say(format!("What is kept on this device could not be read ({why}). Reload the page."));
            }
        };
        self.signals.kept.set(true);
        self.signals.earlier.set(kept.earlier);
        self.change_list(|list| *list = kept.list);
        *self.keep.waiting.borrow_mut() = Some((kept.rows, kept.model));
        self.bring_back_rows();
    }

    /// Rows come back once it is known which model is in use: a score stands beside the model that gave it, or not at all.
    pub(super) fn bring_back_rows(self: &Rc<Self>) {
        let settled = matches!(self.signals.engine.get_untracked(), EngineState::Ready(_) | EngineState::Failed(_));
        let Some((rows, model)) = settled.then(|| self.keep.waiting.take()).flatten() else { return };
        let in_use = self.signals.model.get_untracked();
        let same = in_use.as_ref().map(|m| &m.sha256) == model.as_ref().map(|m| &m.sha256);
        if !same {
            // Another model's operating point means nothing to this one's scores.
            self.change_list(|list| list.flagged_from = None);
        }
        let name =
            model.map_or_else(|| "another model".to_owned(), |model| format!("{} {}", model.name, model.version));
        let rows = rows.into_iter().map(|row| as_remembered(row, same, &name)).collect();
        self.dispatch(Event::Remembered(rows));
    }

    fn write_kept(self: &Rc<Self>) {
        let wanted = self.signals.kept.get_untracked() && self.keep.waiting.borrow().is_none();
        if !wanted || self.keep.writing.get() || !self.keep.changed.replace(false) {
            return;
        }
        let kept = Kept {
            list: self.signals.list.get_untracked(),
            rows: self.rows(),
            model: self.signals.model.get_untracked(),
            earlier: self.signals.earlier.get_untracked(),
        };
        self.keep.writing.set(true);
        let app = Rc::clone(self);
        spawn_local(async move {
            let text = app.ask_clerk(ClerkRequest::WriteKept(Box::new(kept)), |reply| match reply {
                ClerkReply::Written(text) => Some(text),
                _ => None,
            });
            let written = match text.await.flatten() {
                Ok(text) => storage::write(&app.keep.tab, &text).await.map_err(|error| error.to_string()),
                Err(error) => Err(error),
            };
            app.keep.writing.set(false);
            match written {
                Ok(true) => {}
                Ok(false) => app.keeping_failed("another tab of this page keeps its list now, or has forgotten it"),
                Err(error) => app.keeping_failed(&error),
            }
        });
    }
}

/// A row without its images: its score stands only beside the model that gave it.
fn as_remembered(mut row: WorklistRow, same_model: bool, name: &str) -> WorklistRow {
    let again = "drop the study again";
    let reason = match &row.stage {
        Stage::Scored { .. } if !same_model => {
            Reason::new(Code::OtherModel, format!("Scored earlier by {name}, which is not in use now: {again}."))
        }
        stage if !stage.is_final() => {
            Reason::new(Code::Cancelled, format!("The page was closed before it was done: {again}."))
        }
        _ => return row,
    };
    row.stage = Stage::NotScored { reason };
    row
}
