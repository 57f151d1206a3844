//! Why the network runs where it runs, in words, and as a text for whoever looks after the PC.

use super::signals;
use super::text::sentence;
use crate::BUILD_ID;
use crate::browser::gpu::facts;
use crate::browser::page::{close_dialog, copy, show_dialog};
use crate::state::device::EngineState;
use headway_core::finding::Tier;
use leptos::html::{Dialog, Pre};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What the sheet is told.
#[derive(Clone, Copy)]
struct Sheet {
    open: RwSignal<bool>,
    facts: RwSignal<Vec<(&'static str, String)>>,
}

/// Opens the sheet.
#[component]
pub fn DiagnosisButton() -> impl IntoView {
    let sheet: Sheet = expect_context();
    let open = move |_| {
        sheet.open.set(true);
        spawn_local(async move { sheet.facts.set(facts().await) });
    };
    view! { <button type="button" class="small" data-testid="diagnosis-button" on:click=open>"Details…"</button> }
}

/// What both parts share; made before either.
pub fn provide_diagnosis() {
    provide_context(Sheet { open: RwSignal::new(false), facts: RwSignal::default() });
}

/// The sheet.
#[component]
pub fn DiagnosisSheet() -> impl IntoView {
    let sheet: Sheet = expect_context();
    let engine = signals().engine;
    let dialog = NodeRef::<Dialog>::new();
    let field = NodeRef::<Pre>::new();
    let copied = RwSignal::new("");
    Effect::new(move |_| match (dialog.get(), sheet.open.get()) {
        (Some(dialog), true) => show_dialog(&dialog),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    let runs = move || runs_on(&engine.get());
    let report = move || {
        let facts = sheet.facts.get().into_iter().map(|(what, value)| format!("{what}: {value}"));
        let head = [format!("Headway {}, build {BUILD_ID}", env!("CARGO_PKG_VERSION")), runs()];
        head.into_iter().chain(facts).collect::<Vec<_>>().join("\n")
    };
    let copy_it = move |_| {
        if let Some(field) = field.get() {
            spawn_local(async move {
                copied.set(match copy(&field).await {
                    true => "Copied.",
                    false => "The browser does not copy for this page: the text is selected, press Ctrl C.",
                });
            });
        }
    };
    view! {
        <dialog node_ref=dialog class="sheet" data-testid="diagnosis" aria-labelledby="diagnosis-title" on:close=move |_| { sheet.open.set(false); copied.set(""); }>
            <h2 id="diagnosis-title">"What this device offers"</h2>
            <p>{runs}</p>
            <dl class="standing" data-testid="diagnosis-facts">
                {move || sheet.facts.get().into_iter().map(|(what, value)| view! { <dt>{what}</dt><dd>{value}</dd> }).collect_view()}
            </dl>
            <p class="muted">"Without a graphics processor everything works, more slowly. The text below holds no address and nothing of a patient's."</p>
            // No text field: browsers describe those to their makers.
            <pre node_ref=field class="report" tabindex="0" aria-label="The same as a text to pass on" data-testid="diagnosis-text">{report}</pre>
            <span class="buttons">
                <button type="button" class="primary" data-testid="diagnosis-copy" on:click=copy_it>"Copy"</button>
                <button type="button" data-testid="close-diagnosis" on:click=move |_| sheet.open.set(false)>"Close"</button>
                <span class="muted" role="status">{copied}</span>
            </span>
        </dialog>
    }
}

/// Where the network runs and why, as one or two sentences.
fn runs_on(engine: &EngineState) -> String {
    let name = |tier: &Tier| match tier {
        Tier::Gpu => "the graphics processor",
        Tier::Cpu => "the processor",
    };
    match engine {
        EngineState::Probing => "It is not known yet where the network will run.".to_owned(),
        EngineState::Loading(tier, why) => format!("The network is being loaded for {}. {}", name(tier), sentence(why)),
        EngineState::Ready(device) => {
            format!("The network runs on {} ({}). {}", name(&device.tier), device.adapter, sentence(&device.why))
        }
        EngineState::Failed(reason) => format!("The network runs nowhere. {}", reason.text),
    }
}
