//! The kernels, compiled once: shapes come with each dispatch, so any volume runs on the same few pipelines.

use super::storage::Storage;
use burn::tensor::wgpu::wgpu;
use wgpu::{
    BindGroup, BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry,
    BindingType, Buffer, BufferBinding, BufferBindingType, BufferSize, ComputePipeline, Device, ShaderStages,
};

/// A kernel; its file says what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    Stem,
    MaxPool,
    Product,
    GatherTiles,
    ScatterTiles,
    GatherTaps,
    SumParts,
    AveragePool,
    Head,
}

/// In the order of [`Kernel`].
pub const SOURCES: [(&str, &str); 9] = [
    ("stem", include_str!("kernels/stem.wgsl")),
    ("max_pool", include_str!("kernels/max_pool.wgsl")),
    ("product", include_str!("kernels/product.wgsl")),
    ("gather_tiles", include_str!("kernels/gather_tiles.wgsl")),
    ("scatter_tiles", include_str!("kernels/scatter_tiles.wgsl")),
    ("gather_taps", include_str!("kernels/gather_taps.wgsl")),
    ("sum_parts", include_str!("kernels/sum_parts.wgsl")),
    ("average_pool", include_str!("kernels/average_pool.wgsl")),
    ("head", include_str!("kernels/head.wgsl")),
];

/// What a dispatch tells its kernel, in the order of the kernel's `Params`.
pub type Params = [u32; 16];
/// Bytes from one dispatch's parameters to the next: the least that every device allows.
pub const PARAMS_STRIDE: usize = 256;

/// What a dispatch reads and writes. Kernels leave alone what they have no use for.
#[derive(Clone, Copy, Debug)]
pub struct Bindings<'a> {
    pub input: &'a Buffer,
    pub weights: &'a Buffer,
    pub around: &'a Buffer,
    pub output: &'a Buffer,
}

#[derive(Debug)]
pub struct Kernels {
    pipelines: Vec<ComputePipeline>,
    layout: BindGroupLayout,
}

impl Kernels {
    pub fn compile(device: &Device, storage: Storage) -> Self {
        let buffer = |read_only| BindingType::Buffer {
            ty: BufferBindingType::Storage { read_only },
            has_dynamic_offset: false,
            min_binding_size: None,
        };
        let params =
            BindingType::Buffer { ty: BufferBindingType::Uniform, has_dynamic_offset: true, min_binding_size: None };
        let types = [params, buffer(true), buffer(true), buffer(true), buffer(false)];
        let entry = |(binding, ty)| BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: ShaderStages::COMPUTE,
            ty,
            count: None,
        };
        let entries: Vec<_> = types.into_iter().enumerate().map(entry).collect();
        let layout = device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: None,
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let compile = |(name, source): (&str, &str)| {
            let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(name),
                source: wgpu::ShaderSource::Wgsl(format!("{}{source}", storage.prelude()).into()),
            });
            device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(name),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some("main"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        };
        Self { pipelines: SOURCES.into_iter().map(compile).collect(), layout }
    }

    pub fn pipeline(&self, kernel: Kernel) -> &ComputePipeline {
        &self.pipelines[kernel as usize]
    }

    pub fn bind(&self, device: &Device, params: &Buffer, bindings: Bindings<'_>) -> BindGroup {
        let size = BufferSize::new(size_of::<Params>() as u64);
        let params = wgpu::BindingResource::Buffer(BufferBinding { buffer: params, offset: 0, size });
        let buffers = [bindings.input, bindings.weights, bindings.around, bindings.output];
        let resources = std::iter::once(params).chain(buffers.map(Buffer::as_entire_binding));
        let entries: Vec<_> = resources
            .enumerate()
            .map(|(binding, resource)| BindGroupEntry { binding: binding as u32, resource })
            .collect();
        device.create_bind_group(&BindGroupDescriptor { label: None, layout: &self.layout, entries: &entries })
    }
}
