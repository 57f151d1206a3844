//! The engine worker's keeper: picks the tier, loads the model there, falls back in words.

use super::app::{App, set_if_new};
use super::device::EngineState;
use crate::browser::address::{Override, asked_for, f16_asked_for, threads_asked_for};
use crate::browser::clock::now_ms;
use crate::browser::crew::threads;
use crate::browser::gpu::hardware_adapter;
use crate::browser::page::painted;
use crate::browser::post::Attached;
use crate::workers::client::Client;
use crate::workers::protocol::{EngineReply, EngineRequest, InputFor, Loaded};
use headway_core::finding::{DeviceReport, Tier};
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
/// A graphics processor that has not shown itself by then is gone without, ms.
const PROBE_MS: f64 = 10_000.0;
/// A model not loaded by then will not be: slow networks and shader compilers have been allowed for, ms.
const LOAD_MS: f64 = 600_000.0;
/// A running network that reports no progress for this long is taken for stopped, ms.
const SILENCE_MS: f64 = 120_000.0;

/// What the page keeps for the engine worker.
#[derive(Default)]
pub struct EngineRoom {
    client: RefCell<Option<Rc<Client<EngineRequest>>>>,
    /// Where the network is to run, and why there.
    wanted: RefCell<Option<(Tier, String)>>,
    /// Asked for before the engine was ready.
    waiting: RefCell<Option<(Job, StudyKey)>>,
    running: Cell<Option<Job>>,
    /// A range may still be running when the next study is handed over.
    ranging: Cell<Option<Job>>,
}

impl EngineRoom {
    /// Whether an answer is still to come.
    fn is_at_work(&self) -> bool {
        self.running.get().is_some() || self.ranging.get().is_some()
    }

    /// Awaits nothing any more; whether something was awaited.
    fn let_go(&self) -> bool {
        let was_at_work = self.is_at_work();
        self.running.take();
        self.ranging.take();
        was_at_work
    }
}

impl App {
    /// Decides where the network runs. The page can be used meanwhile.
    pub(super) fn probe_device(self: &Rc<Self>) {
        let app = Rc::clone(self);
        spawn_local(async move {
            // The model is large: it is fetched once the page stands.
            painted().await;
            let asked = |tier| (tier, "asked for in the page's address".to_owned());
            let (tier, why) = match asked_for() {
                Some(Override::Cpu) => asked(Tier::Cpu),
                Some(Override::WebGpu) => asked(Tier::Gpu),
                None => match hardware_adapter().await {
                    Ok(adapter) => (Tier::Gpu, format!("WebGPU found {}", adapter.name)),
                    Err(lack) => (Tier::Cpu, lack.to_string()),
                },
            };
            // The watch may have decided meanwhile.
            if app.signals.engine.get_untracked() == EngineState::Probing {
                app.start_engine(tier, why);
            }
        });
    }

    /// Tries a study again, and first the engine where there is none.
    pub fn retry(self: &Rc<Self>, study: StudyKey) {
        let wanted = self.engine.wanted.borrow().clone();
        if let (EngineState::Failed(_), Some((tier, why))) = (self.signals.engine.get_untracked(), wanted) {
            self.start_engine(tier, why);
        }
        self.dispatch(Event::Retry(study));
    }

    fn start_engine(self: &Rc<Self>, tier: Tier, why: String) {
        let name = match tier {
            Tier::Gpu => "engine-gpu",
            Tier::Cpu => "engine-cpu",
        };
        self.signals.engine.set(EngineState::Loading(tier, why.clone()));
        *self.engine.wanted.borrow_mut() = Some((tier, why.clone()));
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
        let threads = threads_asked_for().unwrap_or_else(threads);
        self.post_engine(EngineRequest::Load { tier, why, threads, f16: f16_asked_for() }, self.model_files());
        self.check_model();
    }

    /// Starts the engine once more, where it runs, for another model. What it was at work on is not awaited.
    pub(super) fn restart_engine(self: &Rc<Self>) {
        self.engine.waiting.take();
        self.engine.let_go();
        let wanted = self.engine.wanted.borrow().clone();
        if let Some((tier, why)) = wanted {
            self.start_engine(tier, why);
        }
    }

    /// Lays a new line between ingest and engine, whichever of them is new.
    pub(super) fn reconnect(&self) {
        let Ok(channel) = MessageChannel::new() else { return };
        self.connect_ingest(&channel.port1());
        self.post_engine(EngineRequest::Connect, Attached::default().handing_over(&channel.port2()));
    }

    pub(super) fn infer(self: &Rc<Self>, job: Job, study: StudyKey) {
        match self.signals.engine.get_untracked() {
            EngineState::Ready(_) => {
                self.engine.running.set(Some(job));
                self.hand_input(job, study, InputFor::Score);
            }
            EngineState::Failed(reason) => self.dispatch(Event::Inferred(job, study, Err(reason), 0.0)),
            EngineState::Probing | EngineState::Loading(..) => *self.engine.waiting.borrow_mut() = Some((job, study)),
        }
    }

    /// Runs the network mirrored and shifted, while no study waits for a score.
    pub(super) fn range(self: &Rc<Self>, job: Job, study: StudyKey) {
        match self.signals.engine.get_untracked() {
            EngineState::Ready(_) => {
                self.engine.ranging.set(Some(job));
                self.hand_input(job, study, InputFor::Range);
            }
            EngineState::Failed(reason) => self.dispatch(Event::Ranged(job, study, Err(reason))),
            EngineState::Probing | EngineState::Loading(..) => {
                let reason = Reason::new(Code::NoDevice, "The network is being loaded. Try again when it is.");
                self.dispatch(Event::Ranged(job, study, Err(reason)));
            }
        }
    }

