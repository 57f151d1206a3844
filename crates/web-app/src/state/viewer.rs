//! The viewer's state: one series on the screen, a point in it, and pictures of three planes.
//! Pixels stay in the ingest worker; the pictures on the screen come from there, one at a time for each plane.

use super::app::App;
use crate::browser::page::{idle, painted};
use crate::browser::post::Attached;
use crate::workers::protocol::{EngineRequest, IngestReply, IngestRequest, Shown, ViewId, Work};
use headway_core::attention::{AttentionMap, MapPlace};
use headway_core::listing::HeaderLine;
use headway_core::preprocess::Stage;
use headway_core::reason::{Code, Reason};
use headway_core::series::SeriesSummary;
use headway_core::study::StudyKey;
use headway_core::viewing::{BODY_PLANES, BodyPlane, Viewing, Window};
use js_sys::{Array, Float32Array};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// A picture of one plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Which slice.
    pub slice: usize,
    /// Its signal, row by row.
    pub signal: Rc<Vec<f32>>,
}

/// What is on the screen.
#[derive(Clone, Debug, PartialEq)]
pub struct OnScreen {
    /// Of which study.
    pub study: StudyKey,
    /// Which series.
    pub series: SeriesSummary,
    /// The images, or what the network is given of them.
    pub shown: Shown,
}

/// What the viewer's components read.
#[derive(Clone, Copy, Debug)]
pub struct ViewerSignals {
    /// The series, while the viewer is open.
    pub on_screen: RwSignal<Option<OnScreen>>,
    /// Its planes, once they are known, or why it cannot be shown.
    pub viewing: RwSignal<Option<Result<Viewing, Reason>>>,
    /// The point that all planes pass through: column, row and slice of the axial grid.
    pub point: RwSignal<[usize; 3]>,
    /// What is shown black and white.
    pub window: RwSignal<Window>,
    /// Axial, coronal, sagittal.
    pub pictures: [RwSignal<Option<Picture>, LocalStorage>; 3],
    /// The attention map, once it was asked for.
    pub attention: RwSignal<Option<Attention>>,
    /// The header of the middle image.
    pub header: RwSignal<HeaderList>,
    /// The steps from the images to the network's input.
    pub stages: RwSignal<StageStrip, LocalStorage>,
    /// The viewer is made unseen, without a series.
    pub rehearsing: RwSignal<bool>,
}

/// The steps of preprocessing as pictures.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum StageStrip {
    /// Nobody asked for them.
    #[default]
    Away,
    /// On their way.
    Making,
    /// Here, or why there are none.
    Here(Result<Rc<Vec<Stage>>, Reason>),
}

/// The header as a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum HeaderList {
    /// Nobody asked for it.
    #[default]
    Away,
    /// On its way.
    Reading,
    /// Here, or why it cannot be read.
    Here(Result<Vec<HeaderLine>, Reason>),
}

/// An attention map on its way. Place and values come from different workers, in either order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attention {
    /// Where it lies.
    pub place: Option<MapPlace>,
    /// As far as it has come.
    pub map: Option<AttentionMap>,
    /// Why there is none.
    pub failed: Option<Reason>,
}

impl Attention {
    /// Whether the engine is still at it.
    pub fn is_growing(&self) -> bool {
        self.failed.is_none() && self.map.as_ref().is_none_or(|map| map.share < 1.0)
    }
}

impl Default for ViewerSignals {
    fn default() -> Self {
        Self {
            on_screen: RwSignal::new(None),
            viewing: RwSignal::new(None),
            point: RwSignal::default(),
            window: RwSignal::new(Window { black: 0.0, white: 1.0 }),
            pictures: std::array::from_fn(|_| RwSignal::new_local(None)),
            attention: RwSignal::new(None),
            header: RwSignal::default(),
            stages: RwSignal::new_local(StageStrip::Away),
            rehearsing: RwSignal::new(false),
        }
    }
}

/// What the page keeps for it.
#[derive(Default)]
pub struct ViewerRoom {
    view: Cell<ViewId>,
    /// Where to look first, DICOM patient coordinates, mm; the middle unless it is said.
    at_mm: Cell<Option<[f64; 3]>>,
    /// The slice wanted in each plane, and the one asked for and not yet come.
    wanted: [Cell<usize>; 3],
    asked: [Cell<Option<usize>>; 3],
}

