//! Where studies come in: the whole window takes a drop, buttons open dialogues.

use super::{intent, signals};
use crate::browser::files::{Dropped, carries_files, chosen};
use crate::browser::page::{click, take_chosen};
use leptos::ev;
use leptos::prelude::*;

/// Drop zone, buttons, and the sentence that nothing leaves the device. Small once there are rows.
#[component]
pub fn DropZone() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let over = RwSignal::new(false);
    let small = Memo::new(move |_| {
        signals.files.with(|files| files.seen > 0) || signals.outcomes.with(|outcomes| outcomes.studies > 0)
    });
    let choose = move |event: ev::Event| {
        if let Some(list) = event.target().and_then(|input| take_chosen(&input)) {
            intent.receive(chosen(&list));
        }
    };
    let listeners = [
        window_event_listener(ev::dragover, move |event| {
            event.prevent_default();
            over.set(event.data_transfer().is_some_and(|transfer| carries_files(&transfer)));
        }),
        window_event_listener(ev::dragleave, move |event| {
            // Leaving one element for another has a related target; leaving the window has none.
            if event.related_target().is_none() {
                over.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            event.prevent_default();
            over.set(false);
            if let Some(transfer) = event.data_transfer() {
                intent.drop(Dropped::take(&transfer));
            }
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    view! {
        <section class="drop-zone" class:over=over class:small=small data-testid="drop-zone" aria-label="Add studies">
            <p class="invitation">"Drop a CD, a folder or files anywhere on this page"</p>
            <div class="buttons">
                <button type="button" class="primary" data-testid="folder-button" on:click=move |_| click("folder-input")>"Choose folder…"</button>
                <button type="button" data-testid="files-button" on:click=move |_| click("files-input")>"Choose files…"</button>
                <button type="button" class="quiet" data-testid="sample-button" on:click=move |_| intent.load_sample()>"Try a synthetic study"</button>
            </div>
            <p class="promise">"Any number, any order; what is not a head MRI is set aside with its reason. Nothing leaves this device."</p>
            <input id="folder-input" type="file" prop:webkitdirectory=true multiple hidden tabindex="-1" aria-label="Folder" on:change=choose/>
            <input id="files-input" type="file" multiple hidden tabindex="-1" aria-label="Files" on:change=choose/>
        </section>
    }
}
