//! What runs off the page, and the page's side of talking to it.
//!
//! The ingest worker reads files and builds inputs; the engine worker runs the network.
//! Inputs go from one to the other through a port, never through the page.
//! Neither owns anything that cannot be made again: a worker that stops is ended and another started.

pub mod client;
#[cfg(feature = "engine-cpu")]
mod crew;
#[cfg(any(feature = "engine-cpu", feature = "engine-gpu"))]
pub mod engine;
pub mod ingest;
pub mod protocol;
mod view_room;
