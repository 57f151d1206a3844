//! The network's work on a processor: a few kernels, each cut into units that any thread may take.
//!
//! A kernel borrows its input and its output and becomes a [`Task`]. Threads call [`Task::step`] until nothing is left;
//! each unit is run exactly once and writes a part of the output that no other unit touches.
//! Values are f32, channels last: a position's channels lie together, positions follow x, y, z with z fastest.
//!
//! `plain` holds every kernel a second time, as a sum anyone can read: the tests compare the two.

#![cfg_attr(all(target_arch = "wasm32", not(feature = "plain")), no_std)]

mod convolve;
mod lanes;
mod pack;
#[cfg(any(test, feature = "plain"))]
pub mod plain;
mod pointwise;
mod pool;
mod product;
mod shared;
mod stem;
mod task;
mod tile;

pub use convolve::{Convolve, TileWeights, tile_weights_len};
pub use lanes::Level;
pub use pack::{pack, packed_len};
pub use pointwise::{Norm, Pointwise};
pub use pool::{AveragePool, MaxAlongX};
pub use shared::{Features, FeaturesMut};
pub use stem::{STEM_DEPTH, Stem, StemInput, stem_input_len, stem_weights, stem_weights_len};
pub use task::{Kernel, Task};

#[cfg(test)]
mod tests;
