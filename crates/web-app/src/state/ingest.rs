//! The ingest worker's keeper: hands it files, hears what became of them, starts another when it stops.

use super::app::App;
use crate::browser::clock::yield_now;
use crate::browser::files::{Found, made};
use crate::browser::page::show_fault;
use crate::browser::post::Attached;
use crate::workers::client::Client;
use crate::workers::protocol::{IngestReply, IngestRequest, InputFor, Work};
use headway_core::file::{FileId, FileMeta};
use headway_core::reason::{Code, Reason};
use headway_core::study::StudyKey;
use headway_core::triage::{Event, Job, WantedSeries};
use js_sys::Array;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

/// A worker that says nothing for this long while it has work is taken for stopped, ms.
const SILENCE_MS: f64 = 60_000.0;

/// Files handed over before the page draws again: each costs the browser a copy of its handle.
const FILES_AT_ONCE: usize = 100;

/// What the page keeps for the ingest worker.
#[derive(Default)]
pub struct IngestRoom {
    client: RefCell<Option<Rc<Client<IngestRequest>>>>,
    reading: Cell<Option<FileId>>,
    /// Pieces of work it has not finished.
    owed: Cell<usize>,
    job: Cell<Job>,
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
        self.tell_ingest_of_model();
    }

    pub(super) fn read_headers(self: &Rc<Self>, job: Job, files: Vec<FileMeta>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            for part in files.chunks(FILES_AT_ONCE) {
                if app.ingest.job.get() != job {
                    return;
                }
                app.set_to_work(Work::ReadHeaders(job, part.to_vec()), app.handles(part));
                yield_now().await;
            }
        });
    }

    pub(super) fn handles(&self, files: &[FileMeta]) -> Attached {
        let store = self.files.borrow();
        files.iter().fold(Attached::default(), |attached, file| attached.clone_of(&store.handle(file.id)))
    }

    pub(super) fn build(self: &Rc<Self>, job: Job, study: StudyKey, wanted: WantedSeries) {
        self.set_to_work(Work::Build(job, study, wanted), Attached::default());
    }

    pub(super) fn hand_input(&self, job: Job, study: StudyKey, wanted: InputFor) {
        self.post_ingest(IngestRequest::Hand(job, study, wanted), Attached::default());
    }

    pub(super) fn connect_ingest(&self, port: &MessagePort) {
        self.post_ingest(IngestRequest::Connect, Attached::default().handing_over(port));
    }

    pub(super) fn stop_ingest(&self, job: Job) {
        self.ingest.job.set(job);
        self.post_ingest(IngestRequest::Stop(job), Attached::default());
    }

    /// Asks for an archive of computed studies that lies beside the page; it arrives as if it had been dropped.
    pub fn load_computed(self: &Rc<Self>, archive: &str) {
        self.signals.searching.set(Some(0));
        self.set_to_work(Work::Fetch(archive.to_owned()), Attached::default());
    }

    pub(super) fn check_ingest(self: &Rc<Self>, passed_ms: f64) {
        let silent = self.ingest.client.borrow().as_ref().is_some_and(|client| {
            client.note_silence(passed_ms);
            client.silent_ms() > SILENCE_MS
        });
        if silent && self.ingest.owed.get() > 0 {
            self.ingest_stopped("it has not answered for a minute");
        }
    }

    pub(super) fn set_to_work(self: &Rc<Self>, work: Work, attached: Attached) {
        if self.ingest.client.borrow().is_none() {
            self.start_ingest();
            self.reconnect();
        }
        self.ingest.owed.update(|owed| owed + 1);
        self.post_ingest(IngestRequest::Work(work), attached);
    }

    pub(super) fn post_ingest(&self, request: IngestRequest, attached: Attached) {
        if let Some(client) = &*self.ingest.client.borrow() {
            client.post(request, attached);
        }
    }

    fn hear_ingest(self: &Rc<Self>, reply: IngestReply, attached: &Array) {
        match reply {
            IngestReply::Ready { .. } => {}
            IngestReply::Reading(file) => self.ingest.reading.set(file),
            IngestReply::ArchiveListed(job, archive, entries) => {
                let files = self.files.borrow_mut().keep_entries(archive, entries);
                let files = self.take_model(files);
                self.dispatch(Event::ArchiveListed(job, archive, files));
            }
            IngestReply::HeadersRead(job, headers) => self.dispatch(Event::HeadersRead(job, headers)),
            IngestReply::Built(job, study, report) => self.dispatch(Event::Built(job, study, report)),
            IngestReply::NothingToHand(job, study, wanted) => self.input_lost(job, study, wanted),
            IngestReply::ModelRead(outcome) => self.model_read(outcome, attached),
            reply @ (IngestReply::Opened(..)
            | IngestReply::Drawn(..)
            | IngestReply::PutAway(..)
            | IngestReply::HeaderListed(..)
            | IngestReply::Staged(..)
            | IngestReply::Explaining(..)) => self.hear_of_view(reply, attached),
            IngestReply::Deidentified(done) => self.hear_of_deidentified(done, attached),
            IngestReply::Requests(asked) => self.hear_of_requests("The reader of files", asked),
            IngestReply::Fetched(fetched) => self.hear_of_fetched(fetched, attached),
            IngestReply::Done => {
                self.ingest.reading.set(None);
                self.ingest.owed.update(|owed| owed.saturating_sub(1));
            }
        }
    }

    fn hear_of_fetched(self: &Rc<Self>, fetched: Result<String, Reason>, attached: &Array) {
        let made = fetched.and_then(|name| {
            made(&name, &attached.get(0)).map_err(|error| {
                Reason::new(Code::Internal, format!("The browser has no room for the computed images ({error})."))
            })
        });
        if let Err(reason) = &made {
            show_fault(&reason.text);
        }
        self.receive(Found { files: made.into_iter().collect(), refused: Vec::new() });
    }

    /// Starts another worker in place of one that stopped. One that never started is not tried again by itself.
    fn ingest_stopped(self: &Rc<Self>, why: &str) {
        let culprit = self.ingest.reading.take();
        let stopped = self.ingest.client.take();
        self.ingest.owed.set(0);
        self.signals.searching.set(None);
        self.view_lost();
        self.refuse_model(&Reason::new(Code::WorkerStopped, format!("Reading the model stopped the reader ({why}).")));
        self.deidentified_lost();
        if !stopped.is_some_and(|client| client.is_ready()) {
            show_fault(&format!(
                "The part of the page that reads files could not be started ({why}). Reload the page."
            ));
            return self.dispatch(Event::Cancel);
        }
        self.start_ingest();
        self.reconnect();
        let text = match culprit {
            Some(_) => format!(
                "Reading this file stopped the reader ({why}). The file is set aside; the others are read again."
            ),
            None => format!("The reader of files stopped ({why}). Try again."),
        };
        self.dispatch(Event::IngestStopped(culprit, Reason::new(Code::WorkerStopped, text)));
    }
}
