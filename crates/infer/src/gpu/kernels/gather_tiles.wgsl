// Inputs of a 3³ convolution become factors of tiles: Winograd's F(4, 3) along each axis, points 0, ±2/3, ±3/2, infinity.
// Input [x, y, z, channels] to factors [216, tiles, channels]. A tile reads 6³ positions from one before its corner on.
// A workgroup owns one tile and 16 channels; an invocation one line of 6 and 4 channels at a time.

struct Params {
    side_x: u32, side_y: u32, side_z: u32,
    channels: u32,
    tiles_y: u32, tiles_z: u32,
    tiles: u32,
    // Tiles before this dispatch's.
    first_tile: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored4>;
@group(0) @binding(4) var<storage, read_write> factors: array<Stored4>;

// [6³][channels in fours]
var<workgroup> tile: array<vec4<f32>, 864>;

fn load(at: vec3<i32>, channel4: u32) -> vec4<f32> {
    let sides = vec3<i32>(vec3<u32>(params.side_x, params.side_y, params.side_z));
    let channels4 = params.channels / 4u;
    if any(at < vec3<i32>(0)) || any(at >= sides) || channel4 >= channels4 {
        return vec4<f32>(0.0);
    }
    return vec4<f32>(input[u32((at.x * sides.y + at.y) * sides.z + at.z) * channels4 + channel4]);
}

fn transform(start: u32, step: u32) {
    let a = tile[start];
    let b = tile[start + step];
    let c = tile[start + 2u * step];
    let d = tile[start + 3u * step];
    let e = tile[start + 4u * step];
    let f = tile[start + 5u * step];
    let near_even = e - 2.25 * c;
    let near_odd = (2.0 / 3.0) * (d - 2.25 * b);
    let far_even = e - (4.0 / 9.0) * c;
    let far_odd = 1.5 * (d - (4.0 / 9.0) * b);
    tile[start] = a + e - (97.0 / 36.0) * c;
    tile[start + step] = near_even + near_odd;
    tile[start + 2u * step] = near_even - near_odd;
    tile[start + 3u * step] = far_even + far_odd;
    tile[start + 4u * step] = far_even - far_odd;
    tile[start + 5u * step] = b + f - (97.0 / 36.0) * d;
}

@compute @workgroup_size(144)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let index = params.first_tile + group.x;
    let corner = vec3<i32>(4u * vec3<u32>(index / (params.tiles_y * params.tiles_z), index / params.tiles_z % params.tiles_y, index % params.tiles_z)) - 1;
    let lane = local % 4u;
    let channel4 = group.y * 4u + lane;
    let first = local / 24u;
    let second = local / 4u % 6u;
    // A line along x, y, then z; strides in vectors of the tile.
    for (var x = 0u; x < 6u; x++) {
        tile[(x * 36u + first * 6u + second) * 4u + lane] = load(corner + vec3<i32>(vec3<u32>(x, first, second)), channel4);
    }
    transform((first * 6u + second) * 4u + lane, 144u);
    workgroupBarrier();
    transform((first * 36u + second) * 4u + lane, 24u);
    workgroupBarrier();
    let line = (first * 36u + second * 6u) * 4u + lane;
    transform(line, 4u);
    if channel4 < params.channels / 4u {
        for (var z = 0u; z < 6u; z++) {
            let point = first * 36u + second * 6u + z;
            factors[(point * params.tiles + index) * (params.channels / 4u) + channel4] = Stored4(tile[line + z * 4u]);
        }
    }
}
