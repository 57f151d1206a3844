//! The engine worker: inputs become findings.

use super::protocol::{EngineReply, EngineRequest, Input, InputFor, Loaded, MODEL, ViewId};
use crate::BUILD_ID;
use crate::browser::clock::{now_ms, yield_now};
#[cfg(feature = "engine-cpu")]
use crate::browser::crew::{Crew, can_share};
use crate::browser::fetch::build_file_in_browser;
use crate::browser::panic::report_panics;
use crate::browser::post::{Attached, Page, Post, listen_to_page, listen_to_port};
use crate::browser::requests::asked;
use headway_core::attention::AttentionMap;
use headway_core::card::Card;
use headway_core::finding::Tier;
use headway_core::reason::{Code, Reason};
use headway_core::stored::Stored;
use headway_core::study::StudyKey;
use headway_core::triage::Job;
use headway_infer::attention::attention;
use headway_infer::engine::check;
use headway_infer::{Engine, Wanted};
use js_sys::{Array, Float32Array, Uint8Array};
use std::cell::{Cell, OnceCell};
use std::ops::ControlFlow;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

/// Least advance of the work worth telling the page.
const PROGRESS_STEP: f64 = 0.01;

/// Longest time between two looks at what the page has to say, ms.
const HEARING_MS: f64 = 50.0;

/// Listens to the page for the life of the worker.
pub fn serve() {
    report_panics(|_| {});
    let room = Rc::new(Room::default());
    listen_to_page(move |request, attached| room.answer(request, &attached));
    tell(&EngineReply::Ready { build_id: BUILD_ID.to_owned() });
}

/// What the worker keeps.
#[derive(Default)]
struct Room {
    engine: OnceCell<Engine>,
    /// Work of jobs before this one is not wanted any more.
    first_wanted: Cell<Job>,
    /// The series whose attention map is wanted.
    explaining: Cell<Option<ViewId>>,
}

impl Room {
    fn answer(self: &Rc<Self>, request: EngineRequest, attached: &Array) {
        let room = Rc::clone(self);
        match request {
            EngineRequest::Load { tier, why, threads, f16 } => {
                let files = ModelFiles::of(attached);
                spawn_local(async move {
                    let loaded = match tier {
                        Tier::Cpu => load_on_processor(&room.engine, &files, why, threads).await,
                        Tier::Gpu => load(&room.engine, &files, Wanted::Gpu { why, f16 }).await,
                    };
                    tell(&EngineReply::Loaded(Box::new(loaded)));
                });
            }
            EngineRequest::Check => {
                let files = ModelFiles::of(attached);
                spawn_local(async move {
                    let checked = async { check(&files.card_json().await?, &files.weights().await?) };
                    tell(&EngineReply::Checked(checked.await));
                });
            }
            EngineRequest::Stop(job) => self.first_wanted.set(job),
            EngineRequest::StopExplaining => self.explaining.set(None),
            EngineRequest::TellRequests => tell(&EngineReply::Requests(asked())),
            EngineRequest::Connect => {
                if let Ok(port) = attached.get(0).dyn_into::<MessagePort>() {
                    listen_to_port(&port, move |input: Input, attached| {
                        let room = Rc::clone(&room);
                        spawn_local(async move {
                            match input {
                                Input::Run(wanted, job, study) => room.run(wanted, job, study, &attached).await,
                                Input::Explain(view) => room.explain(view, &attached).await,
                            }
                        });
                    });
                }
            }
        }
    }

    /// Runs the network, for a score or for its range. A job that is stopped meanwhile is not spoken of any more.
    async fn run(&self, wanted: InputFor, job: Job, study: StudyKey, attached: &Array) {
        let began = now_ms();
        let (mut told, mut heard_ms) = (0.0, began);
        let pause = async |fraction: f64| {
            if now_ms() - heard_ms > HEARING_MS {
                yield_now().await;
                heard_ms = now_ms();
            }
            if job < self.first_wanted.get() {
                return ControlFlow::Break(());
            }
            if fraction - told >= PROGRESS_STEP {
                told = fraction;
                tell(&EngineReply::Progress(job, study.clone(), fraction));
            }
            ControlFlow::Continue(())
        };
        // It stays in the browser's memory: what this module takes once it keeps for good.
        let input = Float32Array::new(&attached.get(0));
        let engine = self.engine.get().ok_or_else(not_loaded);
        let reply = match (wanted, engine) {
            (InputFor::Score, Ok(engine)) => {
                let outcome = engine.predict(input.to_vec(), pause).await;
                EngineReply::Inferred(job, study.clone(), outcome, now_ms() - began)
            }
            (InputFor::Range, Ok(engine)) => {
                let outcome = engine.range(|| input.to_vec(), pause).await;
                EngineReply::Ranged(job, study.clone(), outcome)
            }
            (InputFor::Score, Err(reason)) => EngineReply::Inferred(job, study, Err(reason), 0.0),
            (InputFor::Range, Err(reason)) => EngineReply::Ranged(job, study, Err(reason)),
        };
        if job >= self.first_wanted.get() {
            tell(&reply);
        }
    }
}

