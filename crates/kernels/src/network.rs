//! A network on the processor: its steps packed as they come, and a volume's way through them.

use crate::crew::Crew;
use crate::pause::{Meter, Pause, Stopped};
use crate::plan::{Affine, BlockShape, Linear, Plan, Step};
use crate::{
    AveragePool, Convolve, Features, FeaturesMut, Level, MaxAlongX, Norm, Pointwise, STEM_DEPTH, Stem, StemInput,
    TileWeights, pack, packed_len, stem_input_len, stem_weights, stem_weights_len, tile_weights_len,
};
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

/// The network with its weights packed for this processor.
#[derive(Debug)]
pub struct Network {
    plan: Plan,
    level: Level,
    crew: Crew,
    /// Kept from one volume to the next.
    buffers: Buffers,
}

/// Room for one volume's features.
#[derive(Debug, Default)]
struct Buffers {
    /// The block at work.
    block: Vec<f32>,
    /// The block after it; before the first, the volume as the stem reads it.
    next: Vec<f32>,
    /// What lies between two kernels: bottlenecks, half-pooled planes.
    between: Vec<f32>,
    /// A dense layer's weights as tiles.
    tiles: Vec<f32>,
}

impl Network {
    /// A network of no steps yet, for that many threads.
    pub fn new(threads: usize) -> Self {
        Self { plan: Plan::default(), level: Level::detect(), crew: Crew::new(threads), buffers: Buffers::default() }
    }

    /// Takes the next step and packs its weights.
    pub fn push(&mut self, mut step: Step) {
        let (level, room) = (self.level, &mut self.buffers.between);
        match &mut step {
            Step::Stem(conv) => conv.pack_stem(level),
            Step::Squeeze(norm, conv) | Step::Transition(norm, conv) => {
                norm.fill(level.lanes());
                conv.fill_inputs(level.lanes());
                conv.pack(level, room);
            }
            // Made into tiles when their turn comes: as tiles they would take eight times the room.
            Step::Grow(conv) => conv.fill_inputs(level.lanes()),
            Step::Head(..) => {}
        }
        self.plan.steps.push(step);
    }

    /// The instructions it uses.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The logit of one volume, last index fastest.
    ///
    /// # Errors
    /// [`Stopped`] where `pause` says so.
    pub async fn logit(&mut self, values: &[f32], dims: [usize; 3], pause: &mut impl Pause) -> Result<f32, Stopped> {
        self.logit_seen(values, dims, pause, &mut |_| {}).await
    }

    /// The logit, and to be seen on the way what each step but the head has made.
    ///
    /// # Errors
    /// [`Stopped`] where `pause` says so.
    pub async fn logit_seen(
        &mut self,
        values: &[f32],
        dims: [usize; 3],
        pause: &mut impl Pause,
        see: &mut dyn FnMut(Made<'_>),
    ) -> Result<f32, Stopped> {
        let Self { plan, level, crew, buffers } = self;
        let meter = Meter::new(plan.macs(dims), pause);
        Pass { plan, level: *level, crew, buffers, meter }.run(values, dims, see).await
    }
}

/// Some channels of a channels-last map: what a step has made.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// The map's values, channels of other steps among them.
    pub values: &'a [f32],
    /// Sides.
    pub dims: [usize; 3],
    /// Values from position to position.
    pub stride: usize,
    /// The step's own.
    pub channels: Range<usize>,
}

impl Linear {
    fn pack_stem(&mut self, level: Level) {
        let mut packed = vec![0.0; stem_weights_len(level, self.outputs)];
        stem_weights(level, &self.weights, self.outputs, &mut vec![0.0; STEM_DEPTH * self.outputs], &mut packed);
        self.weights = packed;
        self.bias.resize(filled(self.outputs, level), 0.0);
    }

    /// Reorders the weights for the kernels, by way of a buffer that is kept, and fills the bias up to whole panels.
    fn pack(&mut self, level: Level, buffer: &mut Vec<f32>) {
        let rows = self.weights.len() / self.outputs;
        let packed = room(buffer, packed_len(level, rows, self.outputs));
        pack(level, &self.weights, rows, self.outputs, packed);
        self.weights.clear();
        self.weights.extend_from_slice(packed);
        self.bias.resize(self.bias.len().next_multiple_of(2 * level.lanes()), 0.0);
    }

    fn bias(&self) -> Option<&[f32]> {
        (!self.bias.is_empty()).then_some(&*self.bias)
    }
}

impl Affine {
    fn norm(&self) -> Norm<'_> {
        Norm { scale: &self.scale, shift: &self.shift }
    }
}

