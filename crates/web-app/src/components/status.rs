//! Where the network runs and why, which model it is, and how far the work has come.

use super::diagnosis::DiagnosisButton;
use super::model::Model;
use super::progress::Progress;
use super::signals;
use super::text::sentence;
use crate::state::device::EngineState;
use headway_core::finding::{DeviceReport, Tier};
use leptos::prelude::*;

/// Device, model, progress.
#[component]
pub fn Status() -> impl IntoView {
    view! {
        <section class="status" aria-label="Device, model and progress">
            <Device/>
            <Model/>
            <Progress/>
        </section>
    }
}

/// The tier and why.
#[component]
fn Device() -> impl IntoView {
    let engine = signals().engine;
    let tier = move || match engine.get() {
        EngineState::Loading(tier, _) | EngineState::Ready(DeviceReport { tier, .. }) => Some(tier),
        EngineState::Probing | EngineState::Failed(_) => None,
    };
    let name = move || {
        tier().map(|tier| match tier {
            Tier::Gpu => "webgpu",
            Tier::Cpu => "cpu",
        })
    };
    let text = Memo::new(move |_| match engine.get() {
        EngineState::Probing => {
            ("Looking for a graphics processor…".to_owned(), "The page can be used meanwhile.".to_owned())
        }
        EngineState::Loading(tier, why) => (format!("{}: loading the model…", tier_name(tier)), why),
        EngineState::Ready(device) => (format!("{}: {}", tier_name(device.tier), device.adapter), device.why),
        EngineState::Failed(reason) => ("No engine: studies are read, but not scored".to_owned(), reason.text),
    });
    let failed = move || matches!(engine.get(), EngineState::Failed(_));
    view! {
        <div class="fact" class:failed=failed data-testid="device" data-tier=name data-ready=move || matches!(engine.get(), EngineState::Ready(_)).to_string()>
            <span class="label">"Device"</span>
            <span class="value">{move || text.get().0}</span>
            <span class="why">{move || sentence(&text.get().1)}</span>
            <DiagnosisButton/>
        </div>
    }
}

/// A tier as a name at the start of a line.
pub const fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Gpu => "Graphics processor (WebGPU)",
        Tier::Cpu => "Processor",
    }
}
