//! Named tensors out of a safetensors file, as MONAI names them.

use half::f16;
use headway_core::reason::{Code, Reason};
use safetensors::{Dtype, SafeTensors};

/// The tensors of a model. Stored as f16 or f32, handed out as f32.
#[derive(Debug)]
pub struct Weights<'a>(SafeTensors<'a>);

impl<'a> Weights<'a> {
    /// Opens a safetensors file.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] where it is not one.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Reason> {
        SafeTensors::deserialize(bytes).map(Self).map_err(|e| {
            Reason::new(
                Code::ModelUnusable,
                format!("The weights are not a readable safetensors file ({e}). Install the model again."),
            )
        })
    }

    /// The values of the tensor of that name, which must have that shape; last index fastest.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] naming the tensor that is missing, misshapen or of another type.
    pub fn values<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Vec<f32>, Reason> {
        let unusable = |problem: String| {
            Reason::new(Code::ModelUnusable, format!("Tensor {name} of the model {problem}. Export the model again."))
        };
        let view = self.0.tensor(name).map_err(|_| unusable("is missing".to_owned()))?;
        if view.shape() != shape {
            return Err(unusable(format!("has shape {:?} instead of {shape:?}", view.shape())));
        }
        match view.dtype() {
            Dtype::F32 => {
                Ok(view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
            Dtype::F16 => Ok(view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
            other => Err(unusable(format!("is stored as {other:?}; f16 and f32 are read"))),
        }
    }
}
