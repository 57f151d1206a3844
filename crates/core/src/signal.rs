//! The values of a volume, held no wider than its files hold them.

use crate::scale::Scale;
use std::borrow::Cow;

/// Signal, slice by slice. MR signal has no unit.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// As such.
    Plain(Vec<f32>),
    /// As stored, 16 bits each, with each slice's way to signal: half the memory, and reading them is hardly more than copying.
    Stored {
        /// Stored values.
        words: Vec<u16>,
        /// One for each slice.
        scales: Vec<Scale>,
    },
}

impl Signal {
    /// Room for slices of stored values; none holds signal yet.
    pub(crate) fn stored(slices: usize, slice_len: usize) -> Self {
        Self::Stored { words: vec![0; slices * slice_len], scales: vec![Scale::NO_SIGNAL; slices] }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Plain(values) => values.len(),
            Self::Stored { words, .. } => words.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory taken, bytes.
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Plain(values) => size_of_val(values.as_slice()),
            Self::Stored { words, .. } => size_of_val(words.as_slice()),
        }
    }

    /// One value.
    pub fn at(&self, index: usize) -> f32 {
        match self {
            Self::Plain(values) => values[index],
            Self::Stored { words, scales } => {
                scales[index / (words.len() / scales.len())].signal(u32::from(words[index]))
            }
        }
    }

    /// The values of one slice of `len`.
    pub fn slice(&self, slice: usize, len: usize) -> Cow<'_, [f32]> {
        let range = slice * len..(slice + 1) * len;
        match self {
            Self::Plain(values) => Cow::Borrowed(&values[range]),
            Self::Stored { words, scales } => {
                let mut signal = vec![0.0; len];
                scales[slice].row(&mut signal, words[range].iter().map(|word| u32::from(*word)));
                Cow::Owned(signal)
            }
        }
    }

    /// All values, some at a time.
    pub fn parts(&self) -> impl Iterator<Item = Cow<'_, [f32]>> {
        let (parts, len) = match self {
            Self::Plain(values) => (1, values.len()),
            Self::Stored { words, scales } => (scales.len(), words.len() / scales.len().max(1)),
        };
        (0..parts).map(move |part| self.slice(part, len))
    }

    /// All values.
    pub fn to_vec(&self) -> Vec<f32> {
        self.parts().flat_map(Cow::into_owned).collect()
    }
}

impl From<Vec<f32>> for Signal {
    fn from(values: Vec<f32>) -> Self {
        Self::Plain(values)
    }
}
