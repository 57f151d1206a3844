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

/// Selects an element's text and copies it; whether the browser allowed that: pages over plain http may not.
pub async fn copy(element: &web_sys::Element) -> bool {
    let Some(window) = web_sys::window() else { return false };
    if let Ok(Some(selection)) = window.get_selection() {
        // Fails only for an element outside of the document.
        let _ = selection.select_all_children(element);
    }
    let clipboard = window.navigator().clipboard();
    // Absent outside of secure contexts.
    let is_there = !AsRef::<JsValue>::as_ref(&clipboard).is_undefined();
    is_there && JsFuture::from(clipboard.write_text(&element.text_content().unwrap_or_default())).await.is_ok()
}

/// Opens a dialogue over the page; the browser keeps the focus in it and hears Escape.
pub fn show_dialog(dialog: &web_sys::HtmlDialogElement) {
    if !dialog.open() {
        // Fails only for an element outside of the document.
        let _ = dialog.show_modal();
    }
}

/// Closes a dialogue; the focus returns to where it was.
pub fn close_dialog(dialog: &web_sys::HtmlDialogElement) {
    if dialog.open() {
        dialog.close();
    }
}

/// Whether what a key was pressed in has its own use for it: a slider moves by arrows, a text takes every key.
pub fn has_own_keys(target: Option<web_sys::EventTarget>, key: &str) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok()) else {
        return false;
    };
    if element.is_content_editable() {
        return key != "Escape";
    }
    element.dyn_ref::<web_sys::HtmlInputElement>().is_some_and(|input| match input.type_().as_str() {
        "range" => key.len() > 1,
        _ => key != "Escape",
    })
}

/// Has all that a pressed pointer does go to the element it was pressed in, wherever it moves.
pub fn hold_pointer(event: &web_sys::PointerEvent) {
    let element = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    if let Some(element) = element {
        // Fails only for a pointer that is gone, which moves nowhere.
        let _ = element.set_pointer_capture(event.pointer_id());
    }
}

/// Asks `boot.js` for the evidence room, a module of its own that is fetched when it is first opened.
pub fn open_evidence(list: Option<&str>) {
    let init = web_sys::CustomEventInit::new();
    init.set_detail(&list.map_or(JsValue::UNDEFINED, JsValue::from_str));
    let document = web_sys::window().and_then(|window| window.document());
    let event = web_sys::CustomEvent::new_with_event_init_dict("headway-evidence", &init);
    if let (Some(document), Ok(event)) = (document, event) {
        // Fails only for an event that is under way already.
        let _ = document.dispatch_event(&event);
    }
}

/// Has the browser ask before the page is closed or left while something is unsaved, for the life of the page.
/// Browsers word the question themselves, and ask only people who have used the page.
pub fn ask_before_closing(unsaved: impl Fn() -> bool + 'static) {
    let listener = Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| {
        if unsaved() {
            event.prevent_default();
        }
    });
    if let Some(window) = web_sys::window() {
        // Fails only for a name that is no event's.
        let _ = window.add_event_listener_with_callback("beforeunload", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Begins the page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        // Fails only for a document that is not shown.
        let _ = window.location().reload();
    }
}

/// Unfolds a panel by its test id.
pub fn unfold(panel: &str) {
    let document = web_sys::window().and_then(|w| w.document());
    let panel = document.and_then(|d| d.query_selector(&format!("[data-testid={panel}]")).ok()?);
    if let Some(panel) = panel {
        // Fails only for a name that is no attribute's.
        let _ = panel.set_attribute("open", "");
    }
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
