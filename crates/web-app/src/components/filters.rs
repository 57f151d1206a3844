//! Which rows are looked for. The count above the list says how many are left out.

use super::field::TextField;
use super::text::count;
use super::{intent, signals};
use headway_core::finding::Band;
use headway_core::worklist::filter::Filter;
use headway_core::worklist::moment::Moment;
use headway_core::worklist::reader::Mode;
use leptos::prelude::*;
use std::collections::BTreeSet;

const BANDS: [(Option<Band>, &str); 4] = [
    (Some(Band::Flagged), "Flagged"),
    (Some(Band::Uncertain), "Uncertain"),
    (Some(Band::NotFlagged), "Not flagged"),
    (None, "Without a band"),
];

/// Names of stages, and what the page calls them.
const STATES: [(&str, &str); 7] = [
    ("received", "Reading"),
    ("building", "Building"),
    ("waiting", "Waiting"),
    ("inferring", "Scoring"),
    ("scored", "Scored"),
    ("not_scored", "Not scored"),
    ("failed", "Failed"),
];

/// Text, bands, states, sites, dates, and a button that clears them all.
#[component]
pub fn Filters() -> impl IntoView {
    let (signals, intent) = (signals(), intent());
    let list = signals.list;
    let filter = Memo::new(move |_| list.with(|list| list.filter.clone()));
    let hidden = Memo::new(move |_| list.with(|list| list.journal.mode() == Mode::Shadow));
    let change = move |change: &dyn Fn(&mut Filter)| intent.change_list(|list| change(&mut list.filter));
    let text = Signal::derive(move || filter.with(|filter| filter.text.clone()));
    let from = Signal::derive(move || filter.with(|filter| day(filter.from)));
    let to = Signal::derive(move || filter.with(|filter| day(filter.to)));
    let read_day = move |text: &str| {
        let day = Moment::from_dicom(text, "");
        if day.is_none() && !text.trim().is_empty() {
            intent.say("Write a day as 2026-01-31.");
        }
        day
    };
    let set_from = move |text: String| {
        let from = read_day(&text);
        change(&|filter| filter.from = from);
    };
    let set_to = move |text: String| {
        let to = read_day(&text);
        change(&|filter| filter.to = to);
    };
    let summary = move || match filter.with(asked_for) {
        0 => "Filter".to_owned(),
        parts => format!("Filter: {}", count(parts, "condition", "conditions")),
    };
    let bands = BANDS.map(|(band, words)| {
        let is_asked = move || filter.with(|filter| filter.bands.contains(&band));
        view! { <Check words is_asked barred=hidden on_change=move |_| change(&|filter| toggle(&mut filter.bands, band))/> }
    });
    let states = STATES.map(|(state, words)| {
        let is_asked = move || filter.with(|filter| filter.states.contains(state));
        let on_change = move |_| change(&|filter| toggle(&mut filter.states, state.to_owned()));
        view! { <Check words is_asked barred=false on_change/> }
    });
    let site = move |site: String| {
        let words = if site.is_empty() { "No site named".to_owned() } else { site.clone() };
        let site = StoredValue::new(site);
        let is_asked = move || filter.with(|filter| site.with_value(|site| filter.sites.contains(site)));
        let on_change = move |_| change(&|filter| toggle(&mut filter.sites, site.get_value()));
        view! { <Check words is_asked barred=false on_change/> }
    };
    view! {
        <details class="panel" data-testid="filters">
            <summary>{summary}</summary>
            <div class="fields">
                <span class="wide">
                    <span aria-hidden="true">"Words in patient, study, site, scanner, series or comment"</span>
                    <TextField value=text on_text=move |text| change(&|filter| filter.text.clone_from(&text))
                        label="Words to look for" testid="filter-text" live=true/>
                </span>
                <fieldset><legend>"Band"</legend>{bands}</fieldset>
                <fieldset><legend>"State"</legend>{states}</fieldset>
                <fieldset>
                    <legend>"Site"</legend>
                    <For each=move || signals.sites.get() key=Clone::clone children=site/>
                </fieldset>
                <fieldset>
                    <legend>"Examined"</legend>
                    <span class="day">"from" <TextField value=from on_text=set_from label="Examined from" testid="filter-from" hint="2026-01-31"/></span>
                    <span class="day">"to" <TextField value=to on_text=set_to label="Examined to" testid="filter-to" hint="2026-12-31"/></span>
                </fieldset>
            </div>
        </details>
    }
}

/// The one way back to the whole list; stands where no row is left as well.
#[component]
pub fn ClearFilter() -> impl IntoView {
    let (list, intent) = (signals().list, intent());
    let any = Memo::new(move |_| list.with(|list| !list.filter.is_empty()));
    view! {
        <Show when=move || any.get()>
            <button type="button" class="small" data-testid="clear-filter" on:click=move |_| intent.change_list(|list| list.filter = Filter::default())>
                "Show all studies"
            </button>
        </Show>
    }
}

/// One of several that may be asked for.
#[component]
fn Check(
    #[prop(into)] words: String,
    is_asked: impl Fn() -> bool + Send + 'static,
    #[prop(into)] barred: Signal<bool>,
    on_change: impl Fn(leptos::ev::Event) + 'static,
) -> impl IntoView {
    view! {
        <label><input type="checkbox" prop:checked=is_asked disabled=move || barred.get() on:change=on_change/>{words}</label>
    }
}

fn toggle<T: Ord>(set: &mut BTreeSet<T>, value: T) {
    if !set.remove(&value) {
        set.insert(value);
    }
}

/// How many parts of the filter ask for something.
fn asked_for(filter: &Filter) -> usize {
    let parts = [
        !filter.text.trim().is_empty(),
        !filter.bands.is_empty(),
        !filter.states.is_empty(),
        !filter.sites.is_empty(),
        filter.from.is_some() || filter.to.is_some(),
    ];
    parts.into_iter().filter(|asks| *asks).count()
}

/// A day as people write it: `2026-01-31`.
fn day(moment: Option<Moment>) -> String {
    moment.map(|moment| moment.to_string().chars().take(10).collect()).unwrap_or_default()
}
