// Max pooling: window 3³, stride 2, padding 1, of values that are not negative.
// Input [x, y, z, channels] to the first channels of output [x/2, y/2, z/2, stride], sides rounded up.
// An invocation owns one position and 4 channels.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    out_x: u32, out_y: u32, out_z: u32,
    channels: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
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
    let begin = max(at, vec3<u32>(1u)) - 1u;
    let end = min(at + 2u, vec3<u32>(params.side_x, params.side_y, params.side_z));
    var most = Stored4();
    for (var x = begin.x; x < end.x; x++) {
        for (var y = begin.y; y < end.y; y++) {
            for (var z = begin.z; z < end.z; z++) {
                most = max(most, input[((x * params.side_y + y) * params.side_z + z) * channels4 + channel4]);
            }
        }
    }
    output[place * (params.stride / 4u) + channel4] = most;
}
