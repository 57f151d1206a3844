//! What the person sees. One component a file; state is read through signals, intent leaves through [`Intent`].

mod deidentify;
mod details;
mod device;
mod diagnosis;
mod drop_zone;
mod exports;
pub mod field;
mod files_panel;
mod filters;
mod headings;
mod keys;
mod lessons;
mod mode;
mod model;
mod operating_point;
mod order;
mod print;
mod privacy;
mod progress;
mod range;
mod reader;
mod row;
mod score;
mod shortcuts;
mod status;
pub mod text;
mod theme;
mod toolbar;
mod viewer;
mod waiting;
mod worklist;

use crate::BUILD_ID;
use crate::browser::files::{Dropped, Found};
use crate::browser::page::show_fault;
use crate::browser::panic::report_panics;
use crate::state::app::{App, Signals};
use crate::state::list::By;
use crate::state::lists::{Form, Naming};
use crate::workers::protocol::{SAMPLE, Shown};
use deidentify::DeidentifySheet;
use device::MaskSwitch;
use diagnosis::{DiagnosisSheet, provide_diagnosis};
use drop_zone::DropZone;
use files_panel::FilesPanel;
use headway_core::deidentify::Wishes;
use headway_core::series::SeriesSummary;
use headway_core::study::StudyKey;
use headway_core::triage::Event;
use headway_core::viewing::BodyPlane;
use headway_core::worklist::list::List;
use headway_core::worklist::reader::{Action, Mode};
use leptos::prelude::*;
use lessons::Lessons;
use mode::ModeSwitch;
use print::PrintView;
use privacy::{PrivacyButton, PrivacySheet};
use shortcuts::Shortcuts;
use status::Status;
use std::rc::Rc;
use theme::ThemeSwitch;
use viewer::Viewer;
use wasm_bindgen_futures::spawn_local;
use worklist::Worklist;

/// Where components leave what the person wants.
#[derive(Clone, Copy)]
pub struct Intent(StoredValue<Rc<App>, LocalStorage>);

impl Intent {
    /// Something the desk should know.
    pub fn dispatch(self, event: Event) {
        self.0.with_value(|app| app.dispatch(event));
    }

    /// A study is to be tried again.
    pub fn retry(self, study: StudyKey) {
        self.0.with_value(|app| app.retry(study));
    }

    /// The list is to be another beside its rows.
    pub fn change_list(self, change: impl FnOnce(&mut List)) {
        self.0.with_value(|app| app.change_list(change));
    }

    /// The reader did something with a study.
    pub fn act(self, study: &StudyKey, action: Action) {
        self.0.with_value(|app| app.act(study, action));
    }

    /// The last thing said of a study, or of any, is to be undone.
    pub fn undo(self, study: Option<&StudyKey>) {
        self.0.with_value(|app| app.undo(study));
    }

    /// The list is to be saved as a file.
    pub fn export(self, form: Form, naming: Naming, secret: String) {
        self.0.with_value(|app| app.export(form, naming, secret));
    }

    /// The evidence room is to be opened.
    pub fn open_evidence(self) {
        self.0.with_value(|app| app.open_evidence());
    }

    /// The card of the model in use is to be saved.
    pub fn save_card(self) {
        self.0.with_value(|app| app.save_card());
    }

    /// The built-in model is to be used again.
    pub fn use_built_in_model(self) {
        self.0.with_value(|app| app.use_built_in_model());
    }

    /// The list is to be kept on this device.
    pub fn keep(self) {
        self.0.with_value(|app| app.keep());
    }

    /// All is to be forgotten.
    pub fn forget(self) {
        self.0.with_value(|app| app.forget());
    }

    /// The list is to be printed.
    pub fn print(self) {
        self.0.with_value(|app| app.print());
    }

    /// Scores are to be hidden or shown.
    pub fn switch_mode(self, mode: Mode) {
        self.0.with_value(|app| app.switch_mode(mode));
    }

    /// Something is to be told in passing.
    pub fn say(self, words: &str) {
        self.0.with_value(|app| app.say(words));
    }

    /// A row is in use, and stays where it is.
    pub fn use_row(self, by: By, study: &StudyKey) {
        self.0.with_value(|app| app.use_row(by, study));
    }

    /// No row is in use by this any more.
    pub fn let_go(self, by: By) {
        self.0.with_value(|app| app.let_go(by));
    }

    /// Files from a dialogue.
    pub fn receive(self, found: Found) {
        self.0.with_value(|app| app.receive(found));
    }

