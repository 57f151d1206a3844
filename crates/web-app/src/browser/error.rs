//! One error type out of the browser's many.

use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// What the browser said went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserError(String);

impl fmt::Display for BrowserError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<JsValue> for BrowserError {
    fn from(value: JsValue) -> Self {
        let text = match (value.dyn_ref::<js_sys::Error>(), value.dyn_ref::<web_sys::DomException>()) {
            (_, Some(exception)) => format!("{}: {}", exception.name(), exception.message()),
            (Some(error), None) => String::from(error.message()),
            (None, None) => value.as_string().unwrap_or_else(|| format!("{value:?}")),
        };
        Self(text)
    }
}
