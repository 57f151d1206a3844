//! The buffers of one volume: how large they must be, whether the device takes that, and then the buffers.

use super::device::Gpu;
use super::kernel::Bindings;
use super::storage::Storage;
use super::weights::{FOUR, POINTS, batches};
use burn::tensor::wgpu::wgpu::Buffer;
use headway_core::reason::{Code, Reason};
use headway_kernels::{Plan, Step};

/// Outputs of a tile along one axis (gather_tiles.wgsl).
const TILE: usize = 4;
/// Rows and columns of one workgroup's product (product.wgsl).
pub const PRODUCT_TILE: [usize; 2] = [64, 32];
/// Workgroups that keep a graphics processor busy: a product of fewer is made in parts.
const WORKGROUPS: usize = 128;
/// The depth of a part, at least: adding up more parts than that costs what they save.
const LEAST_PART: usize = 64;

/// Values of each buffer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    volume: usize,
    features: Vec<usize>,
    wide: usize,
    between: usize,
    products: usize,
}

impl Sizes {
    /// For a volume of these sides.
    pub fn new(plan: &Plan, dims: [usize; 3]) -> Self {
        let blocks = plan.blocks(dims);
        let features = blocks.iter().map(|block| volume(block.dims) * four(block.channels)).collect();
        let mut sizes = Self { volume: volume(dims), features, ..Self::default() };
        let mut block = 0;
        for step in &plan.steps {
            block += usize::from(matches!(step, Step::Transition(..)));
            let batches = batches(step, block);
            match step {
                Step::Stem(conv) => sizes.wide = volume(dims.map(|n| n.div_ceil(2))) * four(conv.outputs),
                Step::Squeeze(_, conv) => {
                    let positions = volume(blocks[block].dims);
                    sizes.between = sizes.between.max(positions * four(conv.outputs));
                    sizes.in_parts(positions, conv.inputs, conv.outputs);
                }
                Step::Grow(conv) => {
                    let rows = batches * rows(blocks[block].dims, batches);
                    sizes.wide = sizes.wide.max(rows * four(conv.inputs));
                    sizes.products = sizes.products.max(rows * four(conv.outputs));
                }
                Step::Transition(_, conv) => {
                    let positions = volume(blocks[block].dims);
                    sizes.between = sizes.between.max(positions * four(conv.inputs));
                    sizes.in_parts(positions, conv.inputs, conv.outputs);
                }
                Step::Head(..) => {}
            }
        }
        sizes
    }

    /// A product of that many parts leaves each of them.
    fn in_parts(&mut self, rows: usize, inputs: usize, outputs: usize) {
        let parts = Parts::new(rows, inputs, outputs);
        if parts.count > 1 {
            self.products = self.products.max(parts.count * rows * four(outputs));
        }
    }

    fn each(&self) -> impl Iterator<Item = usize> {
        // The volume is in 32 bits always; counted as if it were not, it is never the largest.
        self.features.iter().copied().chain([self.wide, self.between, self.products])
    }

    /// Bytes of all buffers together.
    #[cfg(test)]
    pub fn bytes(&self, storage: Storage) -> usize {
        4 * self.volume + storage.bytes() * self.each().sum::<usize>()
    }

    /// # Errors
    /// [`Code::NoDevice`] where one of them is larger than the device takes; `most_bytes` is its limit.
    pub fn check(&self, storage: Storage, most_bytes: u64) -> Result<(), Reason> {
        let largest = self.each().map(|values| storage.bytes() * values).chain([4 * self.volume]).max();
        let largest = largest.unwrap_or_default() as u64;
        if largest <= most_bytes {
            return Ok(());
        }
        Err(Reason::new(
            Code::NoDevice,
            format!(
                "The graphics processor takes {} MB at a time, and the network needs {} MB.",
                most_bytes >> 20,
                largest >> 20
            ),
        ))
    }
}

/// How a product is made where it has too few tiles to keep the device busy: the depth in parts, added up afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub count: usize,
    /// Depth of each but the last.
    pub depth: usize,
}

impl Parts {
    pub fn new(rows: usize, inputs: usize, outputs: usize) -> Self {
        let depth = four(inputs);
        let workgroups = rows.div_ceil(PRODUCT_TILE[0]) * outputs.div_ceil(PRODUCT_TILE[1]);
        let wanted = (WORKGROUPS / workgroups.max(1)).clamp(1, (depth / LEAST_PART).max(1));
        let part = depth.div_ceil(wanted).next_multiple_of(FOUR);
        Self { count: depth.div_ceil(part), depth: part }
    }
}

