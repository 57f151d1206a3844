//! One study.

use super::details::SeriesCell;
use super::intent;
use super::lessons::TruthOf;
use super::reader::{Draft, Reader, row_key};
use super::score::ResultCell;
use super::status::tier_name;
use super::text::{count, date, duration, joined, person, sentence};
use super::worklist::RowElements;
use crate::browser::keys::has_focus;
use crate::browser::near::Near;
use crate::state::list::{By, RowSignals};
use headway_core::finding::{Band, Tier};
use headway_core::study::{Patient, Study, StudyKey};
use headway_core::worklist::{Stage, StageMillis};
use leptos::html::Li;
use leptos::prelude::*;

/// A list of so few rows is drawn whole; of a longer one the rows near the part that is seen.
const DRAWN_WHOLE: usize = 40;

/// A worklist row: its place in the list, and what it says while it is near enough to be seen.
#[component]
pub fn Row(
    /// What is drawn of it.
    signals: RowSignals,
    /// Where its element is told of.
    elements: RowElements,
) -> impl IntoView {
    let intent = intent();
    let rows = super::signals().rows;
    let is_short = move || rows.with_untracked(Vec::len) <= DRAWN_WHOLE;
    let near = RwSignal::new(false);
    let item = NodeRef::<Li>::new();
    let watched = StoredValue::new_local(None::<Near>);
    let key = StoredValue::new(signals.row.with_untracked(|row| row.key.clone()));
    Effect::new(move |_| {
        let Some(element) = item.get() else { return };
        elements.enter(signals, &element);
        let row = element.clone();
        // What has the focus stays, wherever it is scrolled to.
        let told = move |is_near: bool| near.set(is_near || is_short() || has_focus(&row));
        let watching = Near::watch(&element, told);
        // Where nobody tells what is near, everything is drawn.
        if watching.is_none() {
            near.set(true);
        }
        watched.set_value(watching);
    });
    let state = Memo::new(move |_| signals.row.with(|row| row.stage.name()));
    let remembered = Memo::new(move |_| signals.row.with(|row| row.is_remembered));
    // Told to styles by the row itself: what hangs on what is inside of it is looked for anew whenever a row moves.
    let band = Memo::new(move |_| {
        signals.standing.with(|standing| standing.score_seen).then(|| signals.row.with(|row| band(&row.stage)))?
    });
    let draft = RwSignal::new(Draft::default());
    on_cleanup(move || elements.leave(signals));
    let in_use = move |by: By| key.with_value(|key| intent.use_row(by, key));
    view! {
        <li class="row" class:far=move || !near.get() class:remembered=move || remembered.get()
            node_ref=item tabindex="-1" data-testid="row" data-state=state data-band=move || band.get().map(Band::in_words)
            data-study-uid=key.with_value(|key| key.study_uid.clone())
            on:pointerenter=move |_| in_use(By::Pointer) on:pointerleave=move |_| intent.let_go(By::Pointer)
            on:focusin=move |_| in_use(By::Focus) on:focusout=move |_| intent.let_go(By::Focus)
            on:keydown=move |event| key.with_value(|key| row_key(&event, intent, key, draft))>
            <Show when=move || near.get()><Cells key signals draft/></Show>
        </li>
    }
}

