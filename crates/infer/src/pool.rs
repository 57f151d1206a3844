//! 3D pooling out of 2D pooling. burn has no 3D pools; both kinds here are separable, so two 2D pools are exact.

use burn::tensor::Tensor;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};

/// Max pooling, window 3, stride 2, padding 1: the stem's.
///
/// # Shapes
/// `[batch, channels, x, y, z]` to `[batch, channels, ⌈x/2⌉, ⌈y/2⌉, ⌈z/2⌉]`
pub fn max_pool3d(input: Tensor<5>) -> Tensor<5> {
    let pool = |t, kernel, stride, padding| {
        max_pool2d(t, MaxPoolOptions::new(kernel).with_stride(stride).with_padding(padding))
    };
    separable(input, |t| pool(t, [3, 3], [2, 2], [1, 1]), |t| pool(t, [3, 1], [2, 1], [1, 0]))
}

/// Average pooling, window 2, stride 2: a transition's. A last odd plane is dropped.
///
/// # Shapes
/// `[batch, channels, x, y, z]` to `[batch, channels, ⌊x/2⌋, ⌊y/2⌋, ⌊z/2⌋]`
pub fn avg_pool3d(input: Tensor<5>) -> Tensor<5> {
    // A window's stride is its size unless said otherwise.
    let pool = |t, window| avg_pool2d(t, AvgPoolOptions::new(window));
    separable(input, |t| pool(t, [2, 2]), |t| pool(t, [2, 1]))
}

/// Pools over y and z with x among the channels, then over x with y and z as one axis.
fn separable(
    input: Tensor<5>,
    over_yz: impl Fn(Tensor<4>) -> Tensor<4>,
    over_x: impl Fn(Tensor<4>) -> Tensor<4>,
) -> Tensor<5> {
    let [batch, channels, x, y, z] = input.dims();
    let planes = over_yz(input.reshape([batch * channels, x, y, z]));
    let [_, _, y, z] = planes.dims();
    let columns = over_x(planes.reshape([batch, channels, x, y * z]));
    let [_, _, x, _] = columns.dims();
    columns.reshape([batch, channels, x, y, z])
}
