//! Tests live in `browser.rs`; this library is empty.
