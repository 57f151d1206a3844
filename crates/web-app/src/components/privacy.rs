//! What the page asked of the network since it was opened, how to check that, and what is kept of the page itself.

use super::text::count;
use super::{intent, signals};
use crate::browser::page::{build_url, close_dialog, show_dialog};
use crate::browser::requests::Asked;
use leptos::html::Dialog;
use leptos::prelude::*;

/// Opens the sheet.
#[component]
pub fn PrivacyButton() -> impl IntoView {
    let intent = intent();
    view! { <button type="button" class="small" data-testid="privacy-button" on:click=move |_| intent.show_requests()>"Privacy: what was asked for, what is kept…"</button> }
}

/// The sheet.
#[component]
pub fn PrivacySheet() -> impl IntoView {
    let signals = signals().privacy;
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| match (dialog.get(), signals.open.get()) {
        (Some(dialog), true) => show_dialog(&dialog),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    view! {
        <dialog node_ref=dialog class="sheet" data-testid="privacy" aria-labelledby="privacy-title" on:close=move |_| signals.open.set(false)>
            <h2 id="privacy-title">"Privacy"</h2>
            <Show when=move || signals.open.get()>
                <Requests/>
                <Check/>
                <Keeping/>
            </Show>
            <button type="button" data-testid="close-privacy" on:click=move |_| signals.open.set(false)>"Close"</button>
        </dialog>
    }
}

/// Where the page's files lie: the folder above the build's.
fn root() -> String {
    let build = build_url();
    let above = build.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
    build[..above].to_owned()
}

/// Everybody's requests, and whether all are the page's own files.
#[component]
fn Requests() -> impl IntoView {
    let requests = signals().privacy.requests;
    let root = StoredValue::new(root());
    let foreign = move || {
        let is_foreign = |asked: &&Asked| !root.with_value(|root| asked.url.starts_with(root.as_str()));
        requests.with(|all| all.iter().flat_map(|(_, asked)| asked).filter(is_foreign).count())
    };
    let total = move || requests.with(|all| all.iter().map(|(_, asked)| asked.len()).sum::<usize>());
    let verdict = move || match foreign() {
        0 => format!(
            "{} since this page was opened, all of them for files of this page.",
            count(total(), "request", "requests")
        ),
        n => format!(
            "{} since this page was opened, {n} of them for something that is no file of this page. Close it, and tell whoever runs it.",
            count(total(), "request", "requests")
        ),
    };
    view! {
        <h3>"Asked of the network"</h3>
        <p data-testid="requests" data-foreign=move || foreign().to_string()>{verdict}</p>
        {move || requests.get().into_iter().map(|(who, asked)| view! { <Realm who asked root/> }).collect_view()}
        <p class="muted">"As the browser noted it. Helpers that have ended are not asked any more; the browser's own tools show them too."</p>
    }
}

/// One realm's requests.
#[component]
fn Realm(who: &'static str, asked: Vec<Asked>, root: StoredValue<String>) -> impl IntoView {
    let line = move |Asked { url, bytes }: Asked| {
        let path = root.with_value(|root| url.strip_prefix(root.as_str()).map(str::to_owned));
        let path = path.map_or(url, |path| {
            if path.is_empty() || path.starts_with('#') { "the page itself".to_owned() } else { path }
        });
        let size = if bytes > 0 { format!("{:.1} kB", bytes as f64 / 1e3) } else { String::new() };
        view! { <li><code>{path}</code>" "<span class="muted">{size}</span></li> }
    };
    view! {
        <details>
            <summary>{format!("{who}: {}", count(asked.len(), "request", "requests"))}</summary>
            <ul class="requests">{asked.into_iter().map(line).collect_view()}</ul>
        </details>
    }
}

/// How to see it without believing the page.
#[component]
fn Check() -> impl IntoView {
    view! {
        <h3>"Check it yourself"</h3>
        <ol class="steps">
            <li>"Open the browser's developer tools (F12), choose Network, and reload this page."</li>
            <li>"Drop a study. Every request in the list is a GET of a file of this page, without a body."</li>
            <li>"Or disconnect this device from the network first: a study is scored all the same."</li>
        </ol>
    }
}

/// The page's own files on this device.
#[component]
fn Keeping() -> impl IntoView {
    let (kept, intent) = (signals().privacy.kept, intent());
    view! {
        <h3>"Kept on this device"</h3>
        {move || match kept.get() {
            Some(page) => view! {
                <p data-testid="kept-page">{format!("The page itself, so that it opens without a network: {}, {:.1} MB. Nothing of a patient's is among them. Deleted, it is kept again when the page is next opened with a network.", count(page.files, "file", "files"), page.bytes as f64 / 1e6)}</p>
                <button type="button" class="small danger" data-testid="forget-page" on:click=move |_| intent.forget_page()>"Delete the page's files"</button>
            }.into_any(),
            None => view! { <p data-testid="kept-page">"The page itself is not kept."</p> }.into_any(),
        }}
        <p class="muted">"The list is kept only if you ask for it, and forgotten there: “This device” above the list."</p>
    }
}
