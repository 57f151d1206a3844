//! Writes the first inputs of each target: `cargo run --bin seeds`, in this folder.

use headway_core::dicom::syntax::{Codec, of_uid};
use headway_fuzz::{CODECS, around, slice};
use headway_synth::recipe::TransferSyntax;
use std::fs;
use std::io::Result;

fn main() -> Result<()> {
    let plain = [
        TransferSyntax::ImplicitLe,
        TransferSyntax::ExplicitLe,
        TransferSyntax::ExplicitBe,
        TransferSyntax::Deflated,
        TransferSyntax::Rle,
    ];
    for (index, syntax) in plain.into_iter().enumerate() {
        write("file", &format!("plain_{index}"), &slice(syntax))?;
    }
    for (index, (uid, stream)) in CODECS.into_iter().enumerate().filter(|(_, (_, stream))| !stream.is_empty()) {
        write("file", &format!("packed_{index}"), &around(uid, stream))?;
        let target = match of_uid(uid).and_then(|syntax| syntax.codec) {
            Some(Codec::Jpeg) => "jpeg",
            Some(Codec::JpegLs) => "jpeg_ls",
            Some(Codec::Jpeg2000) => "jpeg_2000",
            Some(Codec::JpegXl) => "jpeg_xl",
            _ => continue,
        };
        write(target, &format!("stream_{index}"), stream)?;
    }
    // Two segments of one run each.
    write("rle", "runs", &[&[2, 0, 0, 0, 64, 0, 0, 0, 66, 0, 0, 0], &[0; 52][..], &[0x81, 7, 0x81, 9]].concat())?;
    write("nifti", "volume", &nifti())?;
    // An empty archive, and one stored entry `a` of one byte.
    write("archive", "empty", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")?;
    write("archive", "gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x4b\x04\0\x43\xbe\xb7\xe8\x01\0\0\0")?;
    write("archive", "stored", STORED)
}

const STORED: &[u8] = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0\x43\xbe\xb7\xe8\x01\0\0\0\x01\0\0\0\x01\0\0\0aa\
PK\x01\x02\x0a\0\x0a\0\0\0\0\0\0\0\0\0\x43\xbe\xb7\xe8\x01\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a\
PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x20\0\0\0\0\0";

/// NIfTI-1: 16 by 16 by 8 voxels of 16 bit, upright by its sform.
fn nifti() -> Vec<u8> {
    let mut header = vec![0; 352];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &348_i32.to_le_bytes());
    for (index, size) in [3_i16, 16, 16, 8, 1, 1, 1, 1].into_iter().enumerate() {
        put(40 + 2 * index, &size.to_le_bytes());
    }
    put(70, &4_i16.to_le_bytes());
    put(72, &16_i16.to_le_bytes());
    for (index, size) in [1_f32, 10.0, 10.0, 20.0].into_iter().enumerate() {
        put(76 + 4 * index, &size.to_le_bytes());
    }
    put(108, &352_f32.to_le_bytes());
    put(254, &1_i16.to_le_bytes());
    for (row, value) in [10_f32, 10.0, 20.0].into_iter().enumerate() {
        put(280 + 16 * row + 4 * row, &value.to_le_bytes());
    }
    put(344, b"n+1\0");
    header.extend((0..16 * 16 * 8).flat_map(|voxel: i16| voxel.to_le_bytes()));
    header
}

fn write(target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let folder = format!("corpus/{target}");
    fs::create_dir_all(&folder)?;
    fs::write(format!("{folder}/{name}"), bytes)
}
