//! Keys, and the elements they lead to.

use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement, KeyboardEvent};

/// Whether no modifier but Shift is held, and nobody has dealt with the key yet.
pub fn is_plain(event: &KeyboardEvent) -> bool {
    !(event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented())
}

/// Whether the key belongs to a field: text, a choice, a slider. Buttons and radio buttons take no letters.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    let Some(element) = element(event.target()) else { return false };
    if element.dyn_ref::<HtmlElement>().is_some_and(HtmlElement::is_content_editable) {
        return true;
    }
    match element.dyn_ref::<HtmlInputElement>() {
        Some(input) => !matches!(input.type_().as_str(), "radio" | "checkbox" | "button"),
        None => matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT"),
    }
}

/// Moves the focus to something inside the element that hears the key.
pub fn focus_within(event: &KeyboardEvent, selector: &str) {
    let within = element(event.current_target()).and_then(|element| element.query_selector(selector).ok()?);
    focus(within);
}

/// Presses a button inside the element that hears the key.
pub fn click_within(event: &KeyboardEvent, selector: &str) {
    let within = element(event.current_target()).and_then(|element| element.query_selector(selector).ok()?);
    if let Some(button) = within.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        super::page::focus(&button);
        button.click();
    }
}

/// Moves the focus to the row that an event happened in.
pub fn focus_row(event: &Event) {
    focus(element(event.target()).and_then(|element| element.closest(".row").ok()?));
}

/// Moves the focus to an element of the page.
pub fn focus_on(selector: &str) {
    focus(document().and_then(|document| document.query_selector(selector).ok()?));
}

/// Moves the focus to the row so many rows below the one that has it; to the first or last where none has.
pub fn step_row(by: i32) {
    let Some(document) = document() else { return };
    let Ok(rows) = document.query_selector_all(".row") else { return };
    let active = document.active_element().and_then(|element| element.closest(".row").ok()?);
    let is_active = |at: &u32| active.is_some() && rows.item(*at).as_ref() == active.as_deref();
    let last = rows.length() as i32 - 1;
    let next = match (0..rows.length()).find(is_active) {
        Some(at) => (at as i32 + by).clamp(0, last),
        None if by > 0 => 0,
        None => last,
    };
    focus(rows.item(next.max(0) as u32).and_then(|row| row.dyn_into().ok()));
}

/// Whether an element has the focus, or something in it has.
pub fn has_focus(element: &Element) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|active| element.contains(Some(&active)))
}

/// What is written in an element.
pub fn text_in(element: &Element) -> String {
    element.text_content().unwrap_or_default()
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

fn element(target: Option<EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}

fn focus(element: Option<Element>) {
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        super::page::focus(&element);
    }
}
