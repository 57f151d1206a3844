//! What the graphics processor does for a volume of one size: its buffers, and every dispatch in order.

use super::device::Gpu;
use super::kernel::{Bindings, Kernel, Kernels, PARAMS_STRIDE, Params};
use super::weights::{FOUR, POINTS, StepWeights, Uploaded};
use burn::tensor::wgpu::wgpu::{self, BindGroup, Buffer, BufferUsages};
use headway_core::reason::{Code, Reason};
use headway_kernels::{BlockShape, Linear, Plan, Step};

/// Pieces the work is cut into: none is more than this part of the whole, so that progress moves,
/// a stop is heard, and no watchdog of a driver takes the work for hung.
const PIECES: u64 = 50;
/// Rows and columns of one workgroup's product (product.wgsl).
const PRODUCT_TILE: [usize; 2] = [64, 32];
/// Workgroups along one axis, at most, where a kernel counts along two.
const MOST_GROUPS: u32 = 65_535;
/// Outputs of a tile along one axis.
const TILE: usize = 4;

/// Everything needed to run one volume.
#[derive(Debug)]
pub struct Program {
    pub dims: [usize; 3],
    /// The input.
    pub volume: Buffer,
    /// The answer.
    pub logit: Buffer,
    pub pieces: Vec<Piece>,
    dispatches: Vec<Dispatch>,
}

/// Dispatches that go into the queue together.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Multiply-accumulates.
    pub macs: u64,
    dispatches: std::ops::Range<usize>,
}

#[derive(Debug)]
struct Dispatch {
    kernel: Kernel,
    bindings: BindGroup,
    params: usize,
    groups: [u32; 3],
}

impl Program {
    /// # Errors
    /// [`Code::NoDevice`] where the volume does not fit the device.
    pub fn new(
        gpu: &Gpu,
        kernels: &Kernels,
        plan: &Plan,
        weights: &Uploaded,
        dims: [usize; 3],
    ) -> Result<Self, Reason> {
        let room = Room::new(gpu, plan, weights, dims)?;
        let mut draft = Draft { dims, blocks: plan.blocks(dims), ..Draft::default() };
        let macs = plan.macs(dims);
        draft.most = macs.iter().sum::<u64>() / PIECES;
        for ((step, weights), macs) in plan.steps.iter().zip(&weights.0).zip(macs) {
            draft.step(step, weights, &room, macs);
        }
        let params = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: (draft.calls.len() * PARAMS_STRIDE) as u64,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        gpu.queue.write_buffer(&params, 0, &draft.params());
        let pieces = draft.pieces();
        let dispatch = |(index, call): (usize, Call<'_>)| Dispatch {
            kernel: call.kernel,
            bindings: kernels.bind(&gpu.device, &params, call.bindings),
            params: index * PARAMS_STRIDE,
            groups: call.groups,
        };
        let dispatches = draft.calls.into_iter().enumerate().map(dispatch).collect();
        Ok(Self { dims, volume: room.volume, logit: room.logit, pieces, dispatches })
    }

    /// Puts a piece into a compute pass.
    pub fn record(&self, kernels: &Kernels, piece: &Piece, pass: &mut wgpu::ComputePass<'_>) {
        for dispatch in &self.dispatches[piece.dispatches.clone()] {
            pass.set_pipeline(kernels.pipeline(dispatch.kernel));
            pass.set_bind_group(0, &dispatch.bindings, &[dispatch.params as u32]);
            let [x, y, z] = dispatch.groups;
            pass.dispatch_workgroups(x, y, z);
        }
    }
}

/// The buffers of one volume.
struct Room {
    volume: Buffer,
    logit: Buffer,
    /// Of each block.
    features: Vec<Buffer>,
    /// The stem's maps, and what the convolutions' inputs become.
    wide: Buffer,
    /// Bottlenecks and pooled maps.
    between: Buffer,
    /// What products become before they are put together.
    products: Buffer,
    /// Bound where a kernel reads nothing.
    nothing: Buffer,
}

