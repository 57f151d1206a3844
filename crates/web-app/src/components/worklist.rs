//! The list that orders itself, or stands as the studies came.

use super::row::Row;
use super::signals;
use crate::state::app::RowSignal;
use leptos::prelude::*;

/// One entry per study. Keyed by study, so that sorting moves entries and keeps focus.
#[component]
pub fn Worklist() -> impl IntoView {
    let rows = signals().rows;
    let by_arrival = RwSignal::new(false);
    let ordered = move || {
        let mut rows: Vec<RowSignal> = rows.get();
        if by_arrival.get() {
            rows.sort_by_key(|(_, row)| row.with_untracked(|row| row.arrival));
        }
        rows
    };
    view! {
        <Show when=move || rows.with(|rows| !rows.is_empty())>
            <section class="worklist" data-testid="worklist" aria-labelledby="worklist-title">
                <div class="title">
                    <h2 id="worklist-title">"Worklist"</h2>
                    <fieldset>
                        <legend class="unseen">"Order"</legend>
                        <label title="Flagged, uncertain, without a score, not flagged; the oldest examination first in each">
                            <input type="radio" name="order" checked on:change=move |_| by_arrival.set(false)/>
                            "Most urgent first"
                        </label>
                        <label>
                            <input type="radio" name="order" on:change=move |_| by_arrival.set(true)/>
                            "As they came"
                        </label>
                    </fieldset>
                </div>
                <div class="headings" aria-hidden="true">
                    <span>"Result"</span>
                    <span>"Patient and study"</span>
                    <span>"Series"</span>
                    <span>"Time"</span>
                </div>
                <ol>
                    <For each=ordered key=|(key, _)| key.clone() let:entry>
                        <Row row=entry.1/>
                    </For>
                </ol>
            </section>
        </Show>
    }
}
