//! Whether there is a graphics processor worth asking, and if not, why, in words.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Marks in adapter names that give a software emulation away.
const EMULATIONS: &[&str] = &["swiftshader", "llvmpipe", "lavapipe", "softpipe", "software", "basic render", "warp"];

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

/// Whether the page's address asks for shadow mode: `#mode=shadow`.
pub fn shadow_asked_for() -> bool {
    asked("mode").is_some_and(|mode| mode == "shadow")
}

/// What the fragment says of a key: `#key=value&...`.
fn asked(key: &str) -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    let mut pairs = hash.trim_start_matches('#').split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(found, _)| *found == key).map(|(_, value)| value.to_owned())
}

/// The adapter's name, or why there is none to use.
///
/// # Errors
/// A sentence for the reader.
pub async fn hardware_adapter() -> Result<String, String> {
    let window = web_sys::window().ok_or("there is no window")?;
    let gpu = get(&window.navigator(), "gpu");
    if gpu.is_undefined() {
        return Err(if window.is_secure_context() {
            "this browser has no WebGPU".to_owned()
        } else {
            "the page is not served over https or from localhost, and browsers hide WebGPU from such pages".to_owned()
        });
    }
    let adapter = request_adapter(&gpu).await.map_err(|e| format!("WebGPU failed to answer ({e:?})"))?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err(
            "WebGPU found no graphics processor; its driver may be missing or blocked by the browser".to_owned()
        );
    }
    let info = get(&adapter, "info");
    let text = |key: &str| get(&info, key).as_string().unwrap_or_default();
    let name = [text("vendor"), text("architecture"), text("device"), text("description")]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let fallback = get(&adapter, "isFallbackAdapter").is_truthy() || get(&info, "isFallbackAdapter").is_truthy();
    if fallback || EMULATIONS.iter().any(|mark| name.to_lowercase().contains(mark)) {
        return Err(format!(
            "WebGPU offers only a software emulation here ({name}), which is slower than the processor itself"
        ));
    }
    Ok(if name.is_empty() { "graphics processor".to_owned() } else { name })
}

async fn request_adapter(gpu: &JsValue) -> Result<JsValue, JsValue> {
    let request: Function = get(gpu, "requestAdapter").dyn_into()?;
    JsFuture::from(request.call0(gpu)?.dyn_into::<Promise>()?).await
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}
