//! Whether an element lies near the part of the page that is seen.
//!
//! The browser tells of many elements at once, and each may be drawn anew when it hears of it: they are told one after the other,
//! with room for the browser's own work in between, so that a list that is sorted never stands still.

use super::clock::yield_now;
use js_sys::Array;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit};

/// How far from the part that is seen counts as near: about a screen.
const MARGIN: &str = "900px";

type Told = dyn Fn(bool);

thread_local! {
    /// Who is still to be told, and what; the first of them is being told.
    static TO_TELL: RefCell<VecDeque<(Weak<Told>, bool)>> = RefCell::default();
}

/// Watches an element until it is dropped.
pub struct Near {
    observer: IntersectionObserver,
    // Held, not called from here: who is gone is not told.
    _told: Rc<Told>,
    _heard: Closure<dyn Fn(Array)>,
}

impl Near {
    /// Tells whenever the element comes near or goes away; `None` where the browser cannot say.
    pub fn watch(element: &Element, told: impl Fn(bool) + 'static) -> Option<Self> {
        let told: Rc<Told> = Rc::new(told);
        let weak = Rc::downgrade(&told);
        let heard = Closure::<dyn Fn(Array)>::new(move |entries: Array| {
            let last = entries.iter().last().and_then(|entry| entry.dyn_into::<IntersectionObserverEntry>().ok());
            if let Some(entry) = last {
                tell(weak.clone(), entry.is_intersecting());
            }
        });
        let options = IntersectionObserverInit::new();
        options.set_root_margin(MARGIN);
        let observer = IntersectionObserver::new_with_options(heard.as_ref().unchecked_ref(), &options).ok()?;
        observer.observe(element);
        Some(Self { observer, _told: told, _heard: heard })
    }
}

impl Drop for Near {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn tell(told: Weak<Told>, is_near: bool) {
    let is_first = TO_TELL.with_borrow_mut(|to_tell| {
        to_tell.push_back((told, is_near));
        to_tell.len() == 1
    });
    if is_first {
        spawn_local(tell_all());
    }
}

async fn tell_all() {
    while let Some((told, is_near)) = TO_TELL.with_borrow(|to_tell| to_tell.front().cloned()) {
        if let Some(told) = told.upgrade() {
            told(is_near);
            yield_now().await;
        }
        TO_TELL.with_borrow_mut(VecDeque::pop_front);
    }
}