impl Room {
    /// Makes an attention map, and tells of it as it grows. One that is stopped meanwhile is not spoken of any more.
    async fn explain(&self, view: ViewId, attached: &Array) {
        self.explaining.set(Some(view));
        let values = Float32Array::new(&attached.get(0)).to_vec();
        let (mut told, mut heard_ms) = (0.0, now_ms());
        let telling = async |map: &AttentionMap| {
            if now_ms() - heard_ms > HEARING_MS {
                yield_now().await;
                heard_ms = now_ms();
            }
            if self.explaining.get() != Some(view) {
                return ControlFlow::Break(());
            }
            if map.share - told >= PROGRESS_STEP {
                told = map.share;
                tell(&EngineReply::Attention(view, Ok(map.clone())));
            }
            ControlFlow::Continue(())
        };
        let outcome = match self.engine.get() {
            Some(engine) => attention(engine, &values, telling).await,
            None => Err(not_loaded()),
        };
        if self.explaining.get() == Some(view) {
            tell(&EngineReply::Attention(view, outcome));
        }
    }
}

fn not_loaded() -> Reason {
    Reason::new(Code::NoDevice, "The network was asked before it was loaded. Try again.")
}

/// With others over shared memory where there can be any, else by this module's own kernels.
#[cfg(feature = "engine-cpu")]
async fn load_on_processor(
    engine: &OnceCell<Engine>,
    files: &ModelFiles,
    why: String,
    threads: usize,
) -> Result<Loaded, Reason> {
    let alone = if can_share() {
        match Crew::gather(threads).await {
            Ok(crew) => match load(engine, files, Wanted::Crew { crew: Box::new(crew), why: why.clone() }).await {
                Err(reason) if reason.code == Code::DeviceFailed => "its workers failed at the self-test".to_owned(),
                loaded => return loaded,
            },
            Err(error) => format!("its workers could not be brought together ({error})"),
        }
    } else {
        "the page's host does not send the headers that allow more".to_owned()
    };
    load(engine, files, Wanted::Cpu { why: format!("{why}; one thread, because {alone}") }).await
}

#[cfg(not(feature = "engine-cpu"))]
async fn load_on_processor(
    engine: &OnceCell<Engine>,
    files: &ModelFiles,
    why: String,
    _: usize,
) -> Result<Loaded, Reason> {
    load(engine, files, Wanted::Cpu { why }).await
}

/// A model's files: those that the page attached, or those of the built-in model.
struct ModelFiles {
    card: Option<Uint8Array>,
    weights: Option<Uint8Array>,
}

impl ModelFiles {
    fn of(attached: &Array) -> Self {
        Self { card: attached.get(0).dyn_into().ok(), weights: attached.get(1).dyn_into().ok() }
    }

    async fn card_json(&self) -> Result<Vec<u8>, Reason> {
        match &self.card {
            Some(bytes) => Ok(bytes.to_vec()),
            None => Ok(built_in("card.json").await?.to_vec()),
        }
    }

    async fn weights(&self) -> Result<InBrowser, Reason> {
        match &self.weights {
            Some(bytes) => Ok(InBrowser(bytes.clone())),
            None => built_in(&Card::from_json(&self.card_json().await?)?.weights.file).await.map(InBrowser),
        }
    }
}

/// A model's weights in the browser's memory: in this module's they would take a seventh of it, and for good.
struct InBrowser(Uint8Array);

impl Stored for InBrowser {
    fn size(&self) -> usize {
        self.0.length() as usize
    }

    fn read(&self, at: usize, part: &mut [u8]) {
        self.0.subarray(at as u32, (at + part.len()) as u32).copy_to(part);
    }
}

async fn built_in(name: &str) -> Result<Uint8Array, Reason> {
    build_file_in_browser(&format!("{MODEL}/{name}")).await.map_err(|e| {
        Reason::new(Code::ModelUnusable, format!("The model's file {name} could not be loaded ({e}). Reload the page."))
    })
}

async fn load(engine: &OnceCell<Engine>, files: &ModelFiles, wanted: Wanted) -> Result<Loaded, Reason> {
    let card_json = files.card_json().await?;
    let loaded = Engine::load(&card_json, &files.weights().await?, wanted).await?;
    let loaded = engine.get_or_init(|| loaded);
    Ok(Loaded {
        identity: loaded.identity().clone(),
        card: loaded.card().clone(),
        // A card that was read is text.
        card_json: String::from_utf8_lossy(&card_json).into_owned(),
        device: loaded.device().clone(),
    })
}

fn tell(reply: &EngineReply) {
    if let Err(error) = Page.post(reply, &Attached::default()) {
        wasm_bindgen::throw_str(&error.to_string());
    }
}
