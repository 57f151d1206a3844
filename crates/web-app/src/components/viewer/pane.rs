//! One plane: its picture, the letters of the patient's sides, the point, a scale, a slider through the slices.

use super::controls::{Controls, Measure, Tool};
use crate::browser::canvas::{SizeWatch, paint};
use crate::browser::page::{hold_pointer, show_fault};
use crate::components::intent;
use crate::state::viewer::Attention;
use headway_core::attention::tinted;
use headway_core::viewing::{BodyPlane, PlaneGrid, Screen, Viewing};
use leptos::html::{Canvas, Div};
use leptos::prelude::*;
use web_sys::{PointerEvent, WheelEvent};

/// A pane. Its size is the page's to decide; the picture is fitted in.
#[component]
pub fn Pane(viewing: StoredValue<Viewing>, plane: BodyPlane, controls: Controls) -> impl IntoView {
    let grid = StoredValue::new(viewing.with_value(|viewing| viewing.plane(plane).clone()));
    let slices = grid.with_value(|grid| grid.dims[2]);
    let (stage, size_px) = (NodeRef::<Div>::new(), RwSignal::new([1.0, 1.0]));
    watch_size(stage, size_px);
    let pose = controls.poses[plane as usize];
    let screen = Memo::new(move |_| grid.with_value(|grid| Screen::new(grid, size_px.get(), pose.get())));
    let place = Memo::new(move |_| controls.point_on(plane));
    let slice = Memo::new(move |_| place.get()[2]);
    let intent = intent();
    Effect::new(move |_| intent.want_picture(plane, slice.get()));
    let hand = Hand { plane, controls, screen, place, drag: RwSignal::new(None), pressed: RwSignal::new(Vec::new()) };
    let active = move || controls.active.get() == plane;
    let missing = grid.with_value(|grid| grid.missing_slice);
    let words = move || format!("{} slice {} of {slices}", plane.name(), slice.get() + 1);
    view! {
        <figure class="pane" data-plane=plane.name() data-active=move || active().to_string()>
            <div
                class="stage"
                node_ref=stage
                data-testid="stage"
                on:wheel=move |event| hand.wheel(&event)
                on:pointerdown=move |event| hand.down(&event)
                on:pointermove=move |event| hand.moved(&event)
                on:pointerup=move |event| hand.up(&event)
                on:pointercancel=move |event| hand.up(&event)
                on:contextmenu=move |event| event.prevent_default()
            >
                <Film plane controls screen words=Signal::derive(words)/>
                <Overlay grid controls screen slice/>
                <Letters grid controls plane/>
                <Marks hand slice/>
                <Scale screen/>
                {move || (missing == Some(slice.get())).then(|| view! { <p class="gap" role="note">"No image was found for this place."</p> })}
            </div>
            <figcaption>
                <span class="plane-name">{plane.name()}</span>
                <input
                    type="range"
                    min="1"
                    max=slices.to_string()
                    prop:value=move || (slice.get() + 1).to_string()
                    aria-label=format!("{} slice", plane.name())
                    aria-valuetext=words
                    on:input=move |event| hand.slide(&event_target_value(&event))
                    on:focus=move |_| controls.active.set(plane)
                />
                <span data-testid="slice-now">{move || format!("{} / {slices}", slice.get() + 1)}</span>
            </figcaption>
        </figure>
    }
}

fn watch_size(stage: NodeRef<Div>, size_px: RwSignal<[f64; 2]>) {
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let Some(stage) = stage.get() {
            let tell = move |width: f64, height: f64| size_px.set([width.max(1.0), height.max(1.0)]);
            watch.set_value(SizeWatch::begin(&stage, tell));
        }
    });
}

/// The picture itself.
#[component]
fn Film(plane: BodyPlane, controls: Controls, screen: Memo<Screen>, words: Signal<String>) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let grid = controls.signals.viewing.get_untracked().and_then(Result::ok).map(|v| v.plane(plane).dims);
    let [columns, rows, _] = grid.unwrap_or([1, 1, 1]);
    Effect::new(move |_| {
        let (window, inverted) = (controls.signals.window.get(), controls.inverted.get());
        let Some(canvas) = canvas.get() else { return };
        controls.signals.pictures[plane as usize].with(|picture| {
            let Some(picture) = picture.as_ref().filter(|p| p.signal.len() == columns * rows) else { return };
            if let Err(error) = paint(&canvas, &window.pixels(&picture.signal, inverted), columns, rows) {
                show_fault(&format!("The picture could not be drawn ({error}). Close other pages and try again."));
            }
        });
    });
    let transform = move || transform(screen.get());
    let shown = move || controls.signals.pictures[plane as usize].with(|p| p.as_ref().map(|p| p.slice.to_string()));
    view! {
        <canvas node_ref=canvas role="img" aria-label=words data-shown=shown style:transform=transform></canvas>
    }
}

