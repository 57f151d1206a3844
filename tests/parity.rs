//! The network against MONAI, and the preprocessing against an independent reading of the paper.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use burn::tensor::{Device, Tensor};
use glam::{DAffine3, DMat3, DVec3};
use headway_core::card::{Card, InputSpec};
use headway_core::geometry::Geometry;
use headway_core::preprocess::{prepare, probe_input};
use headway_core::volume::Volume;
use headway_infer::densenet::DenseNet;
use headway_infer::engine::check;
use headway_infer::tensor::tensor_from_values;
use headway_infer::weights::Weights;
use headway_infer::{Engine, Wanted, plan};
use headway_kernels::Network;
use headway_kernels::plain::Maps;
use serde::Deserialize;
use std::ops::ControlFlow;
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

async fn go_on(_: f64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn compare(folder: &Path) {
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let golden: Golden = serde_json::from_slice(&read("golden.json")).unwrap();
    let wanted = Wanted::Cpu { why: "test".into() };
    let engine = pollster::block_on(Engine::load(&read("card.json"), &read("weights.safetensors"), wanted)).unwrap();
    assert!(!golden.cases.is_empty());
    for Case { size_voxels, logit } in golden.cases {
        let mut done = 0.0;
        let mut pause = async |fraction| {
            done = fraction;
            ControlFlow::Continue(())
        };
        let ours = pollster::block_on(engine.logit(&probe_input(size_voxels), size_voxels, &mut pause)).unwrap();
        println!("{size_voxels:?}: MONAI {logit:.6}, difference {:.1e}", ours - logit);
        assert!((ours - logit).abs() < TOLERANCE, "{size_voxels:?}: {ours} instead of {logit}");
        assert!((done - 1.0).abs() < 1e-9, "progress ended at {done}");
    }
}

#[test]
fn a_small_network_answers_as_monai_does() {
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small"));
}

/// Two outputs that compete, in a cube of 130 voxels: the one logit is what MONAI's softmax makes of them.
#[test]
fn a_network_of_two_outputs_answers_as_monai_does() {
    compare(&Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-softmax"));
}

/// Of several outputs that do not compete, the card says which one counts.
#[test]
fn the_card_says_which_output_counts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-softmax");
    let [card, weights] = ["card.json", "weights.safetensors"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let logit = |output: serde_json::Value| {
        let mut card: serde_json::Value = serde_json::from_slice(&card).unwrap();
        card["output"] = output;
        // The self-test is of the softmax.
        card["self_test"]["tolerance"] = 1e9.into();
        let wanted = Wanted::Cpu { why: "test".into() };
        let engine = pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap();
        pollster::block_on(engine.logit(&probe_input([32; 3]), [32; 3], &mut go_on)).unwrap()
    };
    let of = |index: usize| logit(serde_json::json!({ "meaning": "", "abnormal_output": index }));
    let softmax = logit(serde_json::json!({ "meaning": "", "activation": "softmax", "abnormal_output": 1 }));
    assert!((of(1) - of(0) - softmax).abs() < 1e-5 && softmax.abs() > 0.1, "{softmax}");
}

/// A card's input of 130 voxels of 1.4 mm and one of 120 voxels of 1.5 mm both get as far as a score.
#[test]
fn inputs_of_both_spacings_are_scored_and_have_a_range_around_the_score() {
    for name in ["densenet-small", "densenet-softmax"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
        let [card, weights] =
            ["card.json", "weights.safetensors"].map(|name| std::fs::read(folder.join(name)).unwrap());
        let mut card: serde_json::Value = serde_json::from_slice(&card).unwrap();
        card["evidence"] = "synthetic".into();
        card["output"]["mirror_averaged"] = true.into();
        card["calibration"] = serde_json::json!({ "slope": 1.0, "intercept": 0.0 });
        card["thresholds"] = serde_json::json!({ "sensitive": 0.3, "specific": 0.6 });
        let wanted = Wanted::Cpu { why: "test".into() };
        let engine = pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap();
        let input = &engine.card().input;
        let spacing_mm = input.resample_mm * input.field_voxels as f64 / input.size_voxels as f64;
        let expected = if name == "densenet-small" { (120, 1.5) } else { (130, 1.4) };
        assert_eq!((input.size_voxels, (spacing_mm * 1e9).round() / 1e9), expected);
        let values = probe_input([input.size_voxels; 3]);
        let finding = pollster::block_on(engine.predict(values.clone(), go_on)).unwrap();
        let mut done = 0.0;
        let told = async |share: f64| {
            done = share;
            ControlFlow::Continue(())
        };
        let range = pollster::block_on(engine.range(|| values.clone(), told)).unwrap();
        let score = finding.score.unwrap();
        assert!(range.low < score && score < range.high, "{score} in {range:?}");
        assert_eq!((range.runs, (range.shift_mm * 1e9).round() / 1e9), (10, expected.1));
        assert!((done - 1.0).abs() < 1e-9);
        assert_eq!(finding.model.sha256, engine.identity().sha256);
    }
}

/// A model's files are checked without a device, and what is wrong with them is named.
#[test]
fn damaged_model_files_are_refused_in_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    let [card, weights] = ["card.json", "weights.safetensors"].map(|name| std::fs::read(folder.join(name)).unwrap());
    assert_eq!(check(&card, &weights).unwrap().name, "golden-small");
    let refusal = |card: &[u8], weights: &[u8]| {
        let reason = check(card, &weights).unwrap_err();
        assert_eq!(reason.code.as_str(), "model_unusable");
        reason.text
    };
    let mut flipped = weights.clone();
    flipped[40_000] ^= 1;
    assert!(refusal(&card, &flipped).contains("are not those its card names"));
    assert!(refusal(&card, &weights[..weights.len() / 2]).contains("are not those its card names"));
    assert!(refusal(b"{", &weights).contains("not valid JSON"));
    let mut other: serde_json::Value = serde_json::from_slice(&card).unwrap();
    other["architecture"]["out_channels"] = 2.into();
    let text = refusal(other.to_string().as_bytes(), &weights);
    assert!(text.contains("class_layers.out.weight") && text.contains("instead of [2,"), "{text}");
}

/// DenseNet-121 itself, where `training` has written its vectors (`HEADWAY_GOLDEN` names the folder).
#[test]
#[ignore = "needs the full vectors in HEADWAY_GOLDEN"]
fn the_full_network_answers_as_monai_does() {
    let folder = std::env::var_os("HEADWAY_GOLDEN").expect("HEADWAY_GOLDEN names the folder of the full vectors");
    compare(Path::new(&folder));
}

/// On sizes that leave tiles, registers and pools half filled.
#[test]
fn the_kernels_answer_as_their_twin_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    let [card, weights] = ["card.json", "weights.safetensors"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let architecture = Card::from_json(&card).unwrap().architecture;
    let twin = DenseNet::load(&Weights::open(&weights).unwrap(), &architecture, &Device::flex()).unwrap();
    let wanted = Wanted::Cpu { why: "test".into() };
    let engine = pollster::block_on(Engine::load(&card, &weights, wanted)).unwrap();
    let mut answers = Vec::new();
    for dims in [[33, 47, 38], [64, 32, 51], [32, 32, 32], [45, 45, 45]] {
        let input = probe_input(dims);
        let ours = pollster::block_on(engine.logit(&input, dims, &mut go_on)).unwrap();
        let theirs = twin.forward(tensor_from_values(&input, dims, &Device::flex()));
        let theirs = f64::from(theirs.into_data().iter::<f32>().next().unwrap());
        assert!((ours - theirs).abs() < 1e-5, "{dims:?}: {ours} instead of {theirs}");
        answers.push(ours);
    }
    answers.sort_by(f64::total_cmp);
    assert!(answers.windows(2).all(|pair| pair[1] - pair[0] > 1e-4), "different inputs, one answer: {answers:?}");
}

/// `[1, channels, x, y, z]` as the kernels have it: `[x, y, z, channels]`.
fn channels_last(maps: &Tensor<5>) -> Maps {
    let [_, channels, x, y, z] = maps.dims();
    let values = maps.clone().permute([0, 2, 3, 4, 1]).into_data().iter::<f32>().collect();
    Maps { dims: [x, y, z], channels, values }
}

/// Step by step, so that an error which a later step hides is seen as well.
fn compare_steps(folder: &Path, sizes: &[[usize; 3]]) {
    let [card, weights] = ["card.json", "weights.safetensors"].map(|name| std::fs::read(folder.join(name)).unwrap());
    let card = Card::from_json(&card).unwrap();
    let weights = Weights::open(&weights).unwrap();
    let twin = DenseNet::load(&weights, &card.architecture, &Device::flex()).unwrap();
    let mut network = Network::new(2);
    plan::whole(&weights, &card.architecture, &card.output)
        .unwrap()
        .steps
        .into_iter()
        .for_each(|step| network.push(step));
    for &dims in sizes {
        let input = probe_input(dims);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut see = |made: headway_kernels::Made<'_>| ours.push(made.to_maps());
        pollster::block_on(network.logit_seen(&input, dims, &mut go_on, &mut see)).unwrap();
        let input = tensor_from_values(&input, dims, &Device::flex());
        twin.forward_seen(input, &mut |maps| theirs.push(channels_last(maps)));
        assert!(!ours.is_empty() && ours.len() == theirs.len(), "{} steps instead of {}", ours.len(), theirs.len());
        let mut most = 0.0f64;
        for (step, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let apart = ours.apart(theirs);
            assert!(apart <= 1e-4, "{dims:?}, step {step}: {apart:.1e} apart");
            most = most.max(apart);
        }
        println!("{dims:?}: {} steps, {most:.1e} apart at most", ours.len());
    }
}

#[test]
fn every_step_is_as_its_twins_on_awkward_sizes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    compare_steps(&folder, &[[33, 47, 38], [64, 32, 51], [45, 45, 45], [120, 120, 120]]);
}

