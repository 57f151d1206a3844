//! The one place where a volume turns into burn's types.

use burn::tensor::{Device, Tensor, TensorData};

/// One examination as a batch of one.
///
/// # Shapes
/// `dims[0] · dims[1] · dims[2]` values, last index fastest, to `[1, 1, dims[0], dims[1], dims[2]]`
pub fn tensor_from_values(values: &[f32], dims: [usize; 3], device: &Device) -> Tensor<5> {
    let [x, y, z] = dims;
    Tensor::from_data(TensorData::new(values.to_vec(), [1, 1, x, y, z]), device)
}
