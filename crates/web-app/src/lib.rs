//! The page, its workers, and every call to the browser.
//!
//! Arrows: components → state → workers → browser. The page and its workers share this library;
//! each links what it uses, so the page carries neither DICOM nor the network, JSON nor CSV.

pub mod browser;
pub mod components;
pub mod state;
pub mod workers;

/// Names the build that page and workers must share.
pub const BUILD_ID: &str = match option_env!("HEADWAY_BUILD_ID") {
    Some(id) => id,
    None => "dev",
};
