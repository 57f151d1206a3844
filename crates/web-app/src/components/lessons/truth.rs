//! What a case really holds, once its score has been shown.

use super::super::intent;
use super::cases::told_of;
use crate::state::list::RowSignals;
use headway_core::card::Evidence;
use headway_core::study::StudyKey;
use headway_core::worklist::Stage;
use headway_core::worklist::lesson::{Case, Judged, model, reader};
use headway_core::worklist::reader::{Impression, Summary};
use leptos::prelude::*;

/// Truth, reader and model side by side, and why a model fails here. Nothing for a study that is no lesson.
#[component]
pub fn TruthOf(key: StoredValue<StudyKey>, signals: RowSignals) -> impl IntoView {
    let case = key.with_value(|key| Case::of_study(&key.study_uid));
    let seen = Memo::new(move |_| signals.standing.with(|standing| standing.score_seen));
    move || case.filter(|_| seen.get()).map(|case| view! { <Told case key signals/> })
}

#[component]
fn Told(case: Case, key: StoredValue<StudyKey>, signals: RowSignals) -> impl IntoView {
    let RowSignals { row, said, .. } = signals;
    let told = told_of(case);
    let model_in_use = super::super::signals().model;
    let by_model = Memo::new(move |_| row.with(|row| model(&row.stage, case.truth())));
    let by_reader = Memo::new(move |_| said.with(|said| reader(said, case.truth())));
    let evidence = Memo::new(move |_| model_in_use.with(|model| model.as_ref().map(|model| model.evidence)));
    let failed = move || by_model.get() == Some(Judged::Wrong);
    view! {
        <section class="truth" data-testid="truth" data-model=move || by_model.get().map(name) data-reader=move || by_reader.get().map(name)>
            <h3>{told.title}</h3>
            <p>{told.what}</p>
            <dl>
                <dt>"You"</dt>
                <dd>{move || said.with(reader_in_words)} {move || mark(by_reader.get())}</dd>
                <dt>"The model"</dt>
                <dd>{move || row.with(|row| model_in_words(&row.stage, evidence.get()))} {move || mark(by_model.get())}</dd>
            </dl>
            <Show when=failed>
                <p class="failure" data-testid="failure"><strong>"Why the model failed. "</strong>{told.why_it_fails}</p>
            </Show>
            <p class="muted">{told.to_take_away}</p>
            <ShowPlace case key signals/>
        </section>
    }
}

/// Opens the images where the finding is.
#[component]
fn ShowPlace(case: Case, key: StoredValue<StudyKey>, signals: RowSignals) -> impl IntoView {
    let intent = intent();
    let chosen =
        move || signals.row.with_untracked(|row| row.selection.as_ref().and_then(|selection| selection.chosen.clone()));
    let show = move |place_mm| {
        if let Some(series) = chosen() {
            intent.view(key.get_value(), series, Some(place_mm));
        }
    };
    case.place_mm().map(|place_mm| {
        view! { <button type="button" class="small" data-testid="show-place" on:click=move |_| show(place_mm)>"Show me the place"</button> }
    })
}

const fn name(judged: Judged) -> &'static str {
    match judged {
        Judged::Right => "right",
        Judged::Wrong => "wrong",
        Judged::Open => "open",
    }
}

/// A mark in words and shape, not by colour alone.
fn mark(judged: Option<Judged>) -> Option<impl IntoView> {
    let (class, words) = match judged? {
        Judged::Right => ("judged right", "✓ right"),
        Judged::Wrong => ("judged wrong", "✕ wrong"),
        Judged::Open => ("judged open", "– neither"),
    };
    Some(view! { <span class=class>{words}</span> })
}

fn reader_in_words(said: &Summary) -> &'static str {
    match said.reading.map(|(reading, _)| reading.impression) {
        _ if said.verdict.is_some() && said.reading.is_none() => "Not usable",
        Some(Impression::Normal) => "Normal",
        Some(Impression::Abnormal) => "Abnormal",
        None => "Nothing",
    }
}

fn model_in_words(stage: &Stage, evidence: Option<Evidence>) -> String {
    use headway_core::finding::Band;
    match stage {
        Stage::Scored { finding } => {
            let band = match finding.band {
                Some(Band::Flagged) => "Flagged",
                Some(Band::Uncertain) => "Uncertain",
                Some(Band::NotFlagged) => "Not flagged",
                None => "No band",
            };
            let shown = finding.score.zip(evidence).map(|(score, evidence)| evidence.shown(score));
            shown.map_or_else(|| band.to_owned(), |shown| format!("{band}, {shown}"))
        }
        Stage::NotScored { .. } => "No score: stopped before the network".to_owned(),
        Stage::Failed { .. } => "No score: the work broke off".to_owned(),
        _ => "No score yet".to_owned(),
    }
}
