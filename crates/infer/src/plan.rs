//! MONAI's named tensors become the steps of a [`Plan`](headway_kernels::Plan), one after another:
//! who takes a step may pack it and let it go before the next one is made.

use crate::weights::Weights;
use headway_core::card::{Activation, Architecture, OutputSpec};
use headway_core::reason::Reason;
use headway_kernels::{Affine, Linear, Plan};

pub use headway_kernels::Step;

/// Added to a variance before its root, as PyTorch does.
pub const EPSILON: f32 = 1e-5;
/// Taps of the stem along an axis.
const STEM_TAPS: usize = 7;
/// Taps of a dense layer's convolution along an axis.
const TAPS: usize = 3;

/// Hands over the steps of a network, in order. Whatever the number of outputs, the last step gives one logit: what
/// `output` says of them is part of its weights.
///
/// # Errors
/// [`headway_core::reason::Code::ModelUnusable`] naming the first tensor that does not fit; what `take` gives.
pub fn read(
    weights: &Weights,
    architecture: &Architecture,
    output: &OutputSpec,
    mut take: impl FnMut(Step) -> Result<(), Reason>,
) -> Result<(), Reason> {
    let reader = Reader { weights };
    let bottleneck = architecture.bn_size * architecture.growth_rate;
    let mut channels = architecture.init_features;
    let stem = reader.conv("features.conv0", [architecture.in_channels, channels], STEM_TAPS)?;
    take(Step::Stem(followed_by(stem, &reader.norm("features.norm0", channels)?)))?;
    for (index, &layers) in architecture.block_config.iter().enumerate() {
        let number = index + 1;
        for layer in 1..=layers {
            let name = format!("features.denseblock{number}.denselayer{layer}.layers");
            let squeeze = reader.conv(&format!("{name}.conv1"), [channels, bottleneck], 1)?;
            let squeeze = followed_by(squeeze, &reader.norm(&format!("{name}.norm2"), bottleneck)?);
            take(Step::Squeeze(reader.norm(&format!("{name}.norm1"), channels)?, squeeze))?;
            let growth = [bottleneck, architecture.growth_rate];
            take(Step::Grow(reader.conv(&format!("{name}.conv2"), growth, TAPS)?))?;
            channels += architecture.growth_rate;
        }
        if number < architecture.block_config.len() {
            let name = format!("features.transition{number}");
            let conv = reader.conv(&format!("{name}.conv"), [channels, channels / 2], 1)?;
            take(Step::Transition(reader.norm(&format!("{name}.norm"), channels)?, conv))?;
            channels /= 2;
        }
    }
    let norm = reader.norm("features.norm5", channels)?;
    let head = reader.head([channels, architecture.out_channels])?;
    take(Step::Head(norm, one_logit(&head, output)))
}

/// All steps at once.
///
/// # Errors
/// As [`read`].
pub fn whole(weights: &Weights, architecture: &Architecture, output: &OutputSpec) -> Result<Plan, Reason> {
    let mut plan = Plan::default();
    read(weights, architecture, output, |step| {
        plan.steps.push(step);
        Ok(())
    })?;
    Ok(plan)
}

/// The convolution and the norm after it as one convolution with a bias.
fn followed_by(mut conv: Linear, norm: &Affine) -> Linear {
    for (weight, scale) in conv.weights.iter_mut().zip(norm.scale.iter().cycle()) {
        *weight *= scale;
    }
    conv.bias.clone_from(&norm.shift);
    conv
}

/// The one output that says *abnormal*. Of two that compete, a softmax makes `sigmoid(abnormal - normal)`: that difference.
fn one_logit(head: &Linear, output: &OutputSpec) -> Linear {
    let abnormal = output.abnormal_output;
    let logit = |outputs: &[f32]| match output.activation {
        Activation::Sigmoid => outputs[abnormal],
        Activation::Softmax => outputs[abnormal] - outputs[1 - abnormal],
    };
    let weights = head.weights.chunks_exact(head.outputs).map(logit).collect();
    Linear { outputs: 1, weights, bias: vec![logit(&head.bias)], ..*head }
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
