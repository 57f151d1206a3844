//! The orders that are compared: first come, by score, at random.
//!
//! An examination without a score keeps its first-come position in all of them: it is read on the day on which
//! first-come order would have read it, so that missing scores neither gain nor lose.

use super::replay::{Order, Replay, Setting};
use super::{Options, Rule};
use crate::random::Random;
use std::cmp::Ordering;

/// Ranks by score for a setting, and who keeps their first-come day.
pub struct Orders {
    /// `(day, index)` of the unscored, by day.
    kept: Vec<(i32, u32)>,
    /// Indices of the scored, by the rule.
    by_rule: Vec<u32>,
    ranks: Vec<u32>,
}

/// Runs first-come order; the result is in `replay.read`.
pub fn first_come(replay: &mut Replay) {
    let ranks: Vec<u32> = (0..replay.read.len() as u32).collect();
    replay.run(&Order { ranks: &ranks, kept: &[] });
}

impl Orders {
    /// Prepares the orders. `first_come` holds the day each is read on in first-come order.
    pub fn new(setting: &Setting, options: &Options, first_come: &[Option<i32>]) -> Self {
        let n = setting.queued.len() as u32;
        let (mut by_rule, unscored): (Vec<u32>, Vec<u32>) =
            (0..n).partition(|&index| setting.queued[index as usize].score.is_some());
        by_rule.sort_by(|&a, &b| compare(setting, options.rule, a as usize, b as usize));
        // The unscored that first-come order never reaches are never read: they get the last ranks and no day.
        let mut kept: Vec<(i32, u32)> =
            unscored.iter().map(|&index| (first_come[index as usize].unwrap_or(i32::MAX), index)).collect();
        kept.sort_unstable();
        let mut ranks = vec![0; n as usize];
        for (rank, &index) in (by_rule.len() as u32..).zip(&unscored) {
            ranks[index as usize] = rank;
        }
        Self { kept, by_rule, ranks }
    }

    /// Runs the prioritised order; the result is in `replay.read`.
    pub fn prioritised(&mut self, replay: &mut Replay) {
        self.assign(|rank| rank);
        replay.run(&Order { ranks: &self.ranks, kept: &self.kept });
    }

    /// Runs a random order of the scored; the result is in `replay.read`.
    pub fn random(&mut self, replay: &mut Replay, random: &mut Random) {
        let mut shuffled: Vec<u32> = (0..self.by_rule.len() as u32).collect();
        random.shuffle(&mut shuffled);
        self.assign(|rank| shuffled[rank as usize]);
        replay.run(&Order { ranks: &self.ranks, kept: &self.kept });
    }

    fn assign(&mut self, rank_of: impl Fn(u32) -> u32) {
        for (rank, &index) in (0..).zip(&self.by_rule) {
            self.ranks[index as usize] = rank_of(rank);
        }
    }
}

fn compare(setting: &Setting, rule: Rule, a: usize, b: usize) -> Ordering {
    let score = |index: usize| setting.queued[index].score.unwrap_or(f64::NEG_INFINITY);
    match rule {
        Rule::Score => score(b).total_cmp(&score(a)).then_with(|| setting.queued[a].id.cmp(&setting.queued[b].id)),
        Rule::FlagUpOnly { threshold } => {
            let flagged = |index| score(index) >= threshold;
            flagged(b).cmp(&flagged(a)).then_with(|| a.cmp(&b))
        }
    }
}
