//! Which series was chosen and why, why not the others, and the reader's way to choose another.

use super::intent;
use super::text::count;
use crate::browser::page::focus;
use headway_core::selection::{RejectedSeries, Score, SelectionReport, SeriesChoice};
use headway_core::series::SeriesSummary;
use headway_core::study::StudyKey;
use headway_core::triage::{Event, WantedSeries};
use leptos::html::Summary;
use leptos::prelude::*;

/// The chosen series with its reasons, the rejected ones with theirs, and cautions.
#[component]
pub fn SeriesCell(
    /// Of which study.
    key: StudyKey,
    /// The choice, once it is made.
    selection: Memo<Option<SelectionReport>>,
    /// What the reader should know beside the score.
    cautions: Memo<Vec<String>>,
) -> impl IntoView {
    let key = StoredValue::new(key);
    let made = Memo::new(move |_| selection.with(Option::is_some));
    view! {
        <div class="cell series">
            {move || made.get().then(|| view! { <Choice key selection/> })}
            <For each=move || cautions.get() key=Clone::clone let:caution>
                <span class="caution">{caution}</span>
            </For>
        </div>
    }
}

/// One study's choice. The details stay open, and keep the focus, when the choice changes.
#[component]
fn Choice(key: StoredValue<StudyKey>, selection: Memo<Option<SelectionReport>>) -> impl IntoView {
    let report = move || selection.get().unwrap_or_default();
    let heading = NodeRef::<Summary>::new();
    // Whoever chose stays at the details: the button that was pressed is gone by then.
    let choose = Choose { key, heading };
    view! {
        {move || chosen(&report(), key)}
        <details>
            <summary node_ref=heading>{move || summary(&report())}</summary>
            {move || reasons(report(), choose)}
        </details>
    }
}

fn chosen(report: &SelectionReport, key: StoredValue<StudyKey>) -> impl IntoView + use<> {
    let name = report.chosen.as_ref().map_or_else(|| "No series chosen".to_owned(), named);
    let images = report.chosen.as_ref().map(|chosen| count(chosen.images, "image", "images"));
    view! {
        <span class="series-name" data-testid="row-series">{name}</span>
        <span class="muted">{images}</span>
        {report.chosen.clone().map(|series| view! { <ViewButton key series/> })}
        {report.by_reader.then(|| view! {
            <span class="caution" data-testid="by-reader">"Your choice of series: the score gives it no place in the list"</span>
        })}
    }
}

fn named(series: &SeriesSummary) -> String {
    let title = series.title();
    if title.is_empty() { "Series without a description".to_owned() } else { title }
}

fn summary(report: &SelectionReport) -> String {
    match (report.reasons.is_empty(), report.rejected.len()) {
        (true, 0) => "No series".to_owned(),
        (true, 1) => "Why not the one series".to_owned(),
        (true, n) => format!("Why none of {n} series"),
        (false, 0) => "Why this series".to_owned(),
        (false, 1) => "Why this series, and not the other".to_owned(),
        (false, n) => format!("Why this series, and not {n} others"),
    }
}

fn reasons(report: SelectionReport, choose: Choose) -> impl IntoView {
    let next_best = report.runner_up.as_ref().map(|series| format!("Next best: {}", named(series)));
    view! {
        <ul class="reasons" data-testid="row-reasons">
            {report.reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect::<Vec<_>>()}
        </ul>
        {standing(report.scores)}
        <span class="muted" data-testid="runner-up">{next_best}</span>
        {report.by_reader.then(|| view! { <ChooseButton choose series=None words="Leave the choice to the rules"/> })}
        {report.rejected.into_iter().map(|rejected| view! { <Rejected rejected choose/> }).collect::<Vec<_>>()}
    }
}

/// What was found in each criterion, most important first: the first that differs decides between two series.
fn standing(scores: Vec<Score>) -> impl IntoView {
    let found: Vec<_> =
        scores.into_iter().map(|score| view! { <dt>{score.criterion}</dt><dd>{score.found}</dd> }).collect();
    (!found.is_empty()).then(|| view! { <dl class="standing" data-testid="row-standing">{found}</dl> })
}

/// A series that was not chosen.
#[component]
fn Rejected(rejected: RejectedSeries, choose: Choose) -> impl IntoView {
    let code = rejected.reasons.first().map(|reason| reason.code.as_str());
    let name = named(&rejected.series);
    let words = format!("Use {name}");
    let wanted = SeriesChoice { series_uid: rejected.series.series_uid.clone(), part: rejected.series.part.clone() };
    view! {
        <div class="rejected" data-testid="rejected" data-series-description=rejected.series.description data-code=code>
            <span class="series-name">"Not "{name}</span>" "
            <span class="muted">{count(rejected.series.images, "image", "images")}</span>
            <ul class="reasons">
                {rejected.reasons.into_iter().map(|reason| view! { <li>{reason.text}</li> }).collect::<Vec<_>>()}
            </ul>
            <div class="actions">
                <ViewButton key=choose.key series=rejected.series.clone()/>
                <ChooseButton choose series=Some(wanted) words/>
            </div>
        </div>
    }
}

/// Where a choice goes.
#[derive(Clone, Copy)]
struct Choose {
    key: StoredValue<StudyKey>,
    heading: NodeRef<Summary>,
}

/// The reader's choice of a series; none leaves it to the rules again.
#[component]
fn ChooseButton(choose: Choose, series: WantedSeries, #[prop(into)] words: String) -> impl IntoView {
    let intent = intent();
    let on_click = move |_| {
        if let Some(heading) = choose.heading.get_untracked() {
            focus(&heading);
        }
        intent.dispatch(Event::Choose(choose.key.get_value(), series.clone()));
    };
    view! { <button type="button" class="choose" data-testid="choose-series" on:click=on_click>{words}</button> }
}

/// Opens a series for the eye.
#[component]
fn ViewButton(key: StoredValue<StudyKey>, series: SeriesSummary) -> impl IntoView {
    let intent = intent();
    let label = format!("View images of {}", named(&series));
    view! {
        <button
            type="button"
            class="choose"
            data-testid="view-images"
            aria-label=label
            on:click=move |_| intent.view(key.get_value(), series.clone(), None)
        >"View images"</button>
    }
}
