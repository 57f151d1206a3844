//! What the page knows, as signals, and the shell that resolves the desk's effects.

pub mod app;
pub mod clerk;
pub mod deidentify;
pub mod device;
pub mod engine;
pub mod ingest;
pub mod keep;
pub mod list;
pub mod lists;
pub mod model;
pub mod privacy;
pub mod ranges;
pub mod reader;
pub mod viewer;
