//! A volume becomes a finding.
//!
//! [`weights`] are named tensors, [`densenet`] is the network they fill, [`device`] is where it runs and why,
//! [`engine`] holds the three together and answers with a [`headway_core::finding::Finding`].
//! No DICOM, no browser: the same code runs natively and in a worker.

pub mod densenet;
pub mod device;
pub mod engine;
pub mod pool;
pub mod tensor;
pub mod weights;

pub use device::Wanted;
pub use engine::Engine;
