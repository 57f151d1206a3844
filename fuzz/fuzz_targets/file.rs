//! Any bytes as a file without a name that says what it is.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headway_fuzz::read("x", bytes));
