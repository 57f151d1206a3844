//! Which of the numbers in 03/04/2018 is the day.

use headway_evaluate::question::Answer;
use leptos::prelude::*;

/// Whether an answer was refused because a file leaves the order of its dates open.
pub fn refused_for_dates(answer: Option<&Result<Answer, String>>) -> bool {
    answer.is_some_and(|answer| answer.as_ref().err().is_some_and(|why| why.contains("day/month or month/day")))
}

/// `03/04/2018` can be two days; asked, never guessed.
#[component]
pub fn DateOrder(
    /// Whether the day comes first; `None` as the file settles.
    order: RwSignal<Option<bool>>,
) -> impl IntoView {
    let choice = |value: Option<bool>, words: &'static str| {
        view! {
            <label>
                <input type="radio" name="date-order" prop:checked=move || order.get() == value on:change=move |_| order.set(value)/>
                {words}
            </label>
        }
    };
    view! {
        <fieldset>
            <legend>"Dates such as 03/04/2018"</legend>
            {choice(None, "as the file's other dates settle")}
            {choice(Some(true), "day first")}
            {choice(Some(false), "month first")}
        </fieldset>
    }
}
