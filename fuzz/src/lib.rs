//! What the targets share: the whole way of a file, and a file around a compressed stream.

use headway_core::build::Build;
use headway_core::card::Card;
use headway_core::codec;
use headway_core::dicom::syntax::Codec;
use headway_core::file::{FileId, FileMeta};
use headway_core::frame::{PackedForm, PackedFrame, Place, read_and_decode};
use headway_core::instance::{HeaderOutcome, Instance};
use headway_core::intake::{HEADER_BYTES, Intake};
use headway_core::study::StudyKey;
use headway_synth::recipe::TransferSyntax;
use headway_synth::{Recipe, SeriesRecipe};
use std::collections::BTreeSet;
use std::panic;
use std::sync::{LazyLock, Mutex, Once};

/// Panics that nobody catches end the run. A foreign decoder's, which costs the frame, is only told of, once for each place:
/// libFuzzer's own hook would end the run as well.
fn let_caught_panics_pass() {
    static ONCE: Once = Once::new();
    static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    ONCE.call_once(|| {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            if KNOWN.lock().is_ok_and(|mut known| known.insert(place.clone())) {
                eprintln!("panic at {place}");
            }
        }));
    });
}

static CARD: LazyLock<Card> = LazyLock::new(|| {
    Card::from_json(include_bytes!("../../public/models/densenet121-synthetic/card.json"))
        .expect("the card is read by tests")
});

/// Larger images are left out: they cost time and show no more.
const MOST_PIXELS: usize = 1 << 20;

/// Transfer syntaxes whose pixels are compressed, with an example where `tests/streams/small` holds one: what files of them begin as.
pub const CODECS: [(&str, &[u8]); 15] = [
    ("1.2.840.10008.1.2.5", &[]),
    ("1.2.840.10008.1.2.4.50", include_bytes!("../../tests/streams/small/jpeg_baseline.bin")),
    ("1.2.840.10008.1.2.4.51", include_bytes!("../../tests/streams/small/jpeg_extended_12.bin")),
    ("1.2.840.10008.1.2.4.57", include_bytes!("../../tests/streams/small/jpeg_lossless.bin")),
    ("1.2.840.10008.1.2.4.70", include_bytes!("../../tests/streams/small/jpeg_lossless_sv1.bin")),
    ("1.2.840.10008.1.2.4.80", include_bytes!("../../tests/streams/small/jpeg_ls.bin")),
    ("1.2.840.10008.1.2.4.81", include_bytes!("../../tests/streams/small/jpeg_ls_near.bin")),
    ("1.2.840.10008.1.2.4.90", include_bytes!("../../tests/streams/small/jpeg_2000.bin")),
    ("1.2.840.10008.1.2.4.91", include_bytes!("../../tests/streams/small/jpeg_2000_lossy.bin")),
    ("1.2.840.10008.1.2.4.201", include_bytes!("../../tests/streams/small/htj2k.bin")),
    ("1.2.840.10008.1.2.4.203", include_bytes!("../../tests/streams/small/htj2k_lossy.bin")),
    ("1.2.840.10008.1.2.1.99", &[]),
    ("1.2.840.10008.1.2.4.110", include_bytes!("../../tests/streams/small/jpeg_xl.bin")),
    ("1.2.840.10008.1.2.4.111", include_bytes!("../../tests/streams/small/jpeg_xl_jpeg.bin")),
    ("1.2.840.10008.1.2.4.112", include_bytes!("../../tests/streams/small/jpeg_xl_lossy.bin")),
];

/// One file through intake, selection, geometry and volume, as the page takes it.
pub fn read(path: &str, bytes: &[u8]) {
    let_caught_panics_pass();
    let mut intake = Intake::default();
    let meta = FileMeta { id: FileId(0), path: path.to_owned(), size_bytes: bytes.len() as u64 };
    let head = &bytes[..bytes.len().min(HEADER_BYTES as usize)];
    let outcome = intake.take_head(&meta, head).unwrap_or_else(|| intake.take_whole(&meta, bytes));
    let Ok(part) = outcome else { return };
    let key = StudyKey { patient_id: part.patient.id, study_uid: part.study.uid };
    let mut build = Build::begin(&intake, &key, None, &CARD.input);
    build.read_all(|_| Ok(bytes));
    let _ = build.volume(0.0).prepare(&CARD.input, || 0.0);
    decode(path, bytes);
}

/// One file is seldom a stack, and a stack is seldom sound: the pixels of a file are decoded whatever it is part of.
fn decode(path: &str, bytes: &[u8]) {
    let HeaderOutcome::Read(instances) = Instance::read(FileId(0), path, bytes, bytes.len() as u64) else { return };
    for instance in
        instances.iter().take(2).filter(|instance| instance.pixels.rows * instance.pixels.columns <= MOST_PIXELS)
    {
        let mut signal = vec![0.0; instance.pixels.rows * instance.pixels.columns];
        let _ = read_and_decode(bytes, &mut [(instance, Place::Signal(&mut signal))]);
    }
}

/// A compressed frame of 8 by 12 samples of 16 bits, decoded.
pub fn decode_frame(codec: Codec, stream: &[u8]) {
    let_caught_panics_pass();
    let form = PackedForm { codec, rows: 8, columns: 12, bits_allocated: 16 };
    let _ = codec::decode(&PackedFrame { frame: 0, form, bytes: stream.to_vec() });
}

/// A slice of a head, 8 by 12.
pub fn slice(transfer_syntax: TransferSyntax) -> Vec<u8> {
    let series = SeriesRecipe { transfer_syntax, slices: 1, rows: 8, columns: 12, ..SeriesRecipe::default() };
    let files = Recipe { series: vec![series], ..Recipe::default() }.render();
    files.expect("the recipe renders").remove(0).bytes
}

/// A file whose pixels are one fragment (PS3.5 A.4).
pub fn around(uid: &str, stream: &[u8]) -> Vec<u8> {
    static PLAIN: LazyLock<Vec<u8>> = LazyLock::new(|| slice(TransferSyntax::ExplicitLe));
    const PIXEL_DATA: [u8; 4] = [0xE0, 0x7F, 0x10, 0x00];
    let meta_bytes = u32::from_le_bytes([PLAIN[140], PLAIN[141], PLAIN[142], PLAIN[143]]) as usize;
    let data_set = &PLAIN[144 + meta_bytes..];
    let end = data_set.windows(4).rposition(|tag| tag == PIXEL_DATA).expect("the slice has pixels");
    let padded = format!("{uid}{}", if uid.len() % 2 == 1 { "\0" } else { "" });
    let mut meta = vec![0x02, 0, 0x10, 0, b'U', b'I', padded.len() as u8, 0];
    meta.extend(padded.as_bytes());
    let mut file = vec![0; 128];
    file.extend(b"DICM\x02\0\0\0UL\x04\0");
    file.extend((meta.len() as u32).to_le_bytes());
    file.extend(&meta);
    file.extend(&data_set[..end]);
    file.extend(PIXEL_DATA);
    file.extend(b"OB\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\0\0\0\0\xFE\xFF\0\xE0");
    file.extend((stream.len() as u32).to_le_bytes());
    file.extend(stream);
    file.extend(b"\xFE\xFF\xDD\xE0\0\0\0\0");
    file
}
