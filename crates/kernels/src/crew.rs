//! Those who do a task together: the one who hands it out and, where there are threads, its helpers.

use crate::network::room;
use crate::pause::{Meter, Pause, Stopped};
use crate::task::Work;
use alloc::boxed::Box;
use alloc::vec::Vec;

#[cfg(all(target_family = "wasm", not(feature = "shared")))]
use alone::Helpers;
#[cfg(not(target_family = "wasm"))]
use threads::Helpers;
#[cfg(all(target_family = "wasm", feature = "shared"))]
use workers::Helpers;
#[cfg(all(target_family = "wasm", feature = "shared"))]
pub use workers::{bell, break_off, help};

/// One who hands out tasks, its helpers, and the scratch of each.
#[derive(Debug)]
pub(crate) struct Crew {
    helpers: Helpers,
    scratch: Vec<f32>,
}

impl Crew {
    /// Of that many threads in all.
    pub fn new(threads: usize) -> Self {
        Self { helpers: Helpers::new(threads.saturating_sub(1)), scratch: Vec::new() }
    }

    /// How many work together.
    pub fn workers(&self) -> usize {
        self.helpers.count() + 1
    }

    /// Does a task to its end; `share` of the step's work is counted as done by it.
    ///
    /// # Panics
    /// Where a helper broke off: what it had taken is not done, and who leads has no answer to give.
    pub async fn finish<P: Pause>(
        &mut self,
        task: Box<dyn Work + '_>,
        meter: &mut Meter<'_, P>,
        share: f64,
    ) -> Result<(), Stopped> {
        let len = task.scratch_len();
        let workers = self.workers();
        let (own, theirs) = room(&mut self.scratch, workers * len).split_at_mut(len);
        {
            // Goes out of scope below, which waits for what helpers have taken.
            let _put_up = self.helpers.call(&*task, theirs);
            let mut told = 0;
            while task.step(own) {
                // What helpers take counts as well.
                let before = core::mem::replace(&mut told, task.taken());
                meter.advance(share * (told - before) as f64 / task.units() as f64).await?;
            }
        }
        assert!(!self.helpers.broke_off(), "a helper broke off at work");
        Ok(())
    }
}

/// Threads of the operating system, which sleep between tasks.
#[cfg(not(target_family = "wasm"))]
mod threads {
    use crate::board::{Board, PutUp};
    use crate::task::Work;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread::{self, JoinHandle};

    #[derive(Debug)]
    pub struct Helpers {
        shared: Arc<(Board, AtomicBool)>,
        threads: Vec<JoinHandle<()>>,
    }

    impl Helpers {
        pub fn new(count: usize) -> Self {
            let shared = Arc::new((Board::new(), AtomicBool::new(false)));
            let start = |number| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (board, over) = &*shared;
                    let mut seen = 0;
                    while !over.load(Ordering::Acquire) {
                        board.help(number, &mut seen);
                        // Returns at once if the bell rang meanwhile.
                        thread::park();
                    }
                })
            };
            let threads = (0..count).map(start).collect();
            Self { shared, threads }
        }

        pub fn count(&self) -> usize {
            self.threads.len()
        }

        pub fn call(&self, task: &dyn Work, scratch: &mut [f32]) -> PutUp<'_> {
            let put_up = self.shared.0.put_up(task, scratch);
            self.wake();
            put_up
        }

        pub fn broke_off(&self) -> bool {
            self.shared.0.broke_off()
        }

        fn wake(&self) {
            self.threads.iter().for_each(|helper| helper.thread().unpark());
        }
    }

    impl Drop for Helpers {
        fn drop(&mut self) {
            self.shared.1.store(true, Ordering::Release);
            self.wake();
            for helper in self.threads.drain(..) {
                let _ = helper.join();
            }
        }
    }
}

/// Instances of this module in other workers, over the same memory. Their loader sleeps on the bell and calls `help`.
#[cfg(all(target_family = "wasm", feature = "shared"))]
mod workers {
    use crate::board::{Board, PutUp};
    use crate::task::Work;

    static BOARD: Board = Board::new();

    #[link(wasm_import_module = "headway")]
    unsafe extern "C" {
        /// Wakes whoever sleeps on the bell.
        safe fn ring();
    }

    /// Address of the word that changes with every task.
    pub fn bell() -> *const u32 {
        BOARD.bell().as_ptr()
    }

    /// Works on what is put up until there has been nothing for a while. `number` is the helper's own, from 0;
    /// returns what has to be handed in as `seen` the next time.
    pub fn help(number: usize, mut seen: u32) -> u32 {
        BOARD.help(number, &mut seen);
        seen
    }

    /// Says that a helper trapped in `help`: who leads traps as well instead of waiting for it.
    pub fn break_off() {
        BOARD.break_off();
    }

    #[derive(Debug)]
    pub struct Helpers(usize);

    impl Helpers {
        pub fn new(count: usize) -> Self {
            Self(count)
        }

        pub fn count(&self) -> usize {
            self.0
        }

        pub fn broke_off(&self) -> bool {
            BOARD.broke_off()
        }

        pub fn call(&self, task: &dyn Work, scratch: &mut [f32]) -> PutUp<'static> {
            let put_up = BOARD.put_up(task, scratch);
            ring();
            put_up
        }
    }
}

/// A module of its own memory has nobody to share it with.
#[cfg(all(target_family = "wasm", not(feature = "shared")))]
mod alone {
    use crate::task::Work;

    #[derive(Debug)]
    pub struct Helpers;

    /// What others have to wait for.
    pub struct Nothing;

    impl Helpers {
        pub fn new(_: usize) -> Self {
            Self
        }

        pub fn count(&self) -> usize {
            0
        }

        pub fn broke_off(&self) -> bool {
            false
        }

        pub fn call(&self, _: &dyn Work, _: &mut [f32]) -> Nothing {
            Nothing
        }
    }
}
