//! A number between two ends, by slider, with its value in words.

use leptos::prelude::*;

/// The slider.
#[component]
pub fn Number(
    /// What it sets.
    label: &'static str,
    /// The value.
    value: RwSignal<f64>,
    /// Least, most and step.
    range: (f64, f64, f64),
    /// The value in words, with its unit.
    shown: fn(f64) -> String,
    /// For tests.
    testid: &'static str,
) -> impl IntoView {
    let (min, max, step) = range;
    let set = move |event: leptos::ev::Event| {
        if let Ok(number) = event_target_value(&event).parse() {
            value.set(number);
        }
    };
    view! {
        <label class="number">
            <span>{label}</span>
            <input type="range" min=min max=max step=step prop:value=move || value.get().to_string() data-testid=testid
                aria-valuetext=move || shown(value.get()) on:input=set/>
            <output>{move || shown(value.get())}</output>
        </label>
    }
}

/// `0.35`
pub fn two_digits(value: f64) -> String {
    format!("{value:.2}")
}

/// `35 %`
pub fn percent(value: f64) -> String {
    format!("{:.0} %", 100.0 * value)
}

/// `1.5 times`
pub fn times(value: f64) -> String {
    if value == 1.0 { "as it was".to_owned() } else { format!("{value:.2} times") }
}
