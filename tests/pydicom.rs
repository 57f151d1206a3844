//! pydicom's own test files: the pixels it reads are ours too, and what is refused is refused in words.
//! They need `HEADWAY_PYDICOM`, the folder `pydicom/data` of the PyPI package; `pydicom/golden.py` wrote what it reads.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_tests::signals;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What pydicom reads in one file.
#[derive(Deserialize)]
struct Golden {
    lossy: bool,
    slope: f64,
    /// Of each frame's signal.
    sha256: Vec<String>,
    /// Evenly spread values of each frame, for lossy streams.
    values: Vec<Vec<f32>>,
}

/// Images that pydicom reads and Headway does not, each with the code of its reason.
const NOT_READ: &[(&str, &str)] = &[
    ("test_files/JPEGLSNearLossless_08.dcm", "missing_attribute"),
    ("test_files/JPEGLSNearLossless_16.dcm", "missing_attribute"),
    ("test_files/liver_1frame.dcm", "pixel_format"),
    ("test_files/liver_expb_1frame.dcm", "pixel_format"),
];

fn compare(golden: &Golden, found: &[Vec<f32>]) -> Result<(), String> {
    if found.len() != golden.sha256.len() {
        return Err(format!("{} frames instead of {}", found.len(), golden.sha256.len()));
    }
    for (frame, signal) in found.iter().enumerate() {
        let bytes: Vec<u8> = signal.iter().flat_map(|value| value.to_le_bytes()).collect();
        let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        if hash == golden.sha256[frame] {
            continue;
        }
        if !golden.lossy {
            return Err(format!("frame {frame} differs"));
        }
        let step = (signal.len() / 64).max(1);
        let apart = signal.iter().step_by(step).zip(&golden.values[frame]).map(|(a, b)| (a - b).abs());
        let worst = f64::from(apart.fold(0.0, f32::max));
        if worst > golden.slope {
            return Err(format!("frame {frame} is up to {worst} away"));
        }
    }
    Ok(())
}

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be listed").flatten() {
        match entry.path() {
            path if path.is_dir() => files_below(&path, into),
            path if path.extension().is_some_and(|suffix| suffix == "py" || suffix == "pyc") => {}
            path => into.push(path),
        }
    }
}

#[test]
#[ignore = "needs pydicom's test files in HEADWAY_PYDICOM"]
fn pydicom_agrees() {
    let root = PathBuf::from(std::env::var_os("HEADWAY_PYDICOM").expect("HEADWAY_PYDICOM names pydicom's data folder"));
    let golden: BTreeMap<String, Golden> = serde_json::from_slice(include_bytes!("pydicom/golden.json")).unwrap();
    let mut files = Vec::new();
    files_below(&root, &mut files);
    let (mut agreed, mut problems) = (0, Vec::new());
    for path in files {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let found = signals(&std::fs::read(&path).unwrap());
        let excused = NOT_READ.iter().find(|(file, _)| *file == name).map(|(_, code)| *code);
        match (golden.get(&name), found) {
            (Some(golden), Ok(found)) => match compare(golden, &found) {
                Ok(()) if excused.is_none() => agreed += 1,
                Ok(()) => problems.push(format!("{name}: read by now, take it off the list")),
                Err(problem) => problems.push(format!("{name}: {problem}")),
            },
            (Some(_), Err(reason)) if excused == Some(reason.code.as_str()) => {}
            (Some(_), Err(reason)) => problems.push(format!("{name}: refused: {reason}")),
            (None, Ok(_)) => println!("{name}: read, without a reference"),
            (None, Err(reason)) => println!("{name}: {}: {reason}", reason.code.as_str()),
        }
    }
    println!("{agreed} of {} images agree", golden.len());
    assert_eq!((problems.as_slice(), agreed + NOT_READ.len()), ([].as_slice(), golden.len()));
}
