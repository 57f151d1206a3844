//! Normal or abnormal, what it is, and how sure; then the score, where it is still hidden.

use super::super::intent;
use super::words::{CATEGORIES, CONFIDENCES, IMPRESSIONS};
use crate::browser::keys::focus_row;
use headway_core::study::StudyKey;
use headway_core::worklist::reader::{Action, Category, Confidence, Impression, Reading, Summary};
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;

/// A reading on its way: chosen by pointer or keys, not recorded yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Normal or not.
    pub impression: Option<Impression>,
    /// What it is, of an abnormal study.
    pub category: Option<Category>,
    /// How sure.
    pub confidence: Option<Confidence>,
}

impl Draft {
    /// The reading, once it says enough.
    pub fn reading(self) -> Option<Reading> {
        let (impression, confidence) = self.impression.zip(self.confidence)?;
        Some(Reading { impression, category: self.category.filter(|_| impression == Impression::Abnormal), confidence })
    }
}

/// The form. What it records is stamped; where the score is hidden, a second button shows it.
#[component]
pub fn ReadingForm(key: StoredValue<StudyKey>, said: RwSignal<Summary>, draft: RwSignal<Draft>) -> impl IntoView {
    let intent = intent();
    let is_read = move || said.with(|said| said.reading.is_some() || said.verdict.is_some());
    let is_revealed = move || said.with(|said| said.revealed_at.is_some());
    let record = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(reading) = draft.get_untracked().reading() {
            key.with_value(|key| intent.act(key, Action::Read(reading)));
            draft.set(Draft::default());
            focus_row(&event);
        }
    };
    // The button that was pressed is gone or barred by then.
    let reveal = move |event: MouseEvent| {
        key.with_value(|key| intent.act(key, Action::Revealed));
        focus_row(&event);
    };
    let group = |what: &str| key.with_value(|key| format!("{what}-{}-{}", key.patient_id, key.study_uid));
    let impressions = Choices {
        name: group("impression"),
        of: move |draft: &Draft| draft.impression,
        choose: move |draft: &mut Draft, impression| draft.impression = Some(impression),
    };
    let confidences = Choices {
        name: group("confidence"),
        of: move |draft: &Draft| draft.confidence,
        choose: move |draft: &mut Draft, confidence| draft.confidence = Some(confidence),
    };
    let is_abnormal = move || draft.with(|draft| draft.impression == Some(Impression::Abnormal));
    let category =
        move || draft.with(|draft| CATEGORIES.iter().position(|(category, _)| draft.category == Some(*category)));
    let choose_category = move |value: String| {
        let category = value.parse::<usize>().ok().and_then(|at| CATEGORIES.get(at)).map(|(category, _)| *category);
        draft.update(|draft| draft.category = category);
    };
    view! {
        <form class="reading" data-testid="reading" on:submit=record>
            <fieldset><legend>"Reading"</legend>{impressions.view(&IMPRESSIONS, draft)}</fieldset>
            <label>
                "Category"
                <select data-testid="category" disabled=move || !is_abnormal()
                    on:change:target=move |event| choose_category(event.target().value())>
                    <option value="" prop:selected=move || category().is_none()>"not named"</option>
                    {CATEGORIES.iter().enumerate().map(|(at, (_, name))| view! {
                        <option value=at.to_string() prop:selected=move || category() == Some(at)>{*name}</option>
                    }).collect_view()}
                </select>
            </label>
            <fieldset><legend>"How sure"</legend>{confidences.view(&CONFIDENCES, draft)}</fieldset>
            <button type="submit" class="small primary" data-testid="record" disabled=move || draft.get().reading().is_none()>"Record"</button>
            <Show when=move || !is_revealed()>
                <button type="button" class="small" data-testid="reveal" disabled=move || !is_read() on:click=reveal>"Show the score"</button>
            </Show>
        </form>
    }
}

/// One of several, each a radio button.
struct Choices<Of, Choose> {
    name: String,
    of: Of,
    choose: Choose,
}

impl<Of, Choose> Choices<Of, Choose> {
    fn view<T>(self, all: &'static [(T, &'static str)], draft: RwSignal<Draft>) -> impl IntoView
    where
        T: Copy + PartialEq + Send + Sync + 'static,
        Of: Fn(&Draft) -> Option<T> + Copy + Send + Sync + 'static,
        Choose: Fn(&mut Draft, T) + Copy + Send + Sync + 'static,
    {
        let Self { name, of, choose } = self;
        let radio = |&(value, words): &(T, &'static str)| {
            view! {
                <label>
                    <input type="radio" name=name.clone() prop:checked=move || draft.with(|draft| of(draft) == Some(value))
                        on:change=move |_| draft.update(|draft| choose(draft, value))/>
                    {words}
                </label>
            }
        };
        all.iter().map(radio).collect_view()
    }
}
