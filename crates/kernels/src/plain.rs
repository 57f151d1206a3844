//! Every kernel as a plain sum in f64: the specification that the fast ones are compared with.

use crate::network::Made;
use crate::plan::{Affine, Linear, Plan, Step};

/// A channels-last volume: `[x, y, z, channels]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Maps {
    /// Sides.
    pub dims: [usize; 3],
    /// Channels of each position.
    pub channels: usize,
    /// The values.
    pub values: Vec<f32>,
}

impl Maps {
    /// Made value by value, from place and channel.
    pub fn from_fn(dims: [usize; 3], channels: usize, mut value: impl FnMut([usize; 3], usize) -> f64) -> Self {
        let mut values = Vec::new();
        for x in 0..dims[0] {
            for y in 0..dims[1] {
                for z in 0..dims[2] {
                    values.extend((0..channels).map(|channel| value([x, y, z], channel) as f32));
                }
            }
        }
        Self { dims, channels, values }
    }

    /// The value at a place that may lie outside.
    fn get(&self, at: [isize; 3], channel: usize) -> Option<f64> {
        let mut place = 0;
        for (at, side) in at.into_iter().zip(self.dims) {
            place = place * side + usize::try_from(at).ok().filter(|at| *at < side)?;
        }
        Some(f64::from(self.values[place * self.channels + channel]))
    }

    /// What a window sees: tap by tap, the places it covers.
    fn window(at: [usize; 3], taps: usize, stride: usize, padding: usize) -> impl Iterator<Item = [isize; 3]> {
        let begin = at.map(|n| (n * stride) as isize - padding as isize);
        let taps = taps as isize;
        (0..taps).flat_map(move |x| {
            (0..taps).flat_map(move |y| (0..taps).map(move |z| [begin[0] + x, begin[1] + y, begin[2] + z]))
        })
    }
}

impl Made<'_> {
    /// A copy without what lies between.
    pub fn to_maps(&self) -> Maps {
        let positions = self.dims.iter().product();
        let rows = self.values.chunks(self.stride).take(positions);
        let values = rows.flat_map(|row| &row[self.channels.clone()]).copied().collect();
        Maps { dims: self.dims, channels: self.channels.len(), values }
    }
}

impl Maps {
    /// The largest difference, as a part of the largest value there should be, or of one where that is less.
    ///
    /// # Panics
    /// Where the shapes differ.
    pub fn apart(&self, expected: &Self) -> f64 {
        assert_eq!((self.dims, self.channels), (expected.dims, expected.channels), "shapes differ");
        let most = expected.values.iter().fold(1.0f64, |most, value| most.max(f64::from(value.abs())));
        let pairs = self.values.iter().zip(&expected.values);
        // Not max, which would pass over what is no number.
        let apart = pairs.map(|(a, b)| f64::from((a - b).abs())).fold(0.0, |most, d| if d <= most { most } else { d });
        apart / most
    }

    /// Channels behind those of another map.
    fn join(&self, more: &Self) -> Self {
        let rows = self.values.chunks_exact(self.channels).zip(more.values.chunks_exact(more.channels));
        let values = rows.flat_map(|(own, joining)| own.iter().chain(joining)).copied().collect();
        Self { dims: self.dims, channels: self.channels + more.channels, values }
    }
}

/// A whole network: what each step but the head makes of a volume, and the logit.
pub fn network(plan: &Plan, values: &[f32], dims: [usize; 3]) -> (Vec<Maps>, f64) {
    let normed = |maps: &Maps, norm: &Affine| norm_relu(maps, &norm.scale, &norm.shift);
    let bare = |maps: &Maps, conv: &Linear, taps| convolve(maps, &conv.weights, taps, 1, &vec![0.0; conv.outputs]);
    let relu = |maps: &Maps| Maps { values: maps.values.iter().map(|value| value.max(0.0)).collect(), ..*maps };
    let mut block = Maps { dims, channels: 1, values: values.to_vec() };
    let (mut made, mut logit) = (Vec::new(), f64::NAN);
    for step in &plan.steps {
        match step {
            Step::Stem(conv) => {
                block = max_pool(&relu(&convolve(&block, &conv.weights, 7, 2, &conv.bias)));
                made.push(block.clone());
            }
            Step::Squeeze(norm, conv) => {
                made.push(relu(&convolve(&normed(&block, norm), &conv.weights, 1, 1, &conv.bias)));
            }
            Step::Grow(conv) => {
                let grown = made.last().map(|squeezed| bare(squeezed, conv, 3));
                block = grown.as_ref().map_or(block.clone(), |grown| block.join(grown));
                made.extend(grown);
            }
            Step::Transition(norm, conv) => {
                block = bare(&average_pool(&normed(&block, norm)), conv, 1);
                made.push(block.clone());
            }
            Step::Head(norm, conv) => {
                let normed = normed(&block, norm);
                let positions = normed.values.len() / normed.channels;
                let weighed = normed.values.iter().zip(conv.weights.iter().cycle());
                let sum: f64 = weighed.map(|(value, weight)| f64::from(*value) * f64::from(*weight)).sum();
                logit = sum / positions as f64 + f64::from(conv.bias[0]);
            }
        }
    }
    (made, logit)
}

/// A convolution; beyond the border is zero. `weights`: `[taps, taps, taps, inputs, outputs]`.
pub fn convolve(input: &Maps, weights: &[f32], taps: usize, stride: usize, bias: &[f32]) -> Maps {
    let padding = taps / 2;
    let outputs = bias.len();
    Maps::from_fn(input.dims.map(|n| n.div_ceil(stride)), outputs, |at, output| {
        let mut sum = f64::from(bias[output]);
        for (tap, place) in Maps::window(at, taps, stride, padding).enumerate() {
            for channel in 0..input.channels {
                let weight = f64::from(weights[(tap * input.channels + channel) * outputs + output]);
                sum += weight * input.get(place, channel).unwrap_or(0.0);
            }
        }
        sum
    })
}

/// `value · scale + shift`, by channel, then ReLU.
pub fn norm_relu(input: &Maps, scale: &[f32], shift: &[f32]) -> Maps {
    Maps::from_fn(input.dims, input.channels, |at, channel| {
        let value = input.get(at.map(|n| n as isize), channel).unwrap_or(0.0);
        (value * f64::from(scale[channel]) + f64::from(shift[channel])).max(0.0)
    })
}

/// Max pooling: window 3, stride 2, padding 1.
pub fn max_pool(input: &Maps) -> Maps {
    Maps::from_fn(input.dims.map(|n| n.div_ceil(2)), input.channels, |at, channel| {
        Maps::window(at, 3, 2, 1).filter_map(|place| input.get(place, channel)).fold(f64::NEG_INFINITY, f64::max)
    })
}

/// Average pooling: window 2, stride 2; a last odd plane is dropped.
pub fn average_pool(input: &Maps) -> Maps {
    Maps::from_fn(input.dims.map(|n| n / 2), input.channels, |at, channel| {
        Maps::window(at, 2, 2, 0).filter_map(|place| input.get(place, channel)).sum::<f64>() / 8.0
    })
}
