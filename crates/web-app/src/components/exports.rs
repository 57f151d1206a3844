//! Lists as files: out as JSON, CSV, pooling CSV or on paper, and back in.

use super::field::TextField;
use super::text::count;
use super::{intent, signals};
use crate::browser::page::click;
use crate::state::lists::{Form, Naming};
use leptos::prelude::*;

const NAMINGS: [(Naming, &str); 3] = [
    (Naming::Names, "with identifiers"),
    (Naming::Nobody, "without identifiers"),
    (Naming::Pseudonyms, "with pseudonyms"),
];

/// The panel. The secret is read when a file is made, and the field is emptied at once.
#[component]
pub fn Exports() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let naming = RwSignal::new(Naming::Names);
    let secret = RwSignal::new(String::new());
    let save = move |form: Form| {
        intent.export(form, naming.get_untracked(), secret.get_untracked());
        secret.set(String::new());
    };
    let choice = |(value, words): (Naming, &'static str)| {
        view! {
            <label>
                <input type="radio" name="naming" prop:checked=move || naming.get() == value on:change=move |_| naming.set(value)/>
                {words}
            </label>
        }
    };
    let earlier = move || signals.earlier.with(|earlier| earlier.as_ref().map(|export| export.studies.len()));
    view! {
        <details class="panel" data-testid="exports">
            <summary>"Export and import"</summary>
            <div class="fields">
                <fieldset><legend>"The list"</legend>{NAMINGS.map(choice)}</fieldset>
                <span class="buttons">
                    <button type="button" class="small" data-testid="export-json" on:click=move |_| save(Form::Json)>"Save as JSON"</button>
                    <button type="button" class="small" data-testid="export-csv" on:click=move |_| save(Form::Csv)>"Save as CSV"</button>
                    <button type="button" class="small" data-testid="export-pooling" on:click=move |_| save(Form::Pooling)>"Save for pooling"</button>
                    <button type="button" class="small" data-testid="print" on:click=move |_| intent.print()>"Print…"</button>
                </span>
                <span class="wide">
                    <span aria-hidden="true">"The site's secret, for pseudonyms and pooling"</span>
                    <TextField value=secret on_text=move |text| secret.set(text) label="The site's secret" testid="secret" live=true secret=true/>
                    <span class="muted">"16 characters or more. It is used once and kept nowhere: keep it at the site."</span>
                </span>
                <span class="buttons">
                    <button type="button" class="small" data-testid="import-button" on:click=move |_| click("files-input")>"Read a list…"</button>
                </span>
                <p class="muted">
                    "An earlier export or an urgency list (CSV) can also be dropped with the studies. "
                    {move || earlier().map(|studies| format!("Exports with identifiers hold {} of earlier lists as well.", count(studies, "study", "studies")))}
                </p>
                <ul class="notes" data-testid="urgency-notices">
                    {move || signals.urgency_notices.get().into_iter().map(|notice| view! { <li>{notice}</li> }).collect_view()}
                </ul>
            </div>
        </details>
    }
}
