//! The same promises inside a browser's WebAssembly: parity of the network, and a study from bytes to input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::card::Card;
use headway_core::preprocess::probe_input;
use headway_infer::weights::Weights;
use headway_infer::{Engine, Wanted, plan};
use headway_kernels::plain::Maps;
use headway_kernels::{Network, Plan};
use std::ops::ControlFlow;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const CARD: &[u8] = include_bytes!("../golden/densenet-small/card.json");
const WEIGHTS: &[u8] = include_bytes!("../golden/densenet-small/weights.safetensors");
const GOLDEN: &[u8] = include_bytes!("../golden/densenet-small/golden.json");

#[cfg(feature = "cpu")]
#[wasm_bindgen_test]
async fn a_small_network_answers_as_monai_does() {
    compare(Wanted::Cpu { why: "test".into() }).await;
}

/// On whatever adapter the browser offers, software included.
#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn a_small_network_answers_as_monai_does_on_webgpu() {
    compare(Wanted::Gpu { why: "test".into(), f16: false }).await;
}

fn plan_of(card: &[u8], weights: &[u8]) -> Plan {
    let card = Card::from_json(card).unwrap();
    plan::whole(&Weights::open(&weights).unwrap(), &card.architecture, &card.output).unwrap()
}

/// What every step makes on the processor, and the logit.
async fn steps_of(plan: Plan, values: &[f32], dims: [usize; 3]) -> (Vec<Maps>, f64) {
    let mut network = Network::new(1);
    plan.steps.into_iter().for_each(|step| network.push(step));
    let mut steps = Vec::new();
    let mut go_on = async |_| ControlFlow::Continue(());
    let mut see = |made: headway_kernels::Made<'_>| steps.push(made.to_maps());
    let logit = network.logit_seen(values, dims, &mut go_on, &mut see).await.unwrap();
    (steps, f64::from(logit))
}

fn compare_steps(dims: [usize; 3], (ours, logit): &(Vec<Maps>, f64), (theirs, their_logit): &(Vec<Maps>, f64)) {
    assert!(!ours.is_empty() && ours.len() == theirs.len(), "{} steps instead of {}", ours.len(), theirs.len());
    let mut most = 0.0f64;
    for (step, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        let apart = ours.apart(theirs);
        assert!(apart <= 1e-4, "{dims:?}, step {step}: {apart:.1e} apart");
        most = most.max(apart);
    }
    wasm_bindgen_test::console_log!("{dims:?}: {} steps, {most:.1e} apart at most", ours.len());
    assert!((logit - their_logit).abs() <= 1e-4, "{dims:?}: {logit} instead of {their_logit}");
}

#[cfg(feature = "cpu")]
#[wasm_bindgen_test]
async fn every_step_is_as_the_plain_sums() {
    for dims in [[33, 47, 38], [64; 3], [120; 3]] {
        let (plan, input) = (plan_of(CARD, WEIGHTS), probe_input(dims));
        let theirs = headway_kernels::plain::network(&plan, &input, dims);
        compare_steps(dims, &steps_of(plan, &input, dims).await, &theirs);
    }
}

/// The small network at every size, then the shipped one.
#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn every_step_on_webgpu_is_as_the_processors() {
    const SHIPPED: [&[u8]; 2] = [
        include_bytes!("../../public/models/densenet121-synthetic/card.json"),
        include_bytes!("../../public/models/densenet121-synthetic/weights.safetensors"),
    ];
    for ([card, weights], sizes) in [([CARD, WEIGHTS], &[[33, 47, 38], [64; 3], [120; 3]][..]), (SHIPPED, &[[64; 3]])] {
        let storage = headway_infer::gpu::Storage::F32;
        let gpu = headway_infer::gpu::Network::open(plan_of(card, weights), storage).await.unwrap();
        for &dims in sizes {
            let input = probe_input(dims);
            let steps = gpu.steps(&input, dims).await.unwrap();
            let logit = gpu.logit(&input, dims, &mut async |_| ControlFlow::Continue(())).await.unwrap().unwrap();
            let theirs = steps_of(plan_of(card, weights), &input, dims).await;
            compare_steps(dims, &(steps, f64::from(logit)), &theirs);
        }
    }
}

async fn compare(wanted: Wanted) {
    let engine = Engine::load(CARD, &WEIGHTS, wanted).await.unwrap();
    let golden: serde_json::Value = serde_json::from_slice(GOLDEN).unwrap();
    for case in golden["cases"].as_array().unwrap() {
        let dims: [usize; 3] = serde_json::from_value(case["size_voxels"].clone()).unwrap();
        let ours = engine.logit(&probe_input(dims), dims, &mut async |_| ControlFlow::Continue(())).await.unwrap();
        let theirs = case["logit"].as_f64().unwrap();
        wasm_bindgen_test::console_log!("{dims:?}: MONAI {theirs:.6}, difference {:.1e}", ours - theirs);
        assert!((ours - theirs).abs() < 1e-4, "{dims:?}: {ours} instead of {theirs}");
    }
}

#[cfg(feature = "cpu")]
#[wasm_bindgen_test]
async fn memory_stays_as_it_is_from_the_fourth_volume_on() {
    stay_in_memory(Wanted::Cpu { why: "test".into() }).await;
}

#[cfg(feature = "gpu")]
#[wasm_bindgen_test]
async fn memory_stays_as_it_is_from_the_fourth_volume_on_webgpu() {
    stay_in_memory(Wanted::Gpu { why: "test".into(), f16: false }).await;
}

async fn stay_in_memory(wanted: Wanted) {
    let engine = Engine::load(CARD, &WEIGHTS, wanted).await.unwrap();
    let dims = [40; 3];
    let mut pages = Vec::new();
    for _ in 0..10 {
        engine.logit(&probe_input(dims), dims, &mut async |_| ControlFlow::Continue(())).await.unwrap();
        pages.push(core::arch::wasm32::memory_size(0));
    }
    assert!(pages[9] as f64 <= 1.02 * pages[3] as f64, "pages of 64 kB after each volume: {pages:?}");
}

#[cfg(feature = "cpu")]
#[wasm_bindgen_test]
fn a_phantom_becomes_an_input() {
    let run = headway_tests::run_recipe(&headway_synth::Recipe::phantom());
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.inputs.len()), ("scored", 1));
    assert_eq!(run.inputs[0].values.len(), 120 * 120 * 120);
}
