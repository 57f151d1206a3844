// What each tap of a 3³ convolution sees, for maps too small for tiles.
// Input [x, y, z, channels] to windows [27, positions, channels]; zero beyond the border.
// An invocation owns one tap of one position and 4 channels.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    channels: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
@group(0) @binding(4) var<storage, read_write> windows: array<Stored4>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let channels4 = params.channels / 4u;
    let positions = params.side_x * params.side_y * params.side_z;
    let index = (group.y * 65535u + group.x) * 64u + local;
    let place = index / channels4 % positions;
    let tap = index / channels4 / positions;
    if tap >= 27u {
        return;
    }
    let sides = vec3<i32>(vec3<u32>(params.side_x, params.side_y, params.side_z));
    let centre = vec3<u32>(place / (params.side_y * params.side_z), place / params.side_z % params.side_y, place % params.side_z);
    let at = vec3<i32>(centre + vec3<u32>(tap / 9u, tap / 3u % 3u, tap % 3u)) - 1;
    var value = Stored4();
    if all(at >= vec3<i32>(0)) && all(at < sides) {
        value = input[u32((at.x * sides.y + at.y) * sides.z + at.z) * channels4 + index % channels4];
    }
    windows[index] = value;
}
