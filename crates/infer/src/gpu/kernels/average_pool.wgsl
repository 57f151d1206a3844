// Norm, ReLU, then average pooling: window 2³, stride 2; a last odd plane is dropped.
// The first channels of input [x, y, z, stride] to output [x/2, y/2, z/2, channels], sides rounded down.
// An invocation owns one position and 4 channels.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    out_x: u32, out_y: u32, out_z: u32,
    channels: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
// Scale, shift: channels each.
@group(0) @binding(3) var<storage, read> norm: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> output: array<Stored4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels4 = params.channels / 4u;
    let index = (group.y * 65535u + group.x) * 64u + local;
    let place = index / channels4;
    if place >= params.out_x * params.out_y * params.out_z {
        return;
    }
    let channel4 = index % channels4;
    let at = 2u * vec3<u32>(place / (params.out_y * params.out_z), place / params.out_z % params.out_y, place % params.out_z);
    let scale = norm[channel4];
    let shift = norm[channels4 + channel4];
    var sum = vec4<f32>(0.0);
    for (var corner = 0u; corner < 8u; corner++) {
        let seen = at + vec3<u32>(corner / 4u, corner / 2u % 2u, corner % 2u);
        let value = vec4<f32>(input[((seen.x * params.side_y + seen.y) * params.side_z + seen.z) * (params.stride / 4u) + channel4]);
        sum += max(value * scale + shift, vec4<f32>(0.0));
    }
    output[index] = Stored4(sum / 8.0);
}
