//! The attention map: what it measures, that it belongs to the weights, and that it can be stopped.
//! On the small network with random weights, which has no idea of heads: only the arithmetic can be shown here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_core::reason::Code;
use headway_infer::attention::attention;
use headway_infer::{Engine, Wanted};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

const SIZE: usize = 32;

/// The small golden network as an engine for inputs of 32 voxels, its weights changed by `change`.
fn engine(change: impl Fn(usize, u8) -> u8) -> Engine {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/densenet-small");
    let mut weights = fs::read(folder.join("weights.safetensors")).unwrap();
    let header = 8 + u64::from_le_bytes(weights[..8].try_into().unwrap()) as usize;
    weights[header..].iter_mut().enumerate().for_each(|(index, byte)| *byte = change(index, *byte));
    let mut card: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("card.json")).unwrap()).unwrap();
    card["input"]["size_voxels"] = SIZE.into();
    card["weights"]["sha256"] = sha256(&weights).into();
    card["self_test"]["tolerance"] = 1e9.into();
    let wanted = Wanted::Cpu { why: "for a test".to_owned() };
    pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A ball of a head with a bright spot in it.
fn head() -> Vec<f32> {
    let place = |index: usize| [index / (SIZE * SIZE), index / SIZE % SIZE, index % SIZE].map(|at| at as f32 + 0.5);
    let near = |index: usize, centre: f32, radius: f32| {
        place(index).iter().map(|at| (at - centre).powi(2)).sum::<f32>() < radius * radius
    };
    let value = |index| match (near(index, 16.0, 12.0), near(index, 20.0, 3.0)) {
        (true, true) => 4.0,
        (true, false) => 0.5,
        _ => -0.9,
    };
    (0..SIZE.pow(3)).map(value).collect()
}

fn map_of(engine: &Engine) -> AttentionMap {
    pollster::block_on(attention(engine, &head(), async |_| ControlFlow::Continue(()))).unwrap()
}

/// The head with a cube of two cells covered by the mean of the shell of one cell around it: index by index.
fn covered(first: [usize; 3]) -> Vec<f32> {
    const CELL: usize = SIZE / ATTENTION_CELLS;
    let inside = |index: usize, margin: usize| {
        let place = [index / (SIZE * SIZE), index / SIZE % SIZE, index % SIZE];
        (0..3).all(|axis| ((first[axis] - margin) * CELL..(first[axis] + 2 + margin) * CELL).contains(&place[axis]))
    };
    let mut values = head();
    let shell: Vec<f32> = (0..values.len()).filter(|i| inside(*i, 1) && !inside(*i, 0)).map(|i| values[i]).collect();
    let mean = shell.iter().sum::<f32>() / shell.len() as f32;
    (0..values.len()).filter(|index| inside(*index, 0)).for_each(|index| values[index] = mean);
    values
}

#[test]
fn a_drop_is_the_logit_less_the_logit_of_the_covered_head() {
    let engine = engine(|_, byte| byte);
    let map = map_of(&engine);
    let logit = |values: &[f32]| {
        pollster::block_on(engine.logit(values, [SIZE; 3], &mut async |_| ControlFlow::Continue(()))).unwrap()
    };
    assert_eq!((map.drops.len(), map.share, map.logit), (ATTENTION_CELLS.pow(3), 1.0, logit(&head())));
    assert_eq!(map.drops[0], 0.0, "air is not covered");
    let mut compared = 0;
    for first in [[6, 6, 6], [6, 8, 6], [8, 6, 8], [8, 8, 8], [4, 6, 8]] {
        let drop = |[x, y, z]: [usize; 3]| map.drops[(x * ATTENTION_CELLS + y) * ATTENTION_CELLS + z];
        let parts = (0..8).map(|part| drop(std::array::from_fn(|axis| first[axis] + (part >> axis & 1))));
        let parts: Vec<f32> = parts.collect();
        // The strongest blocks were looked into further: their cells differ.
        if parts.iter().all(|part| *part == parts[0]) {
            let expected = map.logit - logit(&covered(first));
            assert!((f64::from(parts[0]) - expected).abs() < 1e-4, "{first:?}: {} instead of {expected}", parts[0]);
            compared += 1;
        }
    }
    assert!(compared > 0, "all five blocks were looked into further");
}

#[test]
fn other_weights_give_another_map() {
    let (trained, shuffled) = (
        map_of(&engine(|_, byte| byte)),
        map_of(&engine(|index, byte| if index % 4 == 2 { byte ^ 0x40 } else { byte })),
    );
    assert_ne!(trained.drops, shuffled.drops);
}

#[test]
fn it_grows_and_ends_when_it_is_told_to() {
    let engine = engine(|_, byte| byte);
    let mut shares = Vec::new();
    let told = async |map: &AttentionMap| {
        shares.push(map.share);
        if map.share > 0.2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = pollster::block_on(attention(&engine, &head(), told)).unwrap_err();
    assert_eq!(stopped.code, Code::Cancelled);
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]) && shares[0] == 0.0, "{shares:?}");
}
