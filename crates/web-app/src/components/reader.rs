//! What the reader says of a study: verdict, reading, urgency, comment, and undo.

mod keys;
mod reading;
mod words;

use super::field::TextField;
use super::intent;
use crate::browser::keys::focus_row;
use crate::state::list::RowSignals;
use headway_core::study::StudyKey;
use headway_core::worklist::reader::{Action, Summary, Verdict};
use headway_core::worklist::urgency::Urgency;
pub use keys::row_key;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
pub use reading::Draft;
use reading::ReadingForm;
pub use words::said_in_words;

/// The reader's part of a row.
#[component]
pub fn Reader(
    /// Which study.
    key: StoredValue<StudyKey>,
    /// What is drawn of it.
    signals: RowSignals,
    /// What the reader has chosen and not yet recorded.
    draft: RwSignal<Draft>,
) -> impl IntoView {
    let RowSignals { standing, said, .. } = signals;
    let seen = Memo::new(move |_| standing.with(|standing| standing.score_seen));
    view! {
        <div class="reader" role="group" aria-label="Your reading" data-testid="reader">
            <Show when=move || !seen.get()><ReadingForm key said draft/></Show>
            <div class="actions">
                <Show when=move || seen.get()>
                    <VerdictButton key said verdict=Verdict::Agree/>
                    <VerdictButton key said verdict=Verdict::Disagree/>
                </Show>
                <VerdictButton key said verdict=Verdict::NotUsable/>
                <UrgencyChoice key signals/>
                <CommentField key said/>
                <Undo key said/>
            </div>
            <Show when=move || seen.get()>
                <details class="second">
                    <summary>"Record a reading"</summary>
                    <p class="muted">"The score has been seen: this reading is kept, and never counts as truth."</p>
                    <ReadingForm key said draft/>
                </details>
            </Show>
            <ul class="said-list" data-testid="row-said" aria-label="What you said">
                {move || said.with(said_in_words).into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}
            </ul>
        </div>
    }
}

/// What a verdict is called.
const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Agree => "Agree",
        Verdict::Disagree => "Disagree",
        Verdict::NotUsable => "Not usable",
    }
}

/// One verdict; pressed while it stands.
#[component]
fn VerdictButton(key: StoredValue<StudyKey>, said: RwSignal<Summary>, verdict: Verdict) -> impl IntoView {
    let intent = intent();
    let stands = move || said.with(|said| said.verdict.is_some_and(|(stands, _)| stands == verdict));
    view! {
        <button type="button" class="small" data-testid="verdict" aria-pressed=move || stands().to_string()
            on:click=move |_| key.with_value(|key| intent.act(key, Action::Judged(verdict)))>
            {verdict_words(verdict)}
        </button>
    }
}

const URGENCIES: [(Urgency, &str); 3] =
    [(Urgency::Stat, "Stat: at once"), (Urgency::High, "High: before the others"), (Urgency::Routine, "Routine")];

/// The reader's urgency; without one, a list's holds.
#[component]
fn UrgencyChoice(key: StoredValue<StudyKey>, signals: RowSignals) -> impl IntoView {
    let intent = intent();
    let own = Memo::new(move |_| signals.said.with(|said| said.urgency));
    let unset = move || match (own.get(), signals.standing.with(|standing| standing.urgency)) {
        (None, Some(by_list)) => format!("{}, by the list", by_list.name()),
        _ => "not set".to_owned(),
    };
    let choose = move |name: String| {
        let urgency = URGENCIES.map(|(urgency, _)| urgency).into_iter().find(|urgency| urgency.name() == name);
        key.with_value(|key| intent.act(key, Action::Urgency(urgency)));
    };
    view! {
        <label>
            "Urgency"
            <select data-testid="urgency" on:change:target=move |event| choose(event.target().value())>
                <option value="" prop:selected=move || own.get().is_none()>{unset}</option>
                {URGENCIES.map(|(urgency, words)| view! {
                    <option value=urgency.name() prop:selected=move || own.get() == Some(urgency)>{words}</option>
                })}
            </select>
        </label>
    }
}

/// Free text; kept when the field is left.
#[component]
fn CommentField(key: StoredValue<StudyKey>, said: RwSignal<Summary>) -> impl IntoView {
    let intent = intent();
    let comment = Memo::new(move |_| said.with(|said| said.comment.clone()));
    let write = move |text: String| {
        let text = text.trim().to_owned();
        if text != comment.get_untracked() {
            key.with_value(|key| intent.act(key, Action::Commented(text)));
        }
    };
    view! {
        <span class="comment">
            <span aria-hidden="true">"Comment"</span>
            <TextField value=comment on_text=write label="Comment" testid="comment"/>
        </span>
    }
}

/// Takes back the last thing said of this study.
#[component]
fn Undo(key: StoredValue<StudyKey>, said: RwSignal<Summary>) -> impl IntoView {
    let intent = intent();
    let any = Memo::new(move |_| said.with(|said| !said_in_words(said).is_empty()));
    let undo = move |event: MouseEvent| {
        key.with_value(|key| intent.undo(Some(key)));
        focus_row(&event);
    };
    view! {
        <Show when=move || any.get()>
            <button type="button" class="small" data-testid="undo" on:click=undo>
                "Undo"
            </button>
        </Show>
    }
}
