//! The processor's crew: `headway-crew` over shared memory, led from this worker, with helpers in workers of their own.

use super::error::BrowserError;
use super::fetch::build_file;
use js_sys::{Array, Atomics, Float32Array, Int32Array, Object, Promise, Reflect, Uint8Array, WebAssembly};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerGlobalScope, WorkerOptions, WorkerType};

/// The module's builds, best first, with what they are called; a browser refuses one whose instructions it lacks.
const BUILDS: [(&str, &str); 2] = [("crew-relaxed.wasm", "relaxed SIMD"), ("crew.wasm", "SIMD")];
/// Pages of 64 KiB to begin with, and at most as xtask links it.
const MEMORY_PAGES: [u32; 2] = [64, 8192];
/// A helper that has not come by then is gone without, ms.
const ARRIVAL_MS: i32 = 5_000;

#[wasm_bindgen]
extern "C" {
    /// The doors of an instance, as crates/crew documents them.
    pub type Doors;
    #[wasm_bindgen(method, catch)]
    fn stack(this: &Doors) -> Result<u32, JsValue>;
    #[wasm_bindgen(method)]
    fn bell(this: &Doors) -> u32;
    #[wasm_bindgen(method, catch)]
    fn hire(this: &Doors, workers: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn reserve(this: &Doors, len: u32) -> Result<u32, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn push(
        this: &Doors,
        kind: u32,
        inputs: u32,
        outputs: u32,
        taps: u32,
        bias: u32,
        channels: u32,
    ) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn begin(this: &Doors, x: u32, y: u32, z: u32) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn proceed(this: &Doors) -> Result<u32, JsValue>;
    #[wasm_bindgen(method)]
    fn stop(this: &Doors);
    #[wasm_bindgen(method)]
    fn share(this: &Doors) -> f64;
    #[wasm_bindgen(method)]
    fn logit(this: &Doors) -> f32;
}

/// Workers over one memory.
pub struct Crew {
    doors: Doors,
    memory: WebAssembly::Memory,
    helpers: Vec<Worker>,
    instructions: &'static str,
    // Held, not read: the module calls it.
    _ring: Closure<dyn Fn()>,
}

impl std::fmt::Debug for Crew {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crew").field("helpers", &self.helpers.len()).finish_non_exhaustive()
    }
}

/// Threads worth having, as the browser says.
pub fn threads() -> usize {
    /// More share too little work on the network's small maps.
    const MOST: f64 = 8.0;
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let cores = get(&get(&js_sys::global(), "navigator"), "hardwareConcurrency").as_f64();
    cores.map_or(1, |cores| cores.clamp(1.0, MOST) as usize)
}

/// Whether memory can be shared with other workers: only where the host's headers isolate the page.
pub fn can_share() -> bool {
    Reflect::get(&js_sys::global(), &"crossOriginIsolated".into()).is_ok_and(|isolated| isolated.is_truthy())
}

impl Crew {
    /// Loads the module and brings up to that many workers together, this one among them.
    ///
    /// # Errors
    /// In words where the browser has no shared memory to give, or refuses the module.
    pub async fn gather(threads: usize) -> Result<Self, BrowserError> {
        let (module, instructions) = compile().await?;
        let memory = shared_memory()?;
        let bell = memory.clone();
        let at = Rc::new(Cell::new(0));
        let bell_at = Rc::clone(&at);
        let ring: Closure<dyn Fn()> = Closure::new(move || {
            // Fails only where the place is no word of the memory, which it is.
            let _ = Atomics::notify(&Int32Array::new(&bell.buffer()), bell_at.get());
        });
        let imports = object(&[
            ("env", object(&[("memory", memory.clone().into())])?.into()),
            ("headway", object(&[("ring", ring.as_ref().clone())])?.into()),
        ])?;
        let instance = JsFuture::from(WebAssembly::instantiate_module(&module, &imports)).await?;
        let doors = instance.unchecked_into::<WebAssembly::Instance>().exports().unchecked_into::<Doors>();
        at.set(doors.bell() / 4);
        let mut crew = Self { doors, memory, helpers: Vec::new(), instructions, _ring: ring };
        crew.call_helpers(&module, threads.saturating_sub(1), at.get()).await?;
        // Those who did not come keep their number: room is made for them as well.
        crew.doors.hire(threads as u32)?;
        Ok(crew)
    }