    pub(super) fn input_lost(self: &Rc<Self>, job: Job, study: StudyKey, wanted: InputFor) {
        let reason = Reason::new(Code::Internal, "The network's input was lost on its way to the engine. Try again.");
        self.dispatch(match wanted {
            InputFor::Score => {
                self.engine.running.set(None);
                Event::Inferred(job, study, Err(reason), 0.0)
            }
            InputFor::Range => {
                self.engine.ranging.set(None);
                Event::Ranged(job, study, Err(reason))
            }
        });
    }

    /// A processor's worker hears of it between two units. What a graphics processor has in its queue
    /// cannot be called back, so a busy one is ended and started again.
    pub(super) fn stop(self: &Rc<Self>, job: Job) {
        self.engine.waiting.take();
        self.stop_ingest(job);
        self.post_engine(EngineRequest::Stop(job), Attached::default());
        if self.engine.let_go()
            && let EngineState::Ready(device @ DeviceReport { tier: Tier::Gpu, .. }) =
                self.signals.engine.get_untracked()
        {
            self.start_engine(device.tier, device.why);
        }
    }

    /// Looks after both workers for the life of the page.
    pub(super) fn watch(self: &Rc<Self>) {
        let app = Rc::clone(self);
        let (mut last_ms, mut open_ms) = (now_ms(), 0.0);
        gloo::timers::callback::Interval::new(WATCH_MS, move || {
            // A device that slept, or a tab out of sight, looks late: the workers slept as well.
            let passed_ms = (now_ms() - last_ms).min(2.0 * f64::from(WATCH_MS));
            last_ms = now_ms();
            open_ms += passed_ms;
            app.check_ingest(passed_ms);
            app.check_engine(passed_ms, open_ms);
        })
        .forget();
    }

    fn check_engine(self: &Rc<Self>, passed_ms: f64, open_ms: f64) {
        let silent_ms = self.engine.client.borrow().as_ref().map_or(0.0, |client| {
            client.note_silence(passed_ms);
            client.silent_ms()
        });
        let stopped = |text| self.engine_stopped(Reason::new(Code::DeviceFailed, text));
        match self.signals.engine.get_untracked() {
            EngineState::Probing if open_ms > PROBE_MS => {
                self.start_engine(
                    Tier::Cpu,
                    "the browser did not say in time whether there is a graphics processor".to_owned(),
                );
            }
            EngineState::Loading(..) if silent_ms > LOAD_MS => stopped("The model has not loaded in ten minutes."),
            EngineState::Ready(_) if self.engine.is_at_work() && silent_ms > SILENCE_MS => {
                stopped("The engine has not answered for two minutes.");
            }
            _ => {}
        }
    }

    pub(super) fn post_engine(&self, request: EngineRequest, attached: Attached) {
        if let Some(client) = &*self.engine.client.borrow() {
            client.post(request, attached);
        }
    }

    fn hear_engine(self: &Rc<Self>, reply: EngineReply) {
        match reply {
            EngineReply::Ready { .. } => {}
            EngineReply::Loaded(loaded) => match *loaded {
                Ok(Loaded { identity, card, card_json, device }) => {
                    set_if_new(self.signals.model, Some(identity));
                    self.hold_card(card, card_json);
                    self.draw_soon();
                    self.signals.engine.set(EngineState::Ready(device));
                    self.bring_back_rows();
                    if let Some((job, study)) = self.engine.waiting.take() {
                        self.infer(job, study);
                    }
                }
                Err(reason) => self.engine_stopped(reason),
            },
            EngineReply::Checked(outcome) => self.model_checked(outcome),
            EngineReply::Ranged(job, study, outcome) => {
                if self.engine.ranging.get() == Some(job) {
                    self.engine.ranging.set(None);
                    self.dispatch(Event::Ranged(job, study, outcome));
                }
            }
            EngineReply::Requests(asked) => self.hear_of_requests("The network's engine", asked),
            EngineReply::Attention(view, map) => self.hear_of_attention(view, map),
            EngineReply::Progress(job, study, fraction) => self.dispatch(Event::Progress(job, study, fraction)),
            EngineReply::Inferred(job, study, outcome, millis) => {
                // The answer to a job that was stopped on the way says nothing about the one at work.
                if self.engine.running.get() != Some(job) {
                    return;
                }
                self.engine.running.set(None);
                match outcome {
                    // A device that fails once is not asked again: the study is sent to the processor.
                    Err(reason) if reason.code == Code::DeviceFailed => {
                        self.engine.running.set(Some(job));
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
        self.attention_lost(&reason);
        let was_running = self.engine.let_go();
        let was_ready = matches!(self.signals.engine.get_untracked(), EngineState::Ready(_));
        let wanted = self.engine.wanted.borrow().clone();
        match wanted {
            Some((Tier::Gpu, _)) => {
                self.start_engine(Tier::Cpu, format!("the graphics processor was given up: {}", reason.text));
            }
            Some((Tier::Cpu, why)) if was_ready => self.start_engine(Tier::Cpu, why),
            _ if self.give_up_model(&reason) => return,
            _ => {
                self.signals.engine.set(EngineState::Failed(reason.clone()));
                self.bring_back_rows();
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
