//! Makes `densenet121-untrained`: the real architecture with random weights from a seed,
//! so that everything but the meaning of the number can be tried before a trained model exists.
//!
//! Batch-norm statistics are measured on synthetic volumes, and the head is scaled so that logits over them
//! have a standard deviation of 2: without that, random networks answer the same to every input and would hide faults.

use burn::module::Param;
use burn::tensor::{Device, Tensor};
use half::f16;
use headway_core::card::{Architecture, Card};
use headway_core::preprocess::probe_input;
use headway_infer::densenet::{BatchNorm, DenseNet, Pass, Quiet};
use headway_infer::tensor::tensor_from_values;
use headway_infer::weights::Weights;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

const CARD: &str = include_str!("../untrained_card.json");
const SEED: u64 = 210_608_176;
/// Standard deviation of the logits over the calibration volumes.
const LOGIT_STD: f32 = 2.0;
/// Calibration volumes and their side: enough to settle statistics, small enough to take seconds.
const VOLUMES: usize = 6;
const VOLUME_SIDE: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: make-untrained FOLDER")?;
    let mut card: serde_json::Value = serde_json::from_str(CARD)?;
    let architecture: Architecture = serde_json::from_value(card["architecture"].clone())?;
    let mut tensors = random_tensors(&architecture);
    calibrate(&mut tensors, &architecture)?;
    let weights = serialise(&tensors)?;
    let side = card["self_test"]["size_voxels"].as_u64().ok_or("the card has no self-test size")? as usize;
    let network = DenseNet::load(&Weights::open(&weights)?, &architecture, &Device::flex())?;
    card["weights"]["parameters"] = parameters(&tensors).into();
    card["weights"]["sha256"] = Sha256::digest(&weights).iter().map(|b| format!("{b:02x}")).collect::<String>().into();
    card["self_test"]["logit"] = f64::from(logit(&network, &probe_input([side; 3]), side)?).into();
    let card = serde_json::to_string_pretty(&card)? + "\n";
    Card::from_json(card.as_bytes())?.identify(card.as_bytes(), &weights)?;
    std::fs::create_dir_all(&folder)?;
    std::fs::write(Path::new(&folder).join("weights.safetensors"), weights)?;
    std::fs::write(Path::new(&folder).join("card.json"), card)?;
    println!("{folder}: {} parameters", parameters(&tensors));
    Ok(())
}

/// What training would learn; running statistics are measured, not learnt.
fn parameters(tensors: &BTreeMap<String, Named>) -> usize {
    tensors.iter().filter(|(name, _)| !name.contains("running_")).map(|(_, tensor)| tensor.values.len()).sum()
}

struct Named {
    shape: Vec<usize>,
    values: Vec<f32>,
}

