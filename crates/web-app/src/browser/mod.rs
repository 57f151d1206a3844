//! Every call to the browser. Rooms above speak Rust types only.

pub mod address;
pub mod archives;
pub mod canvas;
pub mod clock;
pub mod crew;
pub mod download;
pub mod error;
pub mod fetch;
pub mod files;
pub mod gpu;
pub mod keys;
pub mod near;
pub mod offline;
pub mod order;
pub mod page;
pub mod panic;
pub mod post;
pub mod requests;
pub mod storage;
pub mod worker;
