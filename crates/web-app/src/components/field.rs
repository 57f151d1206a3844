//! A line to write in. No `<input>`: Chromium describes the text fields of every page to its maker's servers for
//! autofill, whatever the page forbids. `privacy.test.mjs` sees it; an editable element is left alone.

use crate::browser::keys::{focus_row, has_focus, text_in};
use leptos::ev::KeyboardEvent;
use leptos::html::Span;
use leptos::prelude::*;

/// One line of text. It is taken when the field is left or at Enter; at every letter where it is `live`.
#[component]
pub fn TextField(
    /// What stands in it.
    #[prop(into)]
    value: Signal<String>,
    /// Hears what was written.
    on_text: impl Fn(String) + Copy + 'static,
    /// Its name for people who do not see it.
    label: &'static str,
    /// Its name for tests, and for keys that lead to it.
    testid: &'static str,
    /// What to write, while it is empty.
    #[prop(optional)]
    hint: &'static str,
    /// Hears every letter.
    #[prop(optional)]
    live: bool,
    /// Shows dots.
    #[prop(optional)]
    secret: bool,
    /// Cannot be written in.
    #[prop(optional, into)]
    barred: Signal<bool>,
) -> impl IntoView {
    let field = NodeRef::<Span>::new();
    let show = move |text: String| {
        if let Some(field) = field.get_untracked() {
            field.set_text_content(Some(&text));
        }
    };
    Effect::new(move |_| {
        let (text, Some(field)) = (value.get(), field.get()) else { return };
        // While someone writes, the caret must not jump.
        if !has_focus(&field) && text_in(&field) != text {
            show(text);
        }
    });
    let written = move || field.get_untracked().map(|field| text_in(&field)).unwrap_or_default();
    // What could not be taken gives way to what stands.
    let take = move || {
        on_text(written());
        show(value.get_untracked());
    };
    let key = move |event: KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            take();
            focus_row(&event);
        }
    };
    view! {
        <span class="field" class:secret=secret node_ref=field data-testid=testid data-hint=hint role="textbox" aria-label=label
            contenteditable=move || if barred.get() { "false" } else { "plaintext-only" } aria-disabled=move || barred.get().to_string()
            tabindex=move || if barred.get() { "-1" } else { "0" } spellcheck="false" autocapitalize="off"
            on:input=move |_| if live { on_text(written()) } on:blur=move |_| take() on:keydown=key></span>
    }
}
