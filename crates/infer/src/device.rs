//! Where the network runs, and why there.

use burn::tensor::Device;
use headway_core::finding::{DeviceReport, Tier};
use headway_core::reason::{Code, Reason};

/// The device asked for, with the sentence that says why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The processor.
    Cpu {
        /// Why, for the reader.
        why: String,
    },
    /// The graphics processor.
    Gpu {
        /// Why, for the reader.
        why: String,
    },
}

/// Opens the device asked for. There is no silent fallback: the caller decides what to try next, and keeps the reason.
///
/// # Errors
/// [`Code::NoDevice`] where this build or this machine has none.
pub async fn open(wanted: Wanted) -> Result<(Device, DeviceReport), Reason> {
    match wanted {
        Wanted::Cpu { why } => cpu(why),
        Wanted::Gpu { why } => gpu(why).await,
    }
}

#[cfg(feature = "cpu")]
fn cpu(why: String) -> Result<(Device, DeviceReport), Reason> {
    let adapter = if cfg!(target_arch = "wasm32") { "WebAssembly SIMD, one thread" } else { std::env::consts::ARCH };
    Ok((Device::flex(), DeviceReport { tier: Tier::Cpu, adapter: adapter.to_owned(), why }))
}

#[cfg(not(feature = "cpu"))]
fn cpu(_: String) -> Result<(Device, DeviceReport), Reason> {
    Err(Reason::new(Code::NoDevice, "This module runs on the graphics processor only."))
}

#[cfg(feature = "gpu")]
async fn gpu(why: String) -> Result<(Device, DeviceReport), Reason> {
    let no_device = |e: &dyn std::fmt::Display| {
        Reason::new(Code::NoDevice, format!("The graphics processor cannot be opened ({e})."))
    };
    let (device, setup) = Device::wgpu_options().init_with_setup_async().await.map_err(|e| no_device(&e))?;
    let info = setup.adapter.get_info();
    let adapter = if info.name.is_empty() {
        format!("{:?}", info.backend)
    } else {
        format!("{} ({:?})", info.name, info.backend)
    };
    Ok((device, DeviceReport { tier: Tier::Gpu, adapter, why }))
}

#[cfg(not(feature = "gpu"))]
async fn gpu(_: String) -> Result<(Device, DeviceReport), Reason> {
    Err(Reason::new(
        Code::NoDevice,
        "This build has no support for graphics processors; build it with the feature `gpu`.",
    ))
}
