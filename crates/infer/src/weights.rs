//! Named tensors out of a safetensors file, as MONAI names them.

use half::f16;
use headway_core::reason::{Code, Reason};
use headway_core::stored::Stored;
use safetensors::Dtype;
use safetensors::tensor::Metadata;

/// Bytes before the header, which say how long it is.
const PREFIX_BYTES: usize = 8;

/// Longest header, as in the safetensors library.
const HEADER_MOST_BYTES: usize = 100_000_000;

/// The tensors of a model, read one by one. Stored as f16 or f32, handed out as f32.
pub struct Weights<'a> {
    stored: &'a dyn Stored,
    header: Metadata,
    /// Where the tensors begin.
    data_at: usize,
}

impl<'a> Weights<'a> {
    /// Opens a safetensors file.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] where it is not one, or not whole.
    pub fn open(stored: &'a dyn Stored) -> Result<Self, Reason> {
        Self::read_header(stored).map_err(|problem| {
            Reason::new(
                Code::ModelUnusable,
                format!("The weights are not a readable safetensors file ({problem}). Install the model again."),
            )
        })
    }

    /// What the library's `SafeTensors::deserialize` checks of a file in memory: the header's length and its end, tensors
    /// without gaps between them (by `Metadata` itself), and nothing after the last one.
    fn read_header(stored: &'a dyn Stored) -> Result<Self, String> {
        let mut prefix = [0; PREFIX_BYTES];
        let behind_prefix = stored.size().checked_sub(PREFIX_BYTES).ok_or("it is too short")?;
        stored.read(0, &mut prefix);
        let length = usize::try_from(u64::from_le_bytes(prefix)).unwrap_or(usize::MAX);
        if length > behind_prefix.min(HEADER_MOST_BYTES) {
            return Err("its header is longer than the file".to_owned());
        }
        let mut header = vec![0; length];
        stored.read(PREFIX_BYTES, &mut header);
        let header: Metadata = serde_json::from_slice(&header).map_err(|e| e.to_string())?;
        if header.data_len() != behind_prefix - length {
            return Err("its tensors end elsewhere than the file".to_owned());
        }
        Ok(Self { stored, header, data_at: PREFIX_BYTES + length })
    }

    /// The values of the tensor of that name, which must have that shape; last index fastest.
    ///
    /// # Errors
    /// [`Code::ModelUnusable`] naming the tensor that is missing, misshapen or of another type.
    pub fn values<const D: usize>(&self, name: &str, shape: [usize; D]) -> Result<Vec<f32>, Reason> {
        let unusable = |problem: String| {
            Reason::new(Code::ModelUnusable, format!("Tensor {name} of the model {problem}. Export the model again."))
        };
        let tensor = self.header.info(name).ok_or_else(|| unusable("is missing".to_owned()))?;
        if tensor.shape != shape {
            return Err(unusable(format!("has shape {:?} instead of {shape:?}", tensor.shape)));
        }
        let (begin, end) = tensor.data_offsets;
        let mut data = vec![0; end - begin];
        self.stored.read(self.data_at + begin, &mut data);
        match tensor.dtype {
            Dtype::F32 => Ok(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
            Dtype::F16 => Ok(data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()),
            other => Err(unusable(format!("is stored as {other:?}; f16 and f32 are read"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
    }

    const PAIR: &str = r#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    const DATA: [u8; 8] = [0, 0x3c, 0, 0xc0, 0, 0, 0x20, 0x40];

    #[test]
    fn tensors_are_read_by_name_from_where_they_lie() {
        let bytes = file(PAIR, &DATA);
        let weights = Weights::open(&bytes).unwrap();
        assert_eq!(weights.values("a", [2]).unwrap(), [1.0, -2.0]);
        assert_eq!(weights.values("b", [1]).unwrap(), [2.5]);
        assert!(weights.values("c", [1]).unwrap_err().text.contains("c of the model is missing"));
        assert!(weights.values("a", [1, 2]).unwrap_err().text.contains("shape [2] instead of [1, 2]"));
    }

    #[test]
    fn what_the_library_refuses_is_refused() {
        let overlapping = PAIR.replace("[4,8]", "[3,7]");
        let too_small = PAIR.replace("\"shape\":[1]", "\"shape\":[3]");
        let files = [
            file(PAIR, &DATA),
            file(PAIR, &DATA[..7]),
            file(PAIR, &[DATA.as_slice(), &[0]].concat()),
            file(&overlapping, &DATA[..7]),
            file(&too_small, &DATA),
            file("{", &[]),
            u64::MAX.to_le_bytes().to_vec(),
            vec![1, 0, 0],
            Vec::new(),
        ];
        let ours: Vec<bool> = files.iter().map(|bytes| Weights::open(bytes).is_ok()).collect();
        let library: Vec<bool> =
            files.iter().map(|bytes| safetensors::SafeTensors::deserialize(bytes).is_ok()).collect();
        assert_eq!(ours, library);
        assert_eq!(ours.iter().filter(|opened| **opened).count(), 1);
    }
}
