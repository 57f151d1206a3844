//! The columns, each a button that sorts the list by it.

use super::{intent, signals};
use headway_core::worklist::column::Column;
use headway_core::worklist::reader::Mode;
use leptos::prelude::*;

/// The columns of each cell of a row.
const CELLS: [(&str, &[(Column, &str)]); 4] = [
    (
        "Result",
        &[(Column::Urgency, "Urgency"), (Column::Band, "Band"), (Column::Score, "Score"), (Column::State, "State")],
    ),
    (
        "Patient and study",
        &[
            (Column::PatientName, "Name"),
            (Column::PatientId, "ID"),
            (Column::StudyDate, "Study date"),
            (Column::Description, "Description"),
            (Column::Site, "Site"),
            (Column::Scanner, "Scanner"),
        ],
    ),
    ("Series", &[(Column::Series, "Series")]),
    ("Time", &[(Column::Waiting, "Waiting"), (Column::TimeToScore, "Time to score"), (Column::Arrival, "Arrival")]),
];

/// The headings above the rows.
#[component]
pub fn Headings() -> impl IntoView {
    let cell = |(name, columns): (&'static str, &'static [(Column, &'static str)])| {
        let buttons = columns.iter().map(|&(column, words)| view! { <Heading column words/> }).collect_view();
        view! { <div class="heading" role="group" aria-label=format!("Sort by: {name}")>{buttons}</div> }
    };
    view! { <div class="headings" data-testid="headings">{CELLS.map(cell)}</div> }
}

/// One column. Shift keeps the columns before it.
#[component]
fn Heading(column: Column, words: &'static str) -> impl IntoView {
    let (list, intent) = (signals().list, intent());
    let sorted = Memo::new(move |_| {
        list.with(|list| {
            let columns = list.order_in_use().columns();
            let at = columns.iter().position(|by| by.column == column)?;
            Some((at, columns.len(), columns[at].descending))
        })
    });
    let barred = Memo::new(move |_| column.reveals_scores() && list.with(|list| list.journal.mode() == Mode::Shadow));
    let mark = move || {
        let (at, columns, descending) = sorted.get()?;
        let place = if columns > 1 { format!(" {}", at + 1) } else { String::new() };
        Some(format!("{} {place}", if descending { "▼" } else { "▲" }))
    };
    let spoken = move || {
        let (_, _, descending) = sorted.get()?;
        Some(if descending { ", greatest first" } else { ", least first" })
    };
    view! {
        <button type="button" class="column" title="Sort by this column; with Shift, after the columns before"
            data-testid="sort" data-column=words disabled=move || barred.get() aria-pressed=move || sorted.get().is_some().to_string()
            on:click=move |event| intent.change_list(|list| list.order = list.order_in_use().with_column(column, event.shift_key()))>
            {words}<span class="unseen">{spoken}</span><span aria-hidden="true">{mark}</span>
        </button>
    }
}
