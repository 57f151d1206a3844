//! What the graphics processor does for a volume of one size: every dispatch in order.

use super::device::Gpu;
use super::kernel::{Bindings, Kernel, Kernels, PARAMS_STRIDE, Params};
use super::room::{PRODUCT_TILE, Parts, Room, four, rows, tiles, volume};
use super::weights::{FOUR, POINTS, StepWeights, Uploaded};
use burn::tensor::wgpu::wgpu::{self, BindGroup, Buffer, BufferUsages};
use headway_core::reason::Reason;
use headway_kernels::{BlockShape, Linear, Plan, Step};
use std::ops::Range;

/// Pieces the work is cut into: none is more than this part of the whole, so that progress moves,
/// a stop is heard, and no watchdog of a driver takes the work for hung.
const PIECES: u64 = 50;
/// Workgroups along one axis, at most, where a kernel counts along two.
const MOST_GROUPS: u32 = 65_535;

/// Everything needed to run one volume.
#[derive(Debug)]
pub struct Program {
    pub dims: [usize; 3],
    /// The input.
    pub volume: Buffer,
    /// The answer.
    pub logit: Buffer,
    pub pieces: Vec<Piece>,
    /// What each step leaves.
    #[cfg(feature = "steps")]
    pub made: Vec<Made>,
    dispatches: Vec<Dispatch>,
}

/// Some channels of a map, once all dispatches up to a number are done.
#[cfg(feature = "steps")]
#[derive(Clone, Debug)]
pub struct Made {
    pub until: usize,
    pub buffer: Buffer,
    pub dims: [usize; 3],
    pub stride: usize,
    pub channels: Range<usize>,
}

