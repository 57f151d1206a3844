//! The service worker that keeps the page: what it keeps, what it asked for, and how it is told to forget.

use super::requests::{Asked, request};
use js_sys::{Array, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageChannel, MessageEvent, ServiceWorker};

/// The page's own files on this device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptPage {
    /// How many.
    pub files: usize,
    /// Their size, bytes.
    pub bytes: u64,
    /// What the service worker asked of the network since it was last started.
    pub requests: Vec<Asked>,
}

/// What is kept; `None` where no service worker answers for this page.
pub async fn kept_page() -> Option<KeptPage> {
    let answer = ask("what is kept").await?;
    let get = |key: &str| Reflect::get(&answer, &key.into()).ok();
    Some(KeptPage {
        files: get("files")?.as_f64()? as usize,
        bytes: get("bytes")?.as_f64()? as u64,
        requests: get("requests")?.dyn_into::<Array>().ok()?.iter().map(|entry| request(&entry)).collect(),
    })
}

/// Has the page's files deleted from this device; whether there was anybody to do it.
pub async fn forget_page() -> bool {
    ask("forget").await.is_some()
}

/// The answer of the service worker that answers for this page.
async fn ask(question: &str) -> Option<JsValue> {
    let container = web_sys::window()?.navigator().service_worker();
    // Absent outside of secure contexts.
    if AsRef::<JsValue>::as_ref(&container).is_undefined() {
        return None;
    }
    let controller: ServiceWorker = container.controller()?;
    let channel = MessageChannel::new().ok()?;
    let answer = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    let ports = Array::of1(&channel.port2());
    controller.post_message_with_transferable(&question.into(), &ports).ok()?;
    let event = JsFuture::from(answer).await.ok()?;
    Some(event.dyn_into::<MessageEvent>().ok()?.data())
}
