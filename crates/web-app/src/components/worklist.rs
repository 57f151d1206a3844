//! The list that orders itself.

use super::row::Row;
use super::signals;
use leptos::prelude::*;

/// One entry per study, in the desk's order. Keyed by study, so that sorting moves entries and keeps focus.
#[component]
pub fn Worklist() -> impl IntoView {
    let rows = signals().rows;
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <section class="worklist" data-testid="worklist" aria-label="Worklist">
                <div class="headings" aria-hidden="true">
                    <span>"Result"</span>
                    <span>"Patient and study"</span>
                    <span>"Series"</span>
                    <span>"Time"</span>
                </div>
                <ol>
                    <For each=move || rows.get() key=|(key, _)| key.clone() let:entry>
                        <Row row=entry.1/>
                    </For>
                </ol>
            </section>
        </Show>
    }
}
