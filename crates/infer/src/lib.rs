//! A volume becomes a finding.
//!
//! [`weights`] are named tensors, [`plan`] makes of them a list of fused steps, `cpu` and `gpu` run it,
//! [`engine`] opens the device asked for and answers with a [`headway_core::finding::Finding`].
//! `densenet` is the same network as burn modules, one to one with MONAI's: the plain twin that tests compare with.
//! No DICOM, no browser: the same code runs natively and in a worker.

pub mod attention;
#[cfg(feature = "cpu")]
pub mod cpu;
#[cfg(feature = "reference")]
pub mod densenet;
pub mod engine;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod plan;
#[cfg(feature = "reference")]
pub mod pool;
#[cfg(feature = "reference")]
pub mod tensor;
pub mod weights;

pub use engine::{Engine, Wanted};
