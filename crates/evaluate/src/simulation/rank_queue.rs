//! A queue of ranks: put in, take out, take the lowest. All in a handful of word operations.
//!
//! A tree of bits, 64 to a word: a set bit says that the word below it is not empty. A thousand orders of fifty
//! thousand examinations are a hundred million of these calls, for which a binary heap would be too slow in a browser.

/// A set of the ranks 0..n.
pub struct RankQueue {
    /// Leaves first; the last level is one word.
    levels: Vec<Vec<u64>>,
}

impl RankQueue {
    /// An empty queue for the ranks 0..`n`.
    pub fn new(n: usize) -> Self {
        let mut levels = vec![vec![0; n.div_ceil(64).max(1)]];
        let mut words = levels[0].len();
        while words > 1 {
            words = words.div_ceil(64);
            levels.push(vec![0; words]);
        }
        Self { levels }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.levels.iter_mut().for_each(|level| level.fill(0));
    }

    /// Puts a rank in.
    pub fn insert(&mut self, rank: usize) {
        let mut at = rank;
        for level in &mut self.levels {
            level[at / 64] |= 1 << (at % 64);
            at /= 64;
        }
    }

    /// Takes a rank out.
    pub fn remove(&mut self, rank: usize) {
        let mut at = rank;
        for level in &mut self.levels {
            level[at / 64] &= !(1 << (at % 64));
            if level[at / 64] != 0 {
                return;
            }
            at /= 64;
        }
    }

    /// Takes the lowest rank out.
    pub fn pop(&mut self) -> Option<usize> {
        let mut at = 0;
        for level in self.levels.iter().rev() {
            let word = level[at];
            if word == 0 {
                return None;
            }
            at = at * 64 + word.trailing_zeros() as usize;
        }
        self.remove(at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use std::collections::BTreeSet;

    #[test]
    fn it_does_what_a_sorted_set_does() {
        for n in [1, 63, 64, 65, 4097, 300_000] {
            let (mut queue, mut set, mut random) = (RankQueue::new(n), BTreeSet::new(), Random::new(n as u64));
            for _ in 0..5000 {
                match random.below(4) {
                    0 => assert_eq!(queue.pop(), set.pop_first()),
                    1 => {
                        let rank = random.below(n);
                        queue.remove(rank);
                        set.remove(&rank);
                    }
                    _ => {
                        let rank = random.below(n);
                        queue.insert(rank);
                        set.insert(rank);
                    }
                }
            }
            while let Some(rank) = set.pop_first() {
                assert_eq!(queue.pop(), Some(rank));
            }
            assert_eq!(queue.pop(), None);
        }
    }
}