/// That many channels in whole registers: those beyond a network's own have weights of zero.
fn filled(channels: usize, level: Level) -> usize {
    channels.next_multiple_of(level.lanes())
}

/// One volume's way through the network.
struct Pass<'a, P> {
    plan: &'a Plan,
    level: Level,
    crew: &'a mut Crew,
    buffers: &'a mut Buffers,
    meter: Meter<'a, P>,
}

impl<P: Pause> Pass<'_, P> {
    async fn run(&mut self, values: &[f32], dims: [usize; 3], see: &mut dyn FnMut(Made<'_>)) -> Result<f32, Stopped> {
        let mut blocks = self.plan.blocks(dims);
        blocks.iter_mut().for_each(|block| block.channels = filled(block.channels, self.level));
        let (mut block, mut joined) = (0, 0);
        for step in &self.plan.steps {
            match step {
                Step::Stem(conv) => {
                    self.stem(values, dims, conv, blocks[0]).await?;
                    joined = conv.outputs;
                    see(self.features(blocks[0], 0..joined));
                }
                Step::Squeeze(norm, conv) => {
                    self.squeeze(norm, conv, blocks[block]).await?;
                    let stride = filled(conv.outputs, self.level);
                    let dims = blocks[block].dims;
                    see(Made { values: &self.buffers.between, dims, stride, channels: 0..conv.outputs });
                }
                Step::Grow(conv) => {
                    self.grow(conv, blocks[block], joined).await?;
                    see(self.features(blocks[block], joined..joined + conv.outputs));
                    joined += conv.outputs;
                }
                Step::Transition(norm, conv) => {
                    self.transition(norm, conv, blocks[block], blocks[block + 1]).await?;
                    (block, joined) = (block + 1, conv.outputs);
                    see(self.features(blocks[block], 0..joined));
                }
                Step::Head(norm, conv) => {
                    let logit = self.head(norm, conv, blocks[block]);
                    self.meter.advance(1.0).await?;
                    return Ok(logit);
                }
            }
        }
        Err(Stopped)
    }

    fn features(&self, block: BlockShape, channels: Range<usize>) -> Made<'_> {
        Made { values: &self.buffers.block, dims: block.dims, stride: block.channels, channels }
    }

    async fn stem(
        &mut self,
        values: &[f32],
        dims: [usize; 3],
        conv: &Linear,
        block: BlockShape,
    ) -> Result<(), Stopped> {
        let level = self.level;
        let Buffers { block: features, next, between, .. } = &mut *self.buffers;
        // They change places at every transition: the first block is the largest.
        if features.len() < next.len() {
            core::mem::swap(features, next);
        }
        // The next block comes long after.
        let factors = room(next, stem_input_len(dims));
        let input = StemInput::new(values, dims, factors).task(level);
        self.crew.finish(input, &mut self.meter, 0.0).await?;
        let planes = [dims[0].div_ceil(2), block.dims[1], block.dims[2]];
        let outputs = filled(conv.outputs, level);
        let between = room(between, volume(planes) * outputs);
        let output = FeaturesMut::new(between, planes, outputs, 0, outputs);
        let stem = Stem::new(level, factors, dims, &conv.weights, &conv.bias, output).task(level);
        self.crew.finish(stem, &mut self.meter, 1.0).await?;
        let planes = Features::new(between, planes, outputs, outputs);
        let features = room(features, volume(block.dims) * block.channels);
        let output = FeaturesMut::new(features, block.dims, block.channels, 0, outputs);
        let pool = MaxAlongX::new(level, planes, output).task(level);
        self.crew.finish(pool, &mut self.meter, 0.0).await?;
        self.meter.next_step();
        Ok(())
    }

    async fn squeeze(&mut self, norm: &Affine, conv: &Linear, block: BlockShape) -> Result<(), Stopped> {
        let level = self.level;
        let Buffers { block: features, between, .. } = &mut *self.buffers;
        let [inputs, outputs] = [conv.inputs, conv.outputs].map(|channels| filled(channels, level));
        let input = Features::new(features, block.dims, block.channels, inputs);
        let between = room(between, volume(block.dims) * outputs);
        let output = FeaturesMut::new(between, block.dims, outputs, 0, outputs);
        let squeeze = Pointwise::new(level, input, Some(norm.norm()), &conv.weights, conv.bias(), output);
        let squeeze = squeeze.among(self.crew.workers());
        self.crew.finish(squeeze.task(level), &mut self.meter, 1.0).await?;
        self.meter.next_step();
        Ok(())
    }

    async fn grow(&mut self, conv: &Linear, block: BlockShape, joined: usize) -> Result<(), Stopped> {
        let level = self.level;
        let Buffers { block: features, between, tiles, .. } = &mut *self.buffers;
        let inputs = filled(conv.inputs, level);
        let tiles = room(tiles, tile_weights_len(level, inputs, conv.outputs));
        let weights = TileWeights::new(level, &conv.weights, inputs, conv.outputs, tiles).task(level);
        self.crew.finish(weights, &mut self.meter, 0.0).await?;
        let input = Features::new(between, block.dims, inputs, inputs);
        let output = FeaturesMut::new(features, block.dims, block.channels, joined, conv.outputs);
        let convolve = Convolve::new(level, input, tiles, output).among(level, self.crew.workers());
        self.crew.finish(convolve.task(level), &mut self.meter, 1.0).await?;
        self.meter.next_step();
        Ok(())
    }

    async fn transition(
        &mut self,
        norm: &Affine,
        conv: &Linear,
        from: BlockShape,
        to: BlockShape,
    ) -> Result<(), Stopped> {
        let level = self.level;
        let Buffers { block: features, next, between, .. } = &mut *self.buffers;
        let inputs = filled(conv.inputs, level);
        let input = Features::new(features, from.dims, from.channels, inputs);
        let between = room(between, volume(to.dims) * inputs);
        let pooled = FeaturesMut::new(between, to.dims, inputs, 0, inputs);
        let pool = AveragePool::new(level, input, norm.norm(), pooled).task(level);
        self.crew.finish(pool, &mut self.meter, 0.0).await?;
        let pooled = Features::new(between, to.dims, inputs, inputs);
        let output = FeaturesMut::new(room(next, volume(to.dims) * to.channels), to.dims, to.channels, 0, conv.outputs);
        let halve = Pointwise::new(level, pooled, None, &conv.weights, conv.bias(), output);
        let halve = halve.among(self.crew.workers());
        self.crew.finish(halve.task(level), &mut self.meter, 1.0).await?;
        core::mem::swap(features, next);
        self.meter.next_step();
        Ok(())
    }

    /// A few thousand sums: not worth a kernel.
    fn head(&self, norm: &Affine, conv: &Linear, block: BlockShape) -> f32 {
        let positions = volume(block.dims);
        let mut logit = conv.bias.first().copied().unwrap_or_default();
        for channel in 0..conv.inputs {
            let values = self.buffers.block[channel..].iter().step_by(block.channels).take(positions);
            let normed = values.map(|value| (value * norm.scale[channel] + norm.shift[channel]).max(0.0));
            logit += normed.sum::<f32>() / positions as f32 * conv.weights[channel * conv.outputs];
        }
        logit
    }
}

