//! 3D DenseNet as MONAI defines it, filled from MONAI's own tensor names.
//!
//! Stem: conv 7³ stride 2, norm, ReLU, max pool 3³ stride 2.
//! Dense layer: norm, ReLU, conv 1³, norm, ReLU, conv 3³, joined to its input.
//! Transition: norm, ReLU, conv 1³ (half the channels), average pool 2³.
//! Head: norm, ReLU, global average, linear.

use crate::plan::EPSILON;
use crate::pool::{avg_pool3d, max_pool3d};
use crate::weights::Weights;
use burn::module::{Module, Param};
use burn::nn::PaddingConfig3d;
use burn::nn::conv::{Conv3d, Conv3dConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};
use headway_core::card::Architecture;
use headway_core::reason::Reason;

/// The network. See the module's documentation.
#[derive(Module, Debug)]
pub struct DenseNet {
    /// MONAI's `features`.
    pub features: Features,
    /// MONAI's `class_layers`.
    pub class_layers: ClassLayers,
}

/// All but the head's linear layer.
#[derive(Module, Debug)]
pub struct Features {
    /// Stem convolution, 7³ stride 2.
    pub conv0: Conv3d,
    /// Stem norm.
    pub norm0: BatchNorm,
    /// `denseblock1` and so on.
    pub denseblocks: Vec<DenseBlock>,
    /// `transition1` and so on, one fewer than blocks.
    pub transitions: Vec<Transition>,
    /// Norm before the head.
    pub norm5: BatchNorm,
}

/// Dense layers, each reading all that came before it in the block.
#[derive(Module, Debug)]
pub struct DenseBlock {
    /// `denselayer1` and so on.
    pub denselayers: Vec<DenseLayer>,
}

/// MONAI's `layers` of one dense layer.
#[derive(Module, Debug)]
pub struct DenseLayer {
    /// Before the bottleneck.
    pub norm1: BatchNorm,
    /// Bottleneck, 1³.
    pub conv1: Conv3d,
    /// Before the convolution.
    pub norm2: BatchNorm,
    /// Convolution, 3³, to `growth_rate` channels.
    pub conv2: Conv3d,
}

/// Halves channels and sides.
#[derive(Module, Debug)]
pub struct Transition {
    /// Before the convolution.
    pub norm: BatchNorm,
    /// 1³, half the channels.
    pub conv: Conv3d,
}

/// The head.
#[derive(Module, Debug)]
pub struct ClassLayers {
    /// `out.weight`, `[outputs, channels]`.
    pub out_weight: Param<Tensor<2>>,
    /// `out.bias`, `[outputs]`.
    pub out_bias: Param<Tensor<1>>,
}

/// Batch norm with settled statistics. Four tensors of `[channels]`.
#[derive(Module, Debug)]
pub struct BatchNorm {
    /// Factor.
    pub weight: Param<Tensor<1>>,
    /// Shift.
    pub bias: Param<Tensor<1>>,
    /// Mean over the training data.
    pub running_mean: Param<Tensor<1>>,
    /// Variance over the training data.
    pub running_var: Param<Tensor<1>>,
}

impl BatchNorm {
    /// # Shapes
    /// `[batch, channels, x, y, z]` to the same
    pub fn forward(&self, input: Tensor<5>) -> Tensor<5> {
        let scale = self.weight.val() / (self.running_var.val() + EPSILON).sqrt();
        let shift = self.bias.val() - self.running_mean.val() * scale.clone();
        let per_channel = |t: Tensor<1>| {
            let [channels] = t.dims();
            t.reshape([1, channels, 1, 1, 1])
        };
        input * per_channel(scale) + per_channel(shift)
    }
}

impl DenseNet {
    /// Fills the network from named tensors.
    ///
    /// # Errors
    /// [`headway_core::reason::Code::ModelUnusable`] naming the first tensor that does not fit.
    pub fn load(weights: &Weights, architecture: &Architecture, device: &Device) -> Result<Self, Reason> {
        let loader = Loader { weights, device };
        let bottleneck = architecture.bn_size * architecture.growth_rate;
        let mut channels = architecture.init_features;
        let conv0 = loader.conv("features.conv0", [architecture.in_channels, channels], 7, 2)?;
        let norm0 = loader.norm("features.norm0", channels)?;
        let mut denseblocks = Vec::new();
        let mut transitions = Vec::new();
        for (index, &layers) in architecture.block_config.iter().enumerate() {
            let number = index + 1;
            let mut denselayers = Vec::new();
            for layer in 1..=layers {
                let name = format!("features.denseblock{number}.denselayer{layer}.layers");
                denselayers.push(DenseLayer {
                    norm1: loader.norm(&format!("{name}.norm1"), channels)?,
                    conv1: loader.conv(&format!("{name}.conv1"), [channels, bottleneck], 1, 1)?,
                    norm2: loader.norm(&format!("{name}.norm2"), bottleneck)?,
                    conv2: loader.conv(&format!("{name}.conv2"), [bottleneck, architecture.growth_rate], 3, 1)?,
                });
                channels += architecture.growth_rate;
            }
            denseblocks.push(DenseBlock { denselayers });
            if number < architecture.block_config.len() {
                let name = format!("features.transition{number}");
                transitions.push(Transition {
                    norm: loader.norm(&format!("{name}.norm"), channels)?,
                    conv: loader.conv(&format!("{name}.conv"), [channels, channels / 2], 1, 1)?,
                });
                channels /= 2;
            }
        }
        Ok(Self {
            features: Features {
                conv0,
                norm0,
                denseblocks,
                transitions,
                norm5: loader.norm("features.norm5", channels)?,
            },
            class_layers: ClassLayers {
                out_weight: loader.tensor("class_layers.out.weight", [architecture.out_channels, channels])?,
                out_bias: loader.tensor("class_layers.out.bias", [architecture.out_channels])?,
            },
        })
    }

