//! One study.

use super::details::SeriesCell;
use super::score::ResultCell;
use super::status::tier_name;
use super::text::{count, date, duration, joined, person};
use headway_core::finding::Tier;
use headway_core::study::{Patient, Study};
use headway_core::worklist::{Stage, StageMillis, WorklistRow};
use leptos::prelude::*;

/// A worklist row. Each cell wakes only for its own part.
#[component]
pub fn Row(
    /// The study it shows.
    row: RwSignal<WorklistRow>,
) -> impl IntoView {
    let study = Memo::new(move |_| row.with(|row| (row.patient.clone(), row.study.clone(), row.images)));
    let selection = Memo::new(move |_| row.with(|row| row.selection.clone()));
    let cautions = Memo::new(move |_| row.with(|row| row.cautions.clone()));
    let stage = Memo::new(move |_| row.with(|row| row.stage.clone()));
    let times = Memo::new(move |_| row.with(|row| (row.stage_ms, tier(&row.stage))));
    let key = row.with_untracked(|row| row.key.clone());
    let study_uid = key.study_uid.clone();
    view! {
        <li class="row" data-testid="row" data-state=move || stage.with(|stage| stage.name()) data-study-uid=study_uid>
            <ResultCell stage key=key.clone()/>
            <div class="cell patient" data-testid="row-patient">
                {move || study.with(|(patient, study, images)| who(patient, study, *images))}
            </div>
            <SeriesCell key selection cautions/>
            <div class="cell time" data-testid="row-stages">{move || { let (times, tier) = times.get(); spent(times, tier) }}</div>
        </li>
    }
}

fn tier(stage: &Stage) -> Option<Tier> {
    match stage {
        Stage::Scored { finding } => Some(finding.device.tier),
        _ => None,
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