#[test]
fn every_step_of_the_shipped_network_is_as_its_twins() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/densenet121-synthetic");
    compare_steps(&folder, &[[48, 48, 48], [64, 64, 64], [120, 120, 120], [37, 59, 40]]);
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

#[derive(Deserialize)]
struct PreprocessGolden {
    radii_mm: [f64; 3],
    cases: Vec<PreprocessCase>,
}

#[derive(Deserialize)]
struct PreprocessCase {
    name: String,
    dims: [usize; 3],
    /// RAS+ millimetres from voxel indices, as NIfTI has it.
    world_from_voxel: [[f64; 4]; 4],
    /// Input indices and their value; none where the volume must be withheld.
    #[serde(default)]
    samples: Vec<(usize, usize, usize, f32)>,
}

/// The fixture's `formula`, written out.
fn formula_volume(case: &PreprocessCase, radii_mm: [f64; 3]) -> Volume {
    let column = |c: usize| DVec3::from_array(std::array::from_fn(|r| case.world_from_voxel[r][c]));
    let ras_from_voxel = DAffine3::from_mat3_translation(DMat3::from_cols(column(0), column(1), column(2)), column(3));
    let [ni, nj, nk] = case.dims;
    let mut signal = Vec::with_capacity(ni * nj * nk);
    for (k, j, i) in (0..nk).flat_map(|k| (0..nj).flat_map(move |j| (0..ni).map(move |i| (k, j, i)))) {
        let p = ras_from_voxel.transform_point3(DVec3::new(i as f64, j as f64, k as f64));
        let r2 = (p / DVec3::from_array(radii_mm)).length_squared();
        let waves = 0.3 * (0.11 * p.x).sin() + 0.25 * (0.07 * p.y + 1.0).sin() + 0.2 * (0.09 * p.z + 0.5).sin();
        signal.push((1000.0 * (4.0 * (1.0 - r2)).clamp(0.0, 1.0) * (1.0 + waves)) as f32);
    }
    let lps_from_ras = DAffine3::from_mat3(DMat3::from_diagonal(DVec3::new(-1.0, -1.0, 1.0)));
    Volume {
        signal: signal.into(),
        geometry: Geometry { dims: case.dims, patient_from_voxel: lps_from_ras * ras_from_voxel, missing_slice: None },
    }
}

