//! The button that asks, the word that work is under way, and the answer with its ways out.

use super::document::Shown;
use crate::page::room;
use crate::room::Tab;
use headway_evaluate::question::{Answer, Question, Role};
use headway_web::browser::clock::local_now;
use headway_web::browser::download::{print, save};
use leptos::prelude::*;

/// Asks, shows that work is under way, and stops it.
#[component]
pub fn Ask(
    /// What the button says.
    words: &'static str,
    /// What is asked; a sentence where it cannot be.
    question: impl Fn() -> Result<Question, String> + Copy + Send + Sync + 'static,
    /// Files that go along.
    roles: &'static [Role],
) -> impl IntoView {
    let room = room();
    let tab = room.tab.get_untracked();
    let at_work = move || room.at_work.get() == Some(tab);
    let ask = move |_| match question() {
        Ok(question) => room.ask(question, roles),
        Err(why) => room.answer(tab).set(Some(Err(why))),
    };
    view! {
        <p class="buttons">
            <button type="button" class="primary" data-testid="ask" disabled=move || room.at_work.get().is_some() on:click=ask>{words}</button>
            <Show when=at_work>
                <button type="button" data-testid="stop" on:click=move |_| room.stop()>"Stop"</button>
                <span role="status">"Working…"</span>
            </Show>
        </p>
    }
}

/// The answer of this part, or why there is none.
#[component]
pub fn Answered(
    /// Whose answer.
    tab: Tab,
    /// Of which the saved file is called.
    name: &'static str,
) -> impl IntoView {
    let answer = room().answer(tab);
    view! {
        <div aria-live="polite" data-testid="answer">
            {move || answer.get().map(|answer| match answer {
                Err(why) => view! { <p class="refusal" role="alert">{why}</p> }.into_any(),
                Ok(answer) => view! { <Ways answer=answer.clone() name/><Shown document=answer.document name/> }.into_any(),
            })}
        </div>
    }
}

/// Out of the room: as files and on paper.
#[component]
fn Ways(answer: Answer, name: &'static str) -> impl IntoView {
    let failed = RwSignal::new(String::new());
    let json = answer.json;
    let document = answer.document;
    let save_json = move |_| failed.set(saved(name, "json", "application/json", &json));
    let save_csv = move |_| {
        failed.set(document.to_csv().map_or_else(|why| why, |csv| saved(name, "csv", "text/csv", &csv)));
    };
    let on_paper =
        move |_| failed.set(print().err().map_or(String::new(), |why| format!("It was not printed ({why}).")));
    view! {
        <p class="buttons ways">
            <button type="button" class="small" data-testid="save-json" on:click=save_json>"Save as JSON"</button>
            <button type="button" class="small" data-testid="save-csv" on:click=save_csv>"Save tables as CSV"</button>
            <button type="button" class="small" data-testid="print-report" on:click=on_paper>"Print…"</button>
            <span role="alert">{failed}</span>
        </p>
    }
}

/// Saves a file under the part's name and the day; why not, in words.
pub fn saved(name: &str, end: &str, media_type: &str, text: &str) -> String {
    let day: String = local_now().to_string().chars().take(10).collect();
    match save(&format!("headway-{name}-{day}.{end}"), media_type, text) {
        Ok(()) => String::new(),
        Err(why) => format!("The file could not be made ({why})."),
    }
}