/// The buffers of one volume.
pub struct Room {
    pub volume: Buffer,
    pub logit: Buffer,
    /// Of each block.
    pub features: Vec<Buffer>,
    /// The stem's maps, and what the convolutions' inputs become.
    pub wide: Buffer,
    /// Bottlenecks and pooled maps.
    pub between: Buffer,
    /// What products become before they are put together.
    pub products: Buffer,
    /// Bound where a kernel reads nothing.
    nothing: Buffer,
}

impl Room {
    /// # Errors
    /// [`Code::NoDevice`] where the volume does not fit the device; nothing has been allocated then.
    pub fn new(gpu: &Gpu, plan: &Plan, dims: [usize; 3]) -> Result<Self, Reason> {
        let sizes = Sizes::new(plan, dims);
        sizes.check(gpu.storage, gpu.most_bytes())?;
        let buffer = |values| gpu.buffer(gpu.storage.bytes() * values);
        Ok(Self {
            volume: gpu.buffer(4 * sizes.volume),
            logit: gpu.buffer(4),
            features: sizes.features.into_iter().map(buffer).collect(),
            wide: buffer(sizes.wide),
            between: buffer(sizes.between),
            products: buffer(sizes.products),
            nothing: gpu.buffer(4),
        })
    }

    /// From one buffer to another, without weights.
    pub fn between<'a>(&'a self, input: &'a Buffer, output: &'a Buffer) -> Bindings<'a> {
        Bindings { input, weights: &self.nothing, around: &self.nothing, output }
    }
}

/// Rows of a 3³ convolution's products: its tiles, or its positions.
pub fn rows(dims: [usize; 3], batches: usize) -> usize {
    if batches == POINTS { volume(tiles(dims)) } else { volume(dims) }
}

/// Tiles of a map along each axis.
pub fn tiles(dims: [usize; 3]) -> [usize; 3] {
    dims.map(|side| side.div_ceil(TILE))
}

/// Positions of a map.
pub fn volume(dims: [usize; 3]) -> usize {
    dims.iter().product()
}

/// Channels filled up to fours.
pub fn four(channels: usize) -> usize {
    channels.next_multiple_of(FOUR)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

    use super::*;
    use headway_kernels::zeros;

    /// WebGPU's default limit of one binding.
    const DEFAULT_LIMIT: u64 = 128 << 20;

    #[test]
    fn the_papers_volume_keeps_to_webgpus_default_limits_and_to_half_the_memory_aimed_at() {
        let sizes = Sizes::new(&zeros(), [120; 3]);
        assert_eq!(sizes.check(Storage::F32, DEFAULT_LIMIT), Ok(()));
        // With the weights, 103 MB of them as tiles, under 300 MB.
        assert!(sizes.bytes(Storage::F32) < 190 << 20, "{} MB", sizes.bytes(Storage::F32) >> 20);
        assert!(sizes.bytes(Storage::F16) < sizes.bytes(Storage::F32) * 6 / 10);
    }

    #[test]
    fn a_volume_too_large_for_the_device_is_refused_in_words_before_anything_is_allocated() {
        let sizes = Sizes::new(&zeros(), [240; 3]);
        let reason = sizes.check(Storage::F32, DEFAULT_LIMIT).unwrap_err();
        assert_eq!(reason.code, Code::NoDevice);
        assert!(reason.text.contains("takes 128 MB at a time, and the network needs"), "{}", reason.text);
    }

    #[test]
    fn products_of_few_tiles_are_made_in_parts_that_cover_the_depth_once() {
        // Block 4's bottlenecks at 120³: 27 positions are one tile of rows.
        assert_eq!(Parts::new(27, 992, 128), Parts { count: 15, depth: 68 });
        // Block 1's: hundreds of tiles.
        assert_eq!(Parts::new(27_000, 256, 128), Parts { count: 1, depth: 256 });
        for (rows, inputs) in [(1, 3), (27, 512), (343, 1000), (343, 64), (64, 130)] {
            let Parts { count, depth } = Parts::new(rows, inputs, 128);
            assert!(count * depth >= four(inputs) && (count - 1) * depth < four(inputs), "{rows} {inputs}");
        }
    }
}
