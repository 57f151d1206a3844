//! The viewer: one series in three planes, over the page until it is closed.

mod attention;
mod controls;
mod header;
mod pane;
mod stages;
mod toolbar;

use super::text::count;
use super::{intent, signals};
use crate::browser::page::{before_next_frame, close_dialog, show_dialog};
use crate::state::viewer::{OnScreen, ViewerSignals};
use crate::workers::protocol::Shown;
use attention::AttentionBar;
use controls::{Controls, Layout};
use header::Header;
use headway_core::viewing::{BODY_PLANES, Viewing};
use leptos::html::Dialog;
use leptos::prelude::*;
use pane::Pane;
use stages::Stages;
use toolbar::Toolbar;

/// The dialogue that holds the images while a series is open.
#[component]
pub fn Viewer() -> impl IntoView {
    let ViewerSignals { on_screen, rehearsing, .. } = signals().viewer;
    let dialog = NodeRef::<Dialog>::new();
    let open = Memo::new(move |_| on_screen.with(Option::is_some));
    Effect::new(move |_| match (dialog.get(), open.get()) {
        // Once what is inside stands, so that the focus goes there and keys are heard.
        (Some(dialog), true) => before_next_frame(move || {
            if open.get_untracked() {
                show_dialog(&dialog);
            }
        }),
        (Some(dialog), false) => close_dialog(&dialog),
        (None, _) => {}
    });
    let intent = intent();
    view! {
        <dialog node_ref=dialog class="viewer" data-testid="viewer" aria-labelledby="viewer-title" on:close=move |_| intent.close_viewer()>
            <Show when=move || open.get() || rehearsing.get()>
                <Images/>
            </Show>
        </dialog>
    }
}

/// All that is inside. Made anew for each series, so that nothing of the last one stays.
#[component]
fn Images() -> impl IntoView {
    let signals = signals().viewer;
    let intent = intent();
    let controls = Controls::new(signals);
    let title = move || signals.on_screen.with(|shown| shown.as_ref().map(titled));
    view! {
        // It takes the focus where a pane is clicked, so that keys are heard there too.
        <div class="viewer-frame" tabindex="-1" on:keydown=move |event| controls.key(&event)>
            <header class="viewer-head">
                <h2 id="viewer-title">{title}</h2>
                <p class="muted">"Research software, not a medical device: not for reading an examination."</p>
                <p class="muted window-now" data-testid="window-now">{move || {
                    let window = signals.window.get();
                    // The network's input is scaled to a standard deviation of 1.
                    let digits = if window.width() < 50.0 { 2 } else { 0 };
                    format!("Centre {:.digits$}, width {:.digits$}", window.centre(), window.width())
                }}</p>
                <button type="button" class="close" data-testid="close-viewer" on:click=move |_| intent.close_viewer()>"Close"</button>
            </header>
            {move || signals.viewing.with(|viewing| match viewing {
                None => view! { <p class="viewer-note" role="status">"Reading the images…"</p> }.into_any(),
                Some(Err(reason)) => view! { <p class="viewer-note" role="alert">{reason.text.clone()}</p> }.into_any(),
                Some(Ok(viewing)) => view! { <Planes viewing=viewing.clone() controls/> }.into_any(),
            })}
        </div>
    }
}

fn titled(shown: &OnScreen) -> String {
    let title = shown.series.title();
    let title = if title.is_empty() { "Series without a description".to_owned() } else { title };
    match shown.shown {
        Shown::Acquired => format!("{title}, {}", count(shown.series.images, "image", "images")),
        Shown::Input => format!("{title}, as the network is given it"),
    }
}

/// The toolbar and the panes.
#[component]
fn Planes(viewing: Viewing, controls: Controls) -> impl IntoView {
    controls.begin(&viewing);
    let (range, stated) = (viewing.range, viewing.stated_window);
    let viewing = StoredValue::new(viewing);
    let layout = controls.layout;
    view! {
        <Toolbar controls range stated/>
        <AttentionBar controls/>
        <Stages/>
        <div class="viewer-body">
            <div class="panes" data-layout=move || layout.get().name()>
                {BODY_PLANES
                    .into_iter()
                    .map(|plane| {
                        let shown = move || layout.get() == Layout::All || layout.get() == Layout::One(plane);
                        view! { <Show when=shown><Pane viewing plane controls/></Show> }
                    })
                    .collect::<Vec<_>>()}
            </div>
            <Header/>
        </div>
    }
}
