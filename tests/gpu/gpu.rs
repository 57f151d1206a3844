//! The graphics processor's kernels against the processor's, on whatever Vulkan this machine has: Debian's lavapipe will do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::card::Card;
use headway_core::preprocess::{prepare, probe_input};
use headway_core::reason::Code;
use headway_infer::gpu::{self, Storage};
use headway_infer::plan;
use headway_infer::weights::Weights;
use headway_infer::{Engine, Wanted};
use headway_kernels::plain::Maps;
use headway_kernels::{Network, Plan};
use headway_synth::Recipe;
use headway_synth::recipe::{Place, SeriesRecipe};
use std::ops::ControlFlow;

const CARD: &[u8] = include_bytes!("../../public/models/densenet121-synthetic/card.json");
const WEIGHTS: &[u8] = include_bytes!("../../public/models/densenet121-synthetic/weights.safetensors");
/// Two devices in f32 and in different order, as a part of the largest value.
const TOLERANCE: f64 = 1e-4;
/// What 16-bit storage may move a score by.
const F16_TOLERANCE: f64 = 0.005;

async fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn plan() -> Plan {
    let card = Card::from_json(CARD).unwrap();
    plan::whole(&Weights::open(&WEIGHTS).unwrap(), &card.architecture, &card.output).unwrap()
}

fn open(storage: Storage) -> gpu::Network {
    pollster::block_on(gpu::Network::open(plan(), storage)).unwrap()
}

fn on_processor() -> Network {
    let mut network = Network::new(2);
    plan().steps.into_iter().for_each(|step| network.push(step));
    network
}

/// What every step makes, and the logit.
fn steps_of(network: &mut Network, values: &[f32], dims: [usize; 3]) -> (Vec<Maps>, f32) {
    let mut steps = Vec::new();
    let mut see = |made: headway_kernels::Made<'_>| steps.push(made.to_maps());
    let logit = pollster::block_on(network.logit_seen(values, dims, &mut go_on, &mut see)).unwrap();
    (steps, logit)
}

/// The processor's are compared with the twin in `parity`.
#[test]
fn every_step_is_as_the_processors() {
    let (gpu, mut cpu) = (open(Storage::F32), on_processor());
    let mut logits = Vec::new();
    for dims in [[33, 47, 38], [64; 3], [45, 32, 61], [120; 3]] {
        let values = probe_input(dims);
        let (expected, logit) = steps_of(&mut cpu, &values, dims);
        let ours = pollster::block_on(gpu.steps(&values, dims)).unwrap();
        assert_eq!(ours.len(), expected.len());
        let mut most = (0.0, 0);
        for (step, (ours, expected)) in ours.iter().zip(&expected).enumerate() {
            let apart = ours.apart(expected);
            assert!(apart <= TOLERANCE, "{dims:?}, step {step}: {apart:.1e} apart");
            most = if apart > most.0 { (apart, step) } else { most };
        }
        let own = pollster::block_on(gpu.logit(&values, dims, &mut go_on)).unwrap().unwrap();
        println!("{dims:?}: steps {:.1e} apart at most (step {}), logit {own} and {logit}", most.0, most.1);
        assert!((own - logit).abs() <= 1e-4 * logit.abs().max(1.0), "{dims:?}: {own} instead of {logit}");
        logits.push(logit);
    }
    logits.sort_by(f32::total_cmp);
    assert!(logits.windows(2).all(|pair| pair[1] - pair[0] > 1e-3), "different inputs, one answer: {logits:?}");
}

