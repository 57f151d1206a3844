//! The network as one list of fused steps, for any device: made from MONAI's named tensors.
//!
//! Batch norms that follow a convolution are folded into its weights; those that come before one stay as a factor and
//! a shift by channel, applied while its input is read. Transitions pool before they convolve, which a 1³ kernel makes
//! exact and eight times cheaper. A block's features lie in one buffer; each layer appends its own.

use crate::weights::Weights;
use headway_core::card::Architecture;
use headway_core::reason::Reason;

/// Added to a variance before its root, as PyTorch does.
pub const EPSILON: f32 = 1e-5;
/// Taps of the stem along an axis.
const STEM_TAPS: usize = 7;
/// Taps of a dense layer's convolution along an axis.
const TAPS: usize = 3;

/// A 3D DenseNet, ready for a device.
#[derive(Clone, Debug, PartialEq)]
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
    /// Makes the plan of a network from its tensors.
    ///
    /// # Errors
    /// [`headway_core::reason::Code::ModelUnusable`] naming the first tensor that does not fit.
    pub fn new(weights: &Weights, architecture: &Architecture) -> Result<Self, Reason> {
        let reader = Reader { weights };
        let bottleneck = architecture.bn_size * architecture.growth_rate;
        let mut channels = architecture.init_features;
        let stem = reader.conv("features.conv0", [architecture.in_channels, channels], STEM_TAPS)?;
        let mut steps = vec![Step::Stem(stem.followed_by(&reader.norm("features.norm0", channels)?))];
        for (index, &layers) in architecture.block_config.iter().enumerate() {
            let number = index + 1;
            for layer in 1..=layers {
                let name = format!("features.denseblock{number}.denselayer{layer}.layers");
                let squeeze = reader.conv(&format!("{name}.conv1"), [channels, bottleneck], 1)?;
                let squeeze = squeeze.followed_by(&reader.norm(&format!("{name}.norm2"), bottleneck)?);
                steps.push(Step::Squeeze(reader.norm(&format!("{name}.norm1"), channels)?, squeeze));
                let growth = [bottleneck, architecture.growth_rate];
                steps.push(Step::Grow(reader.conv(&format!("{name}.conv2"), growth, TAPS)?));
                channels += architecture.growth_rate;
            }
            if number < architecture.block_config.len() {
                let name = format!("features.transition{number}");
                let conv = reader.conv(&format!("{name}.conv"), [channels, channels / 2], 1)?;
                steps.push(Step::Transition(reader.norm(&format!("{name}.norm"), channels)?, conv));
                channels /= 2;
            }
        }
        steps.push(Step::Head(
            reader.norm("features.norm5", channels)?,
            reader.head([channels, architecture.out_channels])?,
        ));
        Ok(Self { steps })
    }

    /// Lets go of the convolutions' weights, once a device has its own; numbers and sizes stay.
    #[cfg(feature = "gpu")]
    pub(crate) fn forget_weights(&mut self) {
        for step in &mut self.steps {
            let (Step::Stem(conv)
            | Step::Squeeze(_, conv)
            | Step::Grow(conv)
            | Step::Transition(_, conv)
            | Step::Head(_, conv)) = step;
            conv.weights = Vec::new();
        }
    }

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
}

impl Linear {
    /// The convolution and the norm after it as one convolution with a bias.
    fn followed_by(mut self, norm: &Affine) -> Self {
        for (weight, scale) in self.weights.iter_mut().zip(norm.scale.iter().cycle()) {
            *weight *= scale;
        }
        self.bias.clone_from(&norm.shift);
        self
    }
}

// Devices work on several channels at once. What they reach beyond a network's own channels weighs zero.
impl Linear {
    /// Inputs up to a multiple, with weights of zero; `inputs` stays the network's own.
    pub(crate) fn fill_inputs(&mut self, multiple: usize) {
        let taps = self.weights.chunks_exact(self.inputs * self.outputs);
        let zeros = vec![0.0; (self.inputs.next_multiple_of(multiple) - self.inputs) * self.outputs];
        self.weights = taps.flat_map(|tap| [tap, &zeros]).flatten().copied().collect();
    }
}

impl Affine {
    /// Channels up to a multiple, which become zero.
    pub(crate) fn fill(&mut self, multiple: usize) {
        let channels = self.scale.len().next_multiple_of(multiple);
        self.scale.resize(channels, 0.0);
        self.shift.resize(channels, 0.0);
    }
}

/// Tensors by name, in the plan's order.
struct Reader<'a> {
    weights: &'a Weights<'a>,
}

impl Reader<'_> {
    /// From MONAI's `[outputs, inputs, x, y, z]`.
    fn conv(&self, name: &str, [inputs, outputs]: [usize; 2], taps: usize) -> Result<Linear, Reason> {
        let stored = self.weights.values(&format!("{name}.weight"), [outputs, inputs, taps, taps, taps])?;
        let volume = taps.pow(3);
        let mut weights = vec![0.0; stored.len()];
        for (at, value) in stored.into_iter().enumerate() {
            let (output, input, tap) = (at / volume / inputs, at / volume % inputs, at % volume);
            weights[(tap * inputs + input) * outputs + output] = value;
        }
        Ok(Linear { inputs, outputs, taps: volume, weights, bias: Vec::new() })
    }

    fn norm(&self, name: &str, channels: usize) -> Result<Affine, Reason> {
        let read = |part: &str| self.weights.values(&format!("{name}.{part}"), [channels]);
        let (weight, variance) = (read("weight")?, read("running_var")?);
        let scale: Vec<f32> = weight.iter().zip(variance).map(|(w, v)| w / (v + EPSILON).sqrt()).collect();
        let (bias, mean) = (read("bias")?, read("running_mean")?);
        let shift = bias.iter().zip(mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
        Ok(Affine { scale, shift })
    }

    fn head(&self, [inputs, outputs]: [usize; 2]) -> Result<Linear, Reason> {
        let stored = self.weights.values("class_layers.out.weight", [outputs, inputs])?;
        let bias = self.weights.values("class_layers.out.bias", [outputs])?;
        let weights = (0..inputs).flat_map(|i| stored[i..].iter().step_by(inputs).copied()).collect();
        Ok(Linear { inputs, outputs, taps: 1, weights, bias })
    }
}

/// A network of DenseNet-121's shape whose weights are all zero.
#[cfg(test)]
pub(crate) fn zeros() -> Plan {
    let card: headway_core::card::Card = serde_json::from_str(include_str!("untrained_card.json")).unwrap();
    let norm = |channels| Affine { scale: vec![0.0; channels], shift: vec![0.0; channels] };
    let conv = |inputs: usize, outputs: usize, taps: usize, bias: usize| Linear {
        inputs,
        outputs,
        taps,
        weights: vec![0.0; inputs * outputs * taps],
        bias: vec![0.0; bias],
    };
    let mut channels = card.architecture.init_features;
    let mut steps = vec![Step::Stem(conv(1, channels, 343, channels))];
    for (index, layers) in card.architecture.block_config.into_iter().enumerate() {
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
