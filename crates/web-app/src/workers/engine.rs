//! The engine worker: inputs become findings.

use super::protocol::{EngineReply, EngineRequest, Input, MODEL};
use crate::BUILD_ID;
use crate::browser::clock::now_ms;
use crate::browser::fetch::build_file;
use crate::browser::panic::report_panics;
use crate::browser::post::{Attached, Page, Post, listen_to_page, listen_to_port};
use headway_core::card::{Card, ModelIdentity};
use headway_core::finding::{DeviceReport, Finding, Tier};
use headway_core::reason::{Code, Reason};
use headway_infer::{Engine, Wanted};
use js_sys::{Array, Float32Array};
use std::cell::OnceCell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

/// Least advance of the work worth telling the page.
const PROGRESS_STEP: f64 = 0.01;

/// Listens to the page for the life of the worker.
pub fn serve() {
    report_panics(|_| {});
    let engine = Rc::new(OnceCell::new());
    listen_to_page(move |request, attached| answer(&engine, request, &attached));
    tell(&EngineReply::Ready { build_id: BUILD_ID.to_owned() });
}

fn answer(engine: &Rc<OnceCell<Engine>>, request: EngineRequest, attached: &Array) {
    let engine = Rc::clone(engine);
    match request {
        EngineRequest::Load { tier, why } => spawn_local(async move {
            let wanted = match tier {
                Tier::Cpu => Wanted::Cpu { why },
                Tier::Gpu => Wanted::Gpu { why },
            };
            tell(&EngineReply::Loaded(load(&engine, wanted).await));
        }),
        EngineRequest::Connect => {
            if let Ok(port) = attached.get(0).dyn_into::<MessagePort>() {
                listen_to_port(&port, move |input: Input, attached| {
                    let engine = Rc::clone(&engine);
                    spawn_local(async move { infer(&engine, input, &attached).await });
                });
            }
        }
    }
}

async fn load(engine: &OnceCell<Engine>, wanted: Wanted) -> Result<(ModelIdentity, DeviceReport), Reason> {
    let fetch = async |name: &str| {
        build_file(&format!("{MODEL}/{name}")).await.map_err(|e| {
            Reason::new(
                Code::ModelUnusable,
                format!("The model's file {name} could not be loaded ({e}). Reload the page."),
            )
        })
    };
    let card_json = fetch("card.json").await?;
    let weights = fetch(&Card::from_json(&card_json)?.weights.file).await?;
    let loaded = Engine::load(&card_json, &weights, wanted).await?;
    let loaded = engine.get_or_init(|| loaded);
    Ok((loaded.identity().clone(), loaded.device().clone()))
}

async fn infer(engine: &OnceCell<Engine>, Input { job, study }: Input, attached: &Array) {
    let began = now_ms();
    let mut told = 0.0;
    let mut progress = |fraction: f64| {
        if fraction - told >= PROGRESS_STEP {
            told = fraction;
            tell(&EngineReply::Progress(job, study.clone(), fraction));
        }
    };
    let outcome: Result<Finding, Reason> = match engine.get() {
        Some(engine) => engine.predict(&Float32Array::new(&attached.get(0)).to_vec(), &mut progress).await,
        None => Err(Reason::new(Code::NoDevice, "The network was asked before it was loaded. Try again.")),
    };
    tell(&EngineReply::Inferred(job, study, outcome, now_ms() - began));
}

fn tell(reply: &EngineReply) {
    if let Err(error) = Page.post(reply, &Attached::default()) {
        wasm_bindgen::throw_str(&error.to_string());
    }
}