/// A head of its own for each number; most of them with something bright in it.
fn head(number: u32) -> Vec<f32> {
    let along = |step: f64, reach: f64| reach * (step * f64::from(number)).sin();
    let places = [Place::Left, Place::Right, Place::Anterior, Place::Posterior, Place::Superior, Place::Inferior];
    let series = SeriesRecipe {
        marker: places.get(number as usize % 7).copied(),
        slices: 24,
        slice_spacing_mm: 6.0,
        noise: 10.0 + 4.0 * f64::from(number),
        pitch_degrees: along(0.7, 8.0),
        ..SeriesRecipe::default()
    };
    let recipe = Recipe { seed: u64::from(number), series: vec![series], ..Recipe::default() };
    let volume = headway_tests::assembled(&recipe.render().unwrap(), "");
    prepare(&volume, &Card::from_json(CARD).unwrap().input).unwrap().values
}

#[test]
fn sixteen_bit_storage_moves_no_score_by_more_than_allowed() {
    let [single, half] = [false, true].map(|f16| {
        let wanted = Wanted::Gpu { why: "test".into(), f16 };
        pollster::block_on(Engine::load(CARD, &WEIGHTS, wanted)).unwrap()
    });
    assert!(half.device().f16 && half.device().adapter.contains("16-bit"), "{:?}", half.device());
    let (mut most, mut scores) = (0.0f64, Vec::new());
    for number in 0..50 {
        let input = head(number);
        let [expected, score] = [&single, &half]
            .map(|engine| pollster::block_on(engine.predict(input.clone(), go_on)).unwrap())
            .map(|finding| finding.score.unwrap());
        most = most.max((score - expected).abs());
        scores.push(expected);
    }
    scores.sort_by(f64::total_cmp);
    println!("scores from {:.3} to {:.3}, moved by {most:.5} at most", scores[0], scores[49]);
    assert!(most > 0.0 && most <= F16_TOLERANCE, "moved by {most}");
    assert!(scores[49] - scores[0] > 0.2, "heads too alike to show anything: {scores:?}");
}

/// Buffers of a software adapter lie in this process's own memory.
#[test]
fn volumes_4_to_10_use_the_same_memory() {
    let network = open(Storage::F32);
    let dims = [64; 3];
    let mut resident = Vec::new();
    for _ in 0..10 {
        pollster::block_on(network.logit(&probe_input(dims), dims, &mut go_on)).unwrap().unwrap();
        resident.push(resident_pages());
    }
    let (least, most) = (resident[3..].iter().min().unwrap(), resident[3..].iter().max().unwrap());
    assert!(*most as f64 <= 1.02 * *least as f64, "pages after each volume: {resident:?}");
}

fn resident_pages() -> u64 {
    std::fs::read_to_string("/proc/self/statm").unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// In words, and the device goes on working.
#[test]
fn a_volume_that_does_not_fit_is_refused_and_the_next_one_answered() {
    let network = open(Storage::F32);
    let dims = [400; 3];
    let refused = pollster::block_on(network.logit(&probe_input([8; 3]), dims, &mut go_on)).unwrap().unwrap_err();
    assert_eq!(refused.code, Code::NoDevice);
    pollster::block_on(network.logit(&probe_input([32; 3]), [32; 3], &mut go_on)).unwrap().unwrap();
}

#[test]
fn no_piece_between_two_pauses_is_more_than_a_fiftieth_and_a_stopped_volume_ends_there() {
    let network = open(Storage::F32);
    for dims in [[48; 3], [120; 3]] {
        let mut shares = vec![0.0];
        let mut pause = async |share| {
            shares.push(share);
            ControlFlow::Continue(())
        };
        pollster::block_on(network.logit(&probe_input(dims), dims, &mut pause)).unwrap().unwrap();
        let longest = shares.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        assert!(longest <= 0.0201 && shares.is_sorted(), "{dims:?}: {longest}");
        assert!((shares.last().unwrap() - 1.0).abs() < 1e-9, "ended at {:?}", shares.last());
    }
    let mut pauses = 0;
    let mut stop = async |_| {
        pauses += 1;
        ControlFlow::Break(())
    };
    assert!(pollster::block_on(network.logit(&probe_input([64; 3]), [64; 3], &mut stop)).is_err());
    assert_eq!(pauses, 1);
}
