//! One study.

use super::details::SeriesCell;
use super::score::ResultCell;
use headway_core::study::{Patient, Study};
use headway_core::worklist::{StageMillis, WorklistRow};
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
    let times = Memo::new(move |_| row.with(|row| row.stage_ms));
    let key = row.with_untracked(|row| row.key.clone());
    let study_uid = key.study_uid.clone();
    view! {
        <li class="row" data-testid="row" data-state=move || stage.with(|stage| stage.name()) data-study-uid=study_uid>
            <ResultCell stage key/>
            <div class="cell patient" data-testid="row-patient">
                {move || study.with(|(patient, study, images)| who(patient, study, *images))}
            </div>
            <SeriesCell selection cautions/>
            <div class="cell time" data-testid="row-stages">{move || times_text(times.get())}</div>
        </li>
    }
}

fn who(patient: &Patient, study: &Study, images: usize) -> impl IntoView + use<> {
    let name = patient.name.replace('^', " ").trim().to_owned();
    let name = if name.is_empty() { "No name stated".to_owned() } else { name };
    let id = if patient.id.is_empty() { "no ID".to_owned() } else { format!("ID {}", patient.id) };
    let about: Vec<String> =
        [date(&study.date), study.description.clone()].into_iter().filter(|t| !t.is_empty()).collect();
    let place: Vec<String> =
        [study.institution.clone(), study.scanner.clone()].into_iter().filter(|t| !t.is_empty()).collect();
    view! {
        <span class="name">{name}</span>
        <span class="muted">{id}" · "{format!("{images} images")}</span>
        <span>{about.join(" · ")}</span>
        <span class="muted">{place.join(" · ")}</span>
    }
}

/// `YYYYMMDD` as ISO 8601; anything else as it stands.
fn date(dicom: &str) -> String {
    match (dicom.len(), dicom.get(..4), dicom.get(4..6), dicom.get(6..8)) {
        (8, Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => dicom.to_owned(),
    }
}

fn times_text(times: StageMillis) -> impl IntoView {
    let stages =
        [("headers", times.headers), ("volume", times.volume), ("input", times.prepare), ("network", times.infer)];
    let total: f64 = stages.iter().map(|(_, ms)| ms).sum();
    let parts: Vec<_> = stages
        .into_iter()
        .filter(|(_, ms)| *ms >= 0.5)
        .map(|(name, ms)| view! { <span class="muted">{format!("{name} {}", duration(ms))}</span> })
        .collect();
    view! {
        <span class="total">{(total > 0.0).then(|| duration(total))}</span>
        {parts}
    }
}

/// A time as a person reads it.
fn duration(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.0} ms") } else { format!("{:.1} s", ms / 1_000.0) }
}
