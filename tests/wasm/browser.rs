//! The same promises inside a browser's WebAssembly: parity of the network, and a study from bytes to input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::preprocess::probe_input;
use headway_infer::{Engine, Wanted};
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
    compare(Wanted::Gpu { why: "test".into() }).await;
}

async fn compare(wanted: Wanted) {
    let engine = Engine::load(CARD, WEIGHTS, wanted).await.unwrap();
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
    stay_in_memory(Wanted::Gpu { why: "test".into() }).await;
}

async fn stay_in_memory(wanted: Wanted) {
    let engine = Engine::load(CARD, WEIGHTS, wanted).await.unwrap();
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
fn the_sample_study_becomes_an_input() {
    let run = headway_tests::run_recipe(&headway_synth::Recipe::sample());
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.inputs.len()), ("scored", 1));
    assert_eq!(run.inputs[0].values.len(), 120 * 120 * 120);
}
