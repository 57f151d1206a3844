//! The desk in signals: one dispatch for everything that happens.

use super::clerk::ClerkRoom;
use super::deidentify::DeidentifySignals;
use super::device::EngineState;
use super::engine::EngineRoom;
use super::ingest::IngestRoom;
use super::keep::KeepRoom;
use super::list::{ListRoom, Outcomes, RowSignals};
use super::model::ModelRoom;
use super::privacy::PrivacySignals;
use super::viewer::{ViewerRoom, ViewerSignals};
use crate::browser::address::{lessons_asked_for, shadow_asked_for};
use crate::browser::files::{FileStore, Found};
use crate::browser::page::before_next_frame;
use headway_core::card::{Card, ModelIdentity};
use headway_core::file::{FileMeta, Notice};
use headway_core::study::StudyKey;
use headway_core::triage::{Desk, Effect, Event, FileCounts, WorklistView};
use headway_core::worklist::WorklistRow;
use headway_core::worklist::export::Export;
use headway_core::worklist::lesson::CASES;
use headway_core::worklist::list::List;
use headway_core::worklist::moment::Moment;
use headway_core::worklist::reader::Mode;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use web_sys::File;

/// What components read. Copied freely; each part wakes only what reads it.
#[derive(Clone, Copy, Debug)]
pub struct Signals {
    /// The rows that the filter shows, in the order in use.
    pub rows: RwSignal<Vec<RowSignals>>,
    /// How far all studies have come.
    pub outcomes: RwSignal<Outcomes>,
    /// Sites of all studies; empty for those that name none.
    pub sites: RwSignal<BTreeSet<String>>,
    /// What the list is beside its rows.
    pub list: RwSignal<List>,
    /// What should be known of urgency lists.
    pub urgency_notices: RwSignal<Vec<String>>,
    /// Earlier exports that were read, merged.
    pub earlier: RwSignal<Option<Export>>,
    /// Names, numbers and dates of birth are hidden.
    pub masked: RwSignal<bool>,
    /// The list is kept on this device.
    pub kept: RwSignal<bool>,
    /// The list is being printed.
    pub printing: RwSignal<bool>,
    /// What was told last in passing.
    pub said: RwSignal<String>,
    /// Counts of files.
    pub files: RwSignal<FileCounts>,
    /// Files and paths that are part of no row.
    pub notices: RwSignal<Vec<Notice>>,
    /// Whether anything is still to come.
    pub busy: RwSignal<bool>,
    /// Files found so far while folders are being searched.
    pub searching: RwSignal<Option<usize>>,
    /// The engine.
    pub engine: RwSignal<EngineState>,
    /// The model, once it has been loaded.
    pub model: RwSignal<Option<ModelIdentity>>,
    /// Its card.
    pub card: RwSignal<Option<Card>>,
    /// It is not the built-in one.
    pub own_model: RwSignal<bool>,
    /// The images on the screen.
    pub viewer: ViewerSignals,
    /// The page holds the first lessons instead of a list of studies, for its whole life.
    pub lessons: bool,
    /// The series that is saved without its patient.
    pub deidentify: DeidentifySignals,
    /// What the page asked of the network, and what it keeps of itself.
    pub privacy: PrivacySignals,
}

/// The page's state and the workers behind it. Lives as long as the page.
pub struct App {
    /// What components read.
    pub signals: Signals,
    pub(super) files: RefCell<FileStore>,
    pub(super) ingest: IngestRoom,
    pub(super) engine: EngineRoom,
    pub(super) model: ModelRoom,
    pub(super) viewer: ViewerRoom,
    pub(super) list: ListRoom,
    pub(super) keep: KeepRoom,
    pub(super) clerk: ClerkRoom,
    desk: RefCell<Desk>,
    /// What the desk showed after its last event: whoever sorts or filters looks at the same again.
    view: RefCell<Option<Rc<WorklistView>>>,
    drawing: Cell<bool>,
}

