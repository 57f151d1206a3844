//! Whether an element lies near the part of the page that is seen.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// How far from the part that is seen counts as near: about a screen.
const MARGIN: &str = "900px";

/// Watches an element until it is dropped.
pub struct Near {
    observer: IntersectionObserver,
    _told: Closure<dyn Fn(Array)>,
}

impl Near {
    /// Tells whenever the element comes near or goes away; `None` where the browser cannot say.
    pub fn watch(element: &Element, told: impl Fn(bool) + 'static) -> Option<Self> {
        let told = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            let last = entries.iter().last().and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok());
            if let Some(entry) = last {
                told(entry.is_intersecting());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(MARGIN);
        let observer = IntersectionObserver::new_with_options(told.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _told: told })
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
