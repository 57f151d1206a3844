//! From which score on a study is flagged, what the card measured there, and what a flag is worth.

use super::{intent, signals};
use headway_core::card::{Between, Calibration, Evidence, Measured, ModelIdentity, OperatingPoint, Thresholds};
use leptos::prelude::*;

/// The panel. Without a model that has thresholds there is nothing to choose.
#[component]
pub fn OperatingPoint() -> impl IntoView {
    let model = signals().model;
    let chosen = Memo::new(move |_| {
        model.with(|model| model.as_ref().and_then(|model| Some((model.thresholds?, model.clone()))))
    });
    move || chosen.get().map(|(of_card, model)| view! { <Panel of_card model/> })
}

#[component]
fn Panel(of_card: Thresholds, model: ModelIdentity) -> impl IntoView {
    let (list, intent) = (signals().list, intent());
    let from = Memo::new(move |_| list.with(|list| list.flagged_from).unwrap_or(of_card.specific));
    let set = move |score: f64| {
        let is_cards = score == of_card.specific;
        intent.change_list(|list| list.flagged_from = (!is_cards).then_some(score));
    };
    // A point's threshold goes through the calibration and back: a hair's breadth is no other operating point.
    let scale = model.calibration.unwrap_or(Calibration { slope: 1.0, intercept: 0.0 });
    let logit = Memo::new(move |_| scale.logit(from.get()));
    let measured = StoredValue::new(model.measured);
    let name = move || named(measured, logit.get()).unwrap_or_else(|| "your own".to_owned());
    let points = measured.with_value(|measured| measured.clone().map(|measured| measured.points).unwrap_or_default());
    let evidence = model.evidence;
    let choice = |point: OperatingPoint| {
        let score = point.score(scale);
        // The card's own threshold is the same number, not one beside it.
        let score = if (score - of_card.specific).abs() < 1e-9 { of_card.specific } else { score };
        let words = format!("{}, from {}", point.name, evidence.shown(score));
        view! {
            <label>
                <input type="radio" name="operating-point" prop:checked=move || point.is_at(logit.get()) on:change=move |_| set(score)/>
                {words}
            </label>
        }
    };
    view! {
        <details class="panel" data-testid="operating-point">
            <summary>{move || format!("Operating point: {}", name())}</summary>
            <div class="fields">
                <fieldset>
                    <legend>"Flagged"</legend>
                    {points.into_iter().map(choice).collect_view()}
                    <label>
                        "from a score of"
                        <input type="range" min="0.01" max="0.99" step="0.01" prop:value=move || from.get().to_string() data-testid="flagged-from"
                            aria-valuetext=move || evidence.shown(from.get())
                            on:input=move |event| if let Ok(score) = event_target_value(&event).parse() { set(score) }/>
                        <output>{move || evidence.shown(from.get())}</output>
                    </label>
                </fieldset>
                <p class="wide" data-testid="measured">{move || measured.with_value(|measured| at(measured.as_ref(), logit.get()))}</p>
                <Worth measured logit/>
                <p class="muted">
                    {format!(
                        "The card's own: flagged from {}, uncertain from {}, not flagged below. A study that is not flagged is read all the same.",
                        evidence.shown(of_card.specific),
                        evidence.shown(of_card.sensitive)
                    )}
                </p>
            </div>
        </details>
    }
}

/// The card's name of a threshold.
fn named(measured: StoredValue<Option<Measured>>, threshold_logit: f64) -> Option<String> {
    measured.with_value(|measured| {
        let point = measured.as_ref()?.points.iter().find(|point| point.is_at(threshold_logit))?;
        Some(point.name.clone())
    })
}

fn at(measured: Option<&Measured>, threshold_logit: f64) -> String {
    let Some(measured) = measured else {
        return "The model's card states neither sensitivity nor specificity.".to_owned();
    };
    let rates = measured.rates(threshold_logit);
    format!(
        "Sensitivity {}, specificity {}, measured on {}.",
        between(rates.sensitivity),
        between(rates.specificity),
        measured.on
    )
}

/// One figure where it was measured, else its bounds.
fn between([least, greatest]: Between) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    if least == greatest { percent(least) } else { format!("{:.0} to {}", 100.0 * least, percent(greatest)) }
}

/// Predictive values at the reader's prevalence: of a model that was measured on patients, and of no other.
#[component]
fn Worth(measured: StoredValue<Option<Measured>>, logit: Memo<f64>) -> impl IntoView {
    let on = measured.with_value(|measured| measured.as_ref().map(|measured| measured.evidence));
    if !matches!(on, Some(Evidence::Local | Evidence::Clinical)) {
        let why = "What a flag is worth here, its predictive value, needs a model that was measured on patients.";
        return view! { <p class="muted wide" data-testid="no-predictive-values">{why}</p> }.into_any();
    }
    let prevalence = RwSignal::new(0.2);
    let words = move || {
        let rates = measured.with_value(|measured| measured.as_ref().map(|measured| measured.rates(logit.get())));
        rates.map(|rates| {
            let values = rates.predictive_values(prevalence.get());
            format!(
                "Then {} of the flagged are abnormal, and {} of the others are normal.",
                between(values.positive),
                between(values.negative)
            )
        })
    };
    view! {
        <div class="wide">
            <label>
                "If so many examinations are abnormal"
                <input type="range" min="0.01" max="0.99" step="0.01" prop:value=move || prevalence.get().to_string() data-testid="prevalence"
                    aria-valuetext=move || format!("{:.0} %", 100.0 * prevalence.get())
                    on:input=move |event| if let Ok(share) = event_target_value(&event).parse() { prevalence.set(share) }/>
                <output>{move || format!("{:.0} %", 100.0 * prevalence.get())}</output>
            </label>
            <span data-testid="predictive-values">{words}</span>
        </div>
    }
    .into_any()
}
