// Sums of products made in parts: the taps of a 3³ convolution (the other end of gather_taps), or the parts of a depth.
// Products [parts, positions, width] to channels of output [positions, stride] from an offset on; bias and ReLU if asked for.
// An invocation owns one value.

struct Params {
    parts: u32,
    positions: u32,
    channels: u32,
    // Channels filled up to fours.
    width: u32,
    stride: u32,
    offset: u32,
    // 1: bias and ReLU.
    around: u32,
    // Values of `around` before the bias.
    bias: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<Stored>;
@group(0) @binding(3) var<storage, read> around: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<Stored>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = (group.y * 65535u + group.x) * 64u + local;
    let place = index / params.channels;
    if place >= params.positions {
        return;
    }
    let channel = index % params.channels;
    var sum = 0.0;
    for (var part = 0u; part < params.parts; part++) {
        sum += f32(products[(part * params.positions + place) * params.width + channel]);
    }
    if params.around != 0u {
        sum = max(sum + around[params.bias + channel], 0.0);
    }
    output[place * params.stride + params.offset + channel] = Stored(sum);
}
