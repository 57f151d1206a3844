//! The header's elements beside the images, with a field to search them.

use crate::components::field::TextField;
use crate::components::signals;
use crate::state::viewer::HeaderList;
use headway_core::listing::HeaderLine;
use leptos::prelude::*;

/// The list, once it is asked for.
#[component]
pub fn Header() -> impl IntoView {
    let header = signals().viewer.header;
    let asked = Memo::new(move |_| header.with(|header| *header != HeaderList::Away));
    let wanted = RwSignal::new(String::new());
    view! {
        <Show when=move || asked.get()>
            <aside class="header-list" data-testid="header-list" aria-label="Header of the middle image">
                <TextField value=wanted on_text=move |text| wanted.set(text) label="Search the header" testid="header-search"
                    hint="Search name, tag or value" live=true/>
                {move || header.with(|header| match header {
                    HeaderList::Away | HeaderList::Reading => view! { <p role="status">"Reading the header…"</p> }.into_any(),
                    HeaderList::Here(Err(reason)) => view! { <p role="alert">{reason.text.clone()}</p> }.into_any(),
                    HeaderList::Here(Ok(lines)) => view! { <dl tabindex="0" aria-label="Elements">{found(lines, &wanted.get().to_lowercase())}</dl> }.into_any(),
                })}
            </aside>
        </Show>
    }
}

fn found(lines: &[HeaderLine], wanted: &str) -> Vec<impl IntoView + use<>> {
    let holds = |line: &&HeaderLine| {
        [&line.name, &line.tag, &line.value].iter().any(|text| text.to_lowercase().contains(wanted))
    };
    lines
        .iter()
        .filter(holds)
        .map(|line| {
            let name = if line.name.is_empty() { "Private or unknown".to_owned() } else { line.name.clone() };
            view! {
                <div class="element" data-depth=line.depth.min(4).to_string()>
                    <dt>{name}" "<span class="muted">{line.tag.clone()}</span></dt>
                    <dd>{line.value.clone()}</dd>
                </div>
            }
        })
        .collect()
}