/// Samples of a NumPy reading of the paper, on volumes given by a formula.
#[test]
fn the_input_is_what_an_independent_reading_of_the_paper_gives() {
    compare_inputs(include_bytes!("golden/preprocess/golden.json"), &headway_tests::card().input);
}

/// The same for 130 voxels of 1.4 mm, scaled to 0 to 1.
#[test]
fn an_input_of_another_spacing_and_normalisation_is_what_an_independent_reading_gives() {
    let card = Card::from_json(include_bytes!("golden/densenet-softmax/card.json")).unwrap();
    assert_eq!((card.input.size_voxels, card.input.field_voxels), (130, 182));
    compare_inputs(include_bytes!("golden/preprocess/golden-130.json"), &card.input);
}

fn compare_inputs(golden: &[u8], spec: &InputSpec) {
    let golden: PreprocessGolden = serde_json::from_slice(golden).unwrap();
    let (mut compared, mut withheld) = (0, 0);
    for case in &golden.cases {
        match prepare(&formula_volume(case, golden.radii_mm), spec) {
            Ok(input) => {
                assert!(!case.samples.is_empty(), "{} should have been withheld", case.name);
                for &(x, y, z, value) in &case.samples {
                    let ours = input.values[(x * input.size + y) * input.size + z];
                    assert!((ours - value).abs() < 1e-3, "{} at {x} {y} {z}: {ours} instead of {value}", case.name);
                    compared += 1;
                }
            }
            Err(reason) => {
                assert!(case.samples.is_empty(), "{}: {reason}", case.name);
                withheld += 1;
            }
        }
    }
    assert!(compared >= 500 && withheld >= 1, "{compared} compared, {withheld} withheld");
}
