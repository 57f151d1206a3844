//! Shadow mode's switch: scores hidden until the reader has said what the study shows.

use super::{intent, signals};
use headway_core::worklist::Stage;
use headway_core::worklist::reader::Mode;
use leptos::prelude::*;

/// The switch. Leaving shadow mode while scores are hidden is asked about first: it cannot be taken back.
#[component]
pub fn ModeSwitch() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let shadow = Memo::new(move |_| signals.list.with(|list| list.journal.mode() == Mode::Shadow));
    let asking = RwSignal::new(false);
    let still_hidden = move || {
        let hidden = |row: &crate::state::list::RowSignals| {
            let scored = row.row.with_untracked(|row| matches!(row.stage, Stage::Scored { .. }));
            scored && !row.standing.with_untracked(|standing| standing.score_seen)
        };
        signals.rows.with_untracked(|rows| rows.iter().any(hidden))
    };
    let press = move |_| match (shadow.get_untracked(), still_hidden()) {
        (false, _) => intent.switch_mode(Mode::Shadow),
        (true, false) => intent.switch_mode(Mode::Open),
        (true, true) => asking.set(true),
    };
    let leave = move |_| {
        asking.set(false);
        intent.switch_mode(Mode::Open);
    };
    view! {
        <button type="button" class="switch" role="switch" aria-checked=move || shadow.get().to_string() data-testid="shadow" on:click=press>
            "Shadow mode"
        </button>
        <Show when=move || shadow.get()>
            <p class="banner" data-testid="shadow-banner">
                "Scores are hidden and studies stand as they came. Record normal or abnormal, then have the score shown."
            </p>
        </Show>
        <Show when=move || asking.get()>
            <div class="banner ask" role="alertdialog" aria-label="Leave shadow mode" data-testid="leave-shadow">
                <p>"All hidden scores will be shown, and no later reading of these studies counts as truth. This cannot be undone."</p>
                <button type="button" class="small" data-testid="leave-shadow-yes" on:click=leave>"Show all scores"</button>
                <button type="button" class="small" on:click=move |_| asking.set(false)>"Stay in shadow mode"</button>
            </div>
        </Show>
    }
}
