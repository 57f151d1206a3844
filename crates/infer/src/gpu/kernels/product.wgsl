// Matrix products, several at a time: results[batch] = left[batch] · right[batch].
// Or one product in parts, so that more workgroups have work: each batch is a part of the depth (sum_parts adds them up).
// Left [rows, depth], with norm and ReLU where asked for; right [depth, columns]; bias and ReLU on the results likewise.
// A workgroup owns 64 rows and 32 columns of one batch; an invocation 8 rows and 4 columns.

struct Params {
    rows: u32,
    // Filled up to fours, with weights of zero.
    depth: u32,
    // Filled up to fours in `right`.
    columns: u32,
    // Values from row to row.
    left_stride: u32,
    results_stride: u32,
    // Values before the first column of a row of results.
    results_offset: u32,
    // Values from batch to batch.
    left_batch: u32,
    right_batch: u32,
    results_batch: u32,
    // Where this dispatch begins.
    first_batch: u32,
    first_tile: u32,
    // 1: norm and ReLU on the left. 2: bias and ReLU on the results.
    around: u32,
    // The depth that a batch sums over, and how much further each batch begins: 0 where each has all of it.
    part: u32,
    part_step: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> left: array<Stored4>;
@group(0) @binding(2) var<storage, read> right: array<Stored4>;
// Norm's scale, norm's shift (depth each), bias (columns filled up to fours): those there are.
@group(0) @binding(3) var<storage, read> around: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> results: array<Stored>;

const DEPTH: u32 = 16u;
// [depth][rows in fours]
var<workgroup> left_tile: array<vec4<f32>, 256>;
// [depth][columns in fours]
var<workgroup> right_tile: array<vec4<f32>, 128>;

fn load_left(batch: u32, row: u32, depth4: u32, end: u32) -> vec4<f32> {
    if row >= params.rows || depth4 >= end / 4u {
        return vec4<f32>(0.0);
    }
    let value = vec4<f32>(left[(batch * params.left_batch + row * params.left_stride) / 4u + depth4]);
    if (params.around & 1u) == 0u {
        return value;
    }
    return max(value * around[depth4] + around[params.depth / 4u + depth4], vec4<f32>(0.0));
}

fn load_right(batch: u32, depth: u32, column4: u32, end: u32) -> vec4<f32> {
    let columns4 = (params.columns + 3u) / 4u;
    if depth >= end || column4 >= columns4 {
        return vec4<f32>(0.0);
    }
    return vec4<f32>(right[batch * params.right_batch / 4u + depth * columns4 + column4]);
}

fn store(batch: u32, row: u32, column: u32, sum: vec4<f32>) {
    if row >= params.rows {
        return;
    }
    var value = sum;
    if (params.around & 2u) != 0u && column < params.columns {
        let first = select(0u, params.depth / 2u, (params.around & 1u) != 0u);
        value = max(value + around[first + column / 4u], vec4<f32>(0.0));
    }
    let place = batch * params.results_batch + row * params.results_stride + params.results_offset + column;
    for (var lane = 0u; lane < 4u && column + lane < params.columns; lane++) {
        results[place + lane] = Stored(value[lane]);
    }
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let batch = params.first_batch + group.z;
    let first_row = (params.first_tile + group.x) * 64u;
    let first_column4 = group.y * 8u;
    let rows8 = local / 8u;
    let column4 = local % 8u;
    var a = vec4<f32>(); var b = vec4<f32>(); var c = vec4<f32>(); var d = vec4<f32>();
    var e = vec4<f32>(); var f = vec4<f32>(); var g = vec4<f32>(); var h = vec4<f32>();
    let end = min(batch * params.part_step + params.part, params.depth);
    for (var begin = batch * params.part_step; begin < end; begin += DEPTH) {
        // 4 rows by 4 of the depth each, turned over.
        let row = first_row + local / 4u * 4u;
        let depth4 = begin / 4u + local % 4u;
        let p = load_left(batch, row, depth4, end);
        let q = load_left(batch, row + 1u, depth4, end);
        let r = load_left(batch, row + 2u, depth4, end);
        let s = load_left(batch, row + 3u, depth4, end);
        let place = local % 4u * 64u + local / 4u;
        left_tile[place] = vec4<f32>(p.x, q.x, r.x, s.x);
        left_tile[place + 16u] = vec4<f32>(p.y, q.y, r.y, s.y);
        left_tile[place + 32u] = vec4<f32>(p.z, q.z, r.z, s.z);
        left_tile[place + 48u] = vec4<f32>(p.w, q.w, r.w, s.w);
        right_tile[local] = load_right(batch, begin + local / 8u, first_column4 + column4, end);
        right_tile[local + 64u] = load_right(batch, begin + 8u + local / 8u, first_column4 + column4, end);
        workgroupBarrier();
        for (var depth = 0u; depth < DEPTH; depth++) {
            let low = left_tile[depth * 16u + rows8 * 2u];
            let high = left_tile[depth * 16u + rows8 * 2u + 1u];
            let weight = right_tile[depth * 8u + column4];
            a += low.x * weight; b += low.y * weight; c += low.z * weight; d += low.w * weight;
            e += high.x * weight; f += high.y * weight; g += high.z * weight; h += high.w * weight;
        }
        workgroupBarrier();
    }
    let row = first_row + rows8 * 8u;
    let column = (first_column4 + column4) * 4u;
    store(batch, row, column, a);
    store(batch, row + 1u, column, b);
    store(batch, row + 2u, column, c);
    store(batch, row + 3u, column, d);
    store(batch, row + 4u, column, e);
    store(batch, row + 5u, column, f);
    store(batch, row + 6u, column, g);
    store(batch, row + 7u, column, h);
}
