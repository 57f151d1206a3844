//! How far a score moves under changes that mean nothing, beside the score. It is no confidence interval.

use super::{intent, signals};
use headway_core::card::Evidence;
use headway_core::finding::Finding;
use headway_core::range::{RangeWork, ScoreRange};
use headway_core::study::StudyKey;
use headway_core::triage::Event;
use headway_core::worklist::WorklistRow;
use leptos::prelude::*;

/// The range, the work on it, or the way to ask for it.
pub fn range_line(finding: &Finding, row: RwSignal<WorklistRow>, key: StudyKey, evidence: Evidence) -> AnyView {
    if let Some(range) = finding.range {
        return known(range, evidence).into_any();
    }
    let state = Memo::new(move |_| row.with(|row| (row.range_work.clone(), row.is_remembered)));
    let key = StoredValue::new(key);
    let face = move || match state.get() {
        (_, true) => ().into_any(),
        (RangeWork::None, _) => view! { <AskRange key/> }.into_any(),
        (RangeWork::UnderWay, _) => {
            view! { <span class="muted" data-testid="row-range">"Range under small shifts: being tried…"</span> }
                .into_any()
        }
        (RangeWork::Failed(reason), _) => {
            view! { <span class="reason" data-testid="row-range">{format!("No range: {}", reason.text)}</span> }
                .into_any()
        }
    };
    view! { {face} }.into_any()
}

fn known(range: ScoreRange, evidence: Evidence) -> impl IntoView {
    let signals = signals();
    let crosses = move || {
        let of_card = signals.model.with(|model| model.as_ref().and_then(|model| model.thresholds));
        let thresholds = signals.list.with(|list| list.thresholds(of_card));
        thresholds.is_some_and(|thresholds| range.crosses(thresholds)).then_some("; another shift gives another band")
    };
    let (low, high) = (evidence.shown(range.low), evidence.shown(range.high));
    let how = format!(
        "Least and greatest score of {} runs: the head as it is, mirrored, and shifted by {:.1} mm. How steady the network is, not how likely it is to be right.",
        range.runs, range.shift_mm
    );
    view! {
        <span class="muted" data-testid="row-range" title=how>{format!("Range under small shifts: {low} to {high}")}{crosses}</span>
    }
}

/// Where it takes long it waits until somebody asks.
#[component]
fn AskRange(key: StoredValue<StudyKey>) -> impl IntoView {
    let intent = intent();
    view! {
        <button type="button" class="small" data-testid="ask-range"
            title="Runs the network ten times more: mirrored, and shifted a little"
            on:click=move |_| intent.dispatch(Event::AskRange(key.get_value()))>"Range under small shifts"</button>
    }
}
