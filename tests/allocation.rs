//! What a file says of its lengths never decides what memory is asked for, and what is held of it is little.
//! In a program of their own, one after the other, so that the counting allocator counts nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]
#![allow(unsafe_code, reason = "an allocator can only be counted by being one")]

use headway_core::file::{FileId, FileMeta};
use headway_core::frame::{Place, read_and_decode};
use headway_core::instance::{HeaderOutcome, Instance};
use headway_core::intake::Intake;
use headway_synth::{Recipe, SeriesRecipe, recipe::TransferSyntax};
use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; only sizes are noted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What an image's header may take up, as a program of 64 bits holds it.
const MOST_HEADER_BYTES: usize = 1500;

/// Tests of one program run side by side.
static ALONE: Mutex<()> = Mutex::new(());

/// Most bytes held at once while a file is read as far as it can be, over what was held before.
fn peak_of(bytes: &[u8]) -> usize {
    let before = HELD.load(Relaxed);
    PEAK.store(before, Relaxed);
    if let HeaderOutcome::Read(instances) = Instance::read(FileId(0), "x", bytes, bytes.len() as u64) {
        let pixels = &instances[0].pixels;
        let mut signal = vec![0.0; pixels.rows * pixels.columns];
        // The caller's room for the image is not counted: a volume bounds it.
        let room = 4 * signal.len();
        let _ = read_and_decode(bytes, &mut [(&instances[0], Place::Signal(&mut signal))]);
        return PEAK.load(Relaxed) - before - room;
    }
    PEAK.load(Relaxed) - before
}

/// Of pydicom's files none asks for more than 8 times the larger of file and pixels the header states, and 64 MB.
#[test]
#[ignore = "needs pydicom's test files in HEADWAY_PYDICOM"]
fn no_file_of_pydicoms_asks_for_more_than_its_size_explains() {
    let _alone = ALONE.lock();
    let root = std::env::var_os("HEADWAY_PYDICOM").expect("HEADWAY_PYDICOM names pydicom's data folder");
    let files = headway_tests::files_of(Path::new(&root));
    assert!(files.len() > 150, "{} files", files.len());
    for file in files {
        let stated = match Instance::read(FileId(0), "x", &file.bytes, file.bytes.len() as u64) {
            HeaderOutcome::Read(instances) => {
                let pixels = &instances[0].pixels;
                pixels.rows * pixels.columns * pixels.frames * pixels.samples_per_pixel * pixels.bits_allocated / 8
            }
            _ => 0,
        };
        let (peak, most) = (peak_of(&file.bytes), 8 * file.bytes.len().max(stated) + (64 << 20));
        assert!(peak <= most, "{}: {peak} bytes of {most}", file.path);
    }
}

/// Every four bytes of a file's header in turn say 4 GB.
#[test]
fn no_length_in_a_file_asks_for_memory() {
    let _alone = ALONE.lock();
    for transfer_syntax in [
        TransferSyntax::ImplicitLe,
        TransferSyntax::ExplicitLe,
        TransferSyntax::ExplicitBe,
        TransferSyntax::Deflated,
        TransferSyntax::Rle,
    ] {
        let series = SeriesRecipe { transfer_syntax, slices: 1, rows: 64, columns: 64, ..SeriesRecipe::default() };
        let sound = Recipe { series: vec![series], ..Recipe::default() }.render().unwrap().remove(0).bytes;
        for at in (128..sound.len().min(2600)).step_by(2) {
            for length in [0xFFFF_FFF0_u32, 0x0FFF_FFFF, 0xFFFF_FFFF] {
                let mut bytes = sound.clone();
                let end = (at + 4).min(bytes.len());
                bytes[at..end].copy_from_slice(&length.to_le_bytes()[..end - at]);
                let peak = peak_of(&bytes);
                assert!(peak < 2 << 20, "{transfer_syntax:?}: {length:#x} at {at} asks for {peak} bytes");
            }
        }
    }
}

/// A list of hundreds of studies stands in memory with a header for each of tens of thousands of images.
#[test]
fn a_header_is_held_in_little_more_than_what_is_its_own() {
    let _alone = ALONE.lock();
    let files = Recipe::default().render().unwrap();
    let mut intake = Intake::default();
    let before = HELD.load(Relaxed);
    for (number, file) in files.iter().enumerate() {
        let meta = FileMeta { id: FileId(number as u32), path: file.path.clone(), size_bytes: file.bytes.len() as u64 };
        intake.take_whole(&meta, &file.bytes).unwrap();
    }
    let each = (HELD.load(Relaxed) - before) / files.len();
    assert!(each < MOST_HEADER_BYTES, "{each} bytes for each of {} images", files.len());
}