impl App {
    /// Opens the desk and starts the workers.
    pub fn open() -> Rc<Self> {
        let lessons = lessons_asked_for();
        let app = Rc::new(Self {
            signals: Signals {
                rows: RwSignal::new(Vec::new()),
                outcomes: RwSignal::default(),
                sites: RwSignal::default(),
                list: RwSignal::new(open_list(lessons)),
                urgency_notices: RwSignal::default(),
                earlier: RwSignal::new(None),
                masked: RwSignal::new(lessons),
                kept: RwSignal::new(false),
                printing: RwSignal::new(false),
                said: RwSignal::default(),
                files: RwSignal::default(),
                notices: RwSignal::new(Vec::new()),
                busy: RwSignal::new(false),
                searching: RwSignal::new(None),
                engine: RwSignal::new(EngineState::default()),
                model: RwSignal::new(None),
                card: RwSignal::new(None),
                own_model: RwSignal::new(false),
                viewer: ViewerSignals::default(),
                lessons,
                deidentify: DeidentifySignals::default(),
                privacy: PrivacySignals::default(),
            },
            files: RefCell::default(),
            ingest: IngestRoom::default(),
            engine: EngineRoom::default(),
            model: ModelRoom::default(),
            viewer: ViewerRoom::default(),
            list: ListRoom::default(),
            keep: KeepRoom::default(),
            clerk: ClerkRoom::default(),
            desk: RefCell::default(),
            view: RefCell::default(),
            drawing: Cell::new(false),
        });
        app.start_ingest();
        app.probe_device();
        app.watch();
        app.keep_time();
        // Lessons are kept nowhere, and touch nothing that is kept.
        if lessons {
            for case in CASES {
                app.load_computed(&format!("lessons/{}.zip", case.number()));
            }
        } else {
            app.open_keep();
        }
        app.hear_of_adoptions();
        app.rehearse_viewer();
        app
    }

    /// Takes in what happened and sees to what follows from it.
    pub fn dispatch(self: &Rc<Self>, event: Event) {
        if !matches!(event, Event::Progress(..)) {
            self.note_change();
        }
        let effects = self.desk.borrow_mut().update(event);
        self.view.take();
        for effect in effects {
            self.resolve(effect);
        }
        self.draw_soon();
    }

    /// Takes in what a drop or a choice held.
    pub fn receive(self: &Rc<Self>, found: Found) {
        self.signals.searching.set(None);
        for notice in found.refused {
            self.dispatch(Event::PathRefused(notice));
        }
        let files = self.take_model_files(found.files);
        let files = self.take_lists(files);
        let metas = self.keep_files(files);
        self.dispatch(Event::FilesFound(metas));
    }

    pub(super) fn keep_files(&self, files: Vec<(String, File)>) -> Vec<FileMeta> {
        self.files.borrow_mut().keep(files)
    }

    /// Every study, whether the filter shows it or not.
    pub(super) fn studies(&self) -> Vec<StudyKey> {
        self.desk_view().rows.iter().map(|row| row.key.clone()).collect()
    }

    /// Every row, in order of arrival.
    pub(super) fn rows(&self) -> Vec<WorklistRow> {
        self.desk_view().rows.clone()
    }

    /// The desk's view, with scores in their bands under the operating point in use.
    fn desk_view(&self) -> Rc<WorklistView> {
        let view = Rc::clone(self.view.borrow_mut().get_or_insert_with(|| Rc::new(self.desk.borrow().view())));
        self.signals.list.with_untracked(|list| {
            if list.flagged_from.is_none() {
                return view;
            }
            let of_card = self.signals.model.with_untracked(|model| model.as_ref().and_then(|model| model.thresholds));
            let mut banded = WorklistView::clone(&view);
            list.band(&mut banded.rows, of_card);
            Rc::new(banded)
        })
    }

    fn resolve(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::ReadHeaders(job, files) => self.read_headers(job, files),
            Effect::Build(job, study, wanted) => self.build(job, study, wanted),
            Effect::Infer(job, study) => self.infer(job, study),
            Effect::Range(job, study) => self.range(job, study),
            Effect::Stop(job) => self.stop(job),
        }
    }

    /// Draws at most once per frame, however much happened.
    pub(super) fn draw_soon(self: &Rc<Self>) {
        if !self.drawing.replace(true) {
            let app = Rc::clone(self);
            before_next_frame(move || {
                app.drawing.set(false);
                app.draw();
            });
        }
    }

    fn draw(self: &Rc<Self>) {
        let view = self.desk_view();
        self.draw_list(&view.rows);
        set_if_new(self.signals.files, view.files);
        self.ask_next_range(&view);
        if self.signals.notices.with_untracked(|shown| *shown != view.notices) {
            self.signals.notices.set(view.notices.clone());
        }
        set_if_new(self.signals.busy, view.busy);
    }
}

/// A fresh list. Its scores are shown unless the page's address asks for shadow mode or for the lessons, which use it.
fn open_list(lessons: bool) -> List {
    let mut list = List::default();
    if !lessons && !shadow_asked_for() {
        list.journal.switch(Mode::Open, Moment(0), []);
    }
    list
}

/// Wakes readers only where something changed.
pub(super) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