/// Kaiming-normal convolutions, unit norms, a small random head.
fn random_tensors(architecture: &Architecture) -> BTreeMap<String, Named> {
    let mut random = Random(SEED);
    let mut tensors = BTreeMap::new();
    let mut add = |name: String, shape: &[usize], mean: f32, std: f32| {
        let values = (0..shape.iter().product()).map(|_| mean + std * random.normal()).collect();
        tensors.insert(name, Named { shape: shape.to_vec(), values });
    };
    let layers = layers(architecture);
    for conv in &layers.convs {
        let [to, from, kernel] = conv.shape;
        let fan_in = (from * kernel.pow(3)) as f32;
        add(format!("{}.weight", conv.name), &[to, from, kernel, kernel, kernel], 0.0, (2.0 / fan_in).sqrt());
    }
    for (name, channels) in &layers.norms {
        for (part, value) in [("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)] {
            add(format!("{name}.{part}"), &[*channels], value, 0.0);
        }
    }
    let channels = layers.norms.last().map_or(0, |(_, channels)| *channels);
    add(
        "class_layers.out.weight".to_owned(),
        &[architecture.out_channels, channels],
        0.0,
        1.0 / (channels as f32).sqrt(),
    );
    add("class_layers.out.bias".to_owned(), &[architecture.out_channels], 0.0, 0.0);
    tensors
}

/// Names and shapes, in the order a forward pass meets them.
#[derive(Default)]
struct Layers {
    convs: Vec<Conv>,
    norms: Vec<(String, usize)>,
}

struct Conv {
    name: String,
    /// Output channels, input channels, kernel side.
    shape: [usize; 3],
}

impl Layers {
    fn conv(&mut self, name: String, shape: [usize; 3]) {
        self.convs.push(Conv { name, shape });
    }

    fn norm(&mut self, name: String, channels: usize) {
        self.norms.push((name, channels));
    }
}

fn layers(architecture: &Architecture) -> Layers {
    let mut layers = Layers::default();
    let (growth, bottleneck) = (architecture.growth_rate, architecture.bn_size * architecture.growth_rate);
    let mut channels = architecture.init_features;
    layers.conv("features.conv0".to_owned(), [channels, architecture.in_channels, 7]);
    layers.norm("features.norm0".to_owned(), channels);
    for (index, &depth) in architecture.block_config.iter().enumerate() {
        for layer in 1..=depth {
            let name = format!("features.denseblock{}.denselayer{layer}.layers", index + 1);
            layers.norm(format!("{name}.norm1"), channels);
            layers.conv(format!("{name}.conv1"), [bottleneck, channels, 1]);
            layers.norm(format!("{name}.norm2"), bottleneck);
            layers.conv(format!("{name}.conv2"), [growth, bottleneck, 3]);
            channels += growth;
        }
        if index + 1 < architecture.block_config.len() {
            let name = format!("features.transition{}", index + 1);
            layers.norm(format!("{name}.norm"), channels);
            layers.conv(format!("{name}.conv"), [channels / 2, channels, 1]);
            channels /= 2;
        }
    }
    layers.norm("features.norm5".to_owned(), channels);
    layers
}

/// Replaces the norms' statistics by measured ones, then scales and centres the head.
fn calibrate(tensors: &mut BTreeMap<String, Named>, architecture: &Architecture) -> Result<(), Box<dyn Error>> {
    let volumes = calibration_volumes();
    let batch = volumes.iter().map(|v| tensor_from_values(v, [VOLUME_SIDE; 3], &Device::flex())).collect();
    let weights = serialise(tensors)?;
    let network = DenseNet::load(&Weights::open(&weights)?, architecture, &Device::flex())?;
    let mut measure = Measure::default();
    let logits: Vec<f32> = network.forward(Tensor::cat(batch, 0), &mut measure).into_data().iter().collect();
    let mut replace = |name: String, change: &dyn Fn(&mut Vec<f32>)| {
        if let Some(tensor) = tensors.get_mut(&name) {
            change(&mut tensor.values);
        }
    };
    for ((name, _), (mean, var)) in layers(architecture).norms.into_iter().zip(measure.statistics) {
        replace(format!("{name}.running_mean"), &|values| values.clone_from(&mean));
        replace(format!("{name}.running_var"), &|values| values.clone_from(&var));
    }
    let (mean, std) = mean_and_std(&logits);
    let scale = LOGIT_STD / std;
    replace("class_layers.out.weight".to_owned(), &|values| values.iter_mut().for_each(|w| *w *= scale));
    replace("class_layers.out.bias".to_owned(), &|values| values.iter_mut().for_each(|b| *b = -mean * scale));
    println!("logits over {VOLUMES} volumes before scaling: mean {mean:.4}, standard deviation {std:.4}");
    Ok(())
}

/// Normalises by the batch's own statistics and keeps them.
#[derive(Default)]
struct Measure {
    statistics: Vec<(Vec<f32>, Vec<f32>)>,
}

impl Pass for Measure {
    fn norm(&mut self, norm: &BatchNorm, input: Tensor<5>) -> Tensor<5> {
        let [_, channels, _, _, _] = input.dims();
        let by_channel: Tensor<2> = input.clone().swap_dims(0, 1).reshape([channels as i32, -1]);
        let mean = by_channel.clone().mean_dim(1);
        let var = (by_channel - mean.clone()).square().mean_dim(1);
        let mut settled = norm.clone();
        settled.running_mean = Param::from_tensor(mean.clone().reshape([channels]));
        settled.running_var = Param::from_tensor(var.clone().reshape([channels]));
        let values = |t: Tensor<2>| t.into_data().iter::<f32>().collect();
        self.statistics.push((values(mean), values(var)));
        settled.forward(input)
    }
}

/// Bright ellipsoids of varying place, size and texture on an empty background, z-scored: head-like, no head.
fn calibration_volumes() -> Vec<Vec<f32>> {
    let mut random = Random(SEED + 1);
    (0..VOLUMES).map(|_| calibration_volume(&mut random)).collect()
}

fn calibration_volume(random: &mut Random) -> Vec<f32> {
    let half = VOLUME_SIDE as f32 / 2.0;
    let radii: [f32; 3] = std::array::from_fn(|_| half * (0.7 + 0.2 * random.uniform()));
    let centre: [f32; 3] = std::array::from_fn(|_| half + 3.0 * random.normal());
    let waves: [f32; 3] = std::array::from_fn(|_| 0.1 + 0.5 * random.uniform());
    let noise = 0.3 * random.uniform();
    let mut values = Vec::with_capacity(VOLUME_SIDE.pow(3));
    for x in 0..VOLUME_SIDE {
        for y in 0..VOLUME_SIDE {
            for z in 0..VOLUME_SIDE {
                let at = [x, y, z].map(|i| i as f32);
                let r2: f32 = (0..3).map(|a| ((at[a] - centre[a]) / radii[a]).powi(2)).sum();
                let texture: f32 = (0..3).map(|a| (waves[a] * at[a]).sin()).product();
                let signal = if r2 < 1.0 { 1.0 + texture - 0.5 * r2 } else { 0.0 };
                values.push(signal + noise * random.normal());
            }
        }
    }
    let (mean, std) = mean_and_std(&values);
    values.iter().map(|v| ((v - mean) / std).clamp(-1.0, 5.0)).collect()
}

fn mean_and_std(values: &[f32]) -> (f32, f32) {
    let n = values.len() as f32;
    let mean = values.iter().sum::<f32>() / n;
    (mean, (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / n).sqrt())
}

fn serialise(tensors: &BTreeMap<String, Named>) -> Result<Vec<u8>, Box<dyn Error>> {
    let halves = |values: &[f32]| -> Vec<u8> { values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect() };
    let bytes: Vec<Vec<u8>> = tensors.values().map(|tensor| halves(&tensor.values)).collect();
    let mut views = Vec::new();
    for ((name, tensor), bytes) in tensors.iter().zip(&bytes) {
        views.push((name, TensorView::new(Dtype::F16, tensor.shape.clone(), bytes)?));
    }
    Ok(safetensors::serialize(views, None)?)
}

fn logit(network: &DenseNet, values: &[f32], side: usize) -> Result<f32, Box<dyn Error>> {
    let output = network.forward(tensor_from_values(values, [side; 3], &Device::flex()), &mut Quiet);
    output.into_data().iter::<f32>().next().ok_or_else(|| "the network gave no answer".into())
}

/// SplitMix64: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    /// In [0, 1).
    fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Mean 0, standard deviation 1 (Box-Muller).
    fn normal(&mut self) -> f32 {
        let (radius, angle) = ((-2.0 * (self.uniform() + 1e-7).ln()).sqrt(), std::f32::consts::TAU * self.uniform());
        radius * angle.cos()
    }
}
