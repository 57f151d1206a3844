//! Files that are not what they say: each becomes a notice, and its neighbours stand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::codec;
use headway_core::dicom::syntax::Codec;
use headway_core::frame::{PackedForm, PackedFrame};
use headway_core::reason::Code;
use headway_synth::{Recipe, SyntheticFile};
use headway_tests::run_files;

fn file(path: &str, bytes: &[u8]) -> SyntheticFile {
    SyntheticFile { path: path.to_owned(), bytes: bytes.to_vec() }
}

#[test]
fn a_messy_folder_loses_nothing() {
    let mut files = Recipe::default().render().unwrap();
    let whole = files[0].bytes.clone();
    let in_rows = files.len();
    let mess = [
        (file("README.TXT", b"viewer instructions"), "not_dicom"),
        (file("logo.png", b"\x89PNG\r\n\x1a\n0000"), "not_dicom"),
        (file("empty", b""), "empty_file"),
        (file("cut.dcm", &whole[..400]), "damaged_header"),
        (file("mark only", &[&[0; 128], b"DICM".as_slice()].concat()), "damaged_header"),
        (file("noise.dcm", &[&[0; 128], b"DICM".as_slice(), &[0xFF; 600]].concat()), "damaged_header"),
    ];
    files.extend(mess.iter().map(|(file, _)| file.clone()));
    let run = run_files(files);
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.view.files.in_rows), ("scored", in_rows));
    for (file, code) in mess {
        let notice = run
            .view
            .notices
            .iter()
            .find(|n| n.path == file.path)
            .unwrap_or_else(|| panic!("{} has no notice", file.path));
        assert_eq!(notice.reason.code.as_str(), code, "{}: {}", file.path, notice.reason);
    }
}

/// As archives come: a study among nearly a thousand files of every kind that is none.
#[test]
fn of_a_thousand_and_one_files_none_is_lost() {
    let images = Recipe::default().render().unwrap();
    let in_rows = images.len();
    let junk = |n: usize| {
        let image = &images[n % in_rows].bytes;
        match n % 6 {
            0 => image.clone(),
            1 => image[..(n * 37) % image.len()].to_vec(),
            2 => format!("line {n} of some viewer's log\n").repeat(n % 9).into_bytes(),
            3 => [b"PK\x03\x04".as_slice(), &vec![n as u8; n]].concat(),
            4 => [&[0; 128], b"DICM".as_slice(), &vec![n as u8; n]].concat(),
            _ => [b"\x1f\x8b\x08".as_slice(), &image[..n]].concat(),
        }
    };
    let mut files: Vec<SyntheticFile> = (0..1001 - in_rows).map(|n| file(&format!("junk/{n}"), &junk(n))).collect();
    // The study comes last: a copy that came before one of its images is the image, and the image a copy.
    files.extend(images.iter().cloned());
    let run = run_files(files);
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.view.files.seen, run.view.files.in_rows), ("scored", 1001, in_rows));
}

/// A file cut off anywhere is a part of the row or a notice, and never a panic.
#[test]
fn a_file_cut_anywhere_is_accounted_for() {
    let whole = Recipe::default().render().unwrap().swap_remove(0);
    let ends = (0..2000).step_by(31).chain((2000..whole.bytes.len()).step_by(4999));
    let files = ends.map(|end| file(&format!("cut at {end}"), &whole.bytes[..end])).collect();
    run_files(files).assert_nothing_lost();
}

/// One byte wrong anywhere in the header, too.
#[test]
fn a_file_with_one_wrong_byte_is_accounted_for() {
    let whole = Recipe::default().render().unwrap().swap_remove(0);
    let files = (128..1600)
        .step_by(17)
        .map(|at| {
            let mut bytes = whole.bytes.clone();
            bytes[at] ^= 0xFF;
            file(&format!("wrong at {at}"), &bytes)
        })
        .collect();
    run_files(files).assert_nothing_lost();
}

/// Found by `fuzz/`: a stream that drives the foreign decoder's counters past 32 bits.
#[test]
fn a_jpeg_ls_stream_that_overflows_counters_is_accounted_for() {
    run_files(vec![file("damaged.dcm", include_bytes!("streams/damaged_jpeg_ls.dcm"))]).assert_nothing_lost();
    let _ = headway_tests::signals(include_bytes!("streams/damaged_jpeg_ls.dcm"));
}

/// Found by `fuzz/`: a stream that leads the foreign decoder past the end of a block.
#[test]
fn a_decoder_that_panics_costs_its_frame() {
    let form = PackedForm { codec: Codec::Jpeg2000, rows: 8, columns: 12, bits_allocated: 16 };
    let bytes = include_bytes!("streams/damaged_htj2k.bin").to_vec();
    let refused = codec::decode(&PackedFrame { frame: 0, form, bytes }).unwrap_err();
    assert_eq!(refused.code, Code::DamagedPixels);
    assert!(refused.text.contains("the decoder broke off"), "{}", refused.text);
}
