//! Bytes that need not lie in this program's memory.

/// Bytes read part by part, from wherever they lie: a model's weights are as large as all that the network works in, and
/// in a browser memory that has grown never shrinks.
pub trait Stored {
    /// How many there are.
    fn size(&self) -> usize;

    /// Fills `part` from the byte `at` on. All of it lies within [`Stored::size`].
    fn read(&self, at: usize, part: &mut [u8]);
}

impl<T: AsRef<[u8]> + ?Sized> Stored for T {
    fn size(&self) -> usize {
        self.as_ref().len()
    }

    fn read(&self, at: usize, part: &mut [u8]) {
        part.copy_from_slice(&self.as_ref()[at..at + part.len()]);
    }
}
