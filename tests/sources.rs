//! Where images may come from besides plain DICOM files: gzip, ZIP, NIfTI.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use flate2::{Compression, write::GzEncoder};
use headway_synth::{Recipe, SyntheticFile};
use headway_tests::{Run, run_files, signals};
use std::io::Write;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn input(run: &Run) -> &[f32] {
    run.assert_nothing_lost();
    assert_eq!(run.outcome(), "scored", "{:?}", run.view.notices);
    &run.inputs[0].values
}

fn head() -> Vec<SyntheticFile> {
    Recipe::default().render().unwrap()
}

#[test]
fn gzipped_files_are_read_as_if_they_were_not() {
    let packed = head().into_iter().map(|file| SyntheticFile { path: file.path + ".gz", bytes: gzipped(&file.bytes) });
    assert!(input(&run_files(packed.collect())) == input(&run_files(head())));
}

#[test]
fn a_gzip_bomb_and_a_cut_gzip_are_notices() {
    let bomb = gzipped(&vec![0; 200 << 20]);
    let cut = gzipped(&head()[0].bytes);
    let file = |path: &str, bytes: &[u8]| SyntheticFile { path: path.into(), bytes: bytes.to_vec() };
    let run = run_files(vec![file("bomb.gz", &bomb), file("cut.gz", &cut[..cut.len() / 2])]);
    run.assert_nothing_lost();
    let codes: Vec<_> = run.view.notices.iter().map(|n| (n.path.as_str(), n.reason.code.as_str())).collect();
    assert_eq!(codes, [("bomb.gz", "too_large"), ("cut.gz", "damaged_archive")]);
}

/// How a NIfTI file says where it lies.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Sform,
    Qform,
    Unstated,
}

/// The head as NIfTI: little-endian 16-bit, or big-endian floats that a slope doubles.
fn nifti(place: Place, big_endian_floats: bool) -> Vec<u8> {
    let mut bytes = vec![0; 352];
    let order = |mut word: Vec<u8>| {
        if big_endian_floats {
            word.reverse();
        }
        word
    };
    let mut put = |at: usize, word: Vec<u8>| bytes[at..at + word.len()].copy_from_slice(&order(word));
    let short = |n: i16| n.to_le_bytes().to_vec();
    let float = |x: f32| x.to_le_bytes().to_vec();
    put(0, 348_i32.to_le_bytes().to_vec());
    [3, 128, 128, 36, 1].into_iter().enumerate().for_each(|(i, n)| put(40 + 2 * i, short(n)));
    put(70, short(if big_endian_floats { 16 } else { 4 }));
    [1.0, 1.8, 1.8, 4.0].into_iter().enumerate().for_each(|(i, x)| put(76 + 4 * i, float(x)));
    put(108, float(352.0));
    put(112, float(if big_endian_floats { 2.0 } else { 0.0 }));
    // The middle of the stack lies at the origin; rows run to the left, columns to the posterior.
    let first_mm = [63.5 * 1.8, 63.5 * 1.8, -17.5 * 4.0];
    match place {
        Place::Sform => {
            put(254, short(1));
            for (axis, step_mm) in [-1.8, -1.8, 4.0].into_iter().enumerate() {
                put(280 + 16 * axis + 4 * axis, float(step_mm));
                put(280 + 16 * axis + 12, float(first_mm[axis]));
            }
        }
        Place::Qform => {
            put(252, short(1));
            // Half a turn about the long axis: quaternion (0, 0, 0, 1).
            put(264, float(1.0));
            (0..3).for_each(|axis| put(268 + 4 * axis, float(first_mm[axis])));
        }
        Place::Unstated => {}
    }
    bytes[123] = 2;
    bytes[344..348].copy_from_slice(b"n+1\0");
    for value in head().iter().flat_map(|file| signals(&file.bytes).unwrap().remove(0)) {
        bytes.extend(if big_endian_floats { order(float(value / 2.0)) } else { short(value as i16) });
    }
    bytes
}

fn run_nifti(name: &str, bytes: Vec<u8>) -> Run {
    run_files(vec![SyntheticFile { path: format!("exported/{name}"), bytes }])
}

#[test]
fn a_nifti_head_gives_the_input_of_its_dicom_files() {
    let dicom = run_files(head());
    for (name, bytes) in [
        ("t2_sform.nii", nifti(Place::Sform, false)),
        ("t2_qform.nii", nifti(Place::Qform, false)),
        ("t2_big_endian.nii", nifti(Place::Sform, true)),
        ("t2_packed.nii.gz", gzipped(&nifti(Place::Sform, false))),
    ] {
        let run = run_nifti(name, bytes);
        let apart = input(&run).iter().zip(input(&dicom)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-3, "{name}: {apart}");
        let cautions = &run.view.rows[0].cautions;
        assert!(cautions.iter().any(|c| c.contains("Contrast not stated by the file")), "{cautions:?}");
        assert!(!cautions.iter().any(|c| c.contains("left and right")), "{cautions:?}");
    }
}

#[test]
fn nifti_claims_no_more_than_it_states() {
    let run = run_nifti("t2.nii", nifti(Place::Unstated, false));
    assert!(run.view.rows[0].cautions.iter().any(|c| c.contains("left and right are not known")));
    let nameless = run_nifti("scan.nii", nifti(Place::Sform, false));
    assert_eq!(nameless.outcome(), "no_suitable_series", "nothing says that it is T2-weighted");
    let mut short = nifti(Place::Sform, false);
    short.truncate(short.len() - 1);
    assert_eq!(run_nifti("t2.nii", short).view.notices[0].reason.code.as_str(), "truncated_pixels");
}

/// Any wrong byte in a NIfTI header is a volume or a reason, and never a panic.
#[test]
fn a_nifti_header_with_one_wrong_byte_is_survived() {
    let sound = nifti(Place::Sform, false);
    for at in 0..352 {
        for wrong in [0x01, 0x80, 0xFF] {
            let mut bytes = sound.clone();
            bytes[at] ^= wrong;
            let _ = signals(&bytes);
        }
    }
}
