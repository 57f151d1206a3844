//! The list that orders itself, with what it is ordered and filtered by above it.

use super::headings::Headings;
use super::row::Row;
use super::signals;
use super::toolbar::Toolbar;
use crate::browser::order::put_in_order;
use crate::browser::page::idle;
use crate::state::list::RowSignals;
use leptos::html::Ol;
use leptos::prelude::*;
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;

/// One entry per study. Keyed by study, so that sorting moves entries and keeps focus.
#[component]
pub fn Worklist() -> impl IntoView {
    let signals = signals();
    let any = Memo::new(move |_| signals.outcomes.with(|outcomes| outcomes.studies > 0));
    // Made while nobody waits, so that the first row finds it there.
    let is_idle = RwSignal::new(false);
    spawn_local(async move {
        idle().await;
        is_idle.set(true);
    });
    view! {
        <Show when=move || any.get() || is_idle.get()>
            <section class="worklist" data-testid="worklist" aria-labelledby="worklist-title" hidden=move || !any.get()>
                <Toolbar/>
                <Show when=move || !signals.lessons><Headings/></Show>
                <Rows/>
                <Show when=move || signals.rows.with(Vec::is_empty)>
                    <p class="no-rows" data-testid="no-rows">"No study fits the filter. All studies are still in the list."</p>
                </Show>
            </section>
        </Show>
        <p class="said" role="status" data-testid="said">{move || signals.said.get()}</p>
    }
}

/// The rows. They are made in order of arrival, which never changes, and moved by [`put_in_order`]:
/// where one rises, `<For>` would move every row that it passes.
#[component]
fn Rows() -> impl IntoView {
    let rows = signals().rows;
    let arrivals = Memo::new(move |_| {
        let mut arrivals = rows.get();
        arrivals.sort_by_cached_key(|signals| signals.row.with_untracked(|row| row.arrival));
        arrivals
    });
    let list = NodeRef::<Ol>::new();
    let elements = RowElements::default();
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            rows.with(|rows| elements.put_in_order(&list, rows));
        }
    });
    view! {
        <ol node_ref=list data-testid="rows">
            <For each=move || arrivals.get() key=|signals| signals.row let:signals>
                <Row signals elements/>
            </For>
        </ol>
    }
}

/// The rows' elements, and which place each was given last.
#[derive(Clone, Copy)]
pub struct RowElements {
    placed: StoredValue<HashMap<RowSignals, (Element, Option<usize>)>, LocalStorage>,
    changed: Trigger,
}

impl Default for RowElements {
    fn default() -> Self {
        Self { placed: StoredValue::new_local(HashMap::new()), changed: Trigger::new() }
    }
}

impl RowElements {
    /// A row has been made, and stands anywhere.
    pub fn enter(self, row: RowSignals, element: &Element) {
        self.placed.update_value(|placed| {
            placed.insert(row, (element.clone(), None));
        });
        self.changed.notify();
    }

    /// A row is being taken away.
    pub fn leave(self, row: RowSignals) {
        self.placed.try_update_value(|placed| placed.remove(&row));
    }

    /// Puts the rows that have been made in this order.
    fn put_in_order(self, list: &Element, rows: &[RowSignals]) {
        self.changed.track();
        self.placed.update_value(|placed| {
            let made = rows.iter().filter_map(|row| placed.get(row).cloned());
            let (elements, was): (Vec<_>, Vec<_>) = made.unzip();
            put_in_order(list, &elements, &was);
            for (place, row) in rows.iter().enumerate() {
                placed.entry(*row).and_modify(|(_, at)| *at = Some(place));
            }
        });
    }
}