impl Room {
    fn new(gpu: &Gpu, plan: &Plan, weights: &Uploaded, dims: [usize; 3]) -> Result<Self, Reason> {
        let blocks = plan.blocks(dims);
        let features: Vec<usize> = blocks.iter().map(|block| volume(block.dims) * four(block.channels)).collect();
        let (mut wide, mut between, mut products, mut block) = (0, 0, 0, 0);
        for (step, StepWeights { batches, .. }) in plan.steps.iter().zip(&weights.0) {
            match step {
                Step::Stem(conv) => wide = volume(dims.map(|n| n.div_ceil(2))) * four(conv.outputs),
                Step::Squeeze(_, conv) => between = between.max(volume(blocks[block].dims) * four(conv.outputs)),
                Step::Grow(conv) => {
                    let windows = batches * rows(blocks[block].dims, *batches);
                    wide = wide.max(windows * four(conv.inputs));
                    products = products.max(windows * four(conv.outputs));
                }
                Step::Transition(_, conv) => {
                    block += 1;
                    between = between.max(volume(blocks[block].dims) * four(conv.inputs));
                }
                Step::Head(..) => {}
            }
        }
        let largest = features.iter().copied().chain([wide, between, products, volume(dims)]).max().unwrap_or_default();
        let limit = gpu.device.limits().max_storage_buffer_binding_size.min(gpu.device.limits().max_buffer_size);
        if 4 * largest as u64 > limit {
            return Err(Reason::new(
                Code::NoDevice,
                format!(
                    "The graphics processor takes {} MB at a time, and the network needs {} MB.",
                    limit >> 20,
                    (4 * largest) >> 20
                ),
            ));
        }
        let buffer = |values| gpu.buffer(values, BufferUsages::empty());
        Ok(Self {
            volume: buffer(volume(dims)),
            logit: gpu.buffer(1, BufferUsages::COPY_SRC),
            features: features.into_iter().map(buffer).collect(),
            wide: buffer(wide),
            between: buffer(between),
            products: buffer(products),
            nothing: buffer(1),
        })
    }
}

impl Room {
    /// From one buffer to another, without weights.
    fn between<'a>(&'a self, input: &'a Buffer, output: &'a Buffer) -> Bindings<'a> {
        Bindings { input, weights: &self.nothing, around: &self.nothing, output }
    }
}

/// Rows of a 3³ convolution's products: its tiles, or its positions.
fn rows(dims: [usize; 3], batches: usize) -> usize {
    if batches == POINTS { volume(tiles(dims)) } else { volume(dims) }
}

fn tiles(dims: [usize; 3]) -> [usize; 3] {
    dims.map(|side| side.div_ceil(TILE))
}

fn volume(dims: [usize; 3]) -> usize {
    dims.iter().product()
}

fn four(channels: usize) -> usize {
    channels.next_multiple_of(FOUR)
}

/// A dispatch to be.
struct Call<'a> {
    kernel: Kernel,
    bindings: Bindings<'a>,
    params: Params,
    groups: [u32; 3],
    macs: u64,
}

/// A program in the making.
#[derive(Default)]
struct Draft<'a> {
    dims: [usize; 3],
    blocks: Vec<BlockShape>,
    /// The block at work, and the channels that have joined it.
    block: usize,
    joined: usize,
    /// Multiply-accumulates of one dispatch, at most, where it can be cut.
    most: u64,
    calls: Vec<Call<'a>>,
}

/// Products to be made: `left` to `results`.
struct Products<'a> {
    left: &'a Buffer,
    left_stride: usize,
    results: &'a Buffer,
    results_stride: usize,
    results_offset: usize,
    rows: usize,
    inputs: usize,
    outputs: usize,
    /// 1: norm and ReLU on the left. 2: bias and ReLU on the results.
    around: u32,
}

