//! The model in use: the built-in one, one that was dropped on the page, or either with a calibration of the site's.
//!
//! A dropped model is read by the ingest worker and checked by the engine's before anything changes; then both start anew
//! with it, and every study whose images are here is scored anew: one list, one model.

use super::app::{App, set_if_new};
use super::device::EngineState;
use crate::browser::clock::local_now;
use crate::browser::download::save;
use crate::browser::page::{on_adopt, say_adopted};
use crate::browser::post::Attached;
use crate::workers::protocol::{ClerkReply, ClerkRequest, EngineRequest, IngestRequest, Work};
use headway_core::card::{Card, ModelIdentity, is_card, is_model_file};
use headway_core::file::{FileMeta, Notice};
use headway_core::reason::{Code, Reason};
use headway_core::triage::Event;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

/// How often an engine that stops over a model's files is asked to check them.
const MOST_CHECKS: u8 = 2;

/// What the page keeps for the model.
#[derive(Default)]
pub struct ModelRoom {
    /// In place of the built-in one.
    own: RefCell<Option<ModelFiles>>,
    card_json: RefCell<String>,
    trial: RefCell<Option<Trial>>,
    checks: Cell<u8>,
}

/// A model's files.
#[derive(Clone)]
struct ModelFiles {
    card: Uint8Array,
    /// None where the built-in model's weights are meant.
    weights: Option<Uint8Array>,
}

/// A model that was dropped and is not in use yet.
struct Trial {
    metas: Vec<FileMeta>,
    /// Once they are read.
    files: Option<ModelFiles>,
}

impl ModelFiles {
    fn attached(&self) -> Attached {
        let card = Attached::default().clone_of(&self.card);
        match &self.weights {
            Some(weights) => card.clone_of(weights),
            None => card.clone_of(&JsValue::NULL),
        }
    }
}

impl App {
    /// Takes a model's files out of what was dropped, and leaves the rest.
    pub(super) fn take_model_files(self: &Rc<Self>, files: Vec<(String, File)>) -> Vec<(String, File)> {
        let (model, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|(path, _)| is_model_file(path));
        let metas = self.keep_files(model);
        self.read_model(metas);
        others
    }

    /// The same for what an archive holds.
    pub(super) fn take_model(self: &Rc<Self>, files: Vec<FileMeta>) -> Vec<FileMeta> {
        let (model, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| is_model_file(&file.path));
        self.read_model(model);
        others
    }

    fn read_model(self: &Rc<Self>, metas: Vec<FileMeta>) {
        if metas.is_empty() {
            return;
        }
        let (cards, weights): (Vec<FileMeta>, Vec<FileMeta>) =
            metas.iter().cloned().partition(|file| is_card(&file.path));
        let problem = match (cards.len(), weights.len()) {
            _ if self.model.trial.borrow().is_some() => {
                Some("Another model is being looked at. Drop this one when that is done.")
            }
            (1, 0 | 1) => None,
            (0, _) => Some("Weights alone are no model: drop them together with their card.json."),
            _ => Some("Several models were dropped together. Drop one of them."),
        };
        if let Some(problem) = problem {
            return self.end_model_files(metas, &Reason::new(Code::ModelUnusable, problem));
        }
        let in_order: Vec<FileMeta> = cards.into_iter().chain(weights).collect();
        let handles = self.handles(&in_order);
        *self.model.trial.borrow_mut() = Some(Trial { metas: in_order, files: None });
        self.model.checks.set(0);
        self.set_to_work(Work::ReadModel, handles);
    }

    /// The files were read. A card that came alone goes with the weights in use.
    pub(super) fn model_read(self: &Rc<Self>, outcome: Result<(), Reason>, attached: &Array) {
        if let Err(reason) = outcome {
            return self.refuse_model(&reason);
        }
        let bytes = |at| attached.get(at).is_object().then(|| Uint8Array::new(&attached.get(at)));
        let in_use = || self.model.own.borrow().as_ref().and_then(|own| own.weights.clone());
        if let (Some(trial), Some(card)) = (&mut *self.model.trial.borrow_mut(), bytes(0)) {
            trial.files = Some(ModelFiles { card, weights: bytes(1).or_else(in_use) });
        }
        self.check_model();
    }

    /// Has the engine check what was read, as soon as there is an engine; one that failed has no other model to lose.
    pub(super) fn check_model(self: &Rc<Self>) {
        let Some(files) = self.model.trial.borrow().as_ref().and_then(|trial| trial.files.clone()) else { return };
        match self.signals.engine.get_untracked() {
            EngineState::Probing => {}
            EngineState::Failed(_) => self.use_trial("It is used without having been checked, since no engine runs."),
            EngineState::Loading(..) | EngineState::Ready(_) => {
                self.model.checks.set(self.model.checks.get() + 1);
                if self.model.checks.get() > MOST_CHECKS {
                    return self
                        .refuse_model(&Reason::new(Code::ModelUnusable, "The engine stops over the model's files."));
                }
                self.post_engine(EngineRequest::Check, files.attached());
            }
        }
    }

