//! Dark as a reading room, or light.

use crate::browser::address::light_asked_for;
use crate::browser::page::set_light;
use leptos::prelude::*;

/// The switch. Dark unless the page's address or the person asks for light: images are judged in a dark room.
#[component]
pub fn ThemeSwitch() -> impl IntoView {
    let light = RwSignal::new(light_asked_for());
    Effect::new(move |_| set_light(light.get()));
    view! {
        <button type="button" class="switch" role="switch" aria-checked=move || light.get().to_string() data-testid="theme"
            title="Dark as a reading room, or light" on:click=move |_| light.update(|light| *light = !*light)>
            "Light"
        </button>
    }
}
