// Norm, ReLU, the mean over all positions, and a weighted sum of the channels: the logit.
// The first channels of input [positions, stride] to one value.
// The one workgroup owns everything; an invocation every 64th channel.

struct Params {
    positions: u32,
    channels: u32,
    stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> input: array<Stored>;
// [channels], then the bias.
@group(0) @binding(2) var<storage, read> weights: array<f32>;
// Scale, shift: channels each.
@group(0) @binding(3) var<storage, read> norm: array<f32>;
@group(0) @binding(4) var<storage, read_write> logit: array<f32>;

var<workgroup> parts: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
    var part = 0.0;
    for (var channel = local; channel < params.channels; channel += 64u) {
        var sum = 0.0;
        for (var place = 0u; place < params.positions; place++) {
            let value = f32(input[place * params.stride + channel]) * norm[channel] + norm[params.channels + channel];
            sum += max(value, 0.0);
        }
        part += sum / f32(params.positions) * weights[channel];
    }
    parts[local] = part;
    workgroupBarrier();
    if local == 0u {
        var sum = weights[params.channels];
        for (var n = 0u; n < 64u; n++) {
            sum += parts[n];
        }
        logit[0] = sum;
    }
}
