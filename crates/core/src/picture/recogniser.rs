//! A small network that looks at the whole head at once: is this T2-weighted, and does it lie as the series says?
//!
//! It was trained on synthetic inputs alone (`training/headway_training/recogniser.py`) and knows nothing of disease:
//! heads with findings are among those it must accept. It is not the network that scores.

use crate::card::{CentreSpec, InputSpec};
use crate::preprocess::prepare;
use crate::reason::{Code, Reason};
use crate::volume::Volume;

/// What the network tells apart, in the order of the network's outputs; the first is what may be scored.
const LABELS: [Label; 13] = [
    Label { code: Code::Internal, looks: "a T2-weighted head" },
    Label { code: Code::ContradictedContrast, looks: "a T1-weighted head" },
    Label { code: Code::ContradictedContrast, looks: "a FLAIR head" },
    Label { code: Code::ContradictedContrast, looks: "a proton density head" },
    Label { code: Code::ContradictedContrast, looks: "a diffusion-weighted head" },
    Label { code: Code::SkullStripped, looks: "a head cut away around the brain (skull-stripped)" },
    Label { code: Code::Disoriented, looks: "a head upside down" },
    Label { code: Code::Disoriented, looks: "a head whose front and back are exchanged" },
    Label { code: Code::Disoriented, looks: "a head lying on its side" },
    Label { code: Code::NotAHead, looks: "a head blurred beyond recognition" },
    Label { code: Code::NotAHead, looks: "noise" },
    Label { code: Code::NotAHead, looks: "a test object" },
    Label { code: Code::NotAHead, looks: "a head drawn from formulas" },
];

/// The network's input: this many voxels over 180 mm.
const SIDE: usize = 48;
/// Channels of the input and after each convolution, all of which halve the sides.
const CHANNELS: [usize; 5] = [1, 8, 16, 32, 32];
/// Each convolution's 3³ neighbourhood.
const TAPS: usize = 27;
/// For each layer the weights (neighbour, input, output; the last fastest) and then the biases, bfloat16, little-endian.
static WEIGHTS: &[u8] = include_bytes!("recogniser.bin");

struct Label {
    code: Code,
    looks: &'static str,
}

/// What the network said of an input, and the card's limits for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Likeness {
    /// Log-odds of the first label against all others.
    odds_of_t2: f64,
    /// The likeliest of the others.
    likest: usize,
    least: f64,
    doubtful: f64,
}

impl Likeness {
    /// Asks the network about a volume; `None` where the card states no limits.
    ///
    /// # Errors
    /// Those of [`prepare`].
    pub(super) fn of(volume: &Volume, input: &InputSpec) -> Result<Option<Self>, Reason> {
        let (Some(least), Some(doubtful)) = (input.picture.min_t2_log_odds, input.picture.doubtful_t2_log_odds) else {
            return Ok(None);
        };
        let seen = prepare(volume, &own_input(input))?;
        let (odds_of_t2, likest) = odds(&logits(&seen.values));
        Ok(Some(Self { odds_of_t2, likest, least, doubtful }))
    }

    pub(super) fn is_beyond_doubt(&self) -> bool {
        self.odds_of_t2 >= self.doubtful
    }

    /// A caution, or the reason to withhold the score: [`Code::ContradictedContrast`], [`Code::SkullStripped`],
    /// [`Code::Disoriented`], [`Code::NotAHead`].
    pub(super) fn verdict(&self) -> Result<Option<String>, Reason> {
        let Label { code, looks } = &LABELS[self.likest];
        if self.odds_of_t2 < self.least {
            let text = format!(
                "The picture looks less like a T2-weighted head that lies as the series says than like {looks}. \
                 Open the series in a viewer and check what was sent."
            );
            return Err(Reason::new(*code, text));
        }
        let doubt = || format!("The picture could also be {looks}: look at it before the score.");
        Ok((!self.is_beyond_doubt()).then(doubt))
    }
}

/// The grid that this network was trained on, whatever that of the network that scores.
fn own_input(input: &InputSpec) -> InputSpec {
    InputSpec {
        resample_mm: 1.0,
        centre: CentreSpec { threshold_std: 0.5, margin_voxels: 15 },
        field_voxels: 180,
        size_voxels: SIDE,
        clamp: [-1.0, 5.0],
        ..input.clone()
    }
}

/// Log-odds of the first label against all others, and the likeliest of the others.
fn odds(logits: &[f32]) -> (f64, usize) {
    let likest = (1..logits.len()).max_by(|a, b| logits[*a].total_cmp(&logits[*b])).unwrap_or(1);
    let most = f64::from(logits[likest]);
    let sum: f64 = logits[1..].iter().map(|logit| (f64::from(*logit) - most).exp()).sum();
    (f64::from(logits[0]) - most - sum.ln(), likest)
}

