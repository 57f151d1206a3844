//! The evidence room: is the model good here, would its order help here, is it still what it was?
//!
//! A module of its own, so that nobody who only reads a list waits for it. The same file serves the page and, started as a
//! worker, does the arithmetic. Arrows: tabs → parts → room → headway-web's browser; figures are headway-evaluate's.

mod page;
mod parts;
mod protocol;
mod room;
mod tabs;
mod worker;

use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    // A worker has no window; in the page nothing happens before somebody opens the room.
    if web_sys::window().is_none() {
        worker::serve();
    }
}

/// Opens the room over the page. `list` is the worklist as its JSON export, with identifiers; it stays in this tab.
#[wasm_bindgen]
pub fn open_evidence(list: Option<String>) {
    page::open(list);
}
