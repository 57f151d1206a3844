//! The order of an element's children.

use headway_core::worklist::moves::staying;
use js_sys::Map;
use wasm_bindgen::JsValue;
use web_sys::{Element, Node};

/// Puts children of `parent` in this order. As few as possible are moved: what is moved is styled and laid out anew, and loses the
/// focus, which is why the one that has it stays.
pub fn put_in_order(parent: &Element, children: &[Element]) {
    let stand = parent.children();
    let places = Map::new();
    for at in 0..stand.length() {
        places.set(&stand.item(at).into(), &JsValue::from(at));
    }
    let place = |child: &Element| places.get(child).as_f64().map(|at| at as usize);
    let was: Vec<Option<usize>> = children.iter().map(place).collect();
    let active = parent.owner_document().and_then(|document| document.active_element());
    let held = active.and_then(|active| children.iter().position(|child| child.contains(Some(&active))));
    // Behind the last of them may stand what is no element: it stays there.
    let mut next = parent.last_element_child().and_then(|last| last.next_sibling());
    for (child, stays) in children.iter().zip(staying(&was, held)).rev() {
        if !stays {
            // Fails only where one would stand in itself.
            let _ = parent.insert_before(child, next.as_ref());
        }
        next = Some(Node::from(child.clone()));
    }
}
