//! The list that orders itself, with what it is ordered and filtered by above it.

use super::headings::Headings;
use super::row::Row;
use super::signals;
use super::toolbar::Toolbar;
use crate::browser::order::put_in_order;
use headway_core::study::StudyKey;
use leptos::html::Ol;
use leptos::prelude::*;
use std::collections::BTreeMap;
use web_sys::Element;

/// One entry per study. Keyed by study, so that sorting moves entries and keeps focus.
#[component]
pub fn Worklist() -> impl IntoView {
    let signals = signals();
    let any = Memo::new(move |_| signals.outcomes.with(|outcomes| outcomes.studies > 0));
    view! {
        <Show when=move || any.get()>
            <section class="worklist" data-testid="worklist" aria-labelledby="worklist-title">
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
        let mut entries = rows.get();
        entries.sort_by_cached_key(|(_, signals)| signals.row.with_untracked(|row| row.arrival));
        entries
    });
    let list = NodeRef::<Ol>::new();
    let elements = RowElements::default();
    Effect::new(move |_| {
        let Some(list) = list.get() else { return };
        let in_order = rows.with(|rows| elements.of(rows.iter().map(|(key, _)| key)));
        put_in_order(&list, &in_order);
    });
    view! {
        <ol node_ref=list data-testid="rows">
            <For each=move || arrivals.get() key=|(key, _)| key.clone() let:entry>
                <Row key=entry.0 signals=entry.1 elements/>
            </For>
        </ol>
    }
}

/// Which elements stand in the list.
#[derive(Clone, Copy)]
pub struct RowElements {
    elements: StoredValue<BTreeMap<StudyKey, Element>, LocalStorage>,
    changed: Trigger,
}

impl Default for RowElements {
    fn default() -> Self {
        Self { elements: StoredValue::new_local(BTreeMap::new()), changed: Trigger::new() }
    }
}

impl RowElements {
    /// A study's row has been made.
    pub fn enter(self, study: StudyKey, element: &Element) {
        self.elements.update_value(|elements| {
            elements.insert(study, element.clone());
        });
        self.changed.notify();
    }

    /// A study's row is being taken away.
    pub fn leave(self, study: &StudyKey) {
        self.elements.try_update_value(|elements| elements.remove(study));
    }

    /// The rows of these studies that stand, in the same order.
    fn of<'a>(self, studies: impl Iterator<Item = &'a StudyKey>) -> Vec<Element> {
        self.changed.track();
        self.elements.with_value(|elements| studies.filter_map(|study| elements.get(study).cloned()).collect())
    }
}
