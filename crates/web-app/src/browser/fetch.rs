//! Files of the build, from where the build lies. Nothing else is ever fetched.

use super::error::BrowserError;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Response, WorkerGlobalScope};

/// The bytes of a file of the build, from inside a worker; `path` is relative to the worker's own script.
///
/// # Errors
/// In words where the file is not there or cannot be read.
pub async fn build_file(path: &str) -> Result<Vec<u8>, BrowserError> {
    build_file_in_browser(path).await.map(|bytes| bytes.to_vec())
}

/// The same, left in the browser's memory.
///
/// # Errors
/// As [`build_file`].
pub async fn build_file_in_browser(path: &str) -> Result<Uint8Array, BrowserError> {
    let worker: WorkerGlobalScope = js_sys::global().unchecked_into();
    let response: Response = JsFuture::from(worker.fetch_with_str(path)).await?.unchecked_into();
    if !response.ok() {
        return Err(JsValue::from(format!("{path} answered with status {}", response.status())).into());
    }
    let buffer = JsFuture::from(response.array_buffer()?).await?;
    Ok(Uint8Array::new(&buffer))
}
