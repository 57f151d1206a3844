//! The document: where the build lies, the next frame, the fault banner, the hidden inputs.

use super::clock::yield_now;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// URL of the folder this build lies in, with a slash at its end; `boot.js` leaves it on the root element.
pub fn build_url() -> String {
    web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.document_element())
        .and_then(|root| root.get_attribute("data-build-url"))
        .unwrap_or_default()
}

/// Runs something before the next frame is drawn, once.
pub fn before_next_frame(run: impl FnOnce() + 'static) {
    let run = Closure::once_into_js(run);
    if let Some(window) = web_sys::window() {
        // Fails only for a detached document, which draws no frames.
        let _ = window.request_animation_frame(run.unchecked_ref());
    }
}

/// Waits until the page has been painted once more.
pub async fn painted() {
    let frame = js_sys::Promise::new(&mut |resolve, _| {
        before_next_frame(move || {
            // Cannot fail: it is the promise's own function.
            let _ = resolve.call0(&JsValue::NULL);
        });
    });
    // A promise that is only ever resolved.
    let _ = JsFuture::from(frame).await;
    yield_now().await;
}

/// Shows a fault of the program itself where the page can no longer draw.
pub fn show_fault(text: &str) {
    let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id("fault"));
    if let Some(element) = element {
        element.set_text_content(Some(text));
        // Fails only for a name that is no attribute's.
        let _ = element.remove_attribute("hidden");
    }
}

/// Moves the focus to an element.
pub fn focus(element: &web_sys::HtmlElement) {
    // Fails only for an element that cannot have it.
    let _ = element.focus();
}

/// Clicks an element: the hidden file inputs behind their buttons.
pub fn click(id: &str) {
    let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|e| e.dyn_into::<web_sys::HtmlElement>().ok()) {
        element.click();
    }
}

/// The files of an `<input type="file">`, which is emptied so that the same choice can be made again.
pub fn take_chosen(input: &JsValue) -> Option<web_sys::FileList> {
    let input: &web_sys::HtmlInputElement = input.dyn_ref()?;
    let files = input.files()?;
    // The list is live: take a copy of the handles before emptying.
    let copy = js_sys::Array::from(&files);
    input.set_value("");
    Some(copy.unchecked_into())
}
