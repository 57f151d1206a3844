//! From the images to the network's input, step by step, as a strip of pictures.

use crate::browser::canvas::paint;
use crate::browser::page::show_fault;
use crate::components::signals;
use crate::state::viewer::StageStrip;
use headway_core::preprocess::Stage;
use headway_core::viewing::Window;
use leptos::html::Canvas;
use leptos::prelude::*;
use std::rc::Rc;

/// The strip, once it is asked for.
#[component]
pub fn Stages() -> impl IntoView {
    let strip = signals().viewer.stages;
    let asked = Memo::new(move |_| strip.with(|strip| *strip != StageStrip::Away));
    view! {
        <Show when=move || asked.get()>
            <section class="stages" data-testid="stages" aria-label="Steps of preprocessing">
                {move || strip.with(|strip| match strip {
                    StageStrip::Away | StageStrip::Making => view! { <p role="status">"Preparing the steps…"</p> }.into_any(),
                    StageStrip::Here(Err(reason)) => view! { <p role="alert">{reason.text.clone()}</p> }.into_any(),
                    StageStrip::Here(Ok(stages)) => shown(stages).into_any(),
                })}
            </section>
        </Show>
    }
}

fn shown(stages: &Rc<Vec<Stage>>) -> impl IntoView + use<> {
    let steps = (0..stages.len()).map(|nth| {
        let stages = Rc::clone(stages);
        view! { <Step stages nth/> }
    });
    view! { <ol>{steps.collect::<Vec<_>>()}</ol> }
}

/// One step: its middle axial slice in true proportions, and what it is.
#[component]
fn Step(stages: Rc<Vec<Stage>>, nth: usize) -> impl IntoView {
    let stage = &stages[nth];
    let [columns, rows, slices] = stage.dims;
    let [across_mm, down_mm, through_mm] = stage.spacing_mm;
    let name = format!("{}. {}", nth + 1, stage.name);
    let even = (across_mm - down_mm).abs() < 0.005 && (across_mm - through_mm).abs() < 0.005;
    let size = if even {
        format!("{columns} × {rows} × {slices} voxels of {across_mm:.2} mm")
    } else {
        format!("{columns} × {rows} × {slices} voxels of {across_mm:.2} × {down_mm:.2} × {through_mm:.2} mm")
    };
    let range = format!("Black {:.0}, white {:.0}", stage.range[0], stage.range[1]);
    let proportions = format!("{} / {}", columns as f64 * across_mm, rows as f64 * down_mm);
    let label = format!("{name}, the middle axial slice");
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move |_| {
        let (Some(canvas), stage) = (canvas.get(), &stages[nth]) else { return };
        let window = Window { black: stage.range[0], white: stage.range[1] };
        if let Err(error) = paint(&canvas, &window.pixels(&stage.signal, false), columns, rows) {
            show_fault(&format!("The picture could not be drawn ({error}). Close other pages and try again."));
        }
    });
    view! {
        <li>
            <div class="step-film"><canvas node_ref=canvas role="img" aria-label=label style:aspect-ratio=proportions></canvas></div>
            <strong>{name}</strong>
            <span class="muted">{size}</span>
            <span class="muted">{range}</span>
        </li>
    }
}
