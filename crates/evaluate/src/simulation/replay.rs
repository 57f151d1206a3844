//! One order put through the queue, day by day.

use super::rank_queue::RankQueue;
use super::{Backlog, Examination, History, Options, Scenario};
use crate::day::Day;

/// What all orders of one simulation share. Days are counted from the loop's first.
pub struct Setting<'a> {
    /// Those that pass through the queue, by scan day, then id.
    pub queued: Vec<&'a Examination>,
    /// The first of them that were scanned before the loop.
    pub preloaded: usize,
    /// First day of the loop.
    pub start: Day,
    /// Examinations read on each day of the loop.
    pub capacity: Vec<u32>,
    /// Those dropped because their report precedes their scan.
    pub dropped: usize,
    max_wait_days: Option<i32>,
}

impl<'a> Setting<'a> {
    /// Chooses who queues and counts what is read each day.
    ///
    /// # Errors
    /// In words where the scenario is out of range.
    pub fn new(history: &'a History, options: &Options, scenario: &Scenario) -> Result<Self, String> {
        let start = options.start();
        let mut capacity = vec![0; (options.to.0 - start.0) as usize];
        let mut queued = Vec::new();
        let mut dropped = 0;
        for examination in &history.examinations {
            if examination.report.is_some_and(|report| report < examination.scan) {
                dropped += 1;
                continue;
            }
            if let Some(day) = examination.report.and_then(|report| capacity.get_mut((report.0 - start.0) as usize)) {
                *day += 1;
            }
            let waiting = examination.report.is_none_or(|report| report >= start);
            let older = examination.scan < start;
            if examination.scan < options.to && (!older || (waiting && options.backlog == Backlog::Preload)) {
                queued.push(examination);
            }
        }
        queued.sort_by(|a, b| a.scan.cmp(&b.scan).then_with(|| a.id.cmp(&b.id)));
        let in_loop = queued.split_off(queued.partition_point(|examination| examination.scan < start));
        let mut queued = scenario.scale_backlog(&queued)?;
        let preloaded = queued.len();
        queued.extend(in_loop);
        scenario.scale_capacity(&mut capacity)?;
        Ok(Self { queued, preloaded, start, capacity, dropped, max_wait_days: options.max_wait_days })
    }

    /// When each was scanned, in days of the loop; negative for the preloaded.
    fn scanned(&self, index: usize) -> i32 {
        self.queued[index].scan.0 - self.start.0
    }
}

/// A replay's working memory, kept between orders.
pub struct Replay<'a> {
    setting: &'a Setting<'a>,
    queue: RankQueue,
    index_of_rank: Vec<u32>,
    /// Day of the loop on which each was read; `None` where it is still queued at the end.
    pub read: Vec<Option<i32>>,
}

/// An order of the queue.
pub struct Order<'a> {
    /// A rank for each queued examination, unique and below their number; the lowest is read first.
    pub ranks: &'a [u32],
    /// For some days, those that are read on it whatever their rank: `(day, index)`, by day.
    pub kept: &'a [(i32, u32)],
}

impl<'a> Replay<'a> {
    /// Memory for a setting.
    pub fn new(setting: &'a Setting<'a>) -> Self {
        let n = setting.queued.len();
        Self { setting, queue: RankQueue::new(n), index_of_rank: vec![0; n], read: vec![None; n] }
    }

    /// Runs one order. Each day: read up to capacity, then the day's scans join.
    pub fn run(&mut self, order: &Order) {
        self.queue.clear();
        self.read.fill(None);
        for (index, &rank) in order.ranks.iter().enumerate() {
            self.index_of_rank[rank as usize] = index as u32;
        }
        let mut is_kept = vec![false; if order.kept.is_empty() { 0 } else { order.ranks.len() }];
        order.kept.iter().for_each(|&(_, index)| is_kept[index as usize] = true);
        let (mut kept, mut joined, mut oldest) = (order.kept.iter().peekable(), 0, 0);
        let mut join = |queue: &mut RankQueue, before: i32| {
            while joined < order.ranks.len() && self.setting.scanned(joined) < before {
                if !is_kept.get(joined).copied().unwrap_or(false) {
                    queue.insert(order.ranks[joined] as usize);
                }
                joined += 1;
            }
            joined
        };
        let mut present = join(&mut self.queue, 0);
        for (day, &capacity) in (0..).zip(&self.setting.capacity) {
            let mut left = capacity;
            while let Some((_, index)) = kept.next_if(|(on, _)| *on == day) {
                self.read[*index as usize] = Some(day);
                left = left.saturating_sub(1);
            }
            if let Some(most) = self.setting.max_wait_days {
                while left > 0 && oldest < present && self.setting.scanned(oldest) + most <= day {
                    if self.read[oldest].is_none() && !is_kept.get(oldest).copied().unwrap_or(false) {
                        self.queue.remove(order.ranks[oldest] as usize);
                        self.read[oldest] = Some(day);
                        left -= 1;
                    }
                    oldest += 1;
                }
            }
            while left > 0
                && let Some(rank) = self.queue.pop()
            {
                self.read[self.index_of_rank[rank] as usize] = Some(day);
                left -= 1;
            }
            present = join(&mut self.queue, day + 1);
        }
    }
}
