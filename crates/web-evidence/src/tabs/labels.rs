//! Labels out of reports: the rules propose, a person confirms or corrects, by pointer or by keys.

use crate::page::room;
use crate::parts::ask::{Ask, saved};
use crate::parts::column_choice::ColumnChoice;
use crate::parts::file_choice::FileChoice;
use crate::room::{Room, Tab};
use headway_evaluate::question::{File, Question, Role};
use headway_evaluate::reports::{Category, Labelled, Proposal, Status, to_csv};
use headway_web::browser::page::focus;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Reports shown at once; the rest is a button away.
const PAGE: usize = 50;

/// The part.
#[component]
pub fn Labels() -> impl IntoView {
    let room = room();
    let id = RwSignal::new("id".to_owned());
    let text = RwSignal::new("text".to_owned());
    let question = move || Ok(Question::Propose { id: id.get_untracked(), text: text.get_untracked() });
    let any = Memo::new(move |_| room.labels.with(|labels| !labels.is_empty()));
    let answer = room.answer(Tab::Labels);
    let refused = move || answer.with(|answer| answer.as_ref().and_then(|answer| answer.as_ref().err().cloned()));
    view! {
        <p class="lead">
            "Rules that can be read (negation, history, doubt; English) propose normal or abnormal and a category for each report, with the words that decided. They are often wrong: a label counts once you have confirmed it. Evaluation keeps the two apart."
        </p>
        <div class="asked">
            <FileChoice role=Role::Reports label="Reports" hint="A CSV with a column of ids and one of texts."/>
            <ColumnChoice role=Role::Reports label="Column of ids" likely=&["accession", "study", "id"] value=id testid="id-column"/>
            <ColumnChoice role=Role::Reports label="Column of texts" likely=&["text", "report", "finding", "conclusion", "impression"] value=text testid="text-column"/>
        </div>
        <Ask words="Propose labels" question roles=&[Role::Reports]/>
        {move || refused().map(|why| view! { <p class="refusal" role="alert">{why}</p> })}
        <Show when=move || any.get()><Proposed/></Show>
    }
}

/// The list, and its ways out.
#[component]
fn Proposed() -> impl IntoView {
    let room = room();
    let shown = RwSignal::new(PAGE);
    let failed = RwSignal::new(String::new());
    let count = Memo::new(move |_| room.labels.with(Vec::len));
    let done = Memo::new(move |_| {
        room.labels.with(|labels| labels.iter().filter(|label| label.status != Status::Proposed).count())
    });
    let csv = move || room.labels.with_untracked(|labels| to_csv(labels));
    let save = move |_| failed.set(csv().map_or_else(|why| why, |csv| saved("labels", "csv", "text/csv", &csv)));
    let hand_on = move |_| match csv() {
        Ok(csv) => {
            room.put(File { role: Role::Labels, name: "labels from reports".to_owned(), bytes: csv.into_bytes() });
            room.tab.set(Tab::Evaluate);
        }
        Err(why) => failed.set(why),
    };
    view! {
        <p class="buttons ways">
            <span role="status" data-testid="confirmed">{move || format!("{} of {} confirmed or corrected", done.get(), count.get())}</span>
            <button type="button" class="small" data-testid="save-labels" on:click=save>"Save labels as CSV"</button>
            <button type="button" class="small" data-testid="use-labels" on:click=hand_on>"Use them in the evaluation"</button>
            <span role="alert">{failed}</span>
        </p>
        <p class="muted">"Keys on a report: " <kbd>"C"</kbd>" confirm, "<kbd>"N"</kbd>" normal, "<kbd>"A"</kbd>" abnormal, arrows to the next."</p>
        <ol class="reports" data-testid="reports">
            <For each=move || 0..count.get().min(shown.get()) key=|at| *at children=move |at| view! { <Report at/> }/>
        </ol>
        <Show when=move || { shown.get() < count.get() }>
            <button type="button" on:click=move |_| shown.update(|shown| *shown += PAGE)>
                {move || format!("Show {} more", PAGE.min(count.get() - shown.get()))}
            </button>
        </Show>
    }
}

/// Changes the label of a report.
fn decide(room: Room, at: usize, change: impl FnOnce(&mut Labelled)) {
    room.labels.update(|labels| labels.iter_mut().skip(at).take(1).for_each(change_once(change)));
}

/// `for_each` asks for a closure that may run often; this one runs once.
fn change_once(change: impl FnOnce(&mut Labelled)) -> impl FnMut(&mut Labelled) {
    let mut change = Some(change);
    move |label| {
        if let Some(change) = change.take() {
            change(label);
        }
    }
}