/// Dispatches that go into the queue together.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// Multiply-accumulates.
    pub macs: u64,
    pub dispatches: Range<usize>,
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
    /// [`headway_core::reason::Code::NoDevice`] where the volume does not fit the device.
    pub fn new(
        gpu: &Gpu,
        kernels: &Kernels,
        plan: &Plan,
        weights: &Uploaded,
        dims: [usize; 3],
    ) -> Result<Self, Reason> {
        let room = Room::new(gpu, plan, dims)?;
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
        #[cfg(feature = "steps")]
        let made = std::mem::take(&mut draft.made);
        let dispatch = |(index, call): (usize, Call<'_>)| Dispatch {
            kernel: call.kernel,
            bindings: kernels.bind(&gpu.device, &params, call.bindings),
            params: index * PARAMS_STRIDE,
            groups: call.groups,
        };
        let dispatches = draft.calls.into_iter().enumerate().map(dispatch).collect();
        Ok(Self {
            dims,
            volume: room.volume,
            logit: room.logit,
            pieces,
            #[cfg(feature = "steps")]
            made,
            dispatches,
        })
    }

    /// Puts a piece's dispatches into a compute pass.
    pub fn record(&self, kernels: &Kernels, dispatches: Range<usize>, pass: &mut wgpu::ComputePass<'_>) {
        for dispatch in &self.dispatches[dispatches] {
            pass.set_pipeline(kernels.pipeline(dispatch.kernel));
            pass.set_bind_group(0, &dispatch.bindings, &[dispatch.params as u32]);
            let [x, y, z] = dispatch.groups;
            pass.dispatch_workgroups(x, y, z);
        }
    }
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
    #[cfg(feature = "steps")]
    made: Vec<Made>,
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
    around: usize,
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
                self.products(&products, weights, room, macs);
                self.made(&room.between, four(conv.outputs), 0..conv.outputs);
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
        let tiles = volume(half.map(|side| side.div_ceil(4)));
        let at_once = tiles.div_ceil(self.cuts(macs)).max(1);
        for first in (0..tiles).step_by(at_once) {
            let params = [&self.dims[..], &half, &[channels, first]].concat();
            let now = at_once.min(tiles - first);
            let share = macs * now as u64 / tiles as u64;
            self.call(Kernel::Stem, bindings, &params, [now, channels.div_ceil(64), 1], share);
        }
        let block = self.blocks[0];
        let params = [&half[..], &block.dims, &[channels, four(block.channels)]].concat();
        let bindings = room.between(&room.wide, &room.features[0]);
        self.each(Kernel::MaxPool, bindings, &params, volume(block.dims) * channels / FOUR);
        self.joined = conv.outputs;
        self.made(&room.features[0], four(block.channels), 0..conv.outputs);
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
        self.products(&products, weights, room, macs);
        let bindings = room.between(&room.products, &room.features[self.block]);
        let stride = four(block.channels);
        if tiled {
            let params = [side_x, side_y, side_z, conv.outputs, tiles_y, tiles_z, rows, width, stride, self.joined];
            self.call(Kernel::ScatterTiles, bindings, &params, [rows, width.div_ceil(16), 1], 0);
        } else {
            let params = [weights.batches, rows, conv.outputs, width, stride, self.joined];
            self.each(Kernel::SumParts, bindings, &params, rows * conv.outputs);
        }
        self.made(&room.features[self.block], stride, self.joined..self.joined + conv.outputs);
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
        self.products(&products, weights, room, macs);
        self.joined = conv.outputs;
        self.made(&room.features[self.block], four(to.channels), 0..conv.outputs);
    }

    /// Matrix products: in parts where there are too few tiles to keep the device busy.
    fn products(&mut self, products: &Products<'a>, weights: &'a StepWeights, room: &'a Room, macs: u64) {
        let parts = Parts::new(products.rows, products.inputs, products.outputs);
        if weights.batches > 1 || parts.count == 1 {
            return self.cut(products, weights, weights.batches, None, macs);
        }
        let width = four(products.outputs);
        let apart = Products {
            results: &room.products,
            results_stride: width,
            results_offset: 0,
            around: products.around & 1,
            ..*products
        };
        self.cut(&apart, weights, parts.count, Some(parts.depth), macs);
        let bias = if products.around & 1 == 0 { 0 } else { 2 * four(products.inputs) };
        let bindings = Bindings { around: &weights.around, ..room.between(&room.products, products.results) };
        let params = [
            parts.count,
            products.rows,
            products.outputs,
            width,
            products.results_stride,
            products.results_offset,
            products.around & 2,
            bias,
        ];
        self.each(Kernel::SumParts, bindings, &params, products.rows * products.outputs);
    }

    /// Products in several dispatches where they are too much for one: cut along batches, or else along rows.
    /// A batch is a product of its own, or that part of the depth of the one product.
    fn cut(
        &mut self,
        products: &Products<'a>,
        weights: &'a StepWeights,
        batches: usize,
        part: Option<usize>,
        macs: u64,
    ) {
        let (depth, width) = (four(products.inputs), four(products.outputs));
        let tiles = products.rows.div_ceil(PRODUCT_TILE[0]);
        let cuts = self.cuts(macs);
        let (batches_at_once, tiles_at_once) =
            if batches > 1 { (batches.div_ceil(cuts), tiles) } else { (1, tiles.div_ceil(cuts)) };
        let bindings = Bindings {
            input: products.left,
            weights: &weights.weights,
            around: &weights.around,
            output: products.results,
        };
        let batch = |values| if part.is_some() { 0 } else { values };
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
                    batch(products.rows * products.left_stride),
                    batch(depth * width),
                    products.rows * products.results_stride,
                    first_batch,
                    first_tile,
                    products.around,
                    part.unwrap_or(depth),
                    part.unwrap_or(0),
                ];
                let groups = [tiles_now, width.div_ceil(PRODUCT_TILE[1]), batches_now];
                let share = macs * (batches_now * tiles_now) as u64 / (batches * tiles) as u64;
                self.call(Kernel::Product, bindings, &params, groups, share);
            }
        }
    }

    /// Dispatches that a step is cut into.
    fn cuts(&self, macs: u64) -> usize {
        macs.div_ceil(self.most.max(1)).max(1) as usize
    }

    /// What the dispatches so far leave of a step, for tests.
    #[cfg_attr(not(feature = "steps"), allow(unused_variables))]
    fn made(&mut self, buffer: &Buffer, stride: usize, channels: Range<usize>) {
        #[cfg(feature = "steps")]
        self.made.push(Made {
            until: self.calls.len(),
            buffer: buffer.clone(),
            dims: self.blocks[self.block].dims,
            stride,
            channels,
        });
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
