//! What the person sees. One component a file; state is read through signals, intent leaves through [`Intent`].

mod details;
mod drop_zone;
mod files_panel;
mod progress;
mod row;
mod score;
mod status;
mod text;
mod worklist;

use crate::BUILD_ID;
use crate::browser::files::{Dropped, Found};
use crate::browser::page::show_fault;
use crate::browser::panic::report_panics;
use crate::state::app::{App, Signals};
use drop_zone::DropZone;
use files_panel::FilesPanel;
use headway_core::study::StudyKey;
use headway_core::triage::Event;
use leptos::prelude::*;
use status::Status;
use std::rc::Rc;
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

    /// Files from a dialogue.
    pub fn receive(self, found: Found) {
        self.0.with_value(|app| app.receive(found));
    }

    /// The built-in study.
    pub fn load_sample(self) {
        self.0.with_value(|app| app.load_sample());
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
    provide_context(Intent(StoredValue::new_local(app)));
    view! {
        <aside class="intended-use" data-testid="intended-use" aria-label="Intended use">
            "Research software, not a medical device. All examinations need reading."
        </aside>
        <header class="masthead">
            <h1>"Headway"</h1>
            <p class="tagline">"Finds the axial T2 series of a head MRI, scores it on this device, and orders your worklist"</p>
        </header>
        <main>
            <DropZone/>
            <Status/>
            <Worklist/>
            <FilesPanel/>
        </main>
        <footer class="colophon">
            <p>"Images are read and scored by this browser tab alone. Nothing leaves this device, and nothing is stored: the page asks for its own files only."</p>
            <p>{format!("Headway {} · build {BUILD_ID}", env!("CARGO_PKG_VERSION"))}</p>
        </footer>
    }
}

/// The page's signals, from any component.
fn signals() -> Signals {
    expect_context()
}

/// The way out for intent, from any component.
fn intent() -> Intent {
    expect_context()
}
