//! A worker that is started, posted to, and ended when its handle is dropped.

use super::error::BrowserError;
use super::post::{Attached, Post, listener};
use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

/// A running worker.
#[derive(Debug)]
pub struct WorkerHandle {
    worker: Worker,
    // Held, not read: dropping a closure while the browser may call it is an error.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
}

impl WorkerHandle {
    /// Starts a module worker; `hear` gets its messages, `failed` its uncaught errors.
    ///
    /// # Errors
    /// In words where the browser will not start it.
    pub fn start<M: DeserializeOwned>(
        url: &str,
        hear: impl FnMut(M, Array) + 'static,
        mut failed: impl FnMut(String) + 'static,
    ) -> Result<Self, BrowserError> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(url, &options)?;
        let on_message = listener(hear);
        let on_error = Closure::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that cannot be fetched reports a plain event without a message.
            let message = js_sys::Reflect::get(&event, &"message".into()).ok().and_then(|m| m.as_string());
            failed(message.filter(|m| !m.is_empty()).unwrap_or_else(|| "its program could not be loaded".to_owned()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self { worker, _on_message: on_message, _on_error: on_error })
    }

    /// Posts a message.
    ///
    /// # Errors
    /// In words where the browser will not send it.
    pub fn post(&self, message: &impl Serialize, attached: &Attached) -> Result<(), BrowserError> {
        self.worker.post(message, attached)
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}