fn confirm(label: &mut Labelled) {
    if label.status == Status::Proposed && label.proposal.abnormal.is_some() {
        label.status = Status::Confirmed;
    }
}

fn correct(label: &mut Labelled, abnormal: bool) {
    if label.proposal.abnormal == Some(abnormal) {
        return confirm(label);
    }
    label.proposal = Proposal { abnormal: Some(abnormal), categories: Default::default(), ..label.proposal.clone() };
    label.status = Status::Corrected;
}

fn categorise(label: &mut Labelled, category: Option<Category>) {
    label.proposal.categories = category.into_iter().collect();
    label.proposal.abnormal = Some(true);
    label.status = Status::Corrected;
}

/// One report.
#[component]
fn Report(at: usize) -> impl IntoView {
    let room = room();
    let label = Memo::new(move |_| room.labels.with(|labels| labels.get(at).cloned()));
    let is =
        move |abnormal: bool| label.with(|label| label.as_ref().is_some_and(|l| l.proposal.abnormal == Some(abnormal)));
    let status = move || label.with(|label| label.as_ref().map(|label| label.status.name()));
    let name = move || label.with(|label| label.as_ref().map(|label| label.id.clone()));
    let report = move || label.with(|label| label.as_ref().map(|label| label.report.clone()));
    let key = move |event: KeyboardEvent| {
        match event.key().to_lowercase().as_str() {
            "c" => decide(room, at, confirm),
            "n" => decide(room, at, |label| correct(label, false)),
            "a" => decide(room, at, |label| correct(label, true)),
            "arrowdown" => return neighbour(&event, true),
            "arrowup" => return neighbour(&event, false),
            _ => return,
        }
        event.prevent_default();
    };
    let verdict = move |abnormal: bool, words: &'static str| {
        view! {
            <button type="button" class="small" aria-pressed=move || is(abnormal).to_string()
                on:click=move |_| decide(room, at, |label| correct(label, abnormal))>{words}</button>
        }
    };
    view! {
        <li tabindex="0" data-testid="proposal" data-status=status on:keydown=key>
            <p><strong>{name}</strong> " " <span class="badge">{status}</span></p>
            <Evidence label/>
            <details><summary>"The whole report"</summary><p>{report}</p></details>
            <p class="buttons">
                {verdict(false, "Normal")}{verdict(true, "Abnormal")}
                <Show when=move || is(true)><CategoryChoice at label/></Show>
                <button type="button" class="small" data-testid="confirm" on:click=move |_| decide(room, at, confirm)>"Confirm"</button>
            </p>
        </li>
    }
}

/// The sentences that decided, and the words in them.
#[component]
fn Evidence(label: Memo<Option<Labelled>>) -> impl IntoView {
    let evidence =
        Memo::new(move |_| label.with(|l| l.as_ref().map(|l| l.proposal.evidence.clone()).unwrap_or_default()));
    let none = move || evidence.with(Vec::is_empty).then_some("The rules find nothing that decides. Read the report.");
    view! {
        {move || evidence.get().into_iter().map(|evidence| view! {
            <p>"“" {evidence.sentence} "” " <span class="muted">{evidence.words.join(", ")}</span></p>
        }).collect_view()}
        <p class="muted">{none}</p>
    }
}

/// What the abnormality is.
#[component]
fn CategoryChoice(at: usize, label: Memo<Option<Labelled>>) -> impl IntoView {
    let room = room();
    let stands = move |category: Category| {
        label.with(|label| label.as_ref().is_some_and(|label| label.proposal.categories.contains(&category)))
    };
    let none = move || label.with(|label| label.as_ref().is_some_and(|label| label.proposal.categories.is_empty()));
    let choose = move |name: String| {
        let category = Category::ALL.into_iter().find(|category| category.name() == name);
        decide(room, at, |label| categorise(label, category));
    };
    view! {
        <select aria-label="Category" on:change:target=move |event| choose(event.target().value())>
            <option value="" prop:selected=none>"no category"</option>
            {Category::ALL.map(|category| view! {
                <option value=category.name() prop:selected=move || stands(category)>{category.name().replace('_', " ")}</option>
            })}
        </select>
    }
}

fn neighbour(event: &KeyboardEvent, next: bool) {
    let here = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let other = here.and_then(|here| if next { here.next_element_sibling() } else { here.previous_element_sibling() });
    if let Some(other) = other.and_then(|other| other.dyn_into().ok()) {
        event.prevent_default();
        focus(&other);
    }
}
