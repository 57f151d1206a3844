//! Any bytes as the compressed pixels of a sound file; the first byte chooses the transfer syntax.
#![no_main]

use headway_fuzz::{CODECS, around, read};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((choice, stream)) = bytes.split_first() {
        let (uid, _) = CODECS[usize::from(*choice) % CODECS.len()];
        read("x.dcm", &around(uid, stream));
    }
});
