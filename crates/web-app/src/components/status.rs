//! Where the network runs and why, which model it is, and how far the work has come.

use super::{intent, signals};
use crate::state::device::EngineState;
use headway_core::card::{Evidence, ModelIdentity};
use headway_core::finding::Tier;
use headway_core::triage::Event;
use leptos::prelude::*;

/// Device, model, progress.
#[component]
pub fn Status() -> impl IntoView {
    view! {
        <section class="status" aria-label="Device, model and progress">
            <Device/>
            <Model/>
            <Progress/>
        </section>
    }
}

/// The tier and why.
#[component]
fn Device() -> impl IntoView {
    let engine = signals().engine;
    let tier = move || match engine.get() {
        EngineState::Loading(tier, _) | EngineState::Ready(_, headway_core::finding::DeviceReport { tier, .. }) => {
            Some(tier)
        }
        EngineState::Probing | EngineState::Failed(_) => None,
    };
    let name = move || {
        tier().map(|tier| match tier {
            Tier::Gpu => "webgpu",
            Tier::Cpu => "cpu",
        })
    };
    let text = move || match engine.get() {
        EngineState::Probing => ("Looking for a graphics processor…".to_owned(), String::new()),
        EngineState::Loading(tier, why) => (format!("Loading the model for the {}…", tier_name(tier)), why),
        EngineState::Ready(_, device) => {
            (format!("{}: {}", capitalised(tier_name(device.tier)), device.adapter), device.why)
        }
        EngineState::Failed(reason) => ("No engine".to_owned(), reason.text),
    };
    view! {
        <div class="fact" data-testid="device" data-tier=name data-ready=move || matches!(engine.get(), EngineState::Ready(..)).to_string()>
            <span class="label">"Device"</span>
            <span class="value">{move || text().0}</span>
            <span class="why">{move || sentence(&text().1)}</span>
        </div>
    }
}

/// The model, its evidence and hash.
#[component]
fn Model() -> impl IntoView {
    let engine = signals().engine;
    let identity = Memo::new(move |_| match engine.get() {
        EngineState::Ready(identity, _) => Some(identity),
        _ => None,
    });
    view! {
        <div class="fact" data-testid="model" data-evidence=move || identity.get().map(|i| evidence_name(i.evidence))>
            <span class="label">"Model"</span>
            {move || match identity.get() {
                Some(identity) => view! { <ModelFacts identity/> }.into_any(),
                None => view! { <span class="value muted">"not loaded yet"</span> }.into_any(),
            }}
        </div>
    }
}

/// A model in words; its intended use and full hash on demand.
#[component]
fn ModelFacts(identity: ModelIdentity) -> impl IntoView {
    let evidence = evidence_name(identity.evidence);
    view! {
        <span class="value">{format!("{} {}", identity.name, identity.version)}" "<span class="evidence">{evidence}</span></span>
        <details class="why">
            <summary>{evidence_sentence(identity.evidence)}</summary>
            <p>{identity.intended_use}</p>
            <p>"SHA-256 over card and weights: "<code>{identity.sha256}</code></p>
        </details>
    }
}

/// Counts and a way to stop while anything is to come.
#[component]
fn Progress() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let text = move || match signals.searching.get() {
        Some(0) => "Preparing…".to_owned(),
        Some(found) => format!("Searching folders: {} files so far", thousands(found)),
        None if signals.busy.get() => working(signals),
        None => String::new(),
    };
    view! {
        <div class="progress" data-testid="progress" aria-live="polite">
            <span>{text}</span>
            <Show when=move || signals.busy.get()>
                <button type="button" data-testid="cancel-button" on:click=move |_| intent.dispatch(Event::Cancel)>"Cancel"</button>
            </Show>
        </div>
    }
}

fn working(signals: crate::state::app::Signals) -> String {
    let files = signals.files.get();
    if files.pending > 0 {
        return format!("{} of {} files read", thousands(files.seen - files.pending), thousands(files.seen));
    }
    let rows = signals.rows.get();
    let done = rows.iter().filter(|(_, row)| row.with(|row| row.stage.is_final())).count();
    let studies = if rows.len() == 1 { "study" } else { "studies" };
    format!("{} of {} {studies} done", thousands(done), thousands(rows.len()))
}

/// With commas between groups of three digits.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

const fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Gpu => "graphics processor (WebGPU)",
        Tier::Cpu => "processor",
    }
}

const fn evidence_name(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Untrained => "untrained",
        Evidence::Synthetic => "synthetic",
        Evidence::Local => "local",
        Evidence::Clinical => "clinical",
    }
}

const fn evidence_sentence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Untrained => "Random weights: its number has no medical meaning",
        Evidence::Synthetic => "Trained and tested on synthetic heads only",
        Evidence::Local => "Calibrated on examinations of this site",
        Evidence::Clinical => "Shown on patients of several sites",
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A phrase as a sentence of its own.
fn sentence(phrase: &str) -> String {
    let text = capitalised(phrase.trim());
    if text.is_empty() || text.ends_with(['.', '…']) { text } else { text + "." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_001, 1_234_567].map(thousands), ["0", "999", "1,001", "1,234,567"]);
    }

    #[test]
    fn phrases_become_sentences() {
        assert_eq!(
            [sentence("this browser has no WebGPU"), sentence("It ends."), sentence("")],
            ["This browser has no WebGPU.", "It ends.", ""]
        );
    }
}
