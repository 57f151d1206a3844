//! Any bytes as an archive, every entry of it read; and as gzip.
#![no_main]

use headway_core::archive::Zip;
use headway_core::unpack::gunzipped;
use std::io::Cursor;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = gunzipped(bytes);
    if let Ok(mut zip) = Zip::open(Cursor::new(bytes)) {
        for index in 0..zip.entries().len() {
            let _ = zip.read(index, u64::MAX);
        }
    }
});
