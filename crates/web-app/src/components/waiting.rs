//! What the list says of waiting: from when on, and how long is too long.

use super::field::TextField;
use super::{intent, signals};
use headway_core::worklist::wait::{WaitFrom, WaitRule};
use leptos::prelude::*;

/// The maximum wait, and the clock it is counted by.
#[component]
pub fn Waiting() -> impl IntoView {
    let (list, intent) = (signals().list, intent());
    let rule = Memo::new(move |_| list.with(|list| list.wait));
    let summary = move || match rule.get().maximum_days {
        Some(1) => "Maximum wait: 1 day".to_owned(),
        Some(days) => format!("Maximum wait: {days} days"),
        None => "Maximum wait: off".to_owned(),
    };
    // A field that is emptied or says no number leaves the maximum as it was.
    let set_days = move |text: String| {
        if let Ok(days) = text.trim().parse::<u32>() {
            intent.change_list(|list| list.wait.maximum_days = Some(days));
        }
    };
    let days = Signal::derive(move || rule.get().maximum_days.map(|days| days.to_string()).unwrap_or_default());
    let is_off = Signal::derive(move || rule.get().maximum_days.is_none());
    let switch = move |on: bool| {
        let days = if on { WaitRule::default().maximum_days } else { None };
        intent.change_list(|list| list.wait.maximum_days = days);
    };
    let from = |from: WaitFrom, words: &'static str| {
        view! {
            <label>
                <input type="radio" name="wait-from" prop:checked=move || rule.get().from == from
                    on:change=move |_| intent.change_list(|list| list.wait.from = from)/>
                {words}
            </label>
        }
    };
    view! {
        <details class="panel" data-testid="waiting">
            <summary>{summary}</summary>
            <div class="fields">
                <label>
                    <input type="checkbox" prop:checked=move || rule.get().maximum_days.is_some()
                        on:change:target=move |event| switch(event.target().checked())/>
                    "A study is overdue after"
                </label>
                <span class="days">
                    <TextField value=days on_text=set_days label="Maximum wait, days" testid="days" barred=is_off/>
                    "days"
                </span>
                <fieldset>
                    <legend>"counted from"</legend>
                    {from(WaitFrom::Arrival, "its arrival in this list")}
                    {from(WaitFrom::StudyTime, "the examination")}
                </fieldset>
                <p class="muted">"Overdue studies stand below urgent and flagged ones. Switch it off for retrospective lists."</p>
            </div>
        </details>
    }
}
