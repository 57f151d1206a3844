//! The reader's keys while the focus is in a row. Typing in a field is left alone.

use super::super::Intent;
use super::reading::Draft;
use crate::browser::keys::{click_within, focus_within, is_plain, is_typing};
use headway_core::study::StudyKey;
use headway_core::worklist::reader::{Action, Confidence, Impression, Verdict};
use headway_core::worklist::urgency::Urgency;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

/// Does what a key means to a row.
pub fn row_key(event: &KeyboardEvent, intent: Intent, study: &StudyKey, draft: RwSignal<Draft>) {
    if !is_plain(event) || is_typing(event) {
        return;
    }
    let judge = |verdict| intent.act(study, Action::Judged(verdict));
    let urgency = |urgency| intent.act(study, Action::Urgency(Some(urgency)));
    match event.key().as_str() {
        "a" => judge(Verdict::Agree),
        "d" => judge(Verdict::Disagree),
        "x" => judge(Verdict::NotUsable),
        "s" => urgency(Urgency::Stat),
        "h" => urgency(Urgency::High),
        "t" => urgency(Urgency::Routine),
        "n" => draft.update(|draft| draft.impression = Some(Impression::Normal)),
        "b" => draft.update(|draft| draft.impression = Some(Impression::Abnormal)),
        "1" => sure(intent, study, draft, Confidence::Possible),
        "2" => sure(intent, study, draft, Confidence::Probable),
        "3" => sure(intent, study, draft, Confidence::Certain),
        "r" => intent.act(study, Action::Revealed),
        "c" => focus_within(event, "[data-testid=comment]"),
        "g" => focus_within(event, "[data-testid=category]"),
        "v" => click_within(event, "[data-testid=view-images]"),
        "u" => intent.undo(Some(study)),
        _ => return,
    }
    event.prevent_default();
}

/// How sure the reader is completes a reading, and records it.
fn sure(intent: Intent, study: &StudyKey, draft: RwSignal<Draft>, confidence: Confidence) {
    match (Draft { confidence: Some(confidence), ..draft.get_untracked() }).reading() {
        Some(reading) => {
            intent.act(study, Action::Read(reading));
            draft.set(Draft::default());
        }
        None => intent.say("Say normal (n) or abnormal (b) first."),
    }
}
