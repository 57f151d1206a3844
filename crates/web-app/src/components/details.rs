//! Which series was chosen and why, and why not the others.

use super::text::count;
use headway_core::selection::{RejectedSeries, SelectionReport};
use leptos::prelude::*;

/// The chosen series with its reasons, the rejected ones with theirs, and cautions.
#[component]
pub fn SeriesCell(
    /// The choice, once it is made.
    selection: Memo<Option<SelectionReport>>,
    /// What the reader should know beside the score.
    cautions: Memo<Vec<String>>,
) -> impl IntoView {
    view! {
        <div class="cell series">
            {move || selection.get().map(|report| view! { <Choice report/> })}
            <For each=move || cautions.get() key=Clone::clone let:caution>
                <span class="caution">{caution}</span>
            </For>
        </div>
    }
}

/// One study's choice.
#[component]
fn Choice(report: SelectionReport) -> impl IntoView {
    let chosen = report.chosen.map(|chosen| (chosen.title(), chosen.images));
    let name = match &chosen {
        Some((description, _)) if !description.is_empty() => description.clone(),
        Some(_) => "Series without a description".to_owned(),
        None => "No series chosen".to_owned(),
    };
    let images = chosen.map(|(_, images)| count(images, "image", "images"));
    let summary = match (report.reasons.is_empty(), report.rejected.len()) {
        (true, 0) => "No series".to_owned(),
        (true, 1) => "Why not the one series".to_owned(),
        (true, n) => format!("Why none of {n} series"),
        (false, 0) => "Why this series".to_owned(),
        (false, 1) => "Why this series, and not the other".to_owned(),
        (false, n) => format!("Why this series, and not {n} others"),
    };
    view! {
        <span class="series-name" data-testid="row-series">{name}</span>
        <span class="muted">{images}</span>
        <details>
            <summary>{summary}</summary>
            <ul class="reasons" data-testid="row-reasons">
                {report.reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect::<Vec<_>>()}
            </ul>
            {report.rejected.into_iter().map(|rejected| view! { <Rejected rejected/> }).collect::<Vec<_>>()}
        </details>
    }
}

/// A series that was not chosen.
#[component]
fn Rejected(rejected: RejectedSeries) -> impl IntoView {
    let code = rejected.reasons.first().map(|reason| reason.code.as_str());
    let title = rejected.series.title();
    let name = if title.is_empty() { "Series without a description".to_owned() } else { title };
    let description = rejected.series.description;
    view! {
        <div class="rejected" data-testid="rejected" data-series-description=description data-code=code>
            <span class="series-name">"Not "{name}</span>" "
            <span class="muted">{count(rejected.series.images, "image", "images")}</span>
            <ul class="reasons">
                {rejected.reasons.into_iter().map(|reason| view! { <li>{reason.text}</li> }).collect::<Vec<_>>()}
            </ul>
        </div>
    }
}
