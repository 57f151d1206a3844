//! Is the model still what it was? Scores and shadow readings over time.

use crate::page::room;
use crate::parts::ask::{Answered, Ask};
use crate::parts::file_choice::FileChoice;
use crate::parts::number::{Number, two_digits};
use crate::room::Tab;
use headway_evaluate::question::{Question, Role};
use headway_web::components::field::TextField;
use leptos::prelude::*;

/// The part.
#[component]
pub fn Monitor() -> impl IntoView {
    let room = room();
    let named = room.list.with_untracked(|list| list.as_ref().and_then(|list| list.sensitive_threshold));
    let threshold = RwSignal::new(named.unwrap_or(0.5));
    let until = RwSignal::new(String::new());
    let question =
        move || Ok(Question::Monitor { baseline_until: until.get_untracked(), threshold: threshold.get_untracked() });
    view! {
        <p class="lead">
            "Four alarm rules watch a list of many weeks against a stretch that is taken as usual, with at least 100 scores and 100 shadow readings: readings disagree more often, scores rise, scores fall, one scanner's week is off."
        </p>
        <div class="asked">
            <FileChoice role=Role::Scores label="List" hint="The worklist, or exported lists that were merged (JSON, with identifiers)."/>
            <span class="line">
                <span aria-hidden="true">"Usual until, not including"</span>
                <TextField value=until on_text=move |text| until.set(text) label="Usual until, not including" testid="until" hint="2026-01-31" live=true/>
            </span>
            <Number label="Flagged from a score of" value=threshold range=(0.0, 1.0, 0.01) shown=two_digits testid="monitor-threshold"/>
        </div>
        <Ask words="Watch" question roles=&[Role::Scores]/>
        <Answered tab=Tab::Monitor name="monitoring"/>
    }
}
