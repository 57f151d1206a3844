//! What the ingest worker holds for the eye: volumes kept, and the one on the screen.

use super::ingest::tell;
use super::protocol::{IngestReply, Shown, ViewId};
use crate::browser::post::Attached;
use headway_core::card::InputSpec;
use headway_core::preprocess::{ModelInput, Stage, prepare, stages};
use headway_core::reason::{Code, Reason};
use headway_core::series::SeriesSummary;
use headway_core::shelf::Shelf;
use headway_core::study::StudyKey;
use headway_core::viewing::{BodyPlane, Viewable, Viewing, picture};
use js_sys::Float32Array;
use std::cell::RefCell;

/// Most bytes of volumes kept: two or three series of 512 by 512, ten of 256 by 256.
const SHELF_BYTES: usize = 64 << 20;

/// What the page asks to see.
pub(super) struct Opening {
    pub(super) view: ViewId,
    pub(super) study: StudyKey,
    pub(super) series: SeriesSummary,
    pub(super) shown: Shown,
}

/// What is on the screen.
struct OnScreen {
    view: ViewId,
    study: StudyKey,
    series: SeriesSummary,
    /// The network's input, where that is what is shown.
    input: Option<Viewable>,
}

/// Lost with the worker, and read again from the files.
pub(super) struct ViewRoom {
    shelf: RefCell<Shelf>,
    on_screen: RefCell<Option<OnScreen>>,
}

impl Default for ViewRoom {
    fn default() -> Self {
        Self { shelf: RefCell::new(Shelf::new(SHELF_BYTES)), on_screen: RefCell::default() }
    }
}

impl ViewRoom {
    /// Keeps a volume that was read.
    pub(super) fn keep(&self, study: StudyKey, series: SeriesSummary, viewable: Viewable) {
        self.shelf.borrow_mut().put(study, series, viewable);
    }

    /// Works out what is first asked of a study's volumes, while nobody waits for it.
    pub(super) fn look_ahead(&self, study: &StudyKey) {
        for viewable in self.shelf.borrow().of(study) {
            viewable.range();
        }
    }

    /// Lets go of a study's volumes.
    pub(super) fn forget(&self, study: &StudyKey) {
        self.shelf.borrow_mut().forget(study);
    }

    /// Shows a series that is at hand, or says why the network cannot be given it; whether it is at hand.
    pub(super) fn open_at_once(&self, opening: &Opening, spec: Option<&InputSpec>) -> bool {
        let Opening { view, study, series, shown } = opening;
        let mut shelf = self.shelf.borrow_mut();
        let (Some(viewable), Some(spec)) = (shelf.get(study, series), spec) else { return false };
        let input = match shown {
            Shown::Acquired => Ok(None),
            Shown::Input => prepare(&viewable.volume.bridged(), spec)
                .map(|input| Some(Viewable::new(input.into_volume(), viewable.oriented, None))),
        };
        let opened = input.map(|input| {
            let viewing = Viewing::of(input.as_ref().unwrap_or(viewable));
            *self.on_screen.borrow_mut() =
                Some(OnScreen { view: *view, study: study.clone(), series: series.clone(), input });
            Box::new(viewing)
        });
        tell(&IngestReply::Opened(*view, opened), &Attached::default());
        true
    }

    /// Of which study and series the pictures on the screen are.
    pub(super) fn on_screen(&self, view: ViewId) -> Option<(StudyKey, SeriesSummary)> {
        let on_screen = self.on_screen.borrow();
        let shown = on_screen.as_ref().filter(|shown| shown.view == view)?;
        Some((shown.study.clone(), shown.series.clone()))
    }

    /// Sends a picture of the series on the screen.
    pub(super) fn draw(&self, view: ViewId, plane: BodyPlane, slice: usize) {
        let drawn = self.with(view, |viewable, input| picture(&input.unwrap_or(viewable).volume, plane, slice));
        let Some(signal) = drawn else {
            return tell(&IngestReply::PutAway(view), &Attached::default());
        };
        let signal = Float32Array::from(signal.as_slice()).buffer();
        tell(&IngestReply::Drawn(view, plane, slice), &Attached::default().handing_over(&signal));
    }

    /// The network's input of the series on the screen.
    ///
    /// # Errors
    /// Why it can be none, or that the series has been put away.
    pub(super) fn input(&self, view: ViewId, spec: &InputSpec) -> Result<ModelInput, Reason> {
        self.with(view, |viewable, _| prepare(&viewable.volume.bridged(), spec)).unwrap_or_else(put_away)
    }

    /// The steps from the series on the screen to the network's input.
    ///
    /// # Errors
    /// As [`Self::input`].
    pub(super) fn stages(&self, view: ViewId, spec: &InputSpec) -> Result<Vec<Stage>, Reason> {
        let staged = self.with(view, |viewable, _| stages(&viewable.volume.bridged(), spec).map(Vec::from));
        staged.unwrap_or_else(put_away)
    }

    /// The acquired volume on the screen, and the network's input where that is shown.
    fn with<T>(&self, view: ViewId, use_it: impl FnOnce(&Viewable, Option<&Viewable>) -> T) -> Option<T> {
        let on_screen = self.on_screen.borrow();
        let shown = on_screen.as_ref().filter(|shown| shown.view == view)?;
        self.shelf.borrow_mut().get(&shown.study, &shown.series).map(|viewable| use_it(viewable, shown.input.as_ref()))
    }
}

fn put_away<T>() -> Result<T, Reason> {
    Err(Reason::new(Code::Internal, "The images were put away meanwhile. Open them again."))
}
