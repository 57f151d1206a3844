//! Any bytes as a frame in RLE.
#![no_main]

use headway_core::dicom::syntax::Codec;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| headway_fuzz::decode_frame(Codec::Rle, bytes));
