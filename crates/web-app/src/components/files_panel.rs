//! Every dropped file accounted for: in a row, or here with its reason.

use super::signals;
use super::text::{count, thousands};
use crate::browser::page::painted;
use headway_core::file::{Level, Notice};
use headway_core::reason::Code;
use headway_core::triage::FileCounts;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;

/// Files listed per reason before more are asked for: a CD holds thousands.
const SHOWN_AT_FIRST: usize = 50;
/// Files added to a list between two frames.
const SHOWN_AT_ONCE: usize = 100;

/// What a group of files has in common: whether it is no more than information, and why the files are not used.
/// In this order warnings come first.
type GroupKey = (bool, Code);

/// Counts, and the files not used, grouped by reason.
#[component]
pub fn FilesPanel() -> impl IntoView {
    let signals = signals();
    let anything = Memo::new(move |_| signals.files.with(|f| f.seen > 0) || signals.notices.with(|n| !n.is_empty()));
    let groups = Memo::new(move |_| signals.notices.with(|notices| grouped(notices)));
    let keys = Memo::new(move |_| groups.with(|groups| groups.keys().copied().collect::<Vec<_>>()));
    view! {
        <Show when=move || anything.get()>
            <section class="files" aria-label="Files">
                <p
                    data-testid="files-summary"
                    data-seen=move || signals.files.get().seen.to_string()
                    data-in-rows=move || signals.files.get().in_rows.to_string()
                    data-notices=move || signals.notices.with(Vec::len).to_string()
                >
                    {move || summary(signals.files.get())}
                </p>
                <div data-testid="notices">
                    <For each=move || keys.get() key=|key| *key let:key>
                        <GroupView key groups/>
                    </For>
                </div>
            </section>
        </Show>
    }
}

fn summary(files: FileCounts) -> String {
    let pending =
        if files.pending > 0 { format!(", {} still to be read", thousands(files.pending)) } else { String::new() };
    format!(
        "{}: {} in rows, {} not used{pending}",
        count(files.seen, "file", "files"),
        thousands(files.in_rows),
        thousands(files.noticed)
    )
}

/// Files not used for one reason.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    /// Their places in the list of notices.
    indices: Vec<usize>,
    /// The sentence that holds for all of them, if one does.
    shared_text: Option<String>,
}

fn grouped(notices: &[Notice]) -> BTreeMap<GroupKey, Group> {
    let mut groups: BTreeMap<GroupKey, Group> = BTreeMap::new();
    for (index, Notice { level, reason, .. }) in notices.iter().enumerate() {
        let group = groups
            .entry((*level == Level::Info, reason.code))
            .or_insert_with(|| Group { indices: Vec::new(), shared_text: Some(reason.text.clone()) });
        group.indices.push(index);
        group.shared_text.take_if(|text| *text != reason.text);
    }
    groups
}

/// One reason and its files. Stays as it was opened while files come in.
#[component]
fn GroupView(key: GroupKey, groups: Memo<BTreeMap<GroupKey, Group>>) -> impl IntoView {
    let signals = signals();
    let most = RwSignal::new(SHOWN_AT_FIRST);
    let total = Memo::new(move |_| groups.with(|groups| groups.get(&key).map_or(0, |group| group.indices.len())));
    let shared_text = Memo::new(move |_| groups.with(|groups| groups.get(&key)?.shared_text.clone()));
    let shown = Memo::new(move |_| {
        let indices: Vec<usize> = groups.with(|groups| {
            groups.get(&key).into_iter().flat_map(|group| &group.indices).take(most.get()).copied().collect()
        });
        signals.notices.with(|notices| {
            indices.into_iter().filter_map(|index| Some((index, notices.get(index)?.clone()))).collect::<Vec<_>>()
        })
    });
    let show_all = move |_| {
        spawn_local(async move {
            // Thousands at once would hold the page up. The group may be gone before all are shown.
            while most.try_update(|most| *most += SHOWN_AT_ONCE).is_some()
                && most.get_untracked() < total.get_untracked()
            {
                painted().await;
            }
        });
    };
    let why = move || shared_text.get().unwrap_or_else(|| key.1.meaning().to_owned());
    let (one, many) = if key.1 == Code::EmptyFolder { ("folder", "folders") } else { ("file", "files") };
    view! {
        <details class="group" class:warning=!key.0 open=!key.0>
            <summary><strong>{move || count(total.get(), one, many)}</strong>" "{why}</summary>
            <ul>
                // One path can be dropped twice: the place in the list tells them apart.
                <For each=move || shown.get() key=|(index, notice)| (*index, notice.path.clone()) let:entry>
                    <NoticeItem notice=entry.1 shared_text/>
                </For>
            </ul>
            <Show when=move || most.get() < total.get()>
                <button type="button" on:click=show_all>{move || format!("Show all {}", thousands(total.get()))}</button>
            </Show>
        </details>
    }
}

/// One file, and what is to be said of it alone.
#[component]
fn NoticeItem(notice: Notice, shared_text: Memo<Option<String>>) -> impl IntoView {
    let level = match notice.level {
        Level::Warning => "warning",
        Level::Info => "info",
    };
    let Notice { path, reason, .. } = notice;
    let data_path = path.clone();
    // Folders and files are often named after patients.
    let masked = signals().masked;
    let shown_path = move || if masked.get() { "(name hidden)".to_owned() } else { path.clone() };
    view! {
        <li data-testid="notice" data-path=data_path data-code=reason.code.as_str() data-level=level>
            <span>{shown_path}</span>" "<span class="muted">{move || shared_text.with(Option::is_none).then(|| reason.text.clone())}</span>
        </li>
    }
}
