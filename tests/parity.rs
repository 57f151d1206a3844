//! The network against MONAI, and the preprocessing against an independent reading of the paper.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::card::Architecture;
use headway_core::preprocess::probe_input;
use headway_infer::densenet::macs;
use headway_infer::{Engine, Wanted};
use serde::Deserialize;
use std::path::Path;

/// Logits of two engines that both compute in f32.
const TOLERANCE: f64 = 1e-4;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    size_voxels: [usize; 3],
    logit: f64,
}

fn compare(folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let golden: Golden = serde_json::from_slice(&read("golden.json")).unwrap();
    let wanted = Wanted::Cpu { why: "test".into() };
    let engine = pollster::block_on(Engine::load(&read("card.json"), &read("weights.safetensors"), wanted)).unwrap();
    assert!(!golden.cases.is_empty());
    for Case { size_voxels, logit } in golden.cases {
        let mut done = 0.0;
        let ours =
            pollster::block_on(engine.logit(&probe_input(size_voxels), size_voxels, &mut |fraction| done = fraction))
                .unwrap();
        println!("{size_voxels:?}: MONAI {logit:.6}, difference {:.1e}", ours - logit);
        assert!((ours - logit).abs() < TOLERANCE, "{size_voxels:?}: {ours} instead of {logit}");
        assert!((done - 1.0).abs() < 1e-9, "progress ended at {done}");
    }
}

#[test]
fn a_small_network_answers_as_monai_does() {
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small"));
}

/// DenseNet-121 itself, where `training` has written its vectors (`HEADWAY_GOLDEN` names the folder).
#[test]
#[ignore = "needs the full vectors in HEADWAY_GOLDEN"]
fn the_full_network_answers_as_monai_does() {
    let folder = std::env::var_os("HEADWAY_GOLDEN").expect("HEADWAY_GOLDEN names the folder of the full vectors");
    compare(Path::new(&folder));
}

/// 34.9 billion multiply-accumulates at 120³, as derived from the paper's network.
#[test]
fn the_work_is_counted_as_the_paper_implies() {
    let architecture: Architecture = headway_tests::card().architecture;
    let billions = macs(&architecture, [120; 3]) as f64 / 1e9;
    assert!((billions - 34.9).abs() < 1.5, "{billions}");
}

#[test]
fn weights_that_do_not_fit_are_named() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    let mut card: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("card.json")).unwrap()).unwrap();
    card["architecture"]["growth_rate"] = 8.into();
    let weights = std::fs::read(folder.join("weights.safetensors")).unwrap();
    let wanted = Wanted::Cpu { why: "test".into() };
    let reason = pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap_err();
    assert_eq!(reason.code.as_str(), "model_unusable");
    assert!(reason.text.contains("features.denseblock1.denselayer1.layers.conv1.weight"), "{}", reason.text);
}

/// A device that computes wrongly is refused before it is asked about a patient.
#[test]
fn a_failed_self_test_refuses_the_device() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    let mut card: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("card.json")).unwrap()).unwrap();
    card["self_test"]["logit"] = 7.0.into();
    let weights = std::fs::read(folder.join("weights.safetensors")).unwrap();
    let wanted = Wanted::Cpu { why: "test".into() };
    let reason = pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap_err();
    assert_eq!(reason.code.as_str(), "device_failed");
}
