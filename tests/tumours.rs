//! The attention map of the built-in study under the shipped model: where the map is strongest, there the tumour is.
//! `training/headway_training/peaks.py` does the same for 25 tumours, and writes what it finds into the model's README.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use glam::DVec3;
use headway_core::archive::Zip;
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_infer::attention::attention;
use headway_synth::SyntheticFile;
use headway_tests::{run_under, shipped_engine};
use std::io::Cursor;
use std::ops::ControlFlow;

const SAMPLE: &[u8] = include_bytes!("../public/sample.zip");

/// Where the generator put the tumour: its middle, and the least half width of its swelling along an axis (LPS, mm).
const TUMOUR_MM: DVec3 = DVec3::new(6.0, 76.0, 12.0);
const HALF_WIDTH_MM: f64 = 22.0;

fn sample() -> Vec<SyntheticFile> {
    let mut archive = Zip::open(Cursor::new(SAMPLE)).unwrap();
    let paths: Vec<String> = archive.entries().iter().map(|entry| entry.path.clone()).collect();
    let unpacked = |(entry, path)| SyntheticFile { path, bytes: archive.read(entry, u64::MAX).unwrap() };
    paths.into_iter().enumerate().map(unpacked).collect()
}

#[test]
fn the_strongest_cell_lies_in_the_tumour() {
    let engine = shipped_engine();
    let mut run = run_under(engine.card().clone(), sample(), None);
    assert_eq!(run.outcome(), "scored");
    let input = run.inputs.remove(0);
    let go_on = async |_: &AttentionMap| ControlFlow::Continue(());
    let map = pollster::block_on(attention(&engine, &input.values, go_on)).unwrap();
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
}