impl App {
    /// Opens a series for the eye, at a point of the patient (LPS, mm) if one is named.
    pub fn view(self: &Rc<Self>, study: StudyKey, series: SeriesSummary, at_mm: Option<[f64; 3]>) {
        self.opened(&study);
        self.viewer.at_mm.set(at_mm);
        let signals = self.signals.viewer;
        self.stop_explaining();
        signals.viewing.set(None);
        signals.header.set(HeaderList::Away);
        signals.stages.set(StageStrip::Away);
        signals.pictures.iter().for_each(|picture| picture.set(None));
        signals.on_screen.set(Some(OnScreen { study, series, shown: Shown::Acquired }));
        self.open_view();
    }

    /// Makes the viewer once where nobody sees it: browsers compile code when it first runs, and the first image should not wait
    /// for that. Whoever opens a series meanwhile takes the viewer over.
    pub(super) fn rehearse_viewer(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            idle().await;
            let signals = app.signals.viewer;
            let is_free = || signals.on_screen.with_untracked(Option::is_none);
            if !is_free() {
                return;
            }
            signals.viewing.set(Some(Ok(Viewing::of_one_voxel())));
            signals.pictures.iter().for_each(|p| p.set(Some(Picture { slice: 0, signal: Rc::new(vec![0.0]) })));
            signals.rehearsing.set(true);
            painted().await;
            signals.rehearsing.set(false);
            if is_free() {
                signals.viewing.set(None);
                signals.pictures.iter().for_each(|picture| picture.set(None));
            }
        });
    }

    /// Shows the images, or what the network is given of them.
    pub fn show(self: &Rc<Self>, shown: Shown) {
        let signals = self.signals.viewer;
        self.stop_explaining();
        signals.viewing.set(None);
        signals.pictures.iter().for_each(|picture| picture.set(None));
        signals.on_screen.update(|on_screen| on_screen.iter_mut().for_each(|screen| screen.shown = shown));
        self.open_view();
    }

    /// Lists the header of the series, or puts the list away.
    pub fn list_header(&self, listed: bool) {
        self.signals.viewer.header.set(if listed { HeaderList::Reading } else { HeaderList::Away });
        if listed {
            self.post_ingest(IngestRequest::ListHeader(self.viewer.view.get()), Attached::default());
        }
    }

    /// Shows the steps from the images to the network's input, or puts them away.
    pub fn show_stages(&self, shown: bool) {
        self.signals.viewer.stages.set(if shown { StageStrip::Making } else { StageStrip::Away });
        if shown {
            self.post_ingest(IngestRequest::ShowStages(self.viewer.view.get()), Attached::default());
        }
    }

    /// Closes the viewer.
    pub fn close_viewer(&self) {
        self.viewer.view.set(self.viewer.view.get() + 1);
        self.stop_explaining();
        self.signals.viewer.on_screen.set(None);
    }

    /// Has the attention map of the series on the screen made.
    pub fn explain(&self) {
        self.signals.viewer.attention.set(Some(Attention::default()));
        self.post_ingest(IngestRequest::Explain(self.viewer.view.get()), Attached::default());
    }

    /// Lets go of the attention map, made or not.
    pub fn stop_explaining(&self) {
        self.post_engine(EngineRequest::StopExplaining, Attached::default());
        self.signals.viewer.attention.set(None);
    }

    /// What the engine says of the map.
    pub(super) fn hear_of_attention(&self, view: ViewId, map: Result<AttentionMap, Reason>) {
        self.update_attention(view, |attention| match map {
            Ok(map) => attention.map = Some(map),
            Err(reason) => attention.failed = Some(reason),
        });
    }

    /// The engine at work on the map has stopped.
    pub(super) fn attention_lost(&self, reason: &Reason) {
        self.update_attention(self.viewer.view.get(), |attention| {
            if attention.is_growing() {
                attention.failed = Some(reason.clone());
            }
        });
    }

    fn update_attention(&self, view: ViewId, change: impl FnOnce(&mut Attention)) {
        let attention = self.signals.viewer.attention;
        if view == self.viewer.view.get() && attention.with_untracked(Option::is_some) {
            attention.update(|attention| {
                if let Some(attention) = attention {
                    change(attention);
                }
            });
        }
    }

    fn open_view(self: &Rc<Self>) {
        let Some(OnScreen { study, series, shown }) = self.signals.viewer.on_screen.get_untracked() else { return };
        let view = self.viewer.view.get() + 1;
        self.viewer.view.set(view);
        self.viewer.asked.iter().for_each(|asked| asked.set(None));
        self.set_to_work(Work::Open(view, study, series, shown), Attached::default());
    }

    /// Asks for a picture, or has it asked for when the one under way has come: the slices between are skipped.
    pub fn want_picture(&self, plane: BodyPlane, slice: usize) {
        let place = plane as usize;
        self.viewer.wanted[place].set(slice);
        let shown = self.signals.viewer.pictures[place].with_untracked(|shown| shown.as_ref().map(|shown| shown.slice));
        if shown != Some(slice) && self.viewer.asked[place].get().is_none() {
            self.viewer.asked[place].set(Some(slice));
            self.post_ingest(IngestRequest::Draw(self.viewer.view.get(), plane, slice), Attached::default());
        }
    }

    /// What the worker says of the viewer's series.
    pub(super) fn hear_of_view(self: &Rc<Self>, reply: IngestReply, attached: &Array) {
        match reply {
            IngestReply::Opened(view, viewing) if view == self.viewer.view.get() => self.viewing_opened(viewing),
            IngestReply::Drawn(view, plane, slice) if view == self.viewer.view.get() => {
                let signal = Rc::new(Float32Array::new(&attached.get(0)).to_vec());
                self.signals.viewer.pictures[plane as usize].set(Some(Picture { slice, signal }));
                self.viewer.asked[plane as usize].set(None);
                let wanted = self.viewer.wanted[plane as usize].get();
                if wanted != slice {
                    self.want_picture(plane, wanted);
                }
            }
            IngestReply::Explaining(view, place) => self.update_attention(view, |attention| match place {
                Ok(place) => attention.place = Some(place),
                Err(reason) => attention.failed = Some(reason),
            }),
            IngestReply::HeaderListed(view, lines)
                if view == self.viewer.view.get()
                    && self.signals.viewer.header.with_untracked(|header| *header != HeaderList::Away) =>
            {
                self.signals.viewer.header.set(HeaderList::Here(lines));
            }
            IngestReply::Staged(view, staged)
                if view == self.viewer.view.get()
                    && self.signals.viewer.stages.with_untracked(|stages| *stages != StageStrip::Away) =>
            {
                let with_signal = |(nth, stage): (usize, Stage)| {
                    let signal = Float32Array::new(&attached.get(nth as u32)).to_vec();
                    Stage { signal, ..stage }
                };
                let staged = staged.map(|stages| Rc::new(stages.into_iter().enumerate().map(with_signal).collect()));
                self.signals.viewer.stages.set(StageStrip::Here(staged));
            }
            IngestReply::PutAway(view) if view == self.viewer.view.get() => self.open_view(),
            _ => {}
        }
    }

    fn viewing_opened(self: &Rc<Self>, viewing: Result<Box<Viewing>, Reason>) {
        let signals = self.signals.viewer;
        let viewing = viewing.map(|viewing| *viewing);
        let again = signals.viewing.with_untracked(|shown| *shown == Some(viewing.clone()));
        if let (Ok(viewing), false) = (&viewing, again) {
            signals.window.set(Window::usual(&viewing.range));
            let axial = &viewing.planes[0];
            let middle = || axial.dims.map(|n| n / 2);
            let point = self.viewer.at_mm.get().map_or_else(middle, |mm| axial.nearest(mm));
            signals.point.set(point);
            // Asked for now: by the time the panes are made, the first of them are here.
            viewing.planes.iter().for_each(|grid| self.want_picture(grid.plane, axial.on(grid, point)[2]));
        }
        if again {
            // The series was read once more: the planes still want their pictures.
            for plane in BODY_PLANES {
                self.want_picture(plane, self.viewer.wanted[plane as usize].get());
            }
        } else {
            signals.viewing.set(Some(viewing));
        }
    }

    /// The worker that held the series has stopped.
    pub(super) fn view_lost(&self) {
        if self.signals.viewer.on_screen.with_untracked(Option::is_some) {
            let reason = Reason::new(
                Code::WorkerStopped,
                "The reader of files stopped and begins anew. Close the viewer and open the images again.",
            );
            self.viewer.view.set(self.viewer.view.get() + 1);
            self.signals.viewer.viewing.set(Some(Err(reason)));
        }
    }
}
