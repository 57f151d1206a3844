//! Any bytes as a NIfTI file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headway_fuzz::read("t2.nii", bytes));
