//! The viewer's knobs as buttons.

use super::controls::{Controls, Layout, Tool};
use crate::components::{intent, signals};
use crate::state::viewer::{HeaderList, StageStrip};
use crate::workers::protocol::Shown;
use headway_core::viewing::{BODY_PLANES, SignalRange, Window};
use leptos::prelude::*;

/// Tools, window, planes.
#[component]
pub fn Toolbar(
    /// The viewer's knobs.
    controls: Controls,
    /// Signal of the whole volume.
    range: SignalRange,
    /// The window that the header states.
    stated: Option<Window>,
) -> impl IntoView {
    let tool = |tool: Tool, words: &'static str, title: &'static str| {
        let pressed = move || if controls.tool.get() == tool { "true" } else { "false" };
        view! { <button type="button" title=title aria-pressed=pressed on:click=move |_| controls.tool.set(tool)>{words}</button> }
    };
    let layout = |layout: Layout, words: &'static str| {
        let pressed = move || if controls.layout.get() == layout { "true" } else { "false" };
        let choose = move |_| {
            controls.layout.set(layout);
            if let Layout::One(plane) = layout {
                controls.active.set(plane);
            }
        };
        view! { <button type="button" aria-pressed=pressed on:click=choose>{words}</button> }
    };
    let window = |window: Window, words: &'static str, title: &'static str| {
        let pressed = move || if controls.signals.window.get() == window { "true" } else { "false" };
        view! { <button type="button" title=title aria-pressed=pressed on:click=move |_| controls.signals.window.set(window)>{words}</button> }
    };
    let intent = intent();
    let asking = signals().deidentify.asking;
    let as_input = move || controls.signals.on_screen.with(|s| s.as_ref().is_some_and(|s| s.shown == Shown::Input));
    let listed = move || controls.signals.header.with(|header| *header != HeaderList::Away);
    let staged = move || controls.signals.stages.with(|stages| *stages != StageStrip::Away);
    view! {
        <div class="toolbar" data-testid="viewer-tools">
            <div role="group" aria-label="Planes">
                {layout(Layout::All, "All planes")}
                {BODY_PLANES.into_iter().map(|plane| layout(Layout::One(plane), plane.name())).collect_view()}
            </div>
            <div role="group" aria-label="What dragging does">
                {tool(Tool::Point, "Point", "Drag the point that all planes pass through (P)")}
                {tool(Tool::Scroll, "Scroll", "Drag up and down through the slices (S); or turn the wheel")}
                {tool(Tool::Window, "Window", "Drag up and down for brightness, sideways for contrast (W); or with the right button")}
                {tool(Tool::Move, "Move", "Drag the picture (V); or with the middle button")}
                {tool(Tool::Measure, "Measure", "Drag a line for its length (L)")}
            </div>
            <div role="group" aria-label="Signal shown">
                {window(Window::usual(&range), "Usual", "From the 1st to the 99.7th percentile of the volume")}
                {window(Window::full(&range), "Full", "From the least to the greatest signal of the volume")}
                {window(Window::tissue(&range), "Tissue", "Grey and white matter further apart; fluid is white")}
                {stated.map(|stated| window(stated, "Stated", "The window that the header states (Window Center and Width)"))}
                <button
                    type="button"
                    aria-pressed=move || if controls.inverted.get() { "true" } else { "false" }
                    title="Exchange black and white (I)"
                    on:click=move |_| controls.inverted.update(|inverted| *inverted = !*inverted)
                >"Invert"</button>
            </div>
            <div role="group" aria-label="Picture">
                <button
                    type="button"
                    aria-pressed=move || if controls.poses[0].get().mirrored { "true" } else { "false" }
                    title="Exchange left and right; the letters go along (M)"
                    on:click=move |_| controls.mirror()
                >"Mirror"</button>
                <button type="button" title="The whole picture in its pane (F)" on:click=move |_| controls.fit()>"Fit"</button>
                <button type="button" title="As it was opened (R)" on:click=move |_| controls.reset()>"Reset"</button>
            </div>
            <div role="group" aria-label="Series">
                <button
                    type="button"
                    aria-pressed=move || as_input().to_string()
                    title="What the network is given: resampled, centred, scaled"
                    on:click=move |_| intent.show(if as_input() { Shown::Acquired } else { Shown::Input })
                >"Network's input"</button>
                <button
                    type="button"
                    aria-pressed=move || staged().to_string()
                    title="From the images to the network's input, step by step"
                    on:click=move |_| intent.show_stages(!staged())
                >"Steps"</button>
                <button
                    type="button"
                    aria-pressed=move || listed().to_string()
                    title="The DICOM header of the middle image"
                    on:click=move |_| intent.list_header(!listed())
                >"Header"</button>
                <button type="button" data-testid="deidentify-button" title="Save this series without its patient" on:click=move |_| asking.set(true)>"De-identify…"</button>
            </div>
        </div>
    }
}
