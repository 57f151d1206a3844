//! Time, as page and workers both can ask for it.

use headway_core::worklist::moment::Moment;
use js_sys::{Date, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Milliseconds since the module's realm began. Monotonic.
pub fn now_ms() -> f64 {
    // In a window and in a worker alike. Not asked for its class, since a test's clock may stand in its place.
    let performance = js_sys::Reflect::get(&js_sys::global(), &"performance".into());
    performance.map_or(0.0, |performance| performance.unchecked_into::<web_sys::Performance>().now())
}

/// Now, as the clock on the wall shows it.
pub fn local_now() -> Moment {
    let now = Date::new_0();
    Moment((now.get_time() / 1_000.0 - now.get_timezone_offset() * 60.0).floor() as i64)
}

/// Lets waiting messages be handled before going on.
///
/// By a message to oneself: browsers make timers that follow upon each other wait for 4 ms.
pub async fn yield_now() {
    let Ok(channel) = MessageChannel::new() else { return };
    let heard = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    if channel.port2().post_message(&JsValue::NULL).is_ok() {
        // A promise that is only ever resolved.
        let _ = JsFuture::from(heard).await;
    }
    channel.port1().close();
}
