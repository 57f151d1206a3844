//! Whether there is a graphics processor worth asking, and if not, why, in words.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Marks in adapter names that give a software emulation away.
const EMULATIONS: &[&str] = &["swiftshader", "llvmpipe", "lavapipe", "softpipe", "software", "basic render", "warp"];

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
