//! The attention map of the built-in study under the shipped model: where the map is strongest, there the tumour is; and under
//! the same weights in disorder it shows something else (Adebayo and others, NeurIPS 2018).
//! `training/headway_training/peaks.py` does the same for 25 tumours, and writes what it finds into the model's README.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use glam::DVec3;
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_core::preprocess::ModelInput;
use headway_infer::attention::attention;
use headway_infer::{Engine, Wanted};
use headway_tests::{run_under, shipped_engine, shipped_model, unpacked};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;

const SAMPLE: &[u8] = include_bytes!("../public/sample.zip");

/// Where the generator put the tumour: its middle, and the least half width of its swelling along an axis (LPS, mm).
const TUMOUR_MM: DVec3 = DVec3::new(6.0, 76.0, 12.0);
const HALF_WIDTH_MM: f64 = 22.0;

/// What the network is given of the built-in study.
fn input_of_sample(engine: &Engine) -> ModelInput {
    let mut run = run_under(engine.card().clone(), unpacked(SAMPLE), None);
    assert_eq!(run.outcome(), "scored");
    run.inputs.remove(0)
}

fn map_of(engine: &Engine, input: &ModelInput) -> AttentionMap {
    let go_on = async |_: &AttentionMap| ControlFlow::Continue(());
    pollster::block_on(attention(engine, &input.values, go_on)).unwrap()
}

/// The shipped network with the values of each tensor in disorder: as large as they were, and knowing nothing.
fn disordered_engine() -> Engine {
    let (mut card, mut weights) = shipped_model();
    let header_end = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&weights[8..header_end]).unwrap();
    let mut state = 1_u64;
    for tensor in header.as_object().unwrap().values().filter(|tensor| tensor["dtype"] == "F16") {
        let end = |at: usize| header_end + tensor["data_offsets"][at].as_u64().unwrap() as usize;
        let values = weights[end(0)..end(1)].as_chunks_mut::<2>().0;
        for last in (1..values.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            values.swap(last, (state >> 33) as usize % (last + 1));
        }
    }
    card["weights"]["sha256"] =
        Sha256::digest(&weights).iter().map(|byte| format!("{byte:02x}")).collect::<String>().into();
    card["self_test"]["tolerance"] = 1e9.into();
    let wanted = Wanted::Cpu { why: "for a test".to_owned() };
    pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap()
}

/// Pearson's correlation over the cells that either map holds something for.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let pairs: Vec<[f64; 2]> = a
        .iter()
        .zip(b)
        .filter(|(a, b)| **a != 0.0 || **b != 0.0)
        .map(|(a, b)| [f64::from(*a), f64::from(*b)])
        .collect();
    let mean = |of: usize| pairs.iter().map(|pair| pair[of]).sum::<f64>() / pairs.len() as f64;
    let means = [mean(0), mean(1)];
    let sum = |i: usize, j: usize| pairs.iter().map(|pair| (pair[i] - means[i]) * (pair[j] - means[j])).sum::<f64>();
    sum(0, 1) / (sum(0, 0) * sum(1, 1)).sqrt()
}

#[test]
fn the_strongest_cell_lies_in_the_tumour_and_weights_in_disorder_show_something_else() {
    let engine = shipped_engine();
    let input = input_of_sample(&engine);
    let map = map_of(&engine, &input);
    let greatest = map.greatest().expect("the tumour raises the score");
    let at = map.drops.iter().position(|drop| *drop == greatest).unwrap();
    let n = ATTENTION_CELLS;
    let cell = DVec3::new((at / (n * n)) as f64, (at / n % n) as f64, (at % n) as f64);
    let place = AttentionMap::place(input.patient_from_model, input.size);
    let peak_mm = place.patient_from_cell.transform_point3(cell);
    assert!(
        peak_mm.distance(TUMOUR_MM) < HALF_WIDTH_MM,
        "the strongest cell is at {peak_mm}, the tumour at {TUMOUR_MM}"
    );
    let alike = correlation(&map.drops, &map_of(&disordered_engine(), &input).drops);
    assert!(alike.abs() < 0.5, "the maps agree by {alike}");
}
