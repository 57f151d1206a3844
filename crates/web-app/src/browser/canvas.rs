//! Pictures into canvases, and the size an element has on the screen.

use super::error::BrowserError;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, ImageData, ResizeObserver};

/// Fills a canvas with a picture: opaque pixels, row by row.
///
/// # Errors
/// Where the browser gives no canvas memory.
pub fn paint(canvas: &HtmlCanvasElement, pixels: &[u8], columns: usize, rows: usize) -> Result<(), BrowserError> {
    let (width, height) = (columns as u32, rows as u32);
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width, height)?;
    if let Some(context) = canvas.get_context("2d")?.and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok()) {
        context.put_image_data(&image, 0.0, 0.0)?;
    }
    Ok(())
}

/// Tells an element's size in CSS pixels now and whenever it changes, until dropped.
pub struct SizeWatch {
    observer: ResizeObserver,
    // Held, not read: dropping a closure while the browser may call it is an error.
    _heard: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// Begins to watch; `None` where the browser cannot.
    pub fn begin(element: &Element, mut tell: impl FnMut(f64, f64) + 'static) -> Option<Self> {
        let watched = element.clone();
        let heard = Closure::<dyn FnMut()>::new(move || {
            tell(f64::from(watched.client_width()), f64::from(watched.client_height()));
        });
        let observer = ResizeObserver::new(heard.as_ref().unchecked_ref()).ok()?;
        observer.observe(element);
        Some(Self { observer, _heard: heard })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
