//! The first lessons: six made-up cases in shadow mode. The reader says what they see; then score and truth are shown.

mod cases;
mod truth;

use super::text::count;
use super::{intent, signals};
use crate::browser::page::{reload, set_projector};
use headway_core::worklist::lesson::{CASES, Case, Judged, model, reader};
use leptos::ev;
use leptos::prelude::*;
pub use truth::TruthOf;

/// What stands above the lessons: what to do, how far it has come, and the projector's view.
#[component]
pub fn Lessons() -> impl IntoView {
    let intent = intent();
    let listeners = [
        window_event_listener(ev::dragover, move |event| event.prevent_default()),
        window_event_listener(ev::drop, move |event| {
            event.prevent_default();
            intent.say("The lessons hold made-up cases only. Drop studies on Headway's own page.");
        }),
    ];
    on_cleanup(move || listeners.into_iter().for_each(|listener| listener.remove()));
    let projector = RwSignal::new(false);
    Effect::new(move |_| set_projector(projector.get()));
    view! {
        <section class="lessons" aria-labelledby="lessons-title" data-testid="lessons">
            <div class="lessons-head">
                <h2 id="lessons-title">"First lessons"</h2>
                <button type="button" class="switch" role="switch" aria-checked=move || projector.get().to_string() data-testid="projector"
                    title="Larger, and without what only the person at the desk needs" on:click=move |_| projector.update(|on| *on = !*on)>
                    "Projector"
                </button>
                <button type="button" class="small" data-testid="lessons-again" on:click=move |_| reload()>"Begin again"</button>
            </div>
            <ol class="steps">
                <li><strong>"Look. "</strong>"“View images” opens the head in three planes. Six computed heads, no patients."</li>
                <li><strong>"Say what you see. "</strong>"Normal or abnormal and how sure you are, or “Not usable”."</li>
                <li><strong>"Compare. "</strong>"“Show the score” shows what the model says, and what is really there."</li>
            </ol>
            <Tally/>
        </section>
    }
}

/// How many lessons are done, and who was right in how many.
#[component]
fn Tally() -> impl IntoView {
    let signals = signals();
    let tally = move || {
        let mut tally = [0; 3];
        for row in signals.rows.get() {
            let Some(case) = row.row.with_untracked(|row| Case::of_study(&row.key.study_uid)) else { continue };
            if !row.standing.with(|standing| standing.score_seen) {
                continue;
            }
            let is_right = |judged: Option<Judged>| usize::from(judged == Some(Judged::Right));
            tally[0] += 1;
            tally[1] += row.said.with(|said| is_right(reader(said, case.truth())));
            tally[2] += row.row.with(|row| is_right(model(&row.stage, case.truth())));
        }
        tally
    };
    let words = move || match tally() {
        [0, ..] => format!("Begin with any of the {} cases.", CASES.len()),
        [done, you, model] => format!(
            "{} of {} done. You were right in {you}, the model in {model}.",
            count(done, "case", "cases"),
            CASES.len()
        ),
    };
    view! { <p class="tally" role="status" data-testid="tally">{words}</p> }
}
