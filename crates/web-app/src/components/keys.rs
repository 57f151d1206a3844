//! The page's keys; those of a row are the row's own.

use super::{Intent, signals};
use crate::browser::keys::{focus_on, is_plain, is_typing, step_row};
use crate::state::list::Outcomes;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;

/// Whether single letters are heard outside of a row. They can be switched off (WCAG 2.1.4).
#[derive(Clone, Copy)]
pub struct PageKeys {
    /// Letters are heard.
    pub on: RwSignal<bool>,
    /// The sheet of shortcuts is open.
    pub sheet: RwSignal<bool>,
    outcomes: RwSignal<Outcomes>,
}

impl PageKeys {
    /// Listens for the life of the page.
    pub fn listen(intent: Intent) -> Self {
        let keys = Self { on: RwSignal::new(true), sheet: RwSignal::new(false), outcomes: signals().outcomes };
        let (viewer, masked) = (signals().viewer.on_screen, signals().masked);
        let listener = window_event_listener(ev::keydown, move |event| {
            // A dialogue over the page has keys of its own.
            let covered = keys.sheet.get_untracked() || viewer.with_untracked(Option::is_some);
            if !covered && !is_typing(&event) {
                keys.hear(&event, intent, masked);
            }
        });
        on_cleanup(move || listener.remove());
        keys
    }

    fn hear(self, event: &KeyboardEvent, intent: Intent, masked: RwSignal<bool>) {
        let control = (event.ctrl_key() || event.meta_key()) && !event.shift_key();
        if control && event.key() == "z" {
            intent.undo(None);
        } else if control && event.key() == "p" && self.outcomes.with_untracked(|outcomes| outcomes.studies > 0) {
            intent.print();
        } else if !is_plain(event) || !self.on.get_untracked() {
            return;
        } else {
            match event.key().as_str() {
                "j" => step_row(1),
                "k" => step_row(-1),
                "?" => self.sheet.set(true),
                "m" => masked.update(|masked| *masked = !*masked),
                "/" => open_filter(),
                _ => return,
            }
        }
        event.prevent_default();
    }
}

fn open_filter() {
    crate::browser::page::unfold("filters");
    focus_on("[data-testid=filter-text]");
}
