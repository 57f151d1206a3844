//! Lists as files: urgencies and earlier exports in, exports out.

use super::app::App;
use crate::browser::clock::local_now;
use crate::browser::download::save;
use crate::browser::files::text_of;
use crate::browser::page::open_evidence;
use crate::workers::protocol::{ClerkReply, ClerkRequest};
use headway_core::file::FileMeta;
use headway_core::reason::{Code, Reason};
use headway_core::triage::Event;
use headway_core::worklist::WorklistRow;
use headway_core::worklist::export::{Context, Export, Identifiers, TableError};
use headway_core::worklist::list_file::{ListFile, may_be_list};
use headway_core::worklist::order::arrange;
use headway_core::worklist::pseudonym::Secret;
use headway_core::worklist::urgency_list::UrgencyList;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// Longest list that is read, bytes. The browser's tab holds it as text.
const MOST_BYTES: f64 = 64e6;

/// What an export is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON.
    Json,
    /// CSV, a line for each study.
    Csv,
    /// What sites may put together, by pseudonym.
    Pooling,
}

/// Whom an export names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Patients and studies, as the headers do.
    Names,
    /// Nobody.
    Nobody,
    /// Pseudonyms made with the site's secret.
    Pseudonyms,
}

impl App {
    /// Takes the lists out of what was dropped, and leaves the rest to the desk.
    pub(super) fn take_lists(self: &Rc<Self>, files: Vec<(String, File)>) -> Vec<(String, File)> {
        let is_list = |(path, file): &(String, File)| may_be_list(path) && file.size() < MOST_BYTES;
        let (lists, others): (Vec<_>, Vec<_>) = files.into_iter().partition(is_list);
        if !lists.is_empty() {
            let app = Rc::clone(self);
            spawn_local(async move {
                for list in lists {
                    app.take_list(list).await;
                }
            });
        }
        others
    }

    /// A file that is no list after all goes the way of all others, and so does one that cannot be read.
    async fn take_list(self: &Rc<Self>, list: (String, File)) {
        let text = text_of(&list.1).await.unwrap_or_default();
        let read = self.ask_clerk(ClerkRequest::ReadList(text), |reply| match reply {
            ClerkReply::ListRead(list) => Some(list),
            _ => None,
        });
        let read = read.await;
        let metas = self.keep_files(vec![list]);
        let taken = match read {
            Ok(None) => return self.dispatch(Event::FilesFound(metas)),
            Ok(Some(Ok(ListFile::Urgency(urgency)))) => Ok(self.take_urgency(urgency)),
            Ok(Some(Ok(ListFile::Export(export)))) => self.take_export(&export).map_err(|error| error.to_string()),
            Ok(Some(Err(error))) => Err(error.to_string()),
            Err(why) => Err(format!("The file could not be read: {why}.")),
        };
        let reason = match taken {
            Ok(words) => {
                self.say(words.clone());
                Reason::new(Code::ListRead, words)
            }
            Err(words) => {
                self.say(words.clone());
                Reason::new(Code::UnusableList, words)
            }
        };
        metas.into_iter().for_each(|file: FileMeta| self.dispatch(Event::FileTaken(file, reason.clone())));
    }

    fn take_urgency(self: &Rc<Self>, urgency: UrgencyList) -> String {
        self.list.urgency.borrow_mut().push(urgency);
        "The urgency list was read; its studies take their urgency from it, those still to come as well.".to_owned()
    }

    /// What the reader did goes back into the journal, and later exports hold the studies of this one too.
    fn take_export(self: &Rc<Self>, export: &Export) -> Result<String, TableError> {
        let earlier = self.signals.earlier.get_untracked();
        let merged = Export::merge(earlier.into_iter().chain([export.clone()]))?;
        self.change_list(|list| list.journal.restore(export))?;
        self.signals.earlier.set(Some(merged));
        let studies = export.studies.len();
        Ok(format!(
            "An earlier list of {studies} {} was read: what was said stands again, and exports with identifiers hold its studies.",
            if studies == 1 { "study" } else { "studies" }
        ))
    }

    /// The urgency that the lists say, newest last; and what should be known of them.
    pub(super) fn join_urgency(&self, rows: &[WorklistRow]) {
        let lists = self.list.urgency.borrow();
        if lists.is_empty() {
            return;
        }
        let mut notices = Vec::new();
        for list in lists.iter() {
            let joined = list.join(rows);
            notices.extend(list.notices.iter().chain(&joined.notices).cloned());
            self.signals.list.update_untracked(|list| list.urgency.extend(joined.urgency));
        }
        super::app::set_if_new(self.signals.urgency_notices, notices);
    }