    pub(super) fn model_checked(self: &Rc<Self>, outcome: Result<ModelIdentity, Reason>) {
        match outcome {
            Ok(model) => {
                self.use_trial(&format!("Model {} {}: the list is scored by it.", model.name, model.version));
            }
            Err(reason) => self.refuse_model(&reason),
        }
    }

    fn use_trial(self: &Rc<Self>, words: &str) {
        let Some(Trial { metas, files: Some(files) }) = self.model.trial.take() else { return };
        self.say(words);
        self.end_model_files(metas, &Reason::new(Code::ModelRead, words));
        self.use_model(Some(files));
    }

    /// Tells of every file of the model on trial why it is not used; the model in use stays.
    pub(super) fn refuse_model(self: &Rc<Self>, reason: &Reason) {
        if let Some(trial) = self.model.trial.take() {
            self.say(format!("The model was not taken: {}", reason.text));
            self.end_model_files(trial.metas, reason);
        }
    }

    fn end_model_files(self: &Rc<Self>, metas: Vec<FileMeta>, reason: &Reason) {
        metas.into_iter().for_each(|file| self.dispatch(Event::FileTaken(file, reason.clone())));
    }

    /// Goes over to another model; none for the built-in one.
    fn use_model(self: &Rc<Self>, files: Option<ModelFiles>) {
        self.attention_lost(&Reason::new(Code::Cancelled, "Another model is in use now. Ask for the map again."));
        *self.model.own.borrow_mut() = files;
        self.signals.own_model.set(self.model.own.borrow().is_some());
        self.tell_ingest_of_model();
        self.restart_engine();
        // Another model's operating point means nothing to this one's scores.
        self.change_list(|list| list.flagged_from = None);
        self.dispatch(Event::ModelChanged);
    }

    /// Goes back to the built-in model.
    pub fn use_built_in_model(self: &Rc<Self>) {
        self.use_model(None);
    }

    /// A model of the person's that no device can run gives way to the built-in one; whether there was one.
    pub(super) fn give_up_model(self: &Rc<Self>, reason: &Reason) -> bool {
        if self.model.own.borrow().is_none() {
            return false;
        }
        let words = format!("The built-in model is in use again. {}", reason.text);
        self.say(words.clone());
        let notice = Notice::new("the model that was dropped", Reason::new(Code::ModelUnusable, words));
        self.dispatch(Event::PathRefused(notice));
        self.use_model(None);
        true
    }

    pub(super) fn tell_ingest_of_model(&self) {
        let own = self.model.own.borrow();
        let card = own.as_ref().map(|files| Attached::default().clone_of(&files.card));
        self.post_ingest(IngestRequest::UseModel, card.unwrap_or_default());
    }

    /// The files that the engine is to load; none for the built-in model's.
    pub(super) fn model_files(&self) -> Attached {
        self.model.own.borrow().as_ref().map_or_else(Attached::default, ModelFiles::attached)
    }

    /// Keeps the card of the model that is loaded.
    pub(super) fn hold_card(&self, card: Card, card_json: String) {
        self.model.card_json.replace(card_json);
        set_if_new(self.signals.card, Some(card));
    }

    /// Saves the card of the model in use: dropped on the page again, it brings the calibration back.
    pub fn save_card(&self) {
        if let Err(error) = save("card.json", "application/json", &self.model.card_json.borrow()) {
            self.say(format!("The file could not be made ({error})."));
        }
    }

    /// Hears, for the life of the page, of calibrations to adopt.
    pub(super) fn hear_of_adoptions(self: &Rc<Self>) {
        let app = Rc::clone(self);
        on_adopt(move |found| app.adopt(found));
    }

    /// Takes up a calibration on the site's own examinations, found in the evidence room, which hears how it went.
    fn adopt(self: &Rc<Self>, found: String) {
        let app = Rc::clone(self);
        spawn_local(async move {
            let words = match app.adopted(found).await {
                Ok(words) | Err(words) => words,
            };
            say_adopted(&words);
        });
    }

    async fn adopted(self: &Rc<Self>, found: String) -> Result<String, String> {
        let in_use = self.signals.model.get_untracked().ok_or("No model is loaded that could take it up.")?;
        let card_json = self.model.card_json.borrow().clone();
        let adopted_on = local_now().to_string().chars().take(10).collect();
        let calibrate = ClerkRequest::Calibrate { card_json, found, adopted_on };
        let (evaluated_sha256, card) = self
            .ask_clerk(calibrate, |reply| match reply {
                ClerkReply::Calibrated(calibrated) => Some(calibrated),
                _ => None,
            })
            .await??;
        if in_use.sha256 != evaluated_sha256 {
            return Err(format!(
                "The scores that were evaluated come from another model than {} {}, which is in use. Nothing was adopted.",
                in_use.name, in_use.version
            ));
        }
        let weights = self.model.own.borrow().as_ref().and_then(|own| own.weights.clone());
        self.use_model(Some(ModelFiles { card: Uint8Array::from(card.as_bytes()), weights }));
        Ok("Adopted: the model's evidence is local now, and the list is scored anew. It lasts until the page is closed; \
            save the model's card, on the page under Model, to bring it back by dropping it."
            .to_owned())
    }
}
