//! A file for a role: chosen, named, taken back.

use crate::page::room;
use crate::room::{LIST_NAME, Room};
use headway_evaluate::question::{File, Role};
use headway_web::browser::page::{click, take_chosen};
use js_sys::Uint8Array;
use leptos::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// Largest file that is read, bytes: the tab holds it whole.
const MOST_BYTES: f64 = 256e6;

/// The choice.
#[component]
pub fn FileChoice(
    /// What for.
    role: Role,
    /// What it is called.
    label: &'static str,
    /// What it holds, and what stands in where there is none.
    hint: &'static str,
) -> impl IntoView {
    let room = room();
    let failed = RwSignal::new(String::new());
    let id = format!("evidence-file-{role:?}").to_lowercase();
    let (for_click, for_hint) = (id.clone(), format!("{id}-hint"));
    let chosen = move |event: leptos::ev::Event| {
        let file = take_chosen(&event_target::<web_sys::HtmlInputElement>(&event)).and_then(|files| files.get(0));
        let Some(file) = file else { return };
        spawn_local(async move { failed.set(taken(room, role, &file).await.err().unwrap_or_default()) });
    };
    let name = Memo::new(move |_| room.file_name(role));
    view! {
        <div class="file-choice" data-testid=format!("choice-{id}")>
            <span class="label">{label}</span>
            <input type="file" id=id.clone() class="unseen" tabindex="-1" aria-label=label on:change=chosen/>
            <button type="button" class="small" aria-describedby=for_hint.clone() on:click=move |_| click(&for_click)>
                {move || if name.get().is_some() { "Choose another…" } else { "Choose…" }}
            </button>
            <Show when=move || name.get().is_some()>
                <span class="file-name">{move || name.get()}</span>
                <Show when=move || name.get().is_some_and(|name| name != LIST_NAME)>
                    <button type="button" class="small" aria-label=format!("Take back: {label}") on:click=move |_| room.take_back(role)>"Take back"</button>
                </Show>
            </Show>
            <span class="muted" id=for_hint.clone()>{hint}</span>
            <span role="alert" class="refusal">{failed}</span>
        </div>
    }
}

async fn taken(room: Room, role: Role, file: &web_sys::File) -> Result<(), String> {
    let name = file.name();
    if file.size() > MOST_BYTES {
        return Err(format!("{name} is larger than {:.0} MB. Split it.", MOST_BYTES / 1e6));
    }
    let read = JsFuture::from(file.array_buffer()).await;
    let buffer =
        read.map_err(|_| format!("{name} cannot be read. It may have been moved or changed: choose it again."))?;
    room.put(File { role, name, bytes: Uint8Array::new(&buffer).to_vec() });
    Ok(())
}
