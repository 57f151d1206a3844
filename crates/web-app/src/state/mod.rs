//! What the page knows, as signals, and the shell that resolves the desk's effects.

pub mod app;
pub mod device;
pub mod engine;
pub mod ingest;