impl<'a> Draft<'a> {
    fn step(&mut self, step: &Step, weights: &'a StepWeights, room: &'a Room, macs: u64) {
        match step {
            Step::Stem(conv) => self.stem(conv, weights, room, macs),
            Step::Squeeze(_, conv) => {
                let block = self.blocks[self.block];
                let products = Products {
                    left: &room.features[self.block],
                    left_stride: four(block.channels),
                    results: &room.between,
                    results_stride: four(conv.outputs),
                    results_offset: 0,
                    rows: volume(block.dims),
                    inputs: conv.inputs,
                    outputs: conv.outputs,
                    around: 3,
                };
                self.products(&products, weights, macs);
            }
            Step::Grow(conv) => self.grow(conv, weights, room, macs),
            Step::Transition(_, conv) => self.transition(conv, weights, room, macs),
            Step::Head(_, conv) => {
                let block = self.blocks[self.block];
                let bindings = Bindings {
                    input: &room.features[self.block],
                    weights: &weights.weights,
                    around: &weights.around,
                    output: &room.logit,
                };
                let params = [volume(block.dims), conv.inputs, four(block.channels)];
                self.call(Kernel::Head, bindings, &params, [1, 1, 1], macs);
            }
        }
    }

    fn stem(&mut self, conv: &Linear, weights: &'a StepWeights, room: &'a Room, macs: u64) {
        let half = self.dims.map(|n| n.div_ceil(2));
        let channels = four(conv.outputs);
        let bindings =
            Bindings { input: &room.volume, weights: &weights.weights, around: &weights.around, output: &room.wide };
        let [across, y, z] = half.map(|side| side.div_ceil(4));
        for first in 0..across {
            let params = [&self.dims[..], &half, &[channels, first]].concat();
            let groups = [y * z, 1, channels.div_ceil(64)];
            self.call(Kernel::Stem, bindings, &params, groups, macs / across as u64);
        }
        let block = self.blocks[0];
        let params = [&half[..], &block.dims, &[channels, four(block.channels)]].concat();
        let bindings = room.between(&room.wide, &room.features[0]);
        self.each(Kernel::MaxPool, bindings, &params, volume(block.dims) * channels / FOUR);
        self.joined = conv.outputs;
    }

    fn grow(&mut self, conv: &Linear, weights: &'a StepWeights, room: &'a Room, macs: u64) {
        let block = self.blocks[self.block];
        let [side_x, side_y, side_z] = block.dims;
        let (inputs, width) = (four(conv.inputs), four(conv.outputs));
        let tiled = weights.batches == POINTS;
        let [_, tiles_y, tiles_z] = tiles(block.dims);
        let rows = rows(block.dims, weights.batches);
        let bindings = room.between(&room.between, &room.wide);
        if tiled {
            let params = [side_x, side_y, side_z, inputs, tiles_y, tiles_z, rows, 0];
            self.call(Kernel::GatherTiles, bindings, &params, [rows, inputs.div_ceil(16), 1], 0);
        } else {
            let params = [side_x, side_y, side_z, inputs];
            self.each(Kernel::GatherTaps, bindings, &params, weights.batches * rows * inputs / FOUR);
        }
        let products = Products {
            left: &room.wide,
            left_stride: inputs,
            results: &room.products,
            results_stride: width,
            results_offset: 0,
            rows,
            inputs,
            outputs: width,
            around: 0,
        };
        self.products(&products, weights, macs);
        let bindings = room.between(&room.products, &room.features[self.block]);
        let stride = four(block.channels);
        if tiled {
            let params = [side_x, side_y, side_z, conv.outputs, tiles_y, tiles_z, rows, width, stride, self.joined];
            self.call(Kernel::ScatterTiles, bindings, &params, [rows, width.div_ceil(16), 1], 0);
        } else {
            let params = [rows, conv.outputs, width, stride, self.joined];
            self.each(Kernel::SumTaps, bindings, &params, rows * conv.outputs);
        }
        self.joined += conv.outputs;
    }