/// The network's outputs for a cube of [`SIDE`] voxels, last index fastest.
fn logits(values: &[f32]) -> Vec<f32> {
    let mut stored = Stored(WEIGHTS);
    let (mut maps, mut side) = (values.to_vec(), SIDE);
    for sizes in CHANNELS.windows(2) {
        let layer = stored.layer(TAPS * sizes[0], sizes[1]);
        maps = halved(&maps, side, sizes[0], &layer);
        side /= 2;
    }
    let last = stored.layer(maps.len(), LABELS.len());
    let mut sums = last.bias.clone();
    add_products(&mut sums, &maps, &last.weights);
    sums
}

/// Weights that follow each other.
struct Stored<'a>(&'a [u8]);

/// A linear map from some inputs to as many outputs as there are biases.
struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Stored<'_> {
    fn layer(&mut self, inputs: usize, outputs: usize) -> Layer {
        Layer { weights: self.numbers(inputs * outputs), bias: self.numbers(outputs) }
    }

    fn numbers(&mut self, count: usize) -> Vec<f32> {
        let (these, rest) = self.0.split_at(2 * count);
        self.0 = rest;
        these.chunks_exact(2).map(|pair| f32::from_bits(u32::from_le_bytes([0, 0, pair[0], pair[1]]))).collect()
    }
}

/// A 3³ convolution at every second voxel, and what is negative becomes 0. Maps are `[x, y, z, channel]`; zeros lie around them.
fn halved(maps: &[f32], side: usize, channels: usize, layer: &Layer) -> Vec<f32> {
    let (half, outputs) = (side / 2, layer.bias.len());
    let mut result = Vec::with_capacity(half * half * half * outputs);
    for voxel in 0..half * half * half {
        let middle = [voxel / half / half, voxel / half % half, voxel % half].map(|index| 2 * index);
        let mut sums = layer.bias.clone();
        for (tap, weights) in layer.weights.chunks_exact(channels * outputs).enumerate() {
            let steps = [tap / 9, tap / 3 % 3, tap % 3];
            // Sides are even, so that only the near border is ever crossed.
            let [Some(x), Some(y), Some(z)] = std::array::from_fn(|a| (middle[a] + steps[a]).checked_sub(1)) else {
                continue;
            };
            let start = ((x * side + y) * side + z) * channels;
            add_products(&mut sums, &maps[start..][..channels], weights);
        }
        result.extend(sums.into_iter().map(|sum| sum.max(0.0)));
    }
    result
}

/// Adds `inputs · weights` (input, output; the last fastest) to as many sums as there are outputs.
fn add_products(sums: &mut [f32], inputs: &[f32], weights: &[f32]) {
    for (input, weights) in inputs.iter().zip(weights.chunks_exact(sums.len())) {
        for (sum, weight) in sums.iter_mut().zip(weights) {
            *sum += input * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preprocess::probe_input;

    #[test]
    fn the_outputs_are_those_that_training_wrote_down() {
        let written: serde_json::Value = serde_json::from_str(include_str!("recogniser.json")).unwrap();
        let expected: Vec<f64> = serde_json::from_value(written["probe_logits"].clone()).unwrap();
        let found = logits(&probe_input([SIDE; 3]));
        assert_eq!((written["labels"].as_array().unwrap().len(), found.len()), (LABELS.len(), LABELS.len()));
        for (found, expected) in found.iter().zip(expected) {
            assert!((f64::from(*found) - expected).abs() < 1e-3, "{found} instead of {expected}");
        }
    }

    #[test]
    fn every_weight_is_used() {
        let inputs = CHANNELS.windows(2).map(|sizes| (TAPS * sizes[0] + 1) * sizes[1]).sum::<usize>();
        let last = (SIDE / 16).pow(3) * CHANNELS[4] + 1;
        assert_eq!(WEIGHTS.len(), 2 * (inputs + last * LABELS.len()));
    }

    #[test]
    fn odds_weigh_the_first_label_against_all_others() {
        assert!((odds(&[0.0; 12]).0 + 11_f64.ln()).abs() < 1e-12);
        let mut logits = [0.0; 12];
        (logits[0], logits[7]) = (2.0, 9.0);
        let (odds_of_t2, likest) = odds(&logits);
        assert!(likest == 7 && odds_of_t2 < -6.9, "{odds_of_t2}");
    }
}
