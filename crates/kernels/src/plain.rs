//! Every kernel as a plain sum in f64: the specification that the fast ones are compared with.

/// A channels-last volume: `[x, y, z, channels]`.
#[derive(Clone, Debug)]
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
