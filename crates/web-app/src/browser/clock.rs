//! Time, as page and workers both can ask for it.

use wasm_bindgen::JsCast;

/// Milliseconds since the module's realm began. Monotonic.
pub fn now_ms() -> f64 {
    let global = js_sys::global();
    js_sys::Reflect::get(&global, &"performance".into())
        .ok()
        .and_then(|p| p.dyn_into::<web_sys::Performance>().ok())
        .map_or(0.0, |performance| performance.now())
}

/// Lets waiting messages be handled before going on.
pub async fn yield_now() {
    gloo::timers::future::TimeoutFuture::new(0).await;
}
