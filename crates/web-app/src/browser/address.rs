//! What the page's address asks for, behind the `#`: it never reaches a server.

/// What the page's fragment asks for: `#engine=cpu` or `#engine=webgpu`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Override {
    /// Use the processor.
    Cpu,
    /// Use WebGPU, even a software emulation.
    WebGpu,
}

/// The tier that the page's address asks for.
pub fn asked_for() -> Option<Override> {
    match asked("engine")?.as_str() {
        "cpu" => Some(Override::Cpu),
        "webgpu" => Some(Override::WebGpu),
        _ => None,
    }
}

/// The threads that the page's address asks for: `#threads=1`.
pub fn threads_asked_for() -> Option<usize> {
    asked("threads")?.parse().ok().filter(|threads| *threads > 0)
}

/// Whether the page's address asks for 16-bit storage on the graphics processor: `#storage=f16`.
pub fn f16_asked_for() -> bool {
    asked("storage").is_some_and(|storage| storage == "f16")
}

/// Whether the page's address asks for shadow mode: `#mode=shadow`, the address for a pilot.
pub fn shadow_asked_for() -> bool {
    asked("mode").is_some_and(|mode| mode == "shadow")
}

/// Whether the page's address asks for the first lessons: `#mode=lessons`.
pub fn lessons_asked_for() -> bool {
    asked("mode").is_some_and(|mode| mode == "lessons")
}

/// Whether the page's address asks for the light theme: `#theme=light`.
pub fn light_asked_for() -> bool {
    asked("theme").is_some_and(|theme| theme == "light")
}

/// What the fragment says of a key: `#key=value&...`.
fn asked(key: &str) -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    let mut pairs = hash.trim_start_matches('#').split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == key).map(|(_, value)| value.to_owned())
}
