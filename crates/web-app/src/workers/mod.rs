//! What runs off the page, and the page's side of talking to it.
//!
//! The ingest worker reads files and builds inputs, with decode workers of its own for what is compressed;
//! the engine worker runs the network. Inputs go from one to the other through a port, never through the page.
//! The clerk reads and writes what is text on the outside: lists and cards, JSON and CSV.
//! None of them owns anything that cannot be made again: a worker that stops is ended and another started.

pub mod clerk;
pub mod client;
#[cfg(feature = "engine-cpu")]
mod crew;
pub mod decode;
#[cfg(any(feature = "engine-cpu", feature = "engine-gpu"))]
pub mod engine;
pub mod ingest;
mod pool;
pub mod protocol;
mod view_room;
