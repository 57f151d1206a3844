//! What this realm, the page or a worker, asked of the network, as the browser itself noted it.

use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Performance;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What was asked for, whole.
    pub url: String,
    /// Size of the answer as it was sent, compressed or not; 0 where the browser does not say.
    pub bytes: u64,
}

/// All requests of this realm, in order.
pub fn asked() -> Vec<Asked> {
    let performance = Reflect::get(&js_sys::global(), &"performance".into());
    let Ok(performance) = performance.and_then(JsCast::dyn_into::<Performance>) else { return Vec::new() };
    let entries = ["navigation", "resource"].map(|kind| performance.get_entries_by_type(kind));
    entries.iter().flat_map(|entries| entries.iter()).map(|entry| request(&entry)).collect()
}

/// A request as the browser notes it: `name` and `encodedBodySize`.
pub(super) fn request(entry: &JsValue) -> Asked {
    let get = |key: &str| Reflect::get(entry, &key.into()).unwrap_or(JsValue::UNDEFINED);
    Asked {
        url: get("name").as_string().unwrap_or_default(),
        bytes: get("encodedBodySize").as_f64().unwrap_or_default() as u64,
    }
}