    /// The logit.
    ///
    /// # Shapes
    /// `[batch, 1, x, y, z]` to `[batch, 1]`
    pub fn forward(&self, input: Tensor<5>) -> Tensor<2> {
        self.forward_seen(input, &mut |_| {})
    }

    /// The logit, and to be seen on the way what each of the plan's steps but the head makes.
    ///
    /// # Shapes
    /// `[batch, 1, x, y, z]` to `[batch, 1]`
    pub fn forward_seen(&self, input: Tensor<5>, see: &mut dyn FnMut(&Tensor<5>)) -> Tensor<2> {
        let features = &self.features;
        let stem = features.conv0.forward(input);
        let mut x = max_pool3d(relu(features.norm0.forward(stem)));
        see(&x);
        for (index, block) in features.denseblocks.iter().enumerate() {
            for layer in &block.denselayers {
                x = layer.forward(x, see);
            }
            if let Some(transition) = features.transitions.get(index) {
                x = transition.forward(x);
                see(&x);
            }
        }
        let x = relu(features.norm5.forward(x));
        let [batch, channels, _, _, _] = x.dims();
        let pooled: Tensor<2> = x.reshape([batch as i32, channels as i32, -1]).mean_dim(2).reshape([batch, channels]);
        pooled.matmul(self.class_layers.out_weight.val().transpose()) + self.class_layers.out_bias.val().unsqueeze()
    }
}

impl DenseLayer {
    /// # Shapes
    /// `[batch, channels, x, y, z]` to `[batch, channels + growth_rate, x, y, z]`
    fn forward(&self, input: Tensor<5>, see: &mut dyn FnMut(&Tensor<5>)) -> Tensor<5> {
        let x = relu(self.norm1.forward(input.clone()));
        let x = self.conv1.forward(x);
        let squeezed = relu(self.norm2.forward(x));
        see(&squeezed);
        let grown = self.conv2.forward(squeezed);
        see(&grown);
        Tensor::cat(vec![input, grown], 1)
    }
}

impl Transition {
    /// # Shapes
    /// `[batch, channels, x, y, z]` to `[batch, channels / 2, ⌊x/2⌋, ⌊y/2⌋, ⌊z/2⌋]`
    ///
    /// Pools before the convolution, which a 1³ kernel makes exact and eight times cheaper.
    fn forward(&self, input: Tensor<5>) -> Tensor<5> {
        let pooled = avg_pool3d(relu(self.norm.forward(input)));
        self.conv.forward(pooled)
    }
}

struct Loader<'a> {
    weights: &'a Weights<'a>,
    device: &'a Device,
}

impl Loader<'_> {
    fn tensor<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Param<Tensor<D>>, Reason> {
        Ok(Param::from_data(TensorData::new(self.weights.values(name, shape)?, shape), self.device))
    }

    fn conv(&self, name: &str, channels: [usize; 2], kernel: usize, stride: usize) -> Result<Conv3d, Reason> {
        let shape = [channels[1], channels[0], kernel, kernel, kernel];
        let padding = kernel / 2;
        let mut conv = Conv3dConfig::new(channels, [kernel; 3])
            .with_stride([stride; 3])
            .with_padding(PaddingConfig3d::Explicit(padding, padding, padding))
            .with_bias(false)
            .init(self.device);
        conv.weight = self.tensor(&format!("{name}.weight"), shape)?;
        Ok(conv)
    }

    fn norm(&self, name: &str, channels: usize) -> Result<BatchNorm, Reason> {
        let load = |part: &str| self.tensor(&format!("{name}.{part}"), [channels]);
        Ok(BatchNorm {
            weight: load("weight")?,
            bias: load("bias")?,
            running_mean: load("running_mean")?,
            running_var: load("running_var")?,
        })
    }
}
