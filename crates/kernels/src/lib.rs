//! The network on a processor: a [`Plan`] of fused steps, a few kernels, each cut into units that any thread may take,
//! and the [`Network`] that runs the one by the other.
//!
//! A kernel borrows its input and its output and becomes a [`Task`]. Threads call [`Task::step`] until nothing is left;
//! each unit is run exactly once and writes a part of the output that no other unit touches.
//! Values are f32, channels last: a position's channels lie together, positions follow x, y, z with z fastest.
//!
//! `plain` holds every kernel a second time, as a sum anyone can read: the tests compare the two.

#![cfg_attr(all(target_arch = "wasm32", not(feature = "plain")), no_std)]

extern crate alloc;

#[cfg(any(not(target_family = "wasm"), feature = "shared"))]
mod board;
mod convolve;
mod crew;
mod lanes;
mod network;
mod pack;
mod pause;
#[cfg(any(test, feature = "plain"))]
pub mod plain;
mod plan;
mod pointwise;
mod pool;
mod product;
mod shared;
mod stem;
mod task;
mod tile;

pub use convolve::{Convolve, TileWeights, tile_weights_len};
#[cfg(all(target_family = "wasm", feature = "shared"))]
pub use crew::{bell, break_off, help};
pub use lanes::Level;
pub use network::{Made, Network};
pub use pack::{pack, packed_len};
pub use pause::{Meter, Pause, Stopped};
#[cfg(any(test, feature = "plain"))]
pub use plan::zeros;
pub use plan::{Affine, BlockShape, Linear, Plan, Step};
pub use pointwise::{Norm, Pointwise};
pub use pool::{AveragePool, MaxAlongX};
pub use shared::{Features, FeaturesMut};
pub use stem::{STEM_DEPTH, Stem, StemInput, stem_input_len, stem_weights, stem_weights_len};
pub use task::{Kernel, Task};

#[cfg(test)]
mod tests;
