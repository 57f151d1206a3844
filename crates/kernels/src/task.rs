//! A kernel at work: units that threads take one at a time.

use crate::lanes::{Lanes, Level, Run};
use crate::{AveragePool, Convolve, MaxAlongX, Pointwise, Stem, StemInput, TileWeights};
use alloc::boxed::Box;
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

/// A task whose kernel is not known by type any more.
pub(crate) trait Work: Sync {
    /// As [`Task::step`].
    fn step(&self, scratch: &mut [f32]) -> bool;
    /// As [`Task::taken`].
    fn taken(&self) -> usize;
    /// As [`Task::scratch_len`].
    fn scratch_len(&self) -> usize;
    /// As [`Task::units`].
    fn units(&self) -> usize;
}

impl<K: Kernel> Work for Task<K> {
    fn step(&self, scratch: &mut [f32]) -> bool {
        self.step(scratch)
    }

    fn taken(&self) -> usize {
        self.taken()
    }

    fn scratch_len(&self) -> usize {
        self.scratch_len()
    }

    fn units(&self) -> usize {
        self.units()
    }
}

/// A kernel becomes a task here, and so is compiled with this crate's settings. What is generic over a pause is
/// compiled where the pause comes from: in the page's own crate, for size.
macro_rules! tasks {
    ($($kernel:ident),*) => {$(
        impl<'a> $kernel<'a> {
            /// The kernel, with nothing done yet.
            #[inline(never)]
            pub(crate) fn task(self, level: Level) -> Box<dyn Work + 'a> {
                Box::new(Task::new(level, self))
            }
        }
    )*};
}

tasks!(AveragePool, Convolve, MaxAlongX, Pointwise, Stem, StemInput, TileWeights);

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
