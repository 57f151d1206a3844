//! The engine, as far as it is known.

use headway_core::finding::{DeviceReport, Tier};
use headway_core::reason::Reason;

/// How far the engine has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum EngineState {
    /// Looking for a graphics processor.
    #[default]
    Probing,
    /// Loading the model on this tier, for this reason.
    Loading(Tier, String),
    /// Ready.
    Ready(DeviceReport),
    /// No engine can be had.
    Failed(Reason),
}
