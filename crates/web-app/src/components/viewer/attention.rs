//! The attention map's own bar: asked for, growing, shown with its knobs, and always with its warning.

use super::controls::Controls;
use crate::components::{intent, signals};
use crate::state::device::EngineState;
use crate::state::viewer::Attention;
use headway_core::card::Evidence;
use leptos::prelude::*;

/// A button, and below it what has come of it.
#[component]
pub fn AttentionBar(controls: Controls) -> impl IntoView {
    let attention = controls.signals.attention;
    let why_not = why_not();
    let asked = Memo::new(move |_| attention.with(Option::is_some));
    let intent = intent();
    let turn = move |_| if asked.get() { intent.stop_explaining() } else { intent.explain() };
    view! {
        <div class="attention-bar" data-testid="attention-bar">
            <button
                type="button"
                data-testid="attention-button"
                aria-pressed=move || asked.get().to_string()
                disabled=move || why_not.get().is_some()
                on:click=turn
            >"Attention map"</button>
            <Show
                when=move || asked.get()
                fallback=move || view! { <span class="muted">{move || why_not.get().unwrap_or("Which parts of the head raised the score: covers one part after another and runs the network again")}</span> }
            >
                <strong class="warning">"Research explanation, not a diagnosis; may mislead."</strong>
                {move || attention.with(|attention| attention.as_ref().map(state))}
                <Knobs controls/>
            </Show>
        </div>
    }
}

/// Why no map can be made now, if so.
fn why_not() -> Memo<Option<&'static str>> {
    let signals = signals();
    Memo::new(move |_| {
        let ready = matches!(signals.engine.get(), EngineState::Ready(_));
        let untrained = signals.model.with(|model| model.as_ref().is_some_and(|m| m.evidence == Evidence::Untrained));
        // Where the score is still hidden, a map of what raised it would give it away.
        let study = signals.viewer.on_screen.with(|shown| shown.as_ref().map(|shown| shown.study.clone()));
        let seen = study.is_none_or(|study| signals.list.with(|list| list.journal.is_score_seen(&study)));
        match (ready, untrained) {
            _ if !seen => Some("The score is still hidden: record your reading and have the score shown first."),
            (false, _) => Some("An attention map needs the network, which is not loaded."),
            (true, true) => Some("The model is untrained: an attention map would mean nothing."),
            (true, false) => None,
        }
    })
}

fn state(attention: &Attention) -> impl IntoView + use<> {
    let share = attention.map.as_ref().map_or(0.0, |map| map.share);
    let nothing = !attention.is_growing() && attention.map.as_ref().is_some_and(|map| map.greatest().is_none());
    let failed = attention.failed.as_ref().map(|reason| reason.text.clone());
    let growing = attention.is_growing().then(|| {
        view! { <progress max="1" value=share aria-label="Attention map">{format!("{:.0} %", 100.0 * share)}</progress> }
    });
    view! {
        {growing}
        {failed.map(|text| view! { <span role="alert">{text}</span> })}
        {nothing.then(|| view! { <span role="status">"No part of the head raised the score notably."</span> })}
    }
}

#[component]
fn Knobs(controls: Controls) -> impl IntoView {
    let percent = |value: f32| format!("{:.0}", 100.0 * value);
    let share = |text: String| text.parse::<f32>().ok().map(|percent| percent / 100.0);
    let knob = move |name: &'static str, signal: RwSignal<f32>| {
        view! {
            <label>
                {name}
                <input
                    type="range"
                    min="0"
                    max="100"
                    prop:value=move || percent(signal.get())
                    on:input=move |event| if let Some(share) = share(event_target_value(&event)) { signal.set(share) }
                />
            </label>
        }
    };
    let greatest = move || {
        let map = |attention: &Option<Attention>| attention.as_ref()?.map.as_ref()?.greatest();
        controls.signals.attention.with(map).map(|drop| format!("Logit falls by up to {drop:.2}"))
    };
    view! {
        <span class="legend" aria-hidden="true"></span>
        <span class="muted" data-testid="attention-greatest">{greatest}</span>
        {knob("Opacity", controls.opacity)}
        {knob("Threshold", controls.threshold)}
        <button type="button" on:click=move |_| controls.go_to_strongest()>"Go to strongest"</button>
    }
}