    /// A series is to be looked at, first at this point of the patient (LPS, mm) if one is named.
    pub fn view(self, study: StudyKey, series: SeriesSummary, at_mm: Option<[f64; 3]>) {
        self.0.with_value(|app| app.view(study, series, at_mm));
    }

    /// The viewer shows this slice of a plane.
    pub fn want_picture(self, plane: BodyPlane, slice: usize) {
        self.0.with_value(|app| app.want_picture(plane, slice));
    }

    /// The images, or what the network is given of them.
    pub fn show(self, shown: Shown) {
        self.0.with_value(|app| app.show(shown));
    }

    /// The header of the series on the screen.
    pub fn list_header(self, listed: bool) {
        self.0.with_value(|app| app.list_header(listed));
    }

    /// The steps from the images on the screen to the network's input.
    pub fn show_stages(self, shown: bool) {
        self.0.with_value(|app| app.show_stages(shown));
    }

    /// An attention map of the series on the screen.
    pub fn explain(self) {
        self.0.with_value(|app| app.explain());
    }

    /// No attention map any more.
    pub fn stop_explaining(self) {
        self.0.with_value(|app| app.stop_explaining());
    }

    /// The series on the screen is to be saved without its patient.
    pub fn deidentify(self, wishes: Wishes) {
        self.0.with_value(|app| app.deidentify(wishes));
    }

    /// What was asked of the network is to be shown.
    pub fn show_requests(self) {
        self.0.with_value(|app| app.show_requests());
    }

    /// The page is not to be kept on this device any more.
    pub fn forget_page(self) {
        self.0.with_value(|app| app.forget_page());
    }

    /// The viewer is no longer needed.
    pub fn close_viewer(self) {
        self.0.with_value(|app| app.close_viewer());
    }

    /// The built-in study.
    pub fn load_sample(self) {
        self.0.with_value(|app| app.load_computed(SAMPLE));
    }

    /// Things dropped on the window: folders are searched first, then all files arrive together.
    pub fn drop(self, dropped: Dropped) {
        let app = self.0.get_value();
        let searching = app.signals.searching;
        searching.set(Some(0));
        spawn_local(async move {
            let found = dropped.search(move |seen| searching.set(Some(seen))).await;
            app.receive(found);
        });
    }
}

/// Puts the page into the document.
pub fn mount() {
    report_panics(|place| {
        show_fault(&format!(
            "Headway has stopped because of a fault of its own ({place}). Nothing has left this device. \
             Reload the page to go on, and please report this place and what you did."
        ));
    });
    mount_to_body(Page);
}

/// The whole page.
#[component]
fn Page() -> impl IntoView {
    let app = App::open();
    let signals = app.signals;
    provide_context(signals);
    provide_diagnosis();
    provide_context(Intent(StoredValue::new_local(app)));
    view! {
        <aside class="intended-use" data-testid="intended-use" aria-label="Intended use">
            "Research software, not a medical device. All examinations need reading."
        </aside>
        <header class="masthead">
            <h1>"Headway"</h1>
            <p class="tagline">"Finds the axial T2 series of a head MRI, scores it on this device, and orders your worklist"</p>
            <MaskSwitch/>
            <Show when=move || !signals.lessons fallback=|| view! { <a class="button small" href="./">"To the worklist"</a> }>
                <ModeSwitch/>
                <EvidenceButton/>
                <a class="button small" href="#mode=lessons" target="_blank" rel="noopener" data-testid="open-lessons"
                    title="Six made-up cases to read, in a tab of their own">"First lessons"</a>
            </Show>
            <ThemeSwitch/>
            <Shortcuts/>
        </header>
        <main>
            <Show when=move || signals.lessons fallback=DropZone><Lessons/></Show>
            <Status/>
            <Worklist/>
            <FilesPanel/>
        </main>
        <PrintView/>
        <Viewer/>
        <DeidentifySheet/>
        <DiagnosisSheet/>
        <PrivacySheet/>
        <footer class="colophon">
            <p>"Images are read and scored by this browser tab alone. Nothing leaves this device, and nothing is stored unless you ask for it: the page asks for its own files only."</p>
            <PrivacyButton/>
            <p>{format!("Headway {} · build {BUILD_ID}", env!("CARGO_PKG_VERSION"))}</p>
        </footer>
    }
}

/// To the evidence room.
#[component]
fn EvidenceButton() -> impl IntoView {
    let intent = intent();
    view! { <button type="button" class="small" data-testid="open-evidence" on:click=move |_| intent.open_evidence()>"Evidence…"</button> }
}

/// The page's signals, from any component.
fn signals() -> Signals {
    expect_context()
}

/// The way out for intent, from any component.
fn intent() -> Intent {
    expect_context()
}
