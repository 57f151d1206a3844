//! What the reader does with the images, from pointer and keyboard alike.

use crate::browser::page::has_own_keys;
use crate::state::viewer::{Attention, ViewerSignals};
use headway_core::viewing::{BODY_PLANES, BodyPlane, PlaneGrid, Pose, Viewing, Window};
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// What dragging with the main button does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// Moves the point that all planes pass through.
    Point,
    /// Leads through the slices.
    Scroll,
    /// Changes what is black and white.
    Window,
    /// Moves the picture.
    Move,
    /// Measures a length.
    Measure,
}

/// Which planes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// All three.
    All,
    /// One.
    One(BodyPlane),
}

impl Layout {
    /// Its name for styles and tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::One(_) => "one",
        }
    }
}

/// A measured length: its ends in columns and rows of one picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// Of which plane.
    pub plane: BodyPlane,
    /// Of which slice.
    pub slice: usize,
    /// Where it begins.
    pub from: [f64; 2],
    /// Where it ends.
    pub to: [f64; 2],
}

/// The viewer's knobs. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Controls {
    /// The series and its pictures.
    pub signals: ViewerSignals,
    /// What dragging does.
    pub tool: RwSignal<Tool>,
    /// Which planes are shown.
    pub layout: RwSignal<Layout>,
    /// The plane that the keyboard moves through.
    pub active: RwSignal<BodyPlane>,
    /// Black and white are exchanged.
    pub inverted: RwSignal<bool>,
    /// How each plane's picture lies in its pane.
    pub poses: [RwSignal<Pose>; 3],
    /// The last length measured.
    pub measure: RwSignal<Option<Measure>>,
    /// How opaque the attention map is where it is strongest, 0 to 1.
    pub opacity: RwSignal<f32>,
    /// The share of its greatest value below which the attention map is not shown, 0 to 1.
    pub threshold: RwSignal<f32>,
    grids: StoredValue<Vec<PlaneGrid>>,
}

/// How much one press of a key changes window and magnification.
const STEP: f64 = 1.15;

impl Controls {
    /// As a series is first shown.
    pub fn new(signals: ViewerSignals) -> Self {
        Self {
            signals,
            tool: RwSignal::new(Tool::Point),
            layout: RwSignal::new(Layout::All),
            active: RwSignal::new(BodyPlane::Axial),
            inverted: RwSignal::new(false),
            poses: std::array::from_fn(|_| RwSignal::default()),
            measure: RwSignal::new(None),
            opacity: RwSignal::new(0.6),
            threshold: RwSignal::new(0.3),
            grids: StoredValue::new(Vec::new()),
        }
    }

    /// Takes in the planes of the series; the scanner's own comes under the keyboard.
    pub fn begin(self, viewing: &Viewing) {
        self.grids.set_value(viewing.planes.to_vec());
        if let Some(acquired) = viewing.planes.iter().find(|grid| grid.acquired) {
            self.active.set(acquired.plane);
        }
    }

    /// The point on a plane's grid: column, row, slice.
    pub fn point_on(self, plane: BodyPlane) -> [usize; 3] {
        let point = self.signals.point.get();
        self.grids.with_value(|grids| match (grids.first(), grids.get(plane as usize)) {
            (Some(axial), Some(grid)) => axial.on(grid, point),
            _ => point,
        })
    }

    /// Moves the point to a place of a plane's grid.
    pub fn go_to(self, plane: BodyPlane, place: [usize; 3]) {
        let point = self.grids.with_value(|grids| Some(grids.get(plane as usize)?.on(grids.first()?, place)));
        if let Some(point) = point.filter(|point| *point != self.signals.point.get_untracked()) {
            self.signals.point.set(point);
        }
    }

    /// Moves the point to where the attention map is strongest.
    pub fn go_to_strongest(self) {
        let place = self.signals.attention.with_untracked(|attention| {
            let Attention { place: Some(place), map: Some(map), .. } = attention.as_ref()? else { return None };
            self.grids.with_value(|grids| place.strongest(map, grids.first()?))
        });
        if let Some(place) = place {
            self.signals.point.set(place);
        }
    }

    /// Moves so many slices on in a plane.
    pub fn step(self, plane: BodyPlane, slices: i64) {
        let mut place = untrack(|| self.point_on(plane));
        place[2] = place[2].saturating_add_signed(slices as isize);
        self.go_to(plane, place);
    }

    /// Widens the window and brightens the picture.
    pub fn turn_window(self, wider: f64, brighter: f64) {
        self.signals.window.update(|window| *window = window.turned(wider as f32, brighter as f32));
    }

    /// Everything as it was when the series was opened.
    pub fn reset(self) {
        self.poses.iter().for_each(|pose| pose.set(Pose::default()));
        self.inverted.set(false);
        self.measure.set(None);
        if let Some(Ok(viewing)) = self.signals.viewing.get_untracked() {
            self.signals.window.set(Window::usual(&viewing.range));
        }
    }

    /// The whole picture in each pane.
    pub fn fit(self) {
        for pose in self.poses {
            pose.update(|pose| *pose = Pose { mirrored: pose.mirrored, ..Pose::default() });
        }
    }

    /// Left and right exchanged, and back; a sagittal picture has neither.
    pub fn mirror(self) {
        for plane in [BodyPlane::Axial, BodyPlane::Coronal] {
            self.poses[plane as usize].update(|pose| pose.mirrored = !pose.mirrored);
        }
    }

    /// Magnifies the plane under the keyboard.
    fn zoom(self, factor: f64) {
        let pose = self.poses[self.active.get_untracked() as usize];
        pose.update(|pose| pose.zoom = (pose.zoom * factor).clamp(0.25, 16.0));
    }

    /// A key, unless what it was pressed in has its own use for it.
    pub fn key(self, event: &KeyboardEvent) {
        let for_a_field = has_own_keys(event.target(), &event.key());
        if event.ctrl_key() || event.meta_key() || event.alt_key() || for_a_field {
            return;
        }
        let active = self.active.get_untracked();
        match event.key().as_str() {
            "ArrowUp" => self.step(active, 1),
            "ArrowDown" => self.step(active, -1),
            "PageUp" => self.step(active, 10),
            "PageDown" => self.step(active, -10),
            "Home" => self.step(active, i64::from(i32::MIN)),
            "End" => self.step(active, i64::from(i32::MAX)),
            "+" | "=" => self.zoom(STEP),
            "-" => self.zoom(1.0 / STEP),
            "[" => self.turn_window(1.0 / STEP, 0.0),
            "]" => self.turn_window(STEP, 0.0),
            "," => self.turn_window(1.0, -0.05),
            "." => self.turn_window(1.0, 0.05),
            "i" => self.inverted.update(|inverted| *inverted = !*inverted),
            "m" => self.mirror(),
            "f" => self.fit(),
            "r" => self.reset(),
            "p" => self.tool.set(Tool::Point),
            "s" => self.tool.set(Tool::Scroll),
            "w" => self.tool.set(Tool::Window),
            "v" => self.tool.set(Tool::Move),
            "l" => self.tool.set(Tool::Measure),
            "0" => self.layout.set(Layout::All),
            key @ ("1" | "2" | "3") => {
                let plane = BODY_PLANES[usize::from(key.as_bytes()[0] - b'1')];
                self.layout.set(Layout::One(plane));
                self.active.set(plane);
            }
            _ => return,
        }
        event.prevent_default();
    }
}
