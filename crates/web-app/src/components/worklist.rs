//! The list that orders itself, with what it is ordered and filtered by above it.

use super::headings::Headings;
use super::row::Row;
use super::signals;
use super::toolbar::Toolbar;
use leptos::prelude::*;

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
                <ol data-testid="rows">
                    <For each=move || signals.rows.get() key=|(key, _)| key.clone() let:entry>
                        <Row key=entry.0 signals=entry.1/>
                    </For>
                </ol>
                <Show when=move || signals.rows.with(Vec::is_empty)>
                    <p class="no-rows" data-testid="no-rows">"No study fits the filter. All studies are still in the list."</p>
                </Show>
            </section>
        </Show>
        <p class="said" role="status" data-testid="said">{move || signals.said.get()}</p>
    }
}