    /// Saves the list as a file; why not is said in words.
    pub fn export(self: &Rc<Self>, form: Form, naming: Naming, secret: String) {
        let app = Rc::clone(self);
        spawn_local(async move {
            let words = match app.exported(form, naming, &secret).await {
                Ok(words) => words,
                Err(problem) => problem,
            };
            app.say(words);
        });
    }

    async fn exported(self: &Rc<Self>, form: Form, naming: Naming, secret: &str) -> Result<String, String> {
        let needs_secret = form == Form::Pooling || naming == Naming::Pseudonyms;
        let keyed = if needs_secret { Some(Secret::new(secret.as_bytes())?) } else { None };
        let identifiers = match (&keyed, form, naming) {
            (_, Form::Pooling, _) | (_, _, Naming::Names) => Identifiers::Kept,
            (Some(keyed), _, Naming::Pseudonyms) => Identifiers::Replaced(keyed),
            _ => Identifiers::Removed,
        };
        let names_patients = matches!(identifiers, Identifiers::Kept);
        let export = if names_patients { self.export_with_earlier() } else { self.export_of(identifiers) }?;
        let studies = export.studies.len();
        let (kind, end, media_type, request) = match form {
            Form::Json => ("worklist", "json", "application/json", ClerkRequest::WriteJson(export)),
            Form::Csv => ("worklist", "csv", "text/csv", ClerkRequest::WriteCsv(export)),
            Form::Pooling => ("pooling", "csv", "text/csv", ClerkRequest::WritePooling(export, secret.to_owned())),
        };
        // The file's name says when, and nothing of whom.
        let day: String = local_now().to_string().chars().take(10).collect();
        let name = format!("headway-{kind}-{day}.{end}");
        let holds_all = names_patients && form != Form::Pooling;
        if holds_all {
            // Now, since what changes while it is written is not in it.
            self.note_saved();
        }
        let saved = self.hand_over(&name, media_type, request).await;
        if holds_all && saved.is_err() {
            self.note_change();
        }
        saved.map(|()| format!("{name} with {studies} studies was handed to the browser to save."))
    }

    async fn hand_over(self: &Rc<Self>, name: &str, media_type: &str, list: ClerkRequest) -> Result<(), String> {
        let text = self.written(list).await?;
        save(name, media_type, &text).map_err(|error| format!("The file could not be made ({error})."))
    }

    async fn written(self: &Rc<Self>, request: ClerkRequest) -> Result<String, String> {
        let text = self.ask_clerk(request, |reply| match reply {
            ClerkReply::Written(text) => Some(text),
            _ => None,
        });
        text.await.map_err(|why| format!("The list could not be written: {why}."))?
    }

    /// Opens the evidence room with the list as it stands, earlier lists merged; without one before a model is loaded.
    pub fn open_evidence(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            let list = match app.export_with_earlier() {
                Ok(export) => app.written(ClerkRequest::WriteJson(export)).await.ok(),
                Err(_) => None,
            };
            open_evidence(list.as_deref());
        });
    }

    /// With names, and the studies of earlier lists as well.
    fn export_with_earlier(&self) -> Result<Export, String> {
        let export = self.export_of(Identifiers::Kept)?;
        let Some(earlier) = self.signals.earlier.get_untracked() else { return Ok(export) };
        Export::merge([earlier, export]).map_err(|error| error.to_string())
    }

    /// Every study of the list, filtered or not, in the order in use.
    fn export_of(&self, identifiers: Identifiers<'_>) -> Result<Export, String> {
        let model = self.signals.model.get_untracked();
        let model = model.ok_or("An export names the model, and it has not been loaded yet. Try again in a moment.")?;
        let (rows, now) = (self.rows(), local_now());
        Ok(self.signals.list.with_untracked(|list| {
            let entries = list.entries(&rows, model.evidence, now);
            let order = arrange(&entries, list.order_in_use());
            let thresholds = list.thresholds(model.thresholds);
            let context = Context { model: &model, thresholds, journal: &list.journal, identifiers, now };
            Export::new(order.into_iter().map(|index| &entries[index]), &context)
        }))
    }
}
