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

/// Waits until the browser has nothing else to do, or for two seconds.
pub async fn idle() {
    const MOST_MS: u32 = 2_000;
    let idle = js_sys::Promise::new(&mut |resolve, _| {
        let options = web_sys::IdleRequestOptions::new();
        options.set_timeout(MOST_MS);
        // Safari has no such call.
        let asked = web_sys::window().map(|window| window.request_idle_callback_with_options(&resolve, &options));
        if !matches!(asked, Some(Ok(_))) {
            gloo::timers::callback::Timeout::new(MOST_MS, move || drop(resolve.call0(&JsValue::NULL))).forget();
        }
    });
    // A promise that is only ever resolved.
    let _ = JsFuture::from(idle).await;
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

/// Sets a mark on the root element that styles hang on, or takes it away.
fn mark_root(name: &str, value: Option<&str>) {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    if let Some(root) = root {
        // Both fail only for a name that is no attribute's.
        let _ = match value {
            Some(value) => root.set_attribute(name, value),
            None => root.remove_attribute(name),
        };
    }
}

/// Shows the page for a projector: larger.
pub fn set_projector(on: bool) {
    mark_root("data-view", on.then_some("projector"));
}

/// Shows the page in its light theme, or in the dark one of a reading room.
pub fn set_light(on: bool) {
    mark_root("data-theme", on.then_some("light"));
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
    tell_document("headway-evidence", &list.map_or(JsValue::UNDEFINED, JsValue::from_str));
}

/// Hears, for the life of the page, of calibrations that are to be adopted: the evidence room is a module of its own.
pub fn on_adopt(mut run: impl FnMut(String) + 'static) {
    let listener = Closure::<dyn FnMut(web_sys::CustomEvent)>::new(move |event: web_sys::CustomEvent| {
        if let Some(found) = event.detail().as_string() {
            run(found);
        }
    });
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        // Fails only for a name that is no event's.
        let _ = document.add_event_listener_with_callback("headway-adopt", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Asks the page to adopt a calibration.
pub fn ask_to_adopt(found: &str) {
    tell_document("headway-adopt", &JsValue::from_str(found));
}

/// Tells the evidence room what became of it.
pub fn say_adopted(words: &str) {
    tell_document("headway-adopted", &JsValue::from_str(words));
}

/// Hears what became of it, once.
pub fn on_adopted(run: impl FnOnce(String) + 'static) {
    let listener = Closure::once_into_js(move |event: web_sys::CustomEvent| {
        run(event.detail().as_string().unwrap_or_default());
    });
    let options = web_sys::AddEventListenerOptions::new();
    options.set_once(true);
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        // Fails only for a name that is no event's.
        let _ = document.add_event_listener_with_callback_and_add_event_listener_options(
            "headway-adopted",
            listener.unchecked_ref(),
            &options,
        );
    }
}

fn tell_document(name: &str, detail: &JsValue) {
    let init = web_sys::CustomEventInit::new();
    init.set_detail(detail);
    let document = web_sys::window().and_then(|window| window.document());
    let event = web_sys::CustomEvent::new_with_event_init_dict(name, &init);
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

/// Unfolds a panel by its id, brings it into view and gives its heading the focus.
pub fn show_panel(id: &str) {
    let panel = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id(id));
    let Some(panel) = panel else { return };
    // Fails only for a name that is no attribute's.
    let _ = panel.set_attribute("open", "");
    let heading = panel.query_selector("summary").ok().flatten();
    if let Some(heading) = heading.and_then(|heading| heading.dyn_into::<web_sys::HtmlElement>().ok()) {
        heading.scroll_into_view();
        focus(&heading);
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
