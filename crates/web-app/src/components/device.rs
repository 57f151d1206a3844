//! What stays on this device: nothing, unless the person wishes it; and one button that forgets it all.

use super::{intent, signals};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn ThisDevice() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let kept = move || signals.kept.get();
    let summary = move || if kept() { "This device: list kept" } else { "This device: nothing kept" };
    view! {
        <details class="panel" data-testid="device-panel">
            <summary>{summary}</summary>
            <div class="fields">
                <p>
                    {move || if kept() {
                        "The list and what you said, with names and numbers, are in this browser's storage, and come back when the page is opened again. Images are not kept."
                    } else {
                        "Nothing is kept: close the tab and all is gone. On request the list and what you said, with names and numbers, stay in this browser's storage. Others who use this browser can see them."
                    }}
                </p>
                <span class="buttons">
                    <button type="button" class="small" data-testid="keep" disabled=kept on:click=move |_| intent.keep()>"Keep on this device"</button>
                    <button type="button" class="small danger" data-testid="forget" on:click=move |_| intent.forget()>"Forget everything"</button>
                </span>
                <p class="muted">"Forgetting empties the list and the storage at once. Save the list first if it is still needed."</p>
            </div>
        </details>
    }
}

/// Hides who the patients are, for a projector or a colleague at the desk.
#[component]
pub fn MaskSwitch() -> impl IntoView {
    let masked = signals().masked;
    view! {
        <button type="button" class="switch" role="switch" aria-checked=move || masked.get().to_string() data-testid="mask"
            title="Names, numbers and dates of birth are not shown on the page" on:click=move |_| masked.update(|masked| *masked = !*masked)>
            "Hide identities"
        </button>
    }
}
