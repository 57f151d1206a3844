//! A network as a list of fused steps, for any device.
//!
//! Batch norms that follow a convolution are folded into its weights; those that come before one stay as a factor and
//! a shift by channel, applied while its input is read. Transitions pool before they convolve, which a 1³ kernel makes
//! exact and eight times cheaper. A block's features lie in one buffer; each layer appends its own.

use alloc::vec;
use alloc::vec::Vec;

/// A 3D DenseNet, ready for a device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// In order.
    pub steps: Vec<Step>,
}

/// What a device does in one go. Matrices are `[inputs, outputs]`, outputs fastest.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Convolution 7³ stride 2, bias, ReLU, max pool 3³ stride 2: the first features of the first block.
    /// Weights: `[7, 7, 7, outputs]`.
    Stem(Linear),
    /// Norm, ReLU, convolution 1³, bias, ReLU: from a block's features so far to a dense layer's bottleneck.
    Squeeze(Affine, Linear),
    /// Convolution 3³: from the bottleneck to features that join the block's.
    /// Weights: `[3, 3, 3, inputs, outputs]`; no bias.
    Grow(Linear),
    /// Norm, ReLU, average pool 2³, convolution 1³: the first features of the next block. No bias.
    Transition(Affine, Linear),
    /// Norm, ReLU, mean over all positions, then a weighted sum: the logit.
    Head(Affine, Linear),
}

/// A convolution's weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Taps in all.
    pub taps: usize,
    /// Taps, inputs, outputs; outputs fastest.
    pub weights: Vec<f32>,
    /// One per output; empty for none.
    pub bias: Vec<f32>,
}

/// A settled batch norm: `value · scale + shift`, by channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// Factors.
    pub scale: Vec<f32>,
    /// Added after.
    pub shift: Vec<f32>,
}

/// The features of one block: sides, and channels once all its layers have joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockShape {
    /// Sides, voxels.
    pub dims: [usize; 3],
    /// Channels at its end.
    pub channels: usize,
}

impl Plan {
    /// The blocks' features for a volume of these sides.
    pub fn blocks(&self, dims: [usize; 3]) -> Vec<BlockShape> {
        let mut blocks: Vec<BlockShape> = Vec::new();
        for step in &self.steps {
            match (step, blocks.last_mut()) {
                (Step::Stem(conv), _) => {
                    blocks.push(BlockShape { dims: dims.map(|n| n.div_ceil(2).div_ceil(2)), channels: conv.outputs });
                }
                (Step::Grow(conv), Some(block)) => block.channels += conv.outputs,
                (Step::Transition(_, conv), Some(block)) => {
                    let dims = block.dims.map(|n| n / 2);
                    blocks.push(BlockShape { dims, channels: conv.outputs });
                }
                _ => {}
            }
        }
        blocks
    }

    /// Multiply-accumulates of each step for a volume of these sides, as the layers define them:
    /// a device may need fewer.
    pub fn macs(&self, dims: [usize; 3]) -> Vec<u64> {
        let volume = |dims: [usize; 3]| dims.iter().product::<usize>();
        let blocks = self.blocks(dims);
        let mut block = 0;
        let of = |step: &Step| {
            let (conv, positions) = match step {
                Step::Stem(conv) => (conv, volume(dims.map(|n| n.div_ceil(2)))),
                Step::Squeeze(_, conv) | Step::Grow(conv) => (conv, volume(blocks[block].dims)),
                Step::Transition(_, conv) => {
                    block += 1;
                    (conv, volume(blocks[block].dims))
                }
                Step::Head(_, conv) => (conv, 1),
            };
            (conv.taps * conv.inputs * conv.outputs * positions) as u64
        };
        self.steps.iter().map(of).collect()
    }

    /// Lets go of the convolutions' weights, once a device has its own; numbers and sizes stay.
    pub fn forget_weights(&mut self) {
        for step in &mut self.steps {
            let (Step::Stem(conv)
            | Step::Squeeze(_, conv)
            | Step::Grow(conv)
            | Step::Transition(_, conv)
            | Step::Head(_, conv)) = step;
            conv.weights = Vec::new();
        }
    }
}

// Devices work on several channels at once. What they reach beyond a network's own channels weighs zero.
impl Linear {
    /// Inputs up to a multiple, with weights of zero; `inputs` stays the network's own.
    pub fn fill_inputs(&mut self, multiple: usize) {
        let missing = self.inputs.next_multiple_of(multiple) - self.inputs;
        if missing > 0 {
            let taps = self.weights.chunks_exact(self.inputs * self.outputs);
            let zeros = vec![0.0; missing * self.outputs];
            self.weights = taps.flat_map(|tap| [tap, &zeros]).flatten().copied().collect();
        }
    }
}

impl Affine {
    /// Channels up to a multiple, which become zero.
    pub fn fill(&mut self, multiple: usize) {
        let channels = self.scale.len().next_multiple_of(multiple);
        self.scale.resize(channels, 0.0);
        self.shift.resize(channels, 0.0);
    }
}

/// A network of DenseNet-121's shape whose weights are all zero.
#[cfg(any(test, feature = "plain"))]
pub fn zeros() -> Plan {
    let norm = |channels| Affine { scale: vec![0.0; channels], shift: vec![0.0; channels] };
    let conv = |inputs: usize, outputs: usize, taps: usize, bias: usize| Linear {
        inputs,
        outputs,
        taps,
        weights: vec![0.0; inputs * outputs * taps],
        bias: vec![0.0; bias],
    };
    let mut channels = 64;
    let mut steps = vec![Step::Stem(conv(1, channels, 343, channels))];
    for (index, layers) in [6, 12, 24, 16].into_iter().enumerate() {
        if index > 0 {
            steps.push(Step::Transition(norm(channels), conv(channels, channels / 2, 1, 0)));
            channels /= 2;
        }
        for _ in 0..layers {
            steps.push(Step::Squeeze(norm(channels), conv(channels, 128, 1, 128)));
            steps.push(Step::Grow(conv(128, 32, 27, 0)));
            channels += 32;
        }
    }
    steps.push(Step::Head(norm(channels), conv(channels, 1, 1, 1)));
    Plan { steps }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As derived from the paper's network; transitions pool first, which saves 1.35 of them.
    #[test]
    fn the_work_at_120_is_34_9_billion_multiply_accumulates_less_what_pooling_first_saves() {
        let billions = zeros().macs([120; 3]).iter().sum::<u64>() as f64 / 1e9;
        assert!((billions - (34.9 - 1.35)).abs() < 0.1, "{billions}");
    }

    #[test]
    fn blocks_shrink_and_grow_as_monai_has_them() {
        let blocks = zeros().blocks([120; 3]);
        let shapes: Vec<_> = blocks.iter().map(|block| (block.dims[0], block.channels)).collect();
        assert_eq!(shapes, [(30, 256), (15, 512), (7, 1024), (3, 1024)]);
    }
}
