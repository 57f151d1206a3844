// Products of tiles become outputs of a 3³ convolution: the other end of gather_tiles.
// Products [216, tiles, width] to channels of output [x, y, z, stride] from an offset on.
// A workgroup owns one tile and 16 channels; an invocation one line of 6 and 4 channels at a time.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    channels: u32,
    tiles_y: u32, tiles_z: u32,
    tiles: u32,
    // Channels filled up to fours.
    width: u32,
    stride: u32,
    offset: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> products: array<Stored4>;
@group(0) @binding(4) var<storage, read_write> output: array<Stored>;

// [6³][channels in fours]
var<workgroup> tile: array<vec4<f32>, 864>;

fn transform(start: u32, step: u32) {
    let near = tile[start + step] + tile[start + 2u * step];
    let near_apart = tile[start + step] - tile[start + 2u * step];
    let far = tile[start + 3u * step] + tile[start + 4u * step];
    let far_apart = tile[start + 3u * step] - tile[start + 4u * step];
    tile[start] = tile[start] + near + far;
    tile[start + step] = (2.0 / 3.0) * near_apart + 1.5 * far_apart;
    tile[start + 2u * step] = (4.0 / 9.0) * near + 2.25 * far;
    tile[start + 3u * step] = (8.0 / 27.0) * near_apart + 3.375 * far_apart + tile[start + 5u * step];
}

@compute @workgroup_size(144)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = group.x;
    let lane = local % 4u;
    let width4 = params.width / 4u;
    let channel4 = group.y * 4u + lane;
    let first = local / 24u;
    let second = local / 4u % 6u;
    for (var x = 0u; x < 6u; x++) {
        let point = x * 36u + first * 6u + second;
        tile[point * 4u + lane] = vec4<f32>(products[(point * params.tiles + index) * width4 + min(channel4, width4 - 1u)]);
    }
    transform((first * 6u + second) * 4u + lane, 144u);
    workgroupBarrier();
    if first < 4u {
        transform((first * 36u + second) * 4u + lane, 24u);
    }
    workgroupBarrier();
    if first >= 4u || second >= 4u {
        return;
    }
    let line = (first * 36u + second * 6u) * 4u + lane;
    transform(line, 4u);
    let corner = 4u * vec3<u32>(index / (params.tiles_y * params.tiles_z), index / params.tiles_z % params.tiles_y, index % params.tiles_z);
    for (var z = 0u; z < 4u; z++) {
        let at = corner + vec3<u32>(first, second, z);
        if at.x < params.side_x && at.y < params.side_y && at.z < params.side_z {
            let place = ((at.x * params.side_y + at.y) * params.side_z + at.z) * params.stride + params.offset;
            for (var c = 0u; c < 4u && channel4 * 4u + c < params.channels; c++) {
                output[place + channel4 * 4u + c] = Stored(tile[line + z * 4u][c]);
            }
        }
    }
}
