//! The local calibration of an evaluation, and its adoption: from then on the model's evidence is *local*.

use crate::page::room;
use crate::room::Tab;
use headway_evaluate::evaluation::Adoption;
use headway_web::browser::page::{ask_to_adopt, on_adopted};
use leptos::prelude::*;

/// What was found and the button, or why there is nothing to adopt.
#[component]
pub fn Adopt() -> impl IntoView {
    let answer = room().answer(Tab::Evaluate);
    let adopted = RwSignal::new(String::new());
    // A new evaluation asks anew.
    Effect::new(move |_| {
        answer.track();
        adopted.set(String::new());
    });
    let found = move || answer.get().and_then(Result::ok).and_then(|answer| answer.adoption);
    view! {
        {move || found().map(|found| match found {
            Ok(adoption) => offered(adoption, adopted).into_any(),
            Err(why) => view! { <p class="muted" data-testid="not-adoptable">{format!("No local calibration to adopt. {why}")}</p> }.into_any(),
        })}
        <p role="status" class="adopted" data-testid="adopted">{adopted}</p>
    }
}

fn offered(adoption: Adoption, adopted: RwSignal<String>) -> impl IntoView {
    let Adoption { slope, intercept, normal, abnormal, brier_before, brier_after, .. } = adoption;
    let words = format!(
        "Local calibration, slope {slope:.3} and intercept {intercept:.3} on the logit, from {normal} normal and {abnormal} abnormal confirmed examinations. \
         Brier score {brier_before:.3}, and {brier_after:.3} with it (cross-validated)."
    );
    let adopt = move |_| {
        let Ok(found) = serde_json::to_string(&adoption) else { return };
        on_adopted(move |words| adopted.set(words));
        ask_to_adopt(&found);
    };
    view! {
        <div class="adoption" data-testid="adoption">
            <p>{words}</p>
            <p class="muted">"Adopting it makes the score a probability calibrated here: the list, its exports and prints then say so, and show a percent. Bands and order stay as they are."</p>
            <button type="button" data-testid="adopt" on:click=adopt>"Adopt this calibration"</button>
        </div>
    }
}
