//! The engine worker's keeper: picks the tier, loads the model there, falls back in words.

use super::app::App;
use super::device::EngineState;
use crate::browser::gpu::{Override, asked_for, hardware_adapter};
use crate::browser::post::Attached;
use crate::workers::client::Client;
use crate::workers::protocol::{EngineReply, EngineRequest};
use headway_core::finding::Tier;
use headway_core::reason::{Code, Reason};
use headway_core::study::StudyKey;
use headway_core::triage::{Event, Job};
use leptos::prelude::*;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageChannel;

/// How often the workers are looked after, ms.
const WATCH_MS: u32 = 5_000;
/// A running network that reports no progress for this long is taken for stopped, ms.
const SILENCE_MS: f64 = 120_000.0;

/// What the page keeps for the engine worker.
#[derive(Default)]
pub struct EngineRoom {
    client: RefCell<Option<Rc<Client<EngineRequest>>>>,
    tier: Cell<Option<Tier>>,
    /// Asked for before the engine was ready.
    waiting: RefCell<Option<(Job, StudyKey)>>,
    running: Cell<bool>,
}

impl App {
    /// Decides where the network runs. The page can be used meanwhile.
    pub(super) fn probe_device(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            match asked_for() {
                Some(Override::Cpu) => app.start_engine(Tier::Cpu, "asked for in the page's address".to_owned()),
                Some(Override::WebGpu) => app.start_engine(Tier::Gpu, "asked for in the page's address".to_owned()),
                None => match hardware_adapter().await {
                    Ok(name) => app.start_engine(Tier::Gpu, format!("WebGPU found {name}")),
                    Err(why) => app.start_engine(Tier::Cpu, why),
                },
            }
        });
    }

    fn start_engine(self: &Rc<Self>, tier: Tier, why: String) {
        let name = match tier {
            Tier::Gpu => "engine-gpu",
            Tier::Cpu => "engine-cpu",
        };
        self.signals.engine.set(EngineState::Loading(tier, why.clone()));
        self.engine.tier.set(Some(tier));
        let (hearing, failing) = (Rc::downgrade(self), Rc::downgrade(self));
        let client = Client::start(
            name,
            move |reply, _| {
                if let Some(app) = hearing.upgrade() {
                    app.hear_engine(reply);
                }
            },
            move |why| {
                if let Some(app) = failing.upgrade() {
                    app.engine_stopped(Reason::new(Code::DeviceFailed, format!("The engine stopped ({why}).")));
                }
            },
        );
        *self.engine.client.borrow_mut() = Some(client);
        self.reconnect();
        self.post_engine(EngineRequest::Load { tier, why }, Attached::default());
    }

    /// Lays a new line between ingest and engine, whichever of them is new.
    pub(super) fn reconnect(&self) {
        let Ok(channel) = MessageChannel::new() else { return };
        self.connect_ingest(&channel.port1());
        self.post_engine(EngineRequest::Connect, Attached::default().handing_over(&channel.port2()));
    }

    pub(super) fn infer(self: &Rc<Self>, job: Job, study: StudyKey) {
        match self.signals.engine.get_untracked() {
            EngineState::Ready(..) => {
                self.engine.running.set(true);
                self.hand_input(job, study);
            }
            EngineState::Failed(reason) => self.dispatch(Event::Inferred(job, study, Err(reason), 0.0)),
            EngineState::Probing | EngineState::Loading(..) => *self.engine.waiting.borrow_mut() = Some((job, study)),
        }
    }

    /// Work cannot be called back from a busy worker, so a busy engine is ended and started again.
    pub(super) fn stop(self: &Rc<Self>, job: Job) {
        self.engine.waiting.take();
        self.stop_ingest(job);
        if self.engine.running.replace(false)
            && let EngineState::Ready(_, device) = self.signals.engine.get_untracked()
        {
            self.start_engine(device.tier, device.why);
        }
    }

    /// Looks after both workers for the life of the page.
    pub(super) fn watch(self: &Rc<Self>) {
        let app = Rc::clone(self);
        gloo::timers::callback::Interval::new(WATCH_MS, move || {
            app.check_ingest();
            let silent = app.engine.client.borrow().as_ref().is_some_and(|client| client.silent_ms() > SILENCE_MS);
            if silent && app.engine.running.get() {
                app.engine_stopped(Reason::new(Code::DeviceFailed, "The engine has not answered for two minutes."));
            }
        })
        .forget();
    }

    fn post_engine(&self, request: EngineRequest, attached: Attached) {
        if let Some(client) = &*self.engine.client.borrow() {
            client.post(request, attached);
        }
    }

    fn hear_engine(self: &Rc<Self>, reply: EngineReply) {
        match reply {
            EngineReply::Ready { .. } => {}
            EngineReply::Loaded(Ok((identity, device))) => {
                self.signals.engine.set(EngineState::Ready(identity, device));
                if let Some((job, study)) = self.engine.waiting.take() {
                    self.infer(job, study);
                }
            }
            EngineReply::Loaded(Err(reason)) => self.engine_stopped(reason),
            EngineReply::Progress(job, study, fraction) => self.dispatch(Event::Progress(job, study, fraction)),
            EngineReply::Inferred(job, study, outcome, millis) => {
                self.engine.running.set(false);
                match outcome {
                    // A device that fails once is not asked again: the study is sent to the processor.
                    Err(reason) if reason.code == Code::DeviceFailed => {
                        self.engine.running.set(true);
                        self.engine_stopped(reason);
                    }
                    outcome => self.dispatch(Event::Inferred(job, study, outcome, millis)),
                }
            }
        }
    }

    /// Ends the engine. The graphics processor's work goes to the processor, with the reason; the processor's own failure is final.
    fn engine_stopped(self: &Rc<Self>, reason: Reason) {
        *self.engine.client.borrow_mut() = None;
        let was_running = self.engine.running.replace(false);
        let was_ready = matches!(self.signals.engine.get_untracked(), EngineState::Ready(..));
        match self.engine.tier.get() {
            Some(Tier::Gpu) => {
                self.start_engine(Tier::Cpu, format!("the graphics processor was given up: {}", reason.text));
            }
            _ if was_ready => self.start_engine(Tier::Cpu, "started again after it stopped".to_owned()),
            _ => {
                self.signals.engine.set(EngineState::Failed(reason.clone()));
                if let Some((job, study)) = self.engine.waiting.take() {
                    self.dispatch(Event::Inferred(job, study, Err(reason), 0.0));
                }
                return;
            }
        }
        if was_running {
            self.dispatch(Event::EngineStopped(reason));
        }
    }
}
