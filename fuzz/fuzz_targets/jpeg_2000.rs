//! Any bytes as a frame in JPEG 2000 and HTJ2K.
#![no_main]

use headway_core::dicom::syntax::Codec;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headway_fuzz::decode_frame(Codec::Jpeg2000, bytes));
