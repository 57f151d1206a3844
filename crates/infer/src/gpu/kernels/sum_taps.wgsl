// The other end of gather_taps: a 3³ convolution's output is the sum of what its taps gave.
// Products [27, positions, width] to channels of output [positions, stride] from an offset on.
// An invocation owns one value.

struct Params {
    positions: u32,
    channels: u32,
    // Channels filled up to fours.
    width: u32,
    stride: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = (group.y * 65535u + group.x) * 64u + local;
    let place = index / params.channels;
    if place >= params.positions {
        return;
    }
    let channel = index % params.channels;
    var sum = 0.0;
    for (var tap = 0u; tap < 27u; tap++) {
        sum += products[(tap * params.positions + place) * params.width + channel];
    }
    output[place * params.stride + params.offset + channel] = sum;
}