    fn transition(&mut self, conv: &Linear, weights: &'a StepWeights, room: &'a Room, macs: u64) {
        let (from, to) = (self.blocks[self.block], self.blocks[self.block + 1]);
        let channels = four(conv.inputs);
        let bindings = Bindings { around: &weights.around, ..room.between(&room.features[self.block], &room.between) };
        let params = [&from.dims[..], &to.dims, &[channels, four(from.channels)]].concat();
        self.each(Kernel::AveragePool, bindings, &params, volume(to.dims) * channels / FOUR);
        self.block += 1;
        let products = Products {
            left: &room.between,
            left_stride: channels,
            results: &room.features[self.block],
            results_stride: four(to.channels),
            results_offset: 0,
            rows: volume(to.dims),
            inputs: conv.inputs,
            outputs: conv.outputs,
            around: 0,
        };
        self.products(&products, weights, macs);
        self.joined = conv.outputs;
    }

    /// Matrix products, cut along batches or else along rows where they are too much for one dispatch.
    fn products(&mut self, products: &Products<'a>, weights: &'a StepWeights, macs: u64) {
        let batches = weights.batches;
        let (depth, width) = (four(products.inputs), four(products.outputs));
        let tiles = products.rows.div_ceil(PRODUCT_TILE[0]);
        let cuts = macs.div_ceil(self.most.max(1)).max(1) as usize;
        let (batches_at_once, tiles_at_once) =
            if batches > 1 { (batches.div_ceil(cuts), tiles) } else { (1, tiles.div_ceil(cuts)) };
        let bindings = Bindings {
            input: products.left,
            weights: &weights.weights,
            around: &weights.around,
            output: products.results,
        };
        for first_batch in (0..batches).step_by(batches_at_once) {
            for first_tile in (0..tiles).step_by(tiles_at_once) {
                let batches_now = batches_at_once.min(batches - first_batch);
                let tiles_now = tiles_at_once.min(tiles - first_tile);
                let params = [
                    products.rows,
                    depth,
                    products.outputs,
                    products.left_stride,
                    products.results_stride,
                    products.results_offset,
                    products.rows * products.left_stride,
                    depth * width,
                    products.rows * products.results_stride,
                    first_batch,
                    first_tile,
                    products.around as usize,
                ];
                let groups = [tiles_now, width.div_ceil(PRODUCT_TILE[1]), batches_now];
                let share = macs * (batches_now * tiles_now) as u64 / (batches * tiles) as u64;
                self.call(Kernel::Product, bindings, &params, groups, share);
            }
        }
    }

    /// A kernel whose invocations are counted through, 64 to a workgroup.
    fn each(&mut self, kernel: Kernel, bindings: Bindings<'a>, params: &[usize], invocations: usize) {
        let groups = invocations.div_ceil(64);
        let most = MOST_GROUPS as usize;
        self.call(kernel, bindings, params, [groups.min(most), groups.div_ceil(most), 1], 0);
    }

    fn call(&mut self, kernel: Kernel, bindings: Bindings<'a>, params: &[usize], groups: [usize; 3], macs: u64) {
        let mut filled = Params::default();
        for (to, from) in filled.iter_mut().zip(params) {
            *to = *from as u32;
        }
        self.calls.push(Call { kernel, bindings, params: filled, groups: groups.map(|n| n as u32), macs });
    }

    fn params(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.calls.len() * PARAMS_STRIDE);
        for call in &self.calls {
            bytes.extend(call.params.iter().flat_map(|value| value.to_le_bytes()));
            bytes.resize(bytes.len().next_multiple_of(PARAMS_STRIDE), 0);
        }
        bytes
    }

    /// Small dispatches together, none so many that they are more than a piece.
    fn pieces(&self) -> Vec<Piece> {
        let mut pieces = vec![Piece::default()];
        for (index, call) in self.calls.iter().enumerate() {
            if pieces.last().is_some_and(|piece| piece.macs + call.macs > self.most) {
                pieces.push(Piece { macs: 0, dispatches: index..index });
            }
            if let Some(piece) = pieces.last_mut() {
                piece.macs += call.macs;
                piece.dispatches.end = index + 1;
            }
        }
        pieces
    }
}
