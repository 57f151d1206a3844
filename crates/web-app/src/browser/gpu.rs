//! Whether there is a graphics processor worth asking, and if not, why, in words.

use super::error::BrowserError;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Marks in adapter names that give a software emulation away.
const EMULATIONS: &[&str] = &["swiftshader", "llvmpipe", "lavapipe", "softpipe", "software", "basic render", "warp"];

/// Why there is no graphics processor to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// Browsers hide WebGPU from pages that came over plain http.
    Insecure,
    /// The browser has no WebGPU.
    NoWebGpu,
    /// It has, and failed when asked.
    Failed(String),
    /// It has, and found no graphics processor.
    NoAdapter,
    /// It offers a software emulation of this name.
    Emulation(String),
}

impl std::fmt::Display for Lack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Insecure => f.write_str(
                "the page is not served over https or from localhost, and browsers hide WebGPU from such pages",
            ),
            Self::NoWebGpu => f.write_str("this browser has no WebGPU"),
            Self::Failed(error) => write!(f, "WebGPU failed to answer ({error})"),
            Self::NoAdapter => {
                f.write_str("WebGPU found no graphics processor; its driver may be missing or blocked by the browser")
            }
            Self::Emulation(name) => write!(
                f,
                "WebGPU offers only a software emulation here ({name}), which is slower than the processor itself"
            ),
        }
    }
}

impl Lack {
    /// What whoever looks after this PC can do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Insecure => {
                "Have the page served over https, or serve it from this PC itself with `headway serve` and open http://127.0.0.1:8080."
            }
            Self::NoWebGpu => {
                "Use a current Chrome, Edge, Safari or Firefox. Where WebGPU is still behind a setting it is `dom.webgpu.enabled` in Firefox's about:config, and `chrome://flags/#enable-unsafe-webgpu` in Chrome on Linux; a policy of the organisation may keep it off."
            }
            Self::Failed(_) => {
                "Close other tabs and reload the page; if it stays so, update browser and graphics driver."
            }
            Self::NoAdapter | Self::Emulation(_) => {
                "Switch graphics acceleration on in the browser's settings, update the graphics driver and start the browser again; chrome://gpu or about:support names what is blocked. Remote desktops and virtual machines often have no graphics processor."
            }
        }
    }
}

/// What WebGPU found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// Its name, as far as the browser tells it.
    pub name: String,
    /// Largest buffer and largest part of one that a shader may use, bytes.
    pub most_bytes: [u64; 2],
}

/// The adapter, or why there is none to use.
///
/// # Errors
/// What is lacking.
pub async fn hardware_adapter() -> Result<Adapter, Lack> {
    let gpu = web_sys::window().map_or(JsValue::UNDEFINED, |window| get(&window.navigator(), "gpu"));
    if gpu.is_undefined() {
        let secure = web_sys::window().is_some_and(|window| window.is_secure_context());
        return Err(if secure { Lack::NoWebGpu } else { Lack::Insecure });
    }
    let adapter = request_adapter(&gpu).await.map_err(|e| Lack::Failed(BrowserError::from(e).to_string()))?;
    if adapter.is_null() || adapter.is_undefined() {
        return Err(Lack::NoAdapter);
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
        return Err(Lack::Emulation(name));
    }
    let limits = get(&adapter, "limits");
    let limit = |key: &str| get(&limits, key).as_f64().unwrap_or_default() as u64;
    Ok(Adapter {
        name: if name.is_empty() { "graphics processor".to_owned() } else { name },
        most_bytes: [limit("maxBufferSize"), limit("maxStorageBufferBindingSize")],
    })
}

/// What the browser and this device offer the page, line by line. Neither address nor anything of a patient's is among it.
pub async fn facts() -> Vec<(&'static str, String)> {
    let global: JsValue = js_sys::global().into();
    let navigator = get(&global, "navigator");
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let number = |key: &str, unit: &str| {
        get(&navigator, key).as_f64().map_or_else(|| "not told".to_owned(), |n| format!("{n}{unit}"))
    };
    let mut facts = vec![
        ("Secure context (https or localhost)", yes(get(&global, "isSecureContext").is_truthy())),
        ("Isolated by the host's headers", yes(get(&global, "crossOriginIsolated").is_truthy())),
        ("WebGPU in this browser", yes(!get(&navigator, "gpu").is_undefined())),
    ];
    match hardware_adapter().await {
        Ok(Adapter { name, most_bytes: [buffer, part] }) => {
            let megabytes = |bytes: u64| format!("{} MB", bytes >> 20);
            facts.push(("Graphics processor", name));
            facts
                .push(("Largest buffer", format!("{}, of which a shader sees {}", megabytes(buffer), megabytes(part))));
        }
        Err(lack) => {
            facts.push(("Graphics processor", format!("none: {lack}")));
            facts.push(("What to do", lack.remedy().to_owned()));
        }
    }
    facts.push(("Processor threads", number("hardwareConcurrency", "")));
    facts.push(("Memory, at least", number("deviceMemory", " GB")));
    facts.push(("Browser", get(&navigator, "userAgent").as_string().unwrap_or_default()));
    facts
}

async fn request_adapter(gpu: &JsValue) -> Result<JsValue, JsValue> {
    let request: Function = get(gpu, "requestAdapter").dyn_into()?;
    JsFuture::from(request.call0(gpu)?.dyn_into::<Promise>()?).await
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}
