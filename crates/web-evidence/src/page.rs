//! The room as a dialogue over the page: its parts as tabs, one open at a time.

use crate::room::{Room, TABS, Tab};
use crate::tabs::evaluate::Evaluate;
use crate::tabs::labels::Labels;
use crate::tabs::monitor::Monitor;
use crate::tabs::paper::Paper;
use crate::tabs::queue::Queue;
use crate::tabs::simulate::Simulate;
use headway_web::browser::page::{close_dialog, focus, show_dialog, show_fault};
use headway_web::browser::panic::report_panics;
use leptos::ev::KeyboardEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use std::cell::Cell;
use wasm_bindgen::JsCast;

thread_local! {
    /// Made when it is first opened, and kept for the life of the page.
    static OPENED: Cell<Option<(Room, RwSignal<bool>)>> = const { Cell::new(None) };
}

/// Opens the room.
pub fn open(list: Option<String>) {
    if OPENED.get().is_none() {
        mount();
    }
    if let Some((room, open)) = OPENED.get() {
        room.take_list(list);
        open.set(true);
    }
}

fn mount() {
    report_panics(|place| {
        show_fault(&format!(
            "The evidence room has stopped because of a fault of its own ({place}). Nothing has left this device. \
             The worklist is not touched; reload the page to open the room again."
        ));
    });
    mount_to_body(|| {
        let (room, open) = (Room::new(), RwSignal::new(false));
        OPENED.set(Some((room, open)));
        view! { <Page room open/> }
    });
}

/// The dialogue.
#[component]
fn Page(room: Room, open: RwSignal<bool>) -> impl IntoView {
    provide_context(room);
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| match (dialog.get(), open.get()) {
        (Some(dialog), true) => show_dialog(&dialog),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    let part = move || match room.tab.get() {
        Tab::Evaluate => view! { <Evaluate/> }.into_any(),
        Tab::Simulate => view! { <Simulate/> }.into_any(),
        Tab::Queue => view! { <Queue/> }.into_any(),
        Tab::Paper => view! { <Paper/> }.into_any(),
        Tab::Labels => view! { <Labels/> }.into_any(),
        Tab::Monitor => view! { <Monitor/> }.into_any(),
    };
    view! {
        <dialog node_ref=dialog class="evidence" data-testid="evidence" aria-labelledby="evidence-title" on:close=move |_| open.set(false)>
            <header>
                <h2 id="evidence-title">"Evidence"</h2>
                <p class="muted">"On your own examinations, computed in this tab. Research software, not a medical device."</p>
                <button type="button" class="small" data-testid="close-evidence" on:click=move |_| open.set(false)>"Close"</button>
            </header>
            <div role="tablist" aria-label="Parts" on:keydown=move |event| walk(room, &event)>
                {TABS.map(|(tab, words)| view! {
                    <button type="button" role="tab" class="small" id=tab_id(tab) aria-controls="evidence-part"
                        aria-selected=move || (room.tab.get() == tab).to_string()
                        tabindex=move || if room.tab.get() == tab { "0" } else { "-1" }
                        on:click=move |_| room.tab.set(tab)>
                        {words}
                    </button>
                })}
            </div>
            <div role="tabpanel" id="evidence-part" aria-labelledby=move || tab_id(room.tab.get())>{part}</div>
        </dialog>
    }
}

fn tab_id(tab: Tab) -> String {
    format!("evidence-{tab:?}").to_lowercase()
}

/// Arrows lead from tab to tab, as the ARIA practices ask.
fn walk(room: Room, event: &KeyboardEvent) {
    let step = match event.key().as_str() {
        "ArrowRight" => 1,
        "ArrowLeft" => TABS.len() - 1,
        _ => return,
    };
    event.prevent_default();
    let now = TABS.iter().position(|(tab, _)| *tab == room.tab.get_untracked()).unwrap_or_default();
    let (tab, _) = TABS[(now + step) % TABS.len()];
    room.tab.set(tab);
    let button = document().get_element_by_id(&tab_id(tab)).and_then(|button| button.dyn_into().ok());
    button.iter().for_each(focus);
}

/// The room, from any part.
pub fn room() -> Room {
    expect_context()
}
