//! Messages between page and workers: bytes (postcard, which takes little code) and what cannot be bytes, in one array.

use super::error::BrowserError;
use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, MessagePort, Worker};

/// What cannot be bytes: file handles are cloned, buffers and ports change hands.
#[derive(Debug, Default)]
pub struct Attached {
    values: Array,
    handed_over: Array,
}

impl Attached {
    /// Attaches something the browser clones, such as a file handle.
    pub fn clone_of(mut self, value: &JsValue) -> Self {
        self.push(value);
        self
    }

    /// Attaches something that changes hands: a buffer, a port.
    pub fn handing_over(mut self, value: &JsValue) -> Self {
        self.push(value);
        self.handed_over.push(value);
        self
    }

    fn push(&mut self, value: &JsValue) {
        self.values.push(value);
    }
}

/// Anything messages can be posted to.
pub trait Post {
    /// Posts one JavaScript value.
    ///
    /// # Errors
    /// Where a value can be neither cloned nor handed over.
    fn post_value(&self, value: &JsValue, handed_over: &JsValue) -> Result<(), JsValue>;

    /// Posts a message.
    ///
    /// # Errors
    /// In words where the browser will not send it.
    fn post(&self, message: &impl Serialize, attached: &Attached) -> Result<(), BrowserError> {
        let bytes = postcard::to_allocvec(message).map_err(|e| BrowserError::from(JsValue::from(e.to_string())))?;
        self.post_value(&Array::of2(&Uint8Array::from(&*bytes), &attached.values), &attached.handed_over)?;
        Ok(())
    }
}

impl Post for Worker {
    fn post_value(&self, value: &JsValue, handed_over: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transfer(value, handed_over)
    }
}

impl Post for MessagePort {
    fn post_value(&self, value: &JsValue, handed_over: &JsValue) -> Result<(), JsValue> {
        self.post_message_with_transferable(value, handed_over)
    }
}

/// The page, seen from inside a worker.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page;

impl Page {
    fn scope() -> DedicatedWorkerGlobalScope {
        js_sys::global().unchecked_into()
    }
}

impl Post for Page {
    fn post_value(&self, value: &JsValue, handed_over: &JsValue) -> Result<(), JsValue> {
        Self::scope().post_message_with_transfer(value, handed_over)
    }
}

/// Opens a message; `None` where it is not one of ours.
pub fn open<M: DeserializeOwned>(event: &MessageEvent) -> Option<(M, Array)> {
    let envelope: Array = event.data().dyn_into().ok()?;
    let bytes: Uint8Array = envelope.get(0).dyn_into().ok()?;
    let message = postcard::from_bytes(&bytes.to_vec()).ok()?;
    Some((message, envelope.get(1).dyn_into().ok()?))
}

/// Hears what the page posts, for the life of the worker.
pub fn listen_to_page<M: DeserializeOwned>(hear: impl FnMut(M, Array) + 'static) {
    let listener = listener(hear);
    Page::scope().set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}

/// Hears what comes through a port, for the life of the worker.
pub fn listen_to_port<M: DeserializeOwned>(port: &MessagePort, hear: impl FnMut(M, Array) + 'static) {
    let listener = listener(hear);
    port.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}

/// Opens every message of ours and hands it on.
pub fn listener<M: DeserializeOwned>(mut hear: impl FnMut(M, Array) + 'static) -> Closure<dyn FnMut(MessageEvent)> {
    Closure::new(move |event: MessageEvent| {
        if let Some((message, attached)) = open(&event) {
            hear(message, attached);
        }
    })
}
