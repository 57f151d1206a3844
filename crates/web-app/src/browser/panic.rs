//! Panics: reported by their place in the source, never by their message,
//! which may quote what a file held. Consoles are logs, and patient data stays out of logs.

use std::panic::{PanicHookInfo, set_hook};

/// Reports every panic of this module to the console; `then` hears its place as well.
pub fn report_panics(then: impl Fn(&str) + Send + Sync + 'static) {
    set_hook(Box::new(move |panic| {
        let place = place(panic);
        web_sys::console::error_1(&format!("Headway stopped at {place}").into());
        then(&place);
    }));
}

/// File and line, without the folders of the machine it was built on.
fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |at| {
            let parts: Vec<&str> = at.file().rsplit(['/', '\\']).take(3).collect();
            format!("{}:{}", parts.into_iter().rev().collect::<Vec<_>>().join("/"), at.line())
        },
    )
}
