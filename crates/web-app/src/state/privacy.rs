//! What the page and its workers asked of the network since it was opened, and what is kept of the page itself.

use super::app::App;
use crate::browser::offline::{KeptPage, forget_page, kept_page};
use crate::browser::post::Attached;
use crate::browser::requests::{Asked, asked};
use crate::workers::protocol::{ClerkReply, ClerkRequest, EngineRequest, IngestRequest};
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// What the components read.
#[derive(Clone, Copy, Debug, Default)]
pub struct PrivacySignals {
    /// The sheet is open.
    pub open: RwSignal<bool>,
    /// Who asked, and what for.
    pub requests: RwSignal<Vec<(&'static str, Vec<Asked>)>>,
    /// The page's own files on this device; none where it is not kept.
    pub kept: RwSignal<Option<KeptPage>>,
}

impl App {
    /// Opens the sheet, and asks everybody who can ask the network.
    pub fn show_requests(self: &Rc<Self>) {
        let signals = self.signals.privacy;
        signals.open.set(true);
        signals.requests.set(vec![("The page", asked())]);
        self.post_ingest(IngestRequest::TellRequests, Attached::default());
        self.post_engine(EngineRequest::TellRequests, Attached::default());
        let app = Rc::clone(self);
        spawn_local(async move {
            let kept = kept_page().await;
            let requests = kept.as_ref().map(|kept| kept.requests.clone()).unwrap_or_default();
            app.hear_of_requests("The service worker", requests);
            signals.kept.set(kept);
        });
        if self.has_clerk() {
            let app = Rc::clone(self);
            spawn_local(async move {
                let asked = app.ask_clerk(ClerkRequest::TellRequests, |reply| match reply {
                    ClerkReply::Requests(asked) => Some(asked),
                    _ => None,
                });
                app.hear_of_requests("The reader of lists", asked.await.unwrap_or_default());
            });
        }
    }

    pub(super) fn hear_of_requests(&self, who: &'static str, asked: Vec<Asked>) {
        self.signals.privacy.requests.update(|requests| {
            requests.retain(|(known, _)| *known != who);
            requests.push((who, asked));
        });
    }

    /// Deletes the page's own files from this device.
    pub fn forget_page(self: &Rc<Self>) {
        let kept = self.signals.privacy.kept;
        spawn_local(async move {
            if forget_page().await {
                kept.set(None);
            }
        });
    }
}
