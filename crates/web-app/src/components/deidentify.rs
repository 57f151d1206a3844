//! The sheet that asks how a series is to be saved without its patient, and says what came of it.

use super::{intent, signals};
use crate::browser::page::{close_dialog, show_dialog};
use crate::state::deidentify::Saving;
use headway_core::deidentify::Wishes;
use leptos::html::Dialog;
use leptos::prelude::*;

/// The sheet.
#[component]
pub fn DeidentifySheet() -> impl IntoView {
    let (signals, intent) = (signals().deidentify, intent());
    let wishes = RwSignal::new(Wishes::default());
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| match (dialog.get(), signals.asking.get()) {
        (Some(dialog), true) => show_dialog(&dialog),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    let closed = move |_| {
        signals.asking.set(false);
        // What is under way goes on, and is told when the sheet is opened again.
        if signals.saving.with_untracked(|saving| *saving != Saving::Working) {
            signals.saving.set(Saving::No);
        }
    };
    view! {
        <dialog node_ref=dialog class="sheet" data-testid="deidentify" aria-labelledby="deidentify-title" on:close=closed>
            <h2 id="deidentify-title">"Save this series without its patient"</h2>
            <p>"Every image is written anew from a closed list: new UIDs, no name, number, date, description or private element (PS3.15, annex E, basic profile)."</p>
            <p><strong>"Headers are de-identified, the face is not removed. "</strong>"Text that is burned into the pixels stays as well: look at the images before you pass them on."</p>
            <label>
                <input type="checkbox" data-testid="keep-age" prop:checked=move || wishes.get().keep_age_and_sex
                    on:change:target=move |event| wishes.update(|wishes| wishes.keep_age_and_sex = event.target().checked())/>
                "Keep age and sex (from 90 years on as 90)"
            </label>
            <label>
                <input type="checkbox" data-testid="blank-face" prop:checked=move || wishes.get().blank_face
                    on:change:target=move |event| wishes.update(|wishes| wishes.blank_face = event.target().checked())/>
                "Blank the face by a simple rule. Nobody has shown that it cannot be recognised any more; the score may change."
            </label>
            <p class="outcome" role="status" data-testid="deidentify-outcome">{move || outcome(&signals.saving.get())}</p>
            <span class="buttons">
                <button type="button" class="primary" data-testid="deidentify-save" disabled=move || signals.saving.get() == Saving::Working
                    on:click=move |_| intent.deidentify(wishes.get_untracked())>"Save as ZIP"</button>
                <button type="button" data-testid="close-deidentify" on:click=move |_| signals.asking.set(false)>"Close"</button>
            </span>
        </dialog>
    }
}

fn outcome(saving: &Saving) -> String {
    match saving {
        Saving::No => String::new(),
        Saving::Working => "Writing the images anew…".to_owned(),
        Saving::Done(Ok(notes)) => format!("Handed to the browser to save. {}", notes.join(" ")),
        Saving::Done(Err(reason)) => reason.text.clone(),
    }
}
