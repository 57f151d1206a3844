//! The order of an element's children.

use headway_core::worklist::moves::staying;
use web_sys::{Element, Node};

/// Puts children of `parent` in this order; `was` is which place each was given before, `None` where it stands anywhere.
/// As few as possible are moved: what is moved is styled and laid out anew, and loses the focus, which is why the one that has it stays.
pub fn put_in_order(parent: &Element, children: &[Element], was: &[Option<usize>]) {
    let active = parent.owner_document().and_then(|document| document.active_element());
    let active = active.filter(|active| parent.contains(Some(active)));
    let held = active.and_then(|active| children.iter().position(|child| child.contains(Some(&active))));
    // Behind the last of them may stand what is no element: it stays there.
    let end = parent.last_element_child().and_then(|last| last.next_sibling());
    let mut next: Option<&Node> = end.as_ref();
    for (child, stays) in children.iter().zip(staying(was, held)).rev() {
        if !stays {
            // Fails only where one would stand in itself.
            let _ = parent.insert_before(child, next);
        }
        next = Some(child);
    }
}
