//! Tests live in `gpu.rs`; this library is empty.