fn volume(dims: [usize; 3]) -> usize {
    dims.iter().product()
}

/// That many values of a buffer, whatever they hold; it grows where it must.
pub(crate) fn room(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        // Given back first: nothing in it is needed, and memory never shrinks in a browser.
        *buffer = Vec::new();
        *buffer = vec![0.0; len];
    }
    &mut buffer[..len]
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ops::ControlFlow;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    const DIMS: [usize; 3] = [120; 3];

    /// On one thread, which never waits.
    fn run(pause: &mut impl Pause) -> Result<f32, Stopped> {
        let mut network = Network::new(1);
        crate::plan::zeros().steps.into_iter().for_each(|step| network.push(step));
        let volume = vec![0.0; 120 * 120 * 120];
        match pin!(network.logit(&volume, DIMS, pause)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(logit) => logit,
            Poll::Pending => panic!("waits for nothing"),
        }
    }

    /// The page must be able to stop the work, and to show that it moves, whatever the speed.
    #[test]
    fn no_unit_between_two_pauses_is_more_than_a_fiftieth_of_the_work() {
        let mut shares = vec![0.0];
        let mut pause = async |share| {
            shares.push(share);
            ControlFlow::Continue(())
        };
        run(&mut pause).unwrap();
        let longest = shares.windows(2).map(|pair| pair[1] - pair[0]).fold(0.0, f64::max);
        assert!(longest <= 0.02 && shares.is_sorted(), "{longest}");
        assert!((shares.last().unwrap() - 1.0).abs() < 1e-9, "ended at {:?}", shares.last());
    }

    #[test]
    fn a_stopped_volume_is_not_gone_on_with() {
        let mut pauses = 0;
        let mut pause = async |_| {
            pauses += 1;
            ControlFlow::Break(())
        };
        let stopped = run(&mut pause);
        assert_eq!((stopped, pauses), (Err(Stopped), 1));
    }
}
