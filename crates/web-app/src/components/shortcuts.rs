//! The sheet of keys.

use super::intent;
use super::keys::PageKeys;
use crate::browser::page::{close_dialog, show_dialog};
use leptos::html::Dialog;
use leptos::prelude::*;

const PAGE: &[(&str, &str)] = &[
    ("j", "Next study"),
    ("k", "Study before"),
    ("/", "Filter by words"),
    ("m", "Hide or show identities"),
    ("Ctrl Z", "Undo the last thing said of any study"),
    ("Ctrl P", "Print the list"),
    ("?", "This sheet"),
];

const ROW: &[(&str, &str)] = &[
    ("v", "View the images"),
    ("n", "Normal"),
    ("b", "Abnormal"),
    ("g", "To the category"),
    ("1 2 3", "Possible, probable, certain: records the reading"),
    ("r", "Show the score of a study that was read"),
    ("a", "Agree"),
    ("d", "Disagree"),
    ("x", "Images not usable"),
    ("s h t", "Urgency: stat, high, routine"),
    ("c", "To the comment"),
    ("u", "Undo the last thing said of this study"),
];

const VIEWER: &[(&str, &str)] = &[
    ("↑ ↓", "Next slice, slice before; with Page keys ten, Home and End to the ends"),
    ("0 1 2 3", "All planes, axial, coronal, sagittal"),
    ("p s w v l", "Drag the point, through slices, the window, the picture, a length"),
    ("+ - f", "Magnify, reduce, fit"),
    ("[ ] , .", "Window narrower, wider, darker, brighter"),
    ("i m r", "Invert, mirror, as it was opened"),
    ("Esc", "Close"),
];

/// A button, and the sheet it opens.
#[component]
pub fn Shortcuts() -> impl IntoView {
    let keys = PageKeys::listen(intent());
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| match (dialog.get(), keys.sheet.get()) {
        (Some(dialog), true) => show_dialog(&dialog),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    view! {
        <dialog node_ref=dialog class="sheet" data-testid="shortcuts" aria-labelledby="shortcuts-title" on:close=move |_| keys.sheet.set(false)>
            <h2 id="shortcuts-title">"Keys"</h2>
            <h3>"On the page"</h3>
            {listed(PAGE)}
            <h3>"In a study of the list"</h3>
            {listed(ROW)}
            <h3>"Over the images"</h3>
            {listed(VIEWER)}
            <label>
                <input type="checkbox" prop:checked=move || keys.on.get() on:change:target=move |event| keys.on.set(event.target().checked())/>
                "Single letters are heard outside of the list"
            </label>
            <button type="button" data-testid="close-shortcuts" on:click=move |_| keys.sheet.set(false)>"Close"</button>
        </dialog>
        <button type="button" class="small keys" data-testid="shortcuts-button" on:click=move |_| keys.sheet.set(true)>"Keys (?)"</button>
    }
}

fn listed(keys: &'static [(&'static str, &'static str)]) -> impl IntoView {
    let rows = keys.iter().map(|(key, what)| {
        let caps = key.split(' ').map(|cap| view! { <kbd>{cap}</kbd>" " }).collect_view();
        view! { <dt>{caps}</dt><dd>{*what}</dd> }
    });
    view! { <dl class="keys">{rows.collect_view()}</dl> }
}