/// From a canvas's own pixels to the pane's.
fn transform(screen: Screen) -> String {
    let [x, y] = screen.screen_from_grid([-0.5, -0.5]);
    let [across, down] = screen.scale_px();
    format!("translate({x}px, {y}px) scale({across}, {down})")
}

/// The attention map over the picture, where there is one.
#[component]
fn Overlay(
    grid: StoredValue<PlaneGrid>,
    controls: Controls,
    screen: Memo<Screen>,
    slice: Memo<usize>,
) -> impl IntoView {
    let canvas = NodeRef::<Canvas>::new();
    let attention = controls.signals.attention;
    let shown =
        Memo::new(move |_| attention.with(|a| a.as_ref().is_some_and(|a| a.map.is_some() && a.place.is_some())));
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        attention.with(|attention| {
            let Some(Attention { place: Some(place), map: Some(map), .. }) = attention else { return };
            grid.with_value(|grid| {
                let values = place.under(map, grid, slice.get());
                let greatest = map.greatest().unwrap_or(f32::INFINITY);
                let pixels = tinted(&values, greatest, controls.threshold.get(), controls.opacity.get());
                if let Err(error) = paint(&canvas, &pixels, grid.dims[0], grid.dims[1]) {
                    show_fault(&format!(
                        "The attention map could not be drawn ({error}). Close other pages and try again."
                    ));
                }
            });
        });
    });
    view! {
        <Show when=move || shown.get()>
            <canvas node_ref=canvas data-testid="attention-overlay" aria-hidden="true" style:transform=move || transform(screen.get())></canvas>
        </Show>
    }
}

/// What lies on each side. Nothing where the file does not say.
#[component]
fn Letters(grid: StoredValue<PlaneGrid>, controls: Controls, plane: BodyPlane) -> impl IntoView {
    let letters = grid.with_value(|grid| grid.letters.clone());
    let unknown = letters.is_none();
    let [left, right, top, bottom] = letters.unwrap_or_default();
    let sides = move || {
        let (left, right) = (left.clone(), right.clone());
        if controls.poses[plane as usize].get().mirrored { [right, left] } else { [left, right] }
    };
    let (on_left, on_right) = (sides.clone(), sides);
    view! {
        <div class="letters" data-testid="letters">
            <span class="at-left">{move || on_left()[0].clone()}</span>
            <span class="at-right">{move || on_right()[1].clone()}</span>
            <span class="at-top">{top}</span>
            <span class="at-bottom">{bottom}</span>
            {unknown.then(|| view! { <span class="sides-unknown">"Sides of the patient not stated"</span> })}
        </div>
    }
}

/// The point's lines and the measured length, drawn in CSS pixels over the picture.
#[component]
fn Marks(hand: Hand, slice: Memo<usize>) -> impl IntoView {
    let Hand { plane, controls, screen, place, .. } = hand;
    let at = move || {
        let [column, row, _] = place.get();
        screen.get().screen_from_grid([column as f64, row as f64])
    };
    let measure = move || controls.measure.get().filter(|m| m.plane == plane && m.slice == slice.get());
    view! {
        <svg class="marks" aria-hidden="true">
            <line class="cross" x1="0" x2="100%" y1=move || at()[1] y2=move || at()[1]/>
            <line class="cross" y1="0" y2="100%" x1=move || at()[0] x2=move || at()[0]/>
            {move || measure().map(|measure| {
                let screen = screen.get();
                let ([x1, y1], [x2, y2]) = (screen.screen_from_grid(measure.from), screen.screen_from_grid(measure.to));
                let length = format!("{:.1} mm", screen.distance_mm(measure.from, measure.to));
                view! {
                    <line class="measure" x1=x1 y1=y1 x2=x2 y2=y2/>
                    <text class="length" data-testid="length" x=x2 + 8.0 y=y2 - 8.0>{length}</text>
                }
            })}
        </svg>
    }
}

/// A bar of round length.
#[component]
fn Scale(screen: Memo<Screen>) -> impl IntoView {
    view! {
        <div class="scale" style:width=move || format!("{}px", screen.get().bar_mm() * screen.get().px_per_mm())>
            {move || format!("{:.0} mm", screen.get().bar_mm())}
        </div>
    }
}

/// What pointer and wheel do in one pane.
#[derive(Clone, Copy)]
struct Hand {
    plane: BodyPlane,
    controls: Controls,
    screen: Memo<Screen>,
    place: Memo<[usize; 3]>,
    /// The tool at work, and where the pointer was last.
    drag: RwSignal<Option<(Tool, [f64; 2])>>,
    /// Pointers pressed here, and where each was last: two are fingers that pinch.
    pressed: RwSignal<Vec<(i32, [f64; 2])>>,
}

/// How far the pointer is dragged for the next slice, CSS pixels.
const SLICE_PX: f64 = 6.0;

