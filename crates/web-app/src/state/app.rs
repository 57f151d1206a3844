//! The desk in signals: one dispatch for everything that happens.

use super::device::EngineState;
use super::engine::EngineRoom;
use super::ingest::IngestRoom;
use crate::browser::files::{FileStore, Found};
use crate::browser::page::before_next_frame;
use headway_core::card::ModelIdentity;
use headway_core::file::Notice;
use headway_core::study::StudyKey;
use headway_core::triage::{Desk, Effect, Event, FileCounts};
use headway_core::worklist::WorklistRow;
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

/// A row and the signal it is drawn from.
pub type RowSignal = (StudyKey, RwSignal<WorklistRow>);

/// What components read. Copied freely; each part wakes only what reads it.
#[derive(Clone, Copy, Debug)]
pub struct Signals {
    /// Rows in their order.
    pub rows: RwSignal<Vec<RowSignal>>,
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
}

/// The page's state and the workers behind it. Lives as long as the page.
pub struct App {
    /// What components read.
    pub signals: Signals,
    pub(super) files: RefCell<FileStore>,
    pub(super) ingest: IngestRoom,
    pub(super) engine: EngineRoom,
    desk: RefCell<Desk>,
    rows: RefCell<HashMap<StudyKey, RwSignal<WorklistRow>>>,
    drawing: Cell<bool>,
}

impl App {
    /// Opens the desk and starts the workers.
    pub fn open() -> Rc<Self> {
        let app = Rc::new(Self {
            signals: Signals {
                rows: RwSignal::new(Vec::new()),
                files: RwSignal::default(),
                notices: RwSignal::new(Vec::new()),
                busy: RwSignal::new(false),
                searching: RwSignal::new(None),
                engine: RwSignal::new(EngineState::default()),
                model: RwSignal::new(None),
            },
            files: RefCell::default(),
            ingest: IngestRoom::default(),
            engine: EngineRoom::default(),
            desk: RefCell::default(),
            rows: RefCell::default(),
            drawing: Cell::new(false),
        });
        app.start_ingest();
        app.probe_device();
        app.watch();
        app
    }

    /// Takes in what happened and sees to what follows from it.
    pub fn dispatch(self: &Rc<Self>, event: Event) {
        let effects = self.desk.borrow_mut().update(event);
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
        let metas = self.files.borrow_mut().keep(found.files);
        self.dispatch(Event::FilesFound(metas));
    }

    fn resolve(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::ReadHeaders(job, files) => self.read_headers(job, files),
            Effect::Build(job, study, wanted) => self.build(job, study, wanted),
            Effect::Infer(job, study) => self.infer(job, study),
            Effect::Stop(job) => self.stop(job),
        }
    }

    /// Draws at most once per frame, however much happened.
    fn draw_soon(self: &Rc<Self>) {
        if !self.drawing.replace(true) {
            let app = Rc::clone(self);
            before_next_frame(move || {
                app.drawing.set(false);
                app.draw();
            });
        }
    }

    fn draw(&self) {
        let view = self.desk.borrow().view();
        let mut known = self.rows.borrow_mut();
        let rows: Vec<RowSignal> = view
            .rows
            .into_iter()
            .map(|row| {
                let key = row.key.clone();
                let signal = *known.entry(key.clone()).or_insert_with(|| RwSignal::new(row.clone()));
                if signal.with_untracked(|shown| *shown != row) {
                    signal.set(row);
                }
                (key, signal)
            })
            .collect();
        set_if_new(self.signals.rows, rows);
        set_if_new(self.signals.files, view.files);
        set_if_new(self.signals.notices, view.notices);
        set_if_new(self.signals.busy, view.busy);
    }
}

/// Wakes readers only where something changed.
pub(super) fn set_if_new<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
