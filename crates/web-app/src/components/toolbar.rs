//! What stands above the list: its title, how many studies it shows, its order and its settings.

use super::device::ThisDevice;
use super::exports::Exports;
use super::filters::{ClearFilter, Filters};
use super::operating_point::OperatingPoint;
use super::order::OrderChoice;
use super::signals;
use super::waiting::Waiting;
use headway_core::worklist::filter::Filter;
use leptos::prelude::*;

/// Title, count, order, settings.
#[component]
pub fn Toolbar() -> impl IntoView {
    let signals = signals();
    let shown = Memo::new(move |_| (signals.rows.with(Vec::len), signals.outcomes.with(|outcomes| outcomes.studies)));
    view! {
        <div class="title">
            <h2 id="worklist-title">{if signals.lessons { "The six cases" } else { "Worklist" }}</h2>
            <span class="muted" data-testid="shown">{move || { let (shown, all) = shown.get(); Filter::in_words(shown, all) }}</span>
            <ClearFilter/>
            <Show when=move || !signals.lessons><OrderChoice/></Show>
        </div>
        <Show when=move || !signals.lessons>
            <div class="panels">
                <OperatingPoint/>
                <Filters/>
                <Waiting/>
                <Exports/>
                <ThisDevice/>
            </div>
        </Show>
    }
}
