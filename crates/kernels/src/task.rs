//! A kernel at work: units that threads take one at a time.

use crate::lanes::{Lanes, Level, Run};
use core::sync::atomic::{AtomicUsize, Ordering};

/// Work cut into units.
///
/// # Safety
/// Units of different numbers write to different places, and nothing is read that another unit writes.
pub unsafe trait Kernel: Sync {
    /// How many units.
    fn units(&self) -> usize;

    /// Values of scratch a unit needs, for registers of that many lanes.
    fn scratch_len(&self, lanes: usize) -> usize;

    /// Does one unit.
    ///
    /// # Safety
    /// Each unit below [`Kernel::units`] runs once at most, with [`Kernel::scratch_len`] values of scratch.
    #[doc(hidden)]
    unsafe fn unit<S: Lanes>(&self, unit: usize, scratch: &mut [f32]);
}

/// A kernel and how far it has come. Shared by the threads that work on it.
#[derive(Debug)]
pub struct Task<K> {
    kernel: K,
    level: Level,
    next: AtomicUsize,
}

impl<K: Kernel> Task<K> {
    /// The kernel, with nothing done yet.
    pub fn new(level: Level, kernel: K) -> Self {
        Self { kernel, level, next: AtomicUsize::new(0) }
    }

    /// Takes the next unit and does it; false where none is left.
    ///
    /// # Panics
    /// Where `scratch` is shorter than [`Task::scratch_len`].
    pub fn step(&self, scratch: &mut [f32]) -> bool {
        assert!(scratch.len() >= self.scratch_len(), "the scratch is too short");
        let unit = self.next.fetch_add(1, Ordering::Relaxed);
        if unit >= self.kernel.units() {
            return false;
        }
        self.level.run(Unit { kernel: &self.kernel, unit, scratch });
        true
    }

    /// Units that have been taken so far, by anyone.
    pub(crate) fn taken(&self) -> usize {
        self.next.load(Ordering::Relaxed).min(self.units())
    }

    /// Values of scratch each thread needs.
    pub fn scratch_len(&self) -> usize {
        self.kernel.scratch_len(self.level.lanes())
    }

    /// How many units there are in all.
    pub fn units(&self) -> usize {
        self.kernel.units()
    }
}

struct Unit<'a, K> {
    kernel: &'a K,
    unit: usize,
    scratch: &'a mut [f32],
}

impl<K: Kernel> Run for Unit<'_, K> {
    #[inline(always)]
    fn run<S: Lanes>(self) {
        // Sound: the counter hands every number out once, and the scratch was measured.
        unsafe { self.kernel.unit::<S>(self.unit, self.scratch) }
    }
}
