//! The list in signals: rows in the order in use, what people and the clock say of them, and the rows in use.

use super::app::{App, set_if_new};
use crate::browser::clock::local_now;
use crate::browser::download::print;
use crate::browser::page::painted;
use headway_core::card::Evidence;
use headway_core::study::StudyKey;
use headway_core::worklist::list::{InUse, List, Standing};
use headway_core::worklist::order::Place;
use headway_core::worklist::reader::{Mode, Summary};
use headway_core::worklist::urgency_list::UrgencyList;
use headway_core::worklist::{Stage, WorklistRow};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// How often waiting times are told anew, ms.
const CLOCK_MS: u32 = 30_000;

/// How long what was told in passing stands, ms.
const SAID_MS: u32 = 8_000;

/// What is drawn of a study. Each part wakes only what reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowSignals {
    /// The study.
    pub row: RwSignal<WorklistRow>,
    /// Where it stands.
    pub standing: RwSignal<Standing>,
    /// What the reader said of it.
    pub said: RwSignal<Summary>,
}

/// How far the studies have come, whether the filter shows them or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// All studies.
    pub studies: usize,
    /// Those of which nothing more will come by itself.
    pub done: usize,
    /// Those with a score.
    pub scored: usize,
    /// Those that the network has run on without a score.
    pub run: usize,
    /// Those that will have no score.
    pub not_scored: usize,
    /// Those whose work broke off.
    pub failed: usize,
}

/// By what a row is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The pointer is over it.
    Pointer,
    /// The focus is in it.
    Focus,
}

/// What the page keeps for the list.
#[derive(Default)]
pub struct ListRoom {
    known: RefCell<HashMap<StudyKey, RowSignals>>,
    in_use: RefCell<Vec<(By, InUse)>>,
    flagged: RefCell<BTreeSet<StudyKey>>,
    pub(super) urgency: RefCell<Vec<UrgencyList>>,
}

impl Outcomes {
    fn of(rows: &[WorklistRow]) -> Self {
        let mut outcomes = Self { studies: rows.len(), ..Self::default() };
        for row in rows {
            outcomes.done += usize::from(row.stage.is_final());
            match &row.stage {
                Stage::Scored { finding } if finding.score.is_some() => outcomes.scored += 1,
                Stage::Scored { .. } => outcomes.run += 1,
                Stage::NotScored { .. } => outcomes.not_scored += 1,
                Stage::Failed { .. } => outcomes.failed += 1,
                _ => {}
            }
        }
        outcomes
    }
}

impl App {
    /// Changes what the list is beside its rows, and puts the rows in their places.
    pub fn change_list<T>(self: &Rc<Self>, change: impl FnOnce(&mut List) -> T) -> T {
        let result = change(&mut self.signals.list.write());
        self.note_change();
        self.draw_soon();
        result
    }

    /// A row came into use: it stays where it is until it is let go.
    pub fn use_row(&self, by: By, study: &StudyKey) {
        let mut in_use = self.list.in_use.borrow_mut();
        in_use.retain(|(other, _)| *other != by);
        // Pointer and focus may be in one row: each holds it until both are gone.
        let held = in_use.iter().find(|(_, row)| row.study == *study).map(|(_, row)| row.at);
        let signals = self.list.known.borrow().get(study).copied();
        let drawn = || self.signals.rows.with_untracked(|rows| rows.iter().position(|row| Some(*row) == signals));
        if let Some(at) = held.or_else(drawn) {
            in_use.push((by, InUse { study: study.clone(), at }));
        }
    }

    /// A row is no longer in use.
    pub fn let_go(self: &Rc<Self>, by: By) {
        self.list.in_use.borrow_mut().retain(|(other, _)| *other != by);
        self.draw_soon();
    }

    /// Lets waiting times run on, for the life of the page.
    pub(super) fn keep_time(self: &Rc<Self>) {
        let app = Rc::clone(self);
        gloo::timers::callback::Interval::new(CLOCK_MS, move || app.draw_soon()).forget();
    }

    /// Puts the rows in their places.
    pub(super) fn draw_list(&self, rows: &[WorklistRow]) {
        let signals = self.signals;
        let now = local_now();
        let evidence = signals.model.with_untracked(|model| model.as_ref().map_or(Evidence::Untrained, |m| m.evidence));
        signals.list.update_untracked(|list| rows.iter().for_each(|row| list.arrived(&row.key, now)));
        self.join_urgency(rows);
        let mut in_use: Vec<InUse> = self.list.in_use.borrow().iter().map(|(_, row)| row.clone()).collect();
        in_use.dedup();
        let (standings, said) = signals.list.with_untracked(|list| {
            let standings = list.arrange(rows, evidence, now, &in_use);
            let summaries = list.journal.summaries();
            let said = |standing: &Standing| summaries.get(&rows[standing.row].key).cloned().unwrap_or_default();
            let said: Vec<Summary> = standings.iter().map(said).collect();
            (standings, said)
        });
        self.announce_flagged(rows, &standings);
        let drawn = standings.into_iter().zip(said).map(|(standing, said)| {
            let row = &rows[standing.row];
            self.signals_of(row, standing, said)
        });
        set_if_new(signals.rows, drawn.collect());
        set_if_new(signals.outcomes, Outcomes::of(rows));
        set_if_new(signals.sites, rows.iter().map(|row| row.study.institution.trim().to_owned()).collect());
    }

    fn signals_of(&self, row: &WorklistRow, standing: Standing, said: Summary) -> RowSignals {
        let mut known = self.list.known.borrow_mut();
        if let Some(signals) = known.get(&row.key) {
            if signals.row.with_untracked(|shown| shown != row) {
                signals.row.set(row.clone());
            }
            set_if_new(signals.standing, standing);
            set_if_new(signals.said, said);
            return *signals;
        }
        let signals = RowSignals {
            row: RwSignal::new(row.clone()),
            standing: RwSignal::new(standing),
            said: RwSignal::new(said),
        };
        known.insert(row.key.clone(), signals);
        signals
    }

    /// Says once of every flagged study that it is there, not who it is; of hidden scores nothing.
    fn announce_flagged(&self, rows: &[WorklistRow], standings: &[Standing]) {
        if self.signals.list.with_untracked(|list| list.journal.mode() == Mode::Shadow) {
            return;
        }
        let is_flagged =
            |standing: &&Standing| standing.place.as_ref().is_some_and(|(place, _)| *place == Place::Flagged);
        let mut known = self.list.flagged.borrow_mut();
        let flagged = standings.iter().filter(is_flagged).map(|standing| rows[standing.row].key.clone());
        let new = flagged.filter(|study| known.insert(study.clone())).count();
        match new {
            0 => {}
            1 => self.say("A flagged study has appeared in the list."),
            more => self.say(format!("{more} flagged studies have appeared in the list.")),
        }
    }

    /// Prints the list, once the sheet stands.
    pub fn print(self: &Rc<Self>) {
        let app = Rc::clone(self);
        app.signals.printing.set(true);
        spawn_local(async move {
            painted().await;
            if let Err(error) = print() {
                app.say(format!("The browser would not print ({error})."));
            }
            app.signals.printing.set(false);
        });
    }

    /// Tells the person something in passing, and no longer after a while; no identifiers.
    pub fn say(&self, words: impl Into<String>) {
        let (said, words) = (self.signals.said, words.into());
        said.set(words.clone());
        let unsay = move || {
            if said.with_untracked(|said| *said == words) {
                said.set(String::new());
            }
        };
        gloo::timers::callback::Timeout::new(SAID_MS, unsay).forget();
    }
}
