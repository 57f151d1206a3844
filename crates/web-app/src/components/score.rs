//! What a study came to: every stage has a face.

use super::intent;
use headway_core::finding::{Band, Finding};
use headway_core::reason::Reason;
use headway_core::study::StudyKey;
use headway_core::triage::Event;
use headway_core::worklist::Stage;
use leptos::prelude::*;

/// Score and band, or how far the work is, or why there is no score.
#[component]
pub fn ResultCell(
    /// Where the study stands.
    stage: Memo<Stage>,
    /// Which study, for a retry.
    key: StudyKey,
) -> impl IntoView {
    let key = StoredValue::new(key);
    let face = move || match stage.get() {
        Stage::Received => waiting("Reading files", None),
        Stage::Building => waiting("Building the volume", None),
        Stage::Waiting => waiting("Waiting for the device", None),
        // A graphics processor tells nothing until it is done.
        Stage::Inferring { fraction } => waiting("Scoring", (fraction > 0.0).then_some(fraction)),
        Stage::Scored { finding } => scored(&finding),
        Stage::NotScored { reason } => withheld("Not scored", "withheld", &reason, key.get_value()),
        Stage::Failed { reason } => withheld("Failed", "failed", &reason, key.get_value()),
    };
    view! { <div class="cell result" data-testid="row-score">{face}</div> }
}

fn waiting(what: &'static str, fraction: Option<f64>) -> AnyView {
    let percent = fraction.map(|f| format!("{:.0} %", f * 100.0));
    view! {
        <span class="badge working">{what}" "{percent}</span>
        {fraction.map(|f| view! { <progress max="1" value=f.to_string() aria-label=what></progress> })}
    }
    .into_any()
}

fn scored(finding: &Finding) -> AnyView {
    match (finding.score, finding.band) {
        (Some(score), Some(band)) => banded(score, band),
        _ => unscored(finding.logit),
    }
}

fn banded(score: f64, band: Band) -> AnyView {
    let (class, shape, words) = match band {
        Band::Flagged => ("flagged", "▲", "Flagged"),
        Band::Uncertain => ("uncertain", "◆", "Uncertain"),
        Band::NotFlagged => ("not-flagged", "○", "Not flagged"),
    };
    view! {
        <span class=format!("badge {class}")><span aria-hidden="true">{shape}" "</span>{words}</span>
        <span class="score">{format!("{score:.2}")}</span>
        <meter min="0" max="1" value=score.to_string() aria-label="Score"></meter>
    }
    .into_any()
}

/// An untrained model's number is shown as what it is.
fn unscored(logit: f64) -> AnyView {
    view! {
        <span class="badge plain">"No score"</span>
        <span class="reason">
            "Untrained model. Engine "
            <span data-testid="row-logit" data-logit=logit.to_string()>{format!("check value {logit:.4}")}</span>
            ", no meaning."
        </span>
    }
    .into_any()
}

fn withheld(words: &'static str, class: &'static str, reason: &Reason, key: StudyKey) -> AnyView {
    let intent = intent();
    let retry = class == "failed" || reason.code == headway_core::reason::Code::Cancelled;
    view! {
        <span class=format!("badge {class}")>{words}</span>
        <span class="reason" data-testid="row-reason" data-code=reason.code.as_str()>{reason.text.clone()}</span>
        {retry.then(|| view! {
            <button type="button" class="retry" on:click=move |_| intent.dispatch(Event::Retry(key.clone()))>"Try again"</button>
        })}
    }
    .into_any()
}