/// What a row says. Each cell wakes only for its own part.
#[component]
fn Cells(key: StoredValue<StudyKey>, signals: RowSignals, draft: RwSignal<Draft>) -> impl IntoView {
    let RowSignals { row, standing, .. } = signals;
    let masked = super::signals().masked;
    let arrival = row.with_untracked(|row| row.arrival);
    let study = Memo::new(move |_| row.with(|row| (row.patient.clone(), row.study.clone(), row.images)));
    let selection = Memo::new(move |_| row.with(|row| row.selection.clone()));
    let cautions = Memo::new(move |_| row.with(|row| row.cautions.clone()));
    let stage = Memo::new(move |_| row.with(|row| row.stage.clone()));
    let times = Memo::new(move |_| row.with(|row| (row.stage_ms, tier(&row.stage))));
    let remembered = Memo::new(move |_| row.with(|row| row.is_remembered));
    let prior_of = Memo::new(move |_| row.with(|row| row.prior_of.clone()));
    let identity = move || {
        study.with(|(patient, study, images)| match masked.get() {
            true => whoever(arrival, study, *images).into_any(),
            false => who(patient, study, *images).into_any(),
        })
    };
    view! {
        <ResultCell stage row standing key=key.get_value()/>
        <div class="cell patient" data-testid="row-patient">
            {identity}
            {move || prior_of.get().map(|newest| view! {
                <span class="prior" data-testid="prior">{format!("Prior: the same patient was examined again on {}.", date(&newest))}</span>
            })}
        </div>
        <div class="series-cell">
            <SeriesCell key=key.get_value() selection cautions/>
            <Show when=move || remembered.get()>
                <p class="muted" data-testid="remembered">"From an earlier session. Drop the study again to see its images."</p>
            </Show>
        </div>
        <div class="cell time">
            <span class="waiting" class:overdue=move || standing.with(|standing| standing.is_overdue) data-testid="row-waiting">
                {move || sentence(&standing.with(|standing| standing.waiting.clone()))}
            </span>
            <span class="cell" data-testid="row-stages">{move || { let (times, tier) = times.get(); spent(times, tier) }}</span>
        </div>
        <Reader key signals draft/>
        <TruthOf key signals/>
    }
}

fn band(stage: &Stage) -> Option<Band> {
    match stage {
        Stage::Scored { finding } => finding.score.and(finding.band),
        _ => None,
    }
}

fn tier(stage: &Stage) -> Option<Tier> {
    match stage {
        Stage::Scored { finding } => Some(finding.device.tier),
        _ => None,
    }
}

/// The same without what says who it is.
fn whoever(arrival: usize, study: &Study, images: usize) -> impl IntoView + use<> {
    view! {
        <span class="name">{format!("Patient {}", arrival + 1)}</span>
        <span>{joined(&[date(&study.date), study.description.clone(), count(images, "image", "images")])}</span>
        <span class="muted">{joined(&[study.institution.clone(), study.scanner.clone()])}</span>
    }
}

fn who(patient: &Patient, study: &Study, images: usize) -> impl IntoView + use<> {
    let or = |text: String, none: &str| if text.is_empty() { none.to_owned() } else { text };
    let labelled = |label: &str, text: &str| if text.is_empty() { String::new() } else { format!("{label} {text}") };
    view! {
        <span class="name">{or(person(&patient.name), "No name stated")}</span>
        <span>{joined(&[or(labelled("ID", &patient.id), "No ID"), labelled("born", &date(&patient.birth_date)), patient.sex.clone()])}</span>
        <span>{joined(&[date(&study.date), study.description.clone(), count(images, "image", "images")])}</span>
        <span class="muted">{joined(&[labelled("Accession", &study.accession_number), study.institution.clone(), study.scanner.clone()])}</span>
    }
}

/// The sum, and each stage that was reached.
fn spent(times: StageMillis, tier: Option<Tier>) -> impl IntoView {
    let stages =
        [("Headers", times.headers), ("Volume", times.volume), ("Input", times.prepare), ("Network", times.infer)];
    let total: f64 = stages.iter().map(|(_, ms)| ms).sum();
    let parts: Vec<_> = stages
        .into_iter()
        .filter(|(_, ms)| *ms >= 0.5)
        .map(|(name, ms)| view! { <span class="muted">{format!("{name} {}", duration(ms))}</span> })
        .collect();
    view! {
        <span class="total">{(total > 0.0).then(|| duration(total))}</span>
        {parts}
        {tier.map(|tier| view! { <span class="muted">{tier_name(tier)}</span> })}
    }
}
