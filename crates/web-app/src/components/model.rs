//! Which model is in use, on what its score rests, and its card.

use super::text::sentence;
use super::{intent, signals};
use headway_core::card::{Card, Evidence, LocalEvidence, Measured, ModelIdentity, Thresholds};
use leptos::prelude::*;

/// The model, its evidence and hash.
#[component]
pub fn Model() -> impl IntoView {
    let model = signals().model;
    view! {
        <div class="fact" data-testid="model" data-evidence=move || model.get().map(|model| model.evidence.name())>
            <span class="label">"Model"</span>
            {move || match model.get() {
                Some(identity) => view! { <ModelFacts identity/> }.into_any(),
                None => view! { <span class="value muted">"Not loaded yet"</span><span class="why">"Studies wait until it is."</span> }.into_any(),
            }}
            <OwnModel/>
        </div>
    }
}

/// A model in words; its card on demand.
#[component]
fn ModelFacts(identity: ModelIdentity) -> impl IntoView {
    let hash: String = identity.sha256.chars().take(8).collect();
    let card = signals().card;
    view! {
        <span class="value">
            {format!("{} {}", identity.name, identity.version)}" "
            <span class="tier">{identity.evidence.name()}</span>" "
            <code class="muted" title="First digits of the SHA-256 over card and weights">{hash}</code>
        </span>
        <details class="why" id="model-card" data-testid="model-card">
            <summary>{evidence_sentence(identity.evidence)}</summary>
            <p>{identity.intended_use}</p>
            <dl class="card-facts">{move || card.get().map(|card| card_facts(&card))}</dl>
            <p>"SHA-256 over card and weights: "<code>{identity.sha256}</code></p>
        </details>
    }
}

/// What the card says beside.
fn card_facts(card: &Card) -> impl IntoView + use<> {
    let mut facts = vec![
        ("Score", format!("{} {}", sentence(card.evidence.score_means()), card.output.meaning)),
        ("Trained on", card.training_data.clone()),
        ("Made for", card.population.clone()),
        ("Input", {
            let input = &card.input;
            let spacing_mm = input.resample_mm * input.field_voxels as f64 / input.size_voxels as f64;
            format!("{0} x {0} x {0} voxels of {spacing_mm:.2} mm", input.size_voxels)
        }),
        ("Licence", card.licence.clone()),
    ];
    facts.extend(card.thresholds.map(|thresholds| ("Bands", bands(card.evidence, thresholds))));
    facts.extend(card.measured.as_ref().map(|measured| ("Measured", measured_points(measured))));
    facts.extend(card.local.as_ref().map(|local| ("Calibrated here", local_evidence(local))));
    facts.into_iter().map(|(name, text)| view! { <dt>{name}</dt><dd>{text}</dd> }).collect_view()
}

fn bands(evidence: Evidence, thresholds: Thresholds) -> String {
    let [sensitive, specific] = [thresholds.sensitive, thresholds.specific].map(|threshold| evidence.shown(threshold));
    format!("Not flagged below {sensitive}, uncertain from there, flagged from {specific} on")
}

fn measured_points(measured: &Measured) -> String {
    let points = measured.points.iter().map(|point| {
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        format!(
            "{}: sensitivity {}, specificity {}",
            point.name,
            percent(point.sensitivity),
            percent(point.specificity)
        )
    });
    format!("{} ({})", points.collect::<Vec<_>>().join("; "), measured.on)
}

fn local_evidence(local: &LocalEvidence) -> String {
    format!(
        "Adopted on {} on {} normal and {} abnormal examinations of this site; AUC {:.3}, Brier score {:.3} before and {:.3} after (cross-validated)",
        local.adopted_on, local.normal, local.abnormal, local.auc, local.brier_before, local.brier_after
    )
}

/// What may be done about a model that is not the built-in one.
#[component]
fn OwnModel() -> impl IntoView {
    let (intent, own) = (intent(), signals().own_model);
    view! {
        <Show when=move || own.get()>
            <span class="why actions" data-testid="own-model">
                "Of yours, until the page is closed. "
                <button type="button" class="small" data-testid="save-card" on:click=move |_| intent.save_card()>"Save its card"</button>
                <button type="button" class="small" data-testid="built-in-model" on:click=move |_| intent.use_built_in_model()>"Use the built-in model"</button>
            </span>
        </Show>
    }
}

const fn evidence_sentence(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Untrained => "Random weights: its number has no medical meaning",
        Evidence::Synthetic => "Trained and tested on synthetic heads only: not validated on patients",
        Evidence::Local => "Calibrated on examinations of this site",
        Evidence::Clinical => "Shown on patients of several sites",
    }
}
