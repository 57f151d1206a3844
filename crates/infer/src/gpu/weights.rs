//! Weights as the kernels read them: channels filled up to fours, 3³ convolutions as tiles or tap by tap.

use super::device::Gpu;
use super::storage::Storage;
use burn::tensor::wgpu::wgpu::Buffer;
use headway_kernels::{Affine, Linear, Plan, Step};

/// Channels that a kernel reads at once.
pub const FOUR: usize = 4;
/// Products of a tile, as many as a 3³ convolution of 4³ outputs needs (gather_tiles.wgsl).
pub const POINTS: usize = 216;
/// Blocks, from the first, whose maps are large enough for tiles.
/// Chosen by block and not by size, so that the self-test runs the way a volume does.
const TILED_BLOCKS: usize = 2;
const TAPS: usize = 27;

/// The buffers of each step of a plan, in its order.
#[derive(Debug)]
pub struct Uploaded(pub Vec<StepWeights>);

#[derive(Debug)]
pub struct StepWeights {
    /// Tap by tap or point by point: inputs, outputs.
    pub weights: Buffer,
    /// Norm's scale and shift, bias: those there are.
    pub around: Buffer,
    /// As [`batches`] says.
    pub batches: usize,
}

impl Uploaded {
    pub fn new(gpu: &Gpu, plan: &Plan) -> Self {
        let mut block = 0;
        let upload = |step: &Step| {
            block += usize::from(matches!(step, Step::Transition(..)));
            let batches = batches(step, block);
            let (weights, around) = match step {
                Step::Stem(conv) => (filled(conv), bias(conv)),
                Step::Squeeze(norm, conv) => (filled(conv), [affine(norm), bias(conv)].concat()),
                Step::Grow(conv) if batches == POINTS => (tiles(&filled(conv)), Vec::new()),
                Step::Grow(conv) => (filled(conv), Vec::new()),
                Step::Transition(norm, conv) => (filled(conv), affine(norm)),
                Step::Head(norm, conv) => {
                    ([&conv.weights[..], &conv.bias].concat(), [&norm.scale[..], &norm.shift].concat())
                }
            };
            // The head's few stay as they are.
            let storage = if matches!(step, Step::Head(..)) { Storage::F32 } else { gpu.storage };
            let upload = |values: &[f32], storage: Storage| gpu.upload(&storage.encode(values));
            StepWeights { weights: upload(&weights, storage), around: upload(&around, Storage::F32), batches }
        };
        Self(plan.steps.iter().map(upload).collect())
    }
}

/// Products to be made for each output of a step in that block: [`POINTS`], taps, or one.
pub fn batches(step: &Step, block: usize) -> usize {
    match step {
        Step::Grow(_) if block < TILED_BLOCKS => POINTS,
        Step::Grow(_) => TAPS,
        _ => 1,
    }
}

/// Inputs (of a convolution that has more than one) and outputs up to fours.
fn filled(conv: &Linear) -> Vec<f32> {
    let mut conv = conv.clone();
    if conv.inputs > 1 {
        conv.fill_inputs(FOUR);
    }
    let missing = conv.outputs.next_multiple_of(FOUR) - conv.outputs;
    let rows = conv.weights.chunks_exact(conv.outputs);
    rows.flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(0.0, missing))).collect()
}

fn bias(conv: &Linear) -> Vec<f32> {
    let mut bias = conv.bias.clone();
    bias.resize(conv.outputs.next_multiple_of(FOUR), 0.0);
    bias
}

fn affine(norm: &Affine) -> Vec<f32> {
    let mut norm = norm.clone();
    norm.fill(FOUR);
    [norm.scale, norm.shift].concat()
}

/// Taps become factors of tiles: `[3, 3, 3, rest]` to `[6, 6, 6, rest]`.
fn tiles(taps: &[f32]) -> Vec<f32> {
    let rest = taps.len() / TAPS;
    let values: Vec<f64> = taps.iter().map(|value| f64::from(*value)).collect();
    // The axis at hand comes first; after three turns each has been it, and the first is first again.
    let turned = (0..3).fold((values, [3, 3, 3]), |(values, [first, second, third]), _| {
        let inner = second * third * rest;
        let mut lines = vec![0.0; 6 * inner];
        for (row, weights) in FACTORS.iter().enumerate() {
            for (tap, weight) in weights.iter().enumerate() {
                let (into, from) = (&mut lines[row * inner..][..inner], &values[tap * inner..][..inner]);
                into.iter_mut().zip(from).for_each(|(into, from)| *into += weight * from);
            }
        }
        debug_assert_eq!(first, 3);
        (rolled(&lines, [6, second, third], rest), [second, third, 6])
    });
    turned.0.into_iter().map(|value| value as f32).collect()
}

/// `[a, b, c, rest]` to `[b, c, a, rest]`.
fn rolled(values: &[f64], [a, b, c]: [usize; 3], rest: usize) -> Vec<f64> {
    let mut rolled = Vec::with_capacity(values.len());
    for bc in 0..b * c {
        for a in 0..a {
            rolled.extend_from_slice(&values[(a * b * c + bc) * rest..][..rest]);
        }
    }
    rolled
}

/// Three taps to six factors, for the points 0, ±2/3, ±3/2 and infinity.
const FACTORS: [[f64; 3]; 6] = {
    const NEAR: f64 = 2.0 / 3.0;
    const FAR: f64 = 3.0 / 2.0;
    const SPREAD: f64 = NEAR * NEAR - FAR * FAR;
    const N: f64 = 0.5 / (NEAR * NEAR * SPREAD);
    const F: f64 = -0.5 / (FAR * FAR * SPREAD);
    [
        [1.0, 0.0, 0.0],
        [N, N * NEAR, N * NEAR * NEAR],
        [N, -N * NEAR, N * NEAR * NEAR],
        [F, F * FAR, F * FAR * FAR],
        [F, -F * FAR, F * FAR * FAR],
        [0.0, 0.0, 1.0],
    ]
};