impl Hand {
    fn wheel(self, event: &WheelEvent) {
        event.prevent_default();
        self.controls.active.set(self.plane);
        let onwards = event.delta_y() < 0.0;
        if event.ctrl_key() {
            let at = [f64::from(event.offset_x()), f64::from(event.offset_y())];
            let factor = if onwards { 1.1 } else { 1.0 / 1.1 };
            self.controls.poses[self.plane as usize].set(self.screen.get_untracked().magnified(factor, at));
        } else if event.delta_y() != 0.0 {
            self.controls.step(self.plane, if onwards { 1 } else { -1 });
        }
    }

    fn down(self, event: &PointerEvent) {
        hold_pointer(event);
        self.controls.active.set(self.plane);
        let at = place_of(event);
        self.pressed.update(|pressed| pressed.push((event.pointer_id(), at)));
        if self.pressed.with_untracked(Vec::len) > 1 {
            return self.drag.set(None);
        }
        let tool = match event.button() {
            1 => Tool::Move,
            2 => Tool::Window,
            _ => self.controls.tool.get_untracked(),
        };
        self.drag.set(Some((tool, at)));
        match tool {
            Tool::Point => self.point_to(at),
            Tool::Measure => {
                let from = self.screen.get_untracked().grid_from_screen(at);
                let slice = self.place.get_untracked()[2];
                self.controls.measure.set(Some(Measure { plane: self.plane, slice, from, to: from }));
            }
            Tool::Window | Tool::Move | Tool::Scroll => {}
        }
    }

    fn up(self, event: &PointerEvent) {
        self.pressed.update(|pressed| pressed.retain(|(id, _)| *id != event.pointer_id()));
        self.drag.set(None);
    }

    fn moved(self, event: &PointerEvent) {
        let at = place_of(event);
        if self.pressed.with_untracked(Vec::len) > 1 {
            return self.pinch(event.pointer_id(), at);
        }
        let Some((tool, last)) = self.drag.get_untracked() else { return };
        let by = [at[0] - last[0], at[1] - last[1]];
        if tool == Tool::Scroll && by[1].abs() < SLICE_PX {
            return;
        }
        self.drag.set(Some((tool, at)));
        match tool {
            Tool::Point => self.point_to(at),
            Tool::Scroll => self.controls.step(self.plane, (-by[1] / SLICE_PX) as i64),
            // Half a screen doubles the window or moves it by its own width.
            Tool::Window => self.controls.turn_window((by[0] / 300.0).exp(), -by[1] / 600.0),
            Tool::Move => self.move_by(by),
            Tool::Measure => {
                let to = self.screen.get_untracked().grid_from_screen(at);
                self.controls.measure.update(|measure| measure.iter_mut().for_each(|measure| measure.to = to));
            }
        }
    }

    /// Two fingers magnify by how far they part, and take the picture along.
    fn pinch(self, id: i32, at: [f64; 2]) {
        let ends = |pressed: &[(i32, [f64; 2])]| [pressed[0].1, pressed[1].1];
        let before = self.pressed.with_untracked(|pressed| ends(pressed));
        self.pressed.update(|pressed| pressed.iter_mut().filter(|(of, _)| *of == id).for_each(|(_, was)| *was = at));
        let after = self.pressed.with_untracked(|pressed| ends(pressed));
        let apart = |[a, b]: [[f64; 2]; 2]| (a[0] - b[0]).hypot(a[1] - b[1]).max(1.0);
        let middle = |[a, b]: [[f64; 2]; 2]| [f64::midpoint(a[0], b[0]), f64::midpoint(a[1], b[1])];
        let (from, to) = (middle(before), middle(after));
        let pose = self.screen.get_untracked().magnified(apart(after) / apart(before), from);
        self.controls.poses[self.plane as usize].set(pose);
        self.move_by([to[0] - from[0], to[1] - from[1]]);
    }

    fn move_by(self, by: [f64; 2]) {
        self.controls.poses[self.plane as usize].update(|pose| {
            pose.offset_px = [pose.offset_px[0] + by[0], pose.offset_px[1] + by[1]];
        });
    }

    fn point_to(self, at: [f64; 2]) {
        let [column, row] = self.screen.get_untracked().voxel_at(at);
        let slice = self.place.get_untracked()[2];
        self.controls.go_to(self.plane, [column, row, slice]);
    }

    /// The slider's value, which counts from 1.
    fn slide(self, value: &str) {
        if let Some(slice) = value.parse::<usize>().ok().and_then(|number| number.checked_sub(1)) {
            let [column, row, _] = self.place.get_untracked();
            self.controls.go_to(self.plane, [column, row, slice]);
        }
    }
}

/// Relative to the stage: nothing in it takes the pointer.
fn place_of(event: &PointerEvent) -> [f64; 2] {
    [f64::from(event.offset_x()), f64::from(event.offset_y())]
}
