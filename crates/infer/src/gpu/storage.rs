//! How values lie in the graphics processor's memory. Sums are always made in 32 bits.

use half::f16;

/// Of weights and features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// 32 bits.
    F32,
    /// 16 bits: half the memory and half of its traffic, three decimal digits.
    F16,
}

impl Storage {
    /// The kernels' first lines: what `Stored` means in them.
    pub const fn prelude(self) -> &'static str {
        match self {
            Self::F32 => include_str!("kernels/storage/f32.wgsl"),
            Self::F16 => include_str!("kernels/storage/f16.wgsl"),
        }
    }

    /// Of one value.
    pub const fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 => 2,
        }
    }

    /// Little-endian, as every device has them.
    pub fn encode(self, values: &[f32]) -> Vec<u8> {
        match self {
            Self::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::F16 => values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect(),
        }
    }

    /// The other way.
    #[cfg(feature = "steps")]
    pub fn decode(self, bytes: &[u8]) -> Vec<f32> {
        match self {
            Self::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Self::F16 => bytes.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
        }
    }
}
