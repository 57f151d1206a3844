//! How far the work has come, and a way to stop it.

use super::text::{count, thousands};
use super::{intent, signals};
use crate::browser::clock::now_ms;
use crate::state::list::Outcomes;
use headway_core::triage::Event;
use leptos::prelude::*;

/// Counts while anything is to come, the sum of it when all is done.
#[component]
pub fn Progress() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let reading: StoredValue<Option<Reading>> = StoredValue::new(None);
    let text = move || match signals.searching.get() {
        Some(0) => "Preparing…".to_owned(),
        Some(found) => format!("Searching folders: {} so far", count(found, "file", "files")),
        None if signals.files.with(|files| files.pending > 0) => {
            let files = signals.files.get();
            let read = files.seen - files.pending;
            let begun = reading.get_value().unwrap_or_else(|| Reading { read, at_ms: now_ms() });
            reading.set_value(Some(begun));
            let of = format!("{} of {} read", thousands(read), count(files.seen, "file", "files"));
            begun.pace(read, now_ms()).map_or_else(|| of.clone(), |pace| format!("{of}, {pace}"))
        }
        None => {
            reading.set_value(None);
            studies(signals.outcomes.get())
        }
    };
    // Counts change many times a second; a screen reader hears of a new phase or another finished study only.
    let announced = Memo::new(move |_| match signals.searching.get() {
        Some(_) => "Searching folders".to_owned(),
        None if signals.files.with(|files| files.pending > 0) => "Reading files".to_owned(),
        None => studies(signals.outcomes.get()),
    });
    view! {
        <div class="progress" data-testid="progress">
            <span class="counts">{text}</span>
            <Show when=move || signals.busy.get()>
                <button type="button" data-testid="cancel-button" on:click=move |_| intent.dispatch(Event::Cancel)>"Cancel"</button>
            </Show>
            <span class="unseen" role="status">{announced}</span>
        </div>
    }
}

/// How many files were read when the reading began, and when that was.
#[derive(Clone, Copy)]
struct Reading {
    read: usize,
    at_ms: f64,
}

impl Reading {
    /// How many files a second; not said of the first second, which says little.
    fn pace(self, read: usize, at_ms: f64) -> Option<String> {
        let seconds = (at_ms - self.at_ms) / 1_000.0;
        let a_second = read.saturating_sub(self.read) as f64 / seconds;
        (seconds >= 1.0).then(|| format!("{} a second", thousands(a_second.round() as usize)))
    }
}

/// How many studies are done, and what they came to.
fn studies(outcomes: Outcomes) -> String {
    let Outcomes { studies, done, scored, run, not_scored, failed } = outcomes;
    let all = count(studies, "study", "studies");
    if done < studies {
        return format!("{} of {all} done", thousands(done));
    }
    if studies == 0 {
        return "No studies yet".to_owned();
    }
    let outcomes = [(scored, "scored"), (run, "run without a score"), (not_scored, "not scored"), (failed, "failed")];
    let outcomes: Vec<String> =
        outcomes.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", thousands(n))).collect();
    format!("{all} done: {}", outcomes.join(", "))
}
