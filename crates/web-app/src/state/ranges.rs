//! Ranges of scores: by themselves once the list is done, where that is quick; else when somebody asks.

use super::app::App;
use super::device::EngineState;
use headway_core::range::{RangeWork, SHIFTS};
use headway_core::triage::{Event, WorklistView};
use headway_core::worklist::{Stage, WorklistRow};
use leptos::prelude::*;
use std::rc::Rc;

/// A range that takes longer is worked on only when somebody asks for it, ms.
const QUICK_MS: f64 = 5_000.0;

/// About how long the range of a row takes on the device that scored it, ms: a score is two runs of the network.
fn cost_ms(row: &WorklistRow) -> f64 {
    row.stage_ms.infer * (1 + SHIFTS.len()) as f64
}

fn wants_range(row: &WorklistRow) -> bool {
    let lacks = matches!(&row.stage, Stage::Scored { finding } if finding.score.is_some() && finding.range.is_none());
    lacks && !row.is_remembered && row.range_work == RangeWork::None && cost_ms(row) <= QUICK_MS
}

impl App {
    /// Asks for the next range, while nothing else is to be done.
    pub(super) fn ask_next_range(self: &Rc<Self>, view: &WorklistView) {
        let at_work = view.rows.iter().any(|row| row.range_work == RangeWork::UnderWay);
        let ready = matches!(self.signals.engine.get_untracked(), EngineState::Ready(_));
        if view.busy || at_work || !ready {
            return;
        }
        if let Some(row) = view.rows.iter().find(|row| wants_range(row)) {
            self.dispatch(Event::AskRange(row.key.clone()));
        }
    }
}
