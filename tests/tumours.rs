//! Attention maps of synthetic tumours under the shipped model: where the map is strongest, there the tumour is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use glam::DVec3;
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_core::preprocess::ModelInput;
use headway_infer::Engine;
use headway_infer::attention::attention;
use headway_synth::recipe::{Fill, Lesion, Within};
use headway_synth::{Recipe, SeriesRecipe};
use headway_tests::{run_under, shipped_engine};
use std::ops::ControlFlow;

/// Where tumours are put: both sides, three lobes.
const PLACES_MM: [[f64; 3]; 5] =
    [[30.0, -32.0, 20.0], [-32.0, -28.0, 24.0], [34.0, 20.0, 22.0], [-30.0, 30.0, 24.0], [36.0, -4.0, 24.0]];

/// Half the width of their swelling, mm.
const SIZES_MM: [f64; 5] = [18.0, 21.0, 24.0, 27.0, 30.0];

/// A cyst in a solid wall in swollen tissue.
fn tumour(centre_mm: DVec3, size_mm: f64) -> [Lesion; 3] {
    let part =
        |share: f64, fill, within| Lesion { centre_mm, semi_axes_mm: DVec3::splat(share * size_mm), fill, within };
    [
        part(1.0, Fill::Oedema, Within::Brain),
        part(0.6, Fill::Solid, Within::Brain),
        part(0.4, Fill::Fluid, Within::Brain),
    ]
}

/// What the network is given of a head with a tumour.
fn input_of(engine: &Engine, seed: u64, lesions: Vec<Lesion>) -> ModelInput {
    let series = SeriesRecipe {
        rows: 224,
        columns: 224,
        pixel_spacing_mm: 1.0,
        slices: 40,
        slice_spacing_mm: 3.6,
        lesions,
        ..SeriesRecipe::default()
    };
    let files = Recipe { seed, series: vec![series], ..Recipe::default() }.render().unwrap();
    let mut run = run_under(engine.card().clone(), files, None);
    assert_eq!(run.outcome(), "scored");
    run.inputs.remove(0)
}

/// The middle of the strongest cell, patient coordinates, mm.
fn peak_mm(map: &AttentionMap, input: &ModelInput) -> DVec3 {
    let place = AttentionMap::place(input.patient_from_model, input.size);
    let at = (0..map.drops.len()).max_by(|a, b| map.drops[*a].total_cmp(&map.drops[*b])).unwrap();
    let n = ATTENTION_CELLS;
    let cell = DVec3::new((at / (n * n)) as f64, (at / n % n) as f64, (at % n) as f64);
    place.patient_from_cell.transform_point3(cell)
}

#[test]
#[ignore = "25 attention maps take a quarter of an hour"]
fn peaks_lie_in_their_tumours() {
    let engine = shipped_engine();
    let go_on = async |_: &AttentionMap| ControlFlow::Continue(());
    let mut hits = 0;
    for (seed, place) in PLACES_MM.into_iter().enumerate() {
        for size_mm in SIZES_MM {
            let centre_mm = DVec3::from_array(place);
            let input = input_of(&engine, seed as u64, tumour(centre_mm, size_mm).to_vec());
            let map = pollster::block_on(attention(&engine, &input.values, go_on)).unwrap();
            let off_mm = peak_mm(&map, &input).distance(centre_mm);
            println!(
                "{place:?}, {size_mm} mm: logit {:.2}, peak {off_mm:.0} mm from its middle, falls by {:?}",
                map.logit,
                map.greatest()
            );
            hits += usize::from(off_mm < size_mm);
        }
    }
    assert!(hits >= 20, "the peak lies in {hits} of 25 tumours");
}
