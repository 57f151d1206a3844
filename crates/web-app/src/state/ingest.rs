//! The ingest worker's keeper: hands it files, hears what became of them, starts another when it stops.

use super::app::App;
use crate::browser::files::made;
use crate::browser::page::show_fault;
use crate::browser::post::Attached;
use crate::workers::client::Client;
use crate::workers::protocol::{IngestReply, IngestRequest};
use headway_core::file::{FileId, FileMeta};
use headway_core::reason::{Code, Reason};
use headway_core::study::StudyKey;
use headway_core::triage::{Event, Job};
use js_sys::Array;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use web_sys::{File, MessagePort};

/// A worker that says nothing for this long while it has work is taken for stopped, ms.
const SILENCE_MS: f64 = 60_000.0;

/// What the page keeps for the ingest worker.
#[derive(Default)]
pub struct IngestRoom {
    client: RefCell<Option<Rc<Client<IngestRequest>>>>,
    reading: Cell<Option<FileId>>,
    sample: RefCell<Vec<(String, File)>>,
    /// Whether an answer is owed.
    working: Cell<bool>,
}

impl App {
    pub(super) fn start_ingest(self: &Rc<Self>) {
        let (hearing, failing) = (Rc::downgrade(self), Rc::downgrade(self));
        let client = Client::start(
            "ingest",
            move |reply, attached| {
                if let Some(app) = hearing.upgrade() {
                    app.hear_ingest(reply, &attached);
                }
            },
            move |why| {
                if let Some(app) = failing.upgrade() {
                    app.ingest_stopped(&why);
                }
            },
        );
        *self.ingest.client.borrow_mut() = Some(client);
    }

    pub(super) fn read_headers(&self, job: Job, files: Vec<FileMeta>) {
        let store = self.files.borrow();
        let attached =
            files.iter().fold(Attached::default(), |attached, file| attached.clone_of(&store.handle(file.id)));
        self.ingest.working.set(true);
        self.post_ingest(IngestRequest::ReadHeaders(job, files), attached);
    }

    pub(super) fn build(&self, job: Job, study: StudyKey) {
        self.ingest.working.set(true);
        self.post_ingest(IngestRequest::Build(job, study), Attached::default());
    }

    pub(super) fn hand_input(&self, job: Job, study: StudyKey) {
        self.post_ingest(IngestRequest::Hand(job, study), Attached::default());
    }

    pub(super) fn connect_ingest(&self, port: &MessagePort) {
        self.post_ingest(IngestRequest::Connect, Attached::default().handing_over(port));
    }

    pub(super) fn stop_ingest(&self, job: Job) {
        self.ingest.working.set(false);
        self.post_ingest(IngestRequest::Stop(job), Attached::default());
    }

    /// Asks for the built-in study; its files arrive as if they had been dropped.
    pub fn load_sample(&self) {
        self.signals.searching.set(Some(0));
        self.post_ingest(IngestRequest::Sample, Attached::default());
    }

    pub(super) fn check_ingest(self: &Rc<Self>) {
        let silent = self.ingest.client.borrow().as_ref().is_some_and(|client| client.silent_ms() > SILENCE_MS);
        if silent && self.ingest.working.get() {
            self.ingest_stopped("it has not answered for a minute");
        }
    }

    fn post_ingest(&self, request: IngestRequest, attached: Attached) {
        if let Some(client) = &*self.ingest.client.borrow() {
            client.post(request, attached);
        }
    }

    fn hear_ingest(self: &Rc<Self>, reply: IngestReply, attached: &Array) {
        match reply {
            IngestReply::Ready { .. } => {}
            IngestReply::Reading(file) => self.ingest.reading.set(Some(file)),
            IngestReply::HeadersRead(job, headers) => {
                self.ingest.reading.set(None);
                self.ingest.working.set(false);
                self.dispatch(Event::HeadersRead(job, headers));
            }
            IngestReply::Built(job, study, report) => {
                self.ingest.reading.set(None);
                self.ingest.working.set(false);
                self.dispatch(Event::Built(job, study, report));
            }
            IngestReply::NothingToHand(job, study) => {
                let reason = Reason::new(Code::Internal, "The input was lost on its way to the network. Try again.");
                self.dispatch(Event::Inferred(job, study, Err(reason), 0.0));
            }
            IngestReply::SampleFile(path) => match made(&path, &attached.get(0)) {
                Ok(file) => self.ingest.sample.borrow_mut().push(file),
                Err(error) => show_fault(&format!("The synthetic study could not be made ({error}).")),
            },
            IngestReply::SampleDone(done) => {
                let files = self.ingest.sample.take();
                match done {
                    Ok(()) => self.receive(crate::browser::files::Found { files, refused: Vec::new() }),
                    Err(reason) => show_fault(&reason.text),
                }
            }
        }
    }

    fn ingest_stopped(self: &Rc<Self>, why: &str) {
        let culprit = self.ingest.reading.take();
        let had_work = self.ingest.working.replace(false);
        *self.ingest.client.borrow_mut() = None;
        if !had_work && culprit.is_none() {
            return show_fault(&format!(
                "The part of the page that reads files could not be started ({why}). Reload the page."
            ));
        }
        self.start_ingest();
        self.reconnect();
        let text = match culprit {
            Some(_) => format!(
                "Reading this file stopped the reader ({why}). The file is set aside; the others are read again."
            ),
            None => format!("The reader of files stopped ({why})."),
        };
        self.dispatch(Event::IngestStopped(culprit, Reason::new(Code::WorkerStopped, text)));
    }
}