    async fn call_helpers(
        &mut self,
        module: &WebAssembly::Module,
        count: usize,
        bell: u32,
    ) -> Result<(), BrowserError> {
        let mut arrivals = Vec::new();
        for number in 0..count {
            let word = |n: u32| JsValue::from(n);
            let message = object(&[
                ("module", module.into()),
                ("memory", self.memory.clone().into()),
                ("number", word(number as u32)),
                ("stack", word(self.doors.stack()?)),
                ("bell", word(bell)),
            ])?;
            let (worker, arrival) = call(&message)?;
            // At once: should the next one fail, this one is ended with the crew.
            self.helpers.push(worker);
            arrivals.push(arrival);
        }
        for (worker, arrival) in std::mem::take(&mut self.helpers).into_iter().zip(arrivals) {
            let arrived = JsFuture::from(arrival).await.is_ok_and(|event| event.is_instance_of::<MessageEvent>());
            if arrived { self.helpers.push(worker) } else { worker.terminate() }
        }
        Ok(())
    }

    /// How many work together.
    pub fn workers(&self) -> usize {
        self.helpers.len() + 1
    }

    /// The instructions in use.
    pub fn instructions(&self) -> &'static str {
        self.instructions
    }

    /// Takes a step of the network, of the kind and sizes as crates/crew documents them.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn push(&self, kind: u32, sizes: [usize; 5], values: &[&[f32]]) -> Result<(), BrowserError> {
        self.hand_in(values)?;
        let [inputs, outputs, taps, bias, channels] = sizes.map(|n| n as u32);
        Ok(self.doors.push(kind, inputs, outputs, taps, bias, channels)?)
    }

    /// Takes a volume of these sides.
    ///
    /// # Errors
    /// Where memory is short.
    pub fn begin(&self, values: &[f32], dims: [usize; 3]) -> Result<(), BrowserError> {
        self.hand_in(&[values])?;
        let [x, y, z] = dims.map(|n| n as u32);
        Ok(self.doors.begin(x, y, z)?)
    }

    fn hand_in(&self, values: &[&[f32]]) -> Result<(), BrowserError> {
        let len: usize = values.iter().map(|part| part.len()).sum();
        let mut at = self.doors.reserve(len as u32)?;
        // Only now: memory may have grown.
        let buffer = self.memory.buffer();
        for part in values {
            Float32Array::new_with_byte_offset_and_length(&buffer, at, part.len() as u32).copy_from(part);
            at += size_of_val(*part) as u32;
        }
        Ok(())
    }

    /// Works on for a while. The answer, if it is there.
    ///
    /// # Errors
    /// Where the module broke off.
    pub fn proceed(&self) -> Result<Option<f32>, BrowserError> {
        match self.doors.proceed()? {
            0 => Ok(None),
            1 => Ok(Some(self.doors.logit())),
            // It broke off once and has lost its network since: said, and not waited for.
            _ => Err(JsValue::from("there is no volume to work on").into()),
        }
    }

    /// The share done of the volume at hand, 0 to 1.
    pub fn share(&self) -> f64 {
        self.doors.share()
    }

    /// Lets go of the volume at hand.
    pub fn stop(&self) {
        self.doors.stop();
        // It is heard at the next pause.
        while let Ok(0) = self.doors.proceed() {}
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.helpers.iter().for_each(Worker::terminate);
    }
}

async fn compile() -> Result<(WebAssembly::Module, &'static str), BrowserError> {
    let mut refused = JsValue::UNDEFINED;
    for (file, instructions) in BUILDS {
        let bytes = build_file(file).await?;
        match JsFuture::from(WebAssembly::compile(&Uint8Array::from(&*bytes))).await {
            Ok(module) => return Ok((module.unchecked_into(), instructions)),
            Err(error) => refused = error,
        }
    }
    Err(refused.into())
}

fn shared_memory() -> Result<WebAssembly::Memory, JsValue> {
    let [initial, maximum] = MEMORY_PAGES.map(JsValue::from);
    WebAssembly::Memory::new(&object(&[("initial", initial), ("maximum", maximum), ("shared", true.into())])?)
}

/// Starts a helper; the promise ends with its first message, an error, or nothing after a while.
fn call(message: &Object) -> Result<(Worker, Promise), JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let worker = Worker::new_with_options("crew.js", &options)?;
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let arrival = Promise::new(&mut |resolve, _| {
        worker.set_onmessage(Some(&resolve));
        let failed = resolve.clone();
        let on_error = Closure::once_into_js(move |event: ErrorEvent| {
            // Else it would count as an error of this worker.
            event.prevent_default();
            let _ = failed.call1(&JsValue::NULL, &event);
        });
        worker.set_onerror(Some(on_error.unchecked_ref()));
        let _ = scope.set_timeout_with_callback_and_timeout_and_arguments(&resolve, ARRIVAL_MS, &Array::new());
    });
    worker.post_message(message)?;
    Ok((worker, arrival))
}

fn object(entries: &[(&str, JsValue)]) -> Result<Object, JsValue> {
    let object = Object::new();
    for (key, value) in entries {
        Reflect::set(&object, &(*key).into(), value)?;
    }
    Ok(object)
}
