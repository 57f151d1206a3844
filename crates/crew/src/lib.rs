//! The processor's kernels over memory that several workers share.
//!
//! A module of its own, without the standard library: that is not built for shared memory, and this is all that helpers
//! need. Every worker has an instance of it over the same memory. One leads: it alone calls [`lead`]'s doors, and it
//! alone allocates. The others sleep on the word at [`bell`] and call [`help`] when it has changed.
//! Built by `cargo xtask` for WebAssembly with shared memory; elsewhere it is empty.

#![cfg_attr(target_family = "wasm", no_std)]
#![cfg(target_family = "wasm")]

extern crate alloc;

mod heap;
pub mod lead;

use alloc::vec;
use alloc::vec::Vec;

/// A helper's stack: kernels keep a tile of 216 registers there.
const STACK_BYTES: usize = 1 << 17;

/// Room for a helper's stack: the address to start from, which is its upper end. Called by the one who leads.
#[unsafe(no_mangle)]
pub extern "C" fn stack() -> *const u128 {
    let stack: &'static mut [u128] = Vec::leak(vec![0; STACK_BYTES / size_of::<u128>()]);
    stack.as_ptr_range().end
}

/// Address of the word that changes whenever there is something to do.
#[unsafe(no_mangle)]
pub extern "C" fn bell() -> *const u32 {
    headway_kernels::bell()
}

/// Works along until there has been nothing to do for a while. `number` is the helper's own, from 0; `seen` is what
/// the last call returned, or 0.
#[unsafe(no_mangle)]
pub extern "C" fn help(number: usize, seen: u32) -> u32 {
    headway_kernels::help(number, seen)
}

/// Called by a helper's loader when [`help`] trapped: who leads traps as well, and who called it hears of it.
#[unsafe(no_mangle)]
pub extern "C" fn break_off() {
    headway_kernels::break_off();
}

#[panic_handler]
fn fail(_: &core::panic::PanicInfo) -> ! {
    // The instance traps, and who called it gets an exception.
    core::arch::wasm32::unreachable()
}
