//! Every dropped file accounted for: in a row, or here with its reason.

use super::signals;
use super::status::thousands;
use headway_core::file::{Level, Notice};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Paths listed per reason before "show all".
const SHOWN_AT_FIRST: usize = 50;

/// Counts, and the files not used, grouped by reason, warnings first.
#[component]
pub fn FilesPanel() -> impl IntoView {
    let signals = signals();
    let anything = Memo::new(move |_| signals.files.with(|f| f.seen > 0) || signals.notices.with(|n| !n.is_empty()));
    let groups = Memo::new(move |_| signals.notices.with(|notices| grouped(notices)));
    view! {
        <Show when=move || anything.get()>
            <section class="files" aria-label="Files">
                <p
                    data-testid="files-summary"
                    data-seen=move || signals.files.get().seen.to_string()
                    data-in-rows=move || signals.files.get().in_rows.to_string()
                    data-notices=move || signals.notices.with(Vec::len).to_string()
                >
                    {move || { let files = signals.files.get(); summary(files.seen, files.in_rows, files.noticed) }}
                </p>
                <div data-testid="notices">
                    <For each=move || groups.get() key=|group| (group.text.clone(), group.notices.len()) let:group>
                        <GroupView group/>
                    </For>
                </div>
            </section>
        </Show>
    }
}

fn summary(seen: usize, in_rows: usize, noticed: usize) -> String {
    let files = if seen == 1 { "file" } else { "files" };
    format!("{} {files}: {} in rows, {} not used", thousands(seen), thousands(in_rows), thousands(noticed))
}

/// Files not used for the same reason.
#[derive(Clone, Debug, PartialEq)]
struct Group {
    level: Level,
    text: String,
    notices: Vec<Notice>,
}

fn grouped(notices: &[Notice]) -> Vec<Group> {
    let mut groups: BTreeMap<(std::cmp::Reverse<Level>, &str), Vec<Notice>> = BTreeMap::new();
    for notice in notices {
        groups.entry((std::cmp::Reverse(notice.level), &notice.reason.text)).or_default().push(notice.clone());
    }
    groups
        .into_iter()
        .map(|((level, text), notices)| Group { level: level.0, text: text.to_owned(), notices })
        .collect()
}

/// One reason and its files.
#[component]
fn GroupView(group: Group) -> impl IntoView {
    let all = RwSignal::new(false);
    let count = group.notices.len();
    let class = match group.level {
        Level::Warning => "group warning",
        Level::Info => "group",
    };
    let thing = match group.notices.first() {
        Some(notice) if notice.is_about_a_folder() => "folder",
        _ => "file",
    };
    let notices = group.notices;
    let shown = move || {
        let most = if all.get() { usize::MAX } else { SHOWN_AT_FIRST };
        notices.iter().take(most).cloned().collect::<Vec<_>>()
    };
    let files = if count == 1 { format!("1 {thing}") } else { format!("{} {thing}s", thousands(count)) };
    view! {
        <details class=class open=count <= 5>
            <summary><strong>{files}</strong>" "{group.text}</summary>
            <ul>
                {move || shown().into_iter().map(|notice| view! { <NoticeView notice/> }).collect::<Vec<_>>()}
            </ul>
            <Show when=move || !all.get() && (count > SHOWN_AT_FIRST)>
                <button type="button" on:click=move |_| all.set(true)>{format!("Show all {}", thousands(count))}</button>
            </Show>
        </details>
    }
}

/// One file.
#[component]
fn NoticeView(notice: Notice) -> impl IntoView {
    let level = match notice.level {
        Level::Warning => "warning",
        Level::Info => "info",
    };
    let path = notice.path.clone();
    view! { <li data-testid="notice" data-path=path data-code=notice.reason.code.as_str() data-level=level>{notice.path}</li> }
}
