// The first convolution: 7³, stride 2, padding 3, bias, ReLU.
// Input [x, y, z] to output [x/2, y/2, z/2, channels], sides rounded up.
// A workgroup owns 4³ positions and 64 channels; an invocation 2 by 4 positions (y, z) and 8 channels.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    out_x: u32, out_y: u32, out_z: u32,
    channels: u32,
    // Tiles of 4³ that lie before this dispatch's.
    first_tile: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> volume: array<f32>;
// [7, 7, 7, channels]
@group(0) @binding(2) var<storage, read> weights: array<Stored4>;
// [channels]
@group(0) @binding(3) var<storage, read> bias: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> features: array<Stored4>;

// What the workgroup's windows cover: 2 · 4 + 5 along each axis.
const SIDE: u32 = 13u;
var<workgroup> window: array<f32, 2197>;

fn load_window(corner: vec3<i32>, local: u32) {
    let sides = vec3<i32>(vec3<u32>(params.side_x, params.side_y, params.side_z));
    for (var i = local; i < SIDE * SIDE * SIDE; i += 64u) {
        let at = corner + vec3<i32>(vec3<u32>(i / (SIDE * SIDE), i / SIDE % SIDE, i % SIDE));
        var value = 0.0;
        if all(at >= vec3<i32>(0)) && all(at < sides) {
            value = volume[(at.x * sides.y + at.y) * sides.z + at.z];
        }
        window[i] = value;
    }
}

// The four positions along z that an invocation owns, seen by one tap.
fn along_z(at: u32) -> vec4<f32> {
    return vec4<f32>(window[at], window[at + 2u], window[at + 4u], window[at + 6u]);
}

fn store(position: vec3<u32>, channel4: u32, low: vec4<f32>, high: vec4<f32>) {
    if position.x < params.out_x && position.y < params.out_y && position.z < params.out_z {
        let place = ((position.x * params.out_y + position.y) * params.out_z + position.z) * (params.channels / 4u) + channel4;
        features[place] = Stored4(max(low + bias[channel4], vec4<f32>(0.0)));
        if channel4 + 1u < params.channels / 4u {
            features[place + 1u] = Stored4(max(high + bias[channel4 + 1u], vec4<f32>(0.0)));
        }
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let tiles_y = (params.out_y + 3u) / 4u;
    let tiles_z = (params.out_z + 3u) / 4u;
    let index = params.first_tile + group.x;
    let tile = vec3<u32>(index / (tiles_y * tiles_z), index / tiles_z % tiles_y, index % tiles_z) * 4u;
    load_window(vec3<i32>(tile * 2u) - 3, local);
    workgroupBarrier();

    let channel4 = group.y * 16u + local % 8u * 2u;
    let x = local / 8u / 2u;
    let y = local / 8u % 2u * 2u;
    let channels4 = params.channels / 4u;
    if channel4 >= channels4 {
        return;
    }
    let second = min(channel4 + 1u, channels4 - 1u);
    // One vector over z for each channel, in two rows.
    var a0 = vec4<f32>(); var a1 = vec4<f32>(); var a2 = vec4<f32>(); var a3 = vec4<f32>();
    var a4 = vec4<f32>(); var a5 = vec4<f32>(); var a6 = vec4<f32>(); var a7 = vec4<f32>();
    var b0 = vec4<f32>(); var b1 = vec4<f32>(); var b2 = vec4<f32>(); var b3 = vec4<f32>();
    var b4 = vec4<f32>(); var b5 = vec4<f32>(); var b6 = vec4<f32>(); var b7 = vec4<f32>();
    for (var tap_x = 0u; tap_x < 7u; tap_x++) {
        for (var tap_y = 0u; tap_y < 7u; tap_y++) {
            let row = ((2u * x + tap_x) * SIDE + 2u * y + tap_y) * SIDE;
            for (var tap_z = 0u; tap_z < 7u; tap_z++) {
                let tap = ((tap_x * 7u + tap_y) * 7u + tap_z) * channels4;
                let low = vec4<f32>(weights[tap + channel4]);
                let high = vec4<f32>(weights[tap + second]);
                let near = along_z(row + tap_z);
                let far = along_z(row + 2u * SIDE + tap_z);
                a0 += near * low.x; a1 += near * low.y; a2 += near * low.z; a3 += near * low.w;
                a4 += near * high.x; a5 += near * high.y; a6 += near * high.z; a7 += near * high.w;
                b0 += far * low.x; b1 += far * low.y; b2 += far * low.z; b3 += far * low.w;
                b4 += far * high.x; b5 += far * high.y; b6 += far * high.z; b7 += far * high.w;
            }
        }
    }
    let first = tile + vec3<u32>(x, y, 0u);
    let next = first + vec3<u32>(0u, 1u, 0u);
    store(first, channel4, vec4(a0.x, a1.x, a2.x, a3.x), vec4(a4.x, a5.x, a6.x, a7.x));
    store(first + vec3(0u, 0u, 1u), channel4, vec4(a0.y, a1.y, a2.y, a3.y), vec4(a4.y, a5.y, a6.y, a7.y));
    store(first + vec3(0u, 0u, 2u), channel4, vec4(a0.z, a1.z, a2.z, a3.z), vec4(a4.z, a5.z, a6.z, a7.z));
    store(first + vec3(0u, 0u, 3u), channel4, vec4(a0.w, a1.w, a2.w, a3.w), vec4(a4.w, a5.w, a6.w, a7.w));
    store(next, channel4, vec4(b0.x, b1.x, b2.x, b3.x), vec4(b4.x, b5.x, b6.x, b7.x));
    store(next + vec3(0u, 0u, 1u), channel4, vec4(b0.y, b1.y, b2.y, b3.y), vec4(b4.y, b5.y, b6.y, b7.y));
    store(next + vec3(0u, 0u, 2u), channel4, vec4(b0.z, b1.z, b2.z, b3.z), vec4(b4.z, b5.z, b6.z, b7.z));
    store(next + vec3(0u, 0u, 3u), channel4, vec4(b0.w, b1.w, b2.w, b3.w), vec4(b4.w, b5.w, b6.w, b7.w));
}
