//! A column of the chosen file, by its name.

use crate::page::room;
use headway_evaluate::question::Role;
use headway_evaluate::table::Table;
use leptos::prelude::*;

/// The choice among the columns that the file has; nothing before there is a file.
#[component]
pub fn ColumnChoice(
    /// Of which file.
    role: Role,
    /// What the column holds.
    label: &'static str,
    /// Words of which one is in the name of such a column, likeliest first.
    likely: &'static [&'static str],
    /// Its name.
    value: RwSignal<String>,
    /// For tests.
    testid: &'static str,
) -> impl IntoView {
    let room = room();
    let columns = Memo::new(move |_| {
        room.files.with(|files| {
            let file = files.iter().find(|file| file.role == role);
            file.map(|file| Table::read_headers(&file.name, &file.bytes).unwrap_or_default()).unwrap_or_default()
        })
    });
    Effect::new(move |_| {
        columns.with(|columns| {
            let named = |word: &&'static str| columns.iter().find(|column| column.to_lowercase().contains(word));
            if let Some(column) = likely.iter().find_map(named).or(columns.first()) {
                value.set(column.clone());
            }
        });
    });
    view! {
        <Show when=move || columns.with(|columns| !columns.is_empty())>
            <label class="line">
                <span>{label}</span>
                <select data-testid=testid on:change:target=move |event| value.set(event.target().value())>
                    {move || columns.get().into_iter().map(|column| {
                        let (name, written) = (column.clone(), column.clone());
                        view! { <option value=written prop:selected=move || value.get() == name>{column}</option> }
                    }).collect_view()}
                </select>
            </label>
        </Show>
    }
}
