//! Where a task is put up for helpers: whoever comes while it is open works on it, and it is closed when all have left.

use crate::task::Work;
use core::cell::UnsafeCell;
use core::hint::spin_loop;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};

/// Looks at the board before a helper goes to sleep: some ten microseconds, about as long as a wake-up takes.
const LOOKS: u32 = 4000;

/// One task at a time, and those at work on it. Lies in memory that all of them share.
#[derive(Debug)]
pub(crate) struct Board {
    /// Counts the tasks; a helper that sleeps waits for it to change.
    bell: AtomicU32,
    /// The bell's count while a task is open, else 0.
    open: AtomicU32,
    /// Helpers who may be at work.
    inside: AtomicU32,
    /// A helper broke off at work: what it had taken will never be done.
    broken: AtomicBool,
    /// Written while nobody is inside, read while a task is open.
    order: UnsafeCell<Order>,
}

// Sound: `open` and `inside` keep writers of the order from its readers.
unsafe impl Sync for Board {}

/// A task, once there has been one.
#[derive(Clone, Copy, Debug)]
struct Order {
    task: Option<*const dyn Work>,
    /// The helpers' scratch, one piece for each.
    scratch: *mut f32,
    scratch_len: usize,
}

// Sound: a task may be worked on by any thread, and each helper has a scratch of its own.
unsafe impl Send for Order {}

impl Board {
    pub const fn new() -> Self {
        let order = Order { task: None, scratch: core::ptr::null_mut(), scratch_len: 0 };
        Self {
            bell: AtomicU32::new(0),
            open: AtomicU32::new(0),
            inside: AtomicU32::new(0),
            broken: AtomicBool::new(false),
            order: UnsafeCell::new(order),
        }
    }

    /// What sleeping helpers wait for.
    #[cfg(all(target_family = "wasm", feature = "shared"))]
    pub fn bell(&self) -> &AtomicU32 {
        &self.bell
    }

    /// Puts a task up. `scratch` holds one piece of [`Task::scratch_len`] values for each helper.
    /// What is returned must be dropped before the task and the scratch are; that waits until all helpers have left.
    pub fn put_up(&self, task: &dyn Work, scratch: &mut [f32]) -> PutUp<'_> {
        // Sound: nobody looks at it any more once what is returned has been dropped.
        let lasting = unsafe { core::mem::transmute::<*const (dyn Work + '_), *const (dyn Work + 'static)>(task) };
        let order = Order { task: Some(lasting), scratch: scratch.as_mut_ptr(), scratch_len: task.scratch_len() };
        // Sound: the board is closed and left, since there is one who puts up tasks, and a `PutUp` closes on its way.
        unsafe { *self.order.get() = order };
        // Never 0, which means closed.
        let count = self.bell.load(SeqCst).wrapping_add(1).max(1);
        self.bell.store(count, SeqCst);
        self.open.store(count, SeqCst);
        PutUp(self)
    }

    /// Works on every task that is put up, until there has been none for a while.
    /// `seen` is the last task this helper has worked on.
    pub fn help(&self, number: usize, seen: &mut u32) {
        let mut looks = 0;
        while looks < LOOKS {
            let open = self.open.load(SeqCst);
            if open != 0 && open != *seen {
                self.visit(number, seen);
                looks = 0;
            } else {
                looks += 1;
                spin_loop();
            }
        }
    }

    fn visit(&self, number: usize, seen: &mut u32) {
        self.inside.fetch_add(1, SeqCst);
        let _leaving = Leaving(self);
        // Only now it counts: whoever closes the board looks inside afterwards.
        let open = self.open.load(SeqCst);
        if open != 0 {
            *seen = open;
            // Sound: the task stays until nobody is inside, and the piece of scratch is this helper's alone.
            unsafe {
                let Order { task, scratch, scratch_len } = *self.order.get();
                let scratch = core::slice::from_raw_parts_mut(scratch.add(number * scratch_len), scratch_len);
                while task.is_some_and(|task| (*task).step(scratch)) {}
            }
        }
    }

    /// Says that a helper broke off at work.
    pub fn break_off(&self) {
        self.broken.store(true, SeqCst);
    }

    /// Whether one did, ever.
    pub fn broke_off(&self) -> bool {
        self.broken.load(SeqCst)
    }
}

/// A helper on its way out, be it by a panic. A WebAssembly module that traps never comes here: its loader says so.
struct Leaving<'a>(&'a Board);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        #[cfg(not(target_family = "wasm"))]
        if std::thread::panicking() {
            self.0.break_off();
        }
        self.0.inside.fetch_sub(1, SeqCst);
    }
}

/// A task on the board.
pub(crate) struct PutUp<'a>(&'a Board);

impl Drop for PutUp<'_> {
    fn drop(&mut self) {
        self.0.open.store(0, SeqCst);
        // One who trapped stays inside for ever; one who panicked has left.
        while self.0.inside.load(SeqCst) != 0 && !(cfg!(target_family = "wasm") && self.0.broke_off()) {
            spin_loop();
        }
    }
}
