//! What a study came to: every stage has a face.

use super::range::range_line;
use super::text::sentence;
use super::{intent, signals};
use crate::browser::page::show_panel;
use crate::state::device::EngineState;
use headway_core::card::Evidence;
use headway_core::finding::{Band, Finding};
use headway_core::reason::{Code, Reason, Whose};
use headway_core::study::StudyKey;
use headway_core::worklist::list::Standing;
use headway_core::worklist::{Stage, WorklistRow};
use leptos::prelude::*;

/// Score and band, or how far the work is, or why there is no score.
#[component]
pub fn ResultCell(
    /// How far the study has come.
    stage: Memo<Stage>,
    /// The whole row.
    row: RwSignal<WorklistRow>,
    /// Where it stands in the list.
    standing: RwSignal<Standing>,
    /// Which study, for a retry.
    key: StudyKey,
) -> impl IntoView {
    let key = StoredValue::new(key);
    let signals = signals();
    let ready = Memo::new(move |_| matches!(signals.engine.get(), EngineState::Ready(_)));
    let evidence = Memo::new(move |_| signals.model.get().map(|model| model.evidence));
    let face = move |stage| match stage {
        Stage::Received => working("Reading files", None),
        Stage::Building => working("Building the volume", None),
        // A graphics processor tells nothing until it is done.
        Stage::Inferring { fraction } if ready.get() => working("Scoring", (fraction > 0.0).then_some(fraction)),
        Stage::Waiting if ready.get() => working("Waiting for its turn", None),
        Stage::Waiting | Stage::Inferring { .. } => working("Waiting for the model", None),
        Stage::Scored { finding } => answered(&finding, evidence.get(), row, key.get_value()),
        Stage::NotScored { reason } => {
            withheld("Not scored", "not-scored", &reason, may_pass(&reason).then(|| key.get_value()))
        }
        Stage::Failed { reason } => withheld("Failed", "failed", &reason, Some(key.get_value())),
    };
    let place = Memo::new(move |_| standing.with(|standing| standing.place.clone()));
    let seen = Memo::new(move |_| standing.with(|standing| standing.score_seen));
    // Of a lesson it would tell too much that there is no score.
    let is_hidden = move |stage: &Stage| match stage {
        Stage::Scored { .. } => !seen.get(),
        Stage::NotScored { .. } => signals.lessons && !seen.get(),
        _ => false,
    };
    let face = move || match stage.get() {
        stage if is_hidden(&stage) => hidden(),
        stage => face(stage),
    };
    view! {
        <div class="cell result" data-testid="row-score">
            {face}
            <span class="place" data-testid="row-place" data-place=move || place.get().map(|(place, _)| place.name())>
                {move || place.get().map(|(_, why)| why)}
            </span>
        </div>
    }
}

fn working(what: &'static str, fraction: Option<f64>) -> AnyView {
    let percent = fraction.map(|f| format!(" {:.0} %", f * 100.0));
    view! {
        <span class="badge working">{what}{percent}</span>
        {fraction.map(|f| bar(f, "working"))}
    }
    .into_any()
}

/// The network has answered, and the reader has not asked to see it.
fn hidden() -> AnyView {
    view! {
        <span class="badge plain" data-testid="hidden-score"><span class="shape" aria-hidden="true">"?"</span>"Score hidden"</span>
        <span class="muted">"Shown once you have recorded your reading."</span>
    }
    .into_any()
}

fn answered(finding: &Finding, evidence: Option<Evidence>, row: RwSignal<WorklistRow>, key: StudyKey) -> AnyView {
    match (finding.score, evidence) {
        (Some(score), Some(evidence)) => view! {
            {scored(score, finding, evidence)}
            {range_line(finding, row, key, evidence)}
        }
        .into_any(),
        _ => unscored(finding.logit, evidence),
    }
}

/// A band is a shape and words before it is a colour, and never green. No score stands without its evidence and its model.
fn scored(score: f64, finding: &Finding, evidence: Evidence) -> AnyView {
    let (class, shape, words) = match finding.band {
        Some(Band::Flagged) => ("flagged", "▲", "Flagged"),
        Some(Band::Uncertain) => ("uncertain", "◆", "Uncertain"),
        Some(Band::NotFlagged) => ("not-flagged", "○", "Not flagged"),
        None => ("plain", "–", "No thresholds"),
    };
    let by = &finding.model;
    // The card is one click from the number.
    let show_card = |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        show_panel("model-card");
    };
    view! {
        <span class=format!("badge {class}")><span class="shape" aria-hidden="true">{shape}</span>{words}</span>
        <span class="score" data-testid="row-logit" data-logit=finding.logit.to_string()>{evidence.shown(score)}</span>
        {bar(score, class)}
        <span class="muted" data-testid="score-means">{sentence(evidence.score_means())}</span>
        <a class="muted" href="#model-card" data-testid="row-model" data-sha256=by.sha256.clone() on:click=show_card>
            {format!("Model {} {}", by.name, by.version)}
        </a>
        {finding.device.f16.then(|| view! { <span class="muted">"Computed in 16-bit storage"</span> })}
    }
    .into_any()
}

/// A share as a bar, beside the number that says it. Browsers paint `<meter>` and `<progress>` green as they please.
fn bar(share: f64, class: &'static str) -> impl IntoView {
    view! {
        <svg class=format!("bar {class}") viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect class="track" width="100" height="6"></rect>
            <rect class="fill" width=format!("{:.1}", share * 100.0) height="6"></rect>
        </svg>
    }
}

/// A number without a meaning is shown as what it is.
fn unscored(logit: f64, evidence: Option<Evidence>) -> AnyView {
    let why = match evidence {
        Some(Evidence::Untrained) => "No score: untrained model",
        _ => "No score: the model is not calibrated",
    };
    view! {
        <span class="badge plain"><span class="shape" aria-hidden="true">"–"</span>{why}</span>
        <span class="muted">
            "Engine "
            <span data-testid="row-logit" data-logit=logit.to_string()>{format!("check value {logit:.4}")}</span>
            " (no meaning)"
        </span>
    }
    .into_any()
}

/// Whether trying again can help: where the reader stopped it, or the device or the model's files were at fault.
fn may_pass(reason: &Reason) -> bool {
    match reason.code {
        Code::Cancelled => true,
        Code::Abstained => false,
        _ => matches!(reason.whose, Whose::Device | Whose::Model),
    }
}

fn withheld(words: &'static str, class: &'static str, reason: &Reason, retry: Option<StudyKey>) -> AnyView {
    let intent = intent();
    let shape = if class == "failed" { "✕" } else { "–" };
    view! {
        <span class=format!("badge {class}")><span class="shape" aria-hidden="true">{shape}</span>{words}</span>
        <span class="reason" data-testid="row-reason" data-code=reason.code.as_str()>{reason.text.clone()}</span>
        {retry.map(|key| view! {
            <button type="button" class="retry" on:click=move |_| intent.retry(key.clone())>"Try again"</button>
        })}
    }
    .into_any()
}
