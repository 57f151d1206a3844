//! Files that the person asks for, and paper.

use super::error::BrowserError;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Has the browser save a text as a file. It is made in the tab; nothing is sent.
///
/// # Errors
/// Where the browser has no memory for it.
pub fn save(name: &str, media_type: &str, text: &str) -> Result<(), BrowserError> {
    save_part(name, media_type, &text.into())
}

/// The same of a text or a buffer.
///
/// # Errors
/// Where the browser has no memory for it.
pub fn save_part(name: &str, media_type: &str, part: &JsValue) -> Result<(), BrowserError> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    let blob = Blob::new_with_blob_sequence_and_options(&Array::of1(part), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken hold of the blob by the time the click returns.
    Ok(Url::revoke_object_url(&url)?)
}

/// Opens the browser's dialogue for printing.
///
/// # Errors
/// Where the browser does not print.
pub fn print() -> Result<(), BrowserError> {
    web_sys::window().map_or(Ok(()), |window| window.print()).map_err(|error: JsValue| error.into())
}
