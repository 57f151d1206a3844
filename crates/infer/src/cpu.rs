//! The plan on the processor, with the kernels of `headway-kernels`.

use crate::pause::{Meter, Pause, Stopped};
use crate::plan::{Affine, BlockShape, Linear, Plan, Step};
use headway_kernels::{
    AveragePool, Convolve, Features, FeaturesMut, Kernel, Level, MaxAlongX, Norm, Pointwise, STEM_DEPTH, Stem,
    StemInput, Task, TileWeights, pack, packed_len, stem_input_len, stem_weights, stem_weights_len, tile_weights_len,
};
use std::cell::RefCell;

/// The network with its weights packed for this processor.
#[derive(Debug)]
pub struct Network {
    plan: Plan,
    level: Level,
    threads: usize,
    /// Kept from one volume to the next.
    buffers: RefCell<Buffers>,
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
    /// One per thread.
    scratch: Vec<Vec<f32>>,
}

impl Network {
    /// Packs a plan's weights.
    pub fn new(mut plan: Plan) -> Self {
        let level = Level::detect();
        for step in &mut plan.steps {
            match step {
                Step::Stem(conv) => conv.pack_stem(level),
                Step::Squeeze(norm, conv) | Step::Transition(norm, conv) => {
                    norm.fill(level.lanes());
                    conv.fill_inputs(level.lanes());
                    conv.pack(level);
                }
                // Made into tiles when their turn comes: as tiles they would take eight times the room.
                Step::Grow(conv) => conv.fill_inputs(level.lanes()),
                Step::Head(..) => {}
            }
        }
        Self { plan, level, threads: threads(), buffers: RefCell::default() }
    }

    /// What runs it, in words.
    pub fn describe(&self) -> String {
        let place = if cfg!(target_arch = "wasm32") { "WebAssembly" } else { std::env::consts::ARCH };
        let threads = if self.threads == 1 { "1 thread".to_owned() } else { format!("{} threads", self.threads) };
        format!("{place} {}, {threads}", self.level.name())
    }

    /// The logit of one volume, last index fastest.
    ///
    /// # Errors
    /// [`Stopped`] where `pause` says so.
    pub async fn logit(&self, values: &[f32], dims: [usize; 3], pause: &mut impl Pause) -> Result<f32, Stopped> {
        let mut buffers = self.buffers.take();
        let mut pass = Pass { network: self, buffers: &mut buffers, meter: Meter::new(self.plan.macs(dims), pause) };
        let logit = pass.run(values, dims).await;
        self.buffers.replace(buffers);
        logit
    }
}

fn threads() -> usize {
    if cfg!(target_arch = "wasm32") { 1 } else { std::thread::available_parallelism().map_or(1, usize::from) }
}

impl Linear {
    fn pack_stem(&mut self, level: Level) {
        let mut packed = vec![0.0; stem_weights_len(level, self.outputs)];
        stem_weights(level, &self.weights, self.outputs, &mut vec![0.0; STEM_DEPTH * self.outputs], &mut packed);
        self.weights = packed;
        self.bias.resize(filled(self.outputs, level), 0.0);
    }

