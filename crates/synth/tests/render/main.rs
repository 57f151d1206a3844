//! Rendered files, read back by dicom-object and held against their recipe.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot read its file has failed, in the helpers too"
)]

mod encoding;
mod geometry;
mod study;
mod support;