    /// Reorders the weights for the kernels and fills the bias up to whole panels.
    fn pack(&mut self, level: Level) {
        let rows = self.weights.len() / self.outputs;
        let mut packed = vec![0.0; packed_len(level, rows, self.outputs)];
        pack(level, &self.weights, rows, self.outputs, &mut packed);
        self.weights = packed;
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
    network: &'a Network,
    buffers: &'a mut Buffers,
    meter: Meter<'a, P>,
}

impl<P: Pause> Pass<'_, P> {
    async fn run(&mut self, values: &[f32], dims: [usize; 3]) -> Result<f32, Stopped> {
        let mut blocks = self.network.plan.blocks(dims);
        blocks.iter_mut().for_each(|block| block.channels = filled(block.channels, self.network.level));
        let (mut block, mut joined) = (0, 0);
        for step in &self.network.plan.steps {
            match step {
                Step::Stem(conv) => {
                    self.stem(values, dims, conv, blocks[0]).await?;
                    joined = conv.outputs;
                }
                Step::Squeeze(norm, conv) => self.squeeze(norm, conv, blocks[block]).await?,
                Step::Grow(conv) => {
                    self.grow(conv, blocks[block], joined).await?;
                    joined += conv.outputs;
                }
                Step::Transition(norm, conv) => {
                    self.transition(norm, conv, blocks[block], blocks[block + 1]).await?;
                    (block, joined) = (block + 1, conv.outputs);
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

    async fn stem(
        &mut self,
        values: &[f32],
        dims: [usize; 3],
        conv: &Linear,
        block: BlockShape,
    ) -> Result<(), Stopped> {
        let level = self.network.level;
        let Buffers { block: features, next, between, scratch, .. } = &mut *self.buffers;
        // The next block comes long after.
        let factors = room(next, stem_input_len(dims));
        let input = Task::new(level, StemInput::new(values, dims, factors));
        finish(&input, scratch, self.network.threads, &mut self.meter, 0.0).await?;
        let planes = [dims[0].div_ceil(2), block.dims[1], block.dims[2]];
        let outputs = filled(conv.outputs, level);
        let between = room(between, volume(planes) * outputs);
        let output = FeaturesMut::new(between, planes, outputs, 0, outputs);
        let stem = Task::new(level, Stem::new(level, factors, dims, &conv.weights, &conv.bias, output));
        finish(&stem, scratch, self.network.threads, &mut self.meter, 1.0).await?;
        let planes = Features::new(between, planes, outputs, outputs);
        let features = room(features, volume(block.dims) * block.channels);
        let output = FeaturesMut::new(features, block.dims, block.channels, 0, outputs);
        let pool = Task::new(level, MaxAlongX::new(level, planes, output));
        finish(&pool, scratch, self.network.threads, &mut self.meter, 0.0).await?;
        self.meter.next_step();
        Ok(())
    }

    async fn squeeze(&mut self, norm: &Affine, conv: &Linear, block: BlockShape) -> Result<(), Stopped> {
        let level = self.network.level;
        let Buffers { block: features, between, scratch, .. } = &mut *self.buffers;
        let [inputs, outputs] = [conv.inputs, conv.outputs].map(|channels| filled(channels, level));
        let input = Features::new(features, block.dims, block.channels, inputs);
        let between = room(between, volume(block.dims) * outputs);
        let output = FeaturesMut::new(between, block.dims, outputs, 0, outputs);
        let squeeze = Pointwise::new(level, input, Some(norm.norm()), &conv.weights, conv.bias(), output);
        finish(&Task::new(level, squeeze), scratch, self.network.threads, &mut self.meter, 1.0).await?;
        self.meter.next_step();
        Ok(())
    }

    async fn grow(&mut self, conv: &Linear, block: BlockShape, joined: usize) -> Result<(), Stopped> {
        let level = self.network.level;
        let Buffers { block: features, between, tiles, scratch, .. } = &mut *self.buffers;
        let inputs = filled(conv.inputs, level);
        let tiles = room(tiles, tile_weights_len(level, inputs, conv.outputs));
        let weights = Task::new(level, TileWeights::new(level, &conv.weights, inputs, conv.outputs, tiles));
        finish(&weights, scratch, self.network.threads, &mut self.meter, 0.0).await?;
        let input = Features::new(between, block.dims, inputs, inputs);
        let output = FeaturesMut::new(features, block.dims, block.channels, joined, conv.outputs);
        let convolve = Task::new(level, Convolve::new(level, input, tiles, output));
        finish(&convolve, scratch, self.network.threads, &mut self.meter, 1.0).await?;
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
        let level = self.network.level;
        let Buffers { block: features, next, between, scratch, .. } = &mut *self.buffers;
        let inputs = filled(conv.inputs, level);
        let input = Features::new(features, from.dims, from.channels, inputs);
        let between = room(between, volume(to.dims) * inputs);
        let pooled = FeaturesMut::new(between, to.dims, inputs, 0, inputs);
        let pool = Task::new(level, AveragePool::new(level, input, norm.norm(), pooled));
        finish(&pool, scratch, self.network.threads, &mut self.meter, 0.0).await?;
        let pooled = Features::new(between, to.dims, inputs, inputs);
        let output = FeaturesMut::new(room(next, volume(to.dims) * to.channels), to.dims, to.channels, 0, conv.outputs);
        let halve = Pointwise::new(level, pooled, None, &conv.weights, conv.bias(), output);
        finish(&Task::new(level, halve), scratch, self.network.threads, &mut self.meter, 1.0).await?;
        std::mem::swap(features, next);
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

/// That many values of a buffer, which grows where it must.
fn room(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    if buffer.len() < len {
        buffer.resize(len, 0.0);
    }
    &mut buffer[..len]
}

/// Runs a task to its end on all threads; `share` of the step's work is counted as done by it.
async fn finish<P: Pause>(
    task: &Task<impl Kernel>,
    scratch: &mut Vec<Vec<f32>>,
    threads: usize,
    meter: &mut Meter<'_, P>,
    share: f64,
) -> Result<(), Stopped> {
    scratch.resize_with(threads, Vec::new);
    if let [scratch] = &mut scratch[..] {
        let scratch = room(scratch, task.scratch_len());
        while task.step(scratch) {
            meter.advance(share / task.units() as f64).await?;
        }
        return Ok(());
    }
    std::thread::scope(|scope| {
        for scratch in scratch {
            scope.spawn(move || {
                let scratch = room(scratch, task.scratch_len());
                while task.step(scratch) {}
            });
        }
    });
    meter.advance(share).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    const DIMS: [usize; 3] = [120; 3];

    fn one_thread() -> Network {
        Network { threads: 1, ..Network::new(crate::plan::zeros()) }
    }

    /// The page must be able to stop the work, and to show that it moves, whatever the speed.
    #[test]
    fn no_unit_between_two_pauses_is_more_than_a_fiftieth_of_the_work() {
        let mut shares = vec![0.0];
        let mut pause = async |share| {
            shares.push(share);
            ControlFlow::Continue(())
        };
        pollster::block_on(one_thread().logit(&vec![0.0; 120 * 120 * 120], DIMS, &mut pause)).unwrap();
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
        let stopped = pollster::block_on(one_thread().logit(&vec![0.0; 120 * 120 * 120], DIMS, &mut pause));
        assert_eq!((stopped, pauses), (Err(Stopped), 1));
    }
}
