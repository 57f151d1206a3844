//! What ingest does with files, called from a benchmark's page. Bytes are copied into WebAssembly with each call,
//! as they are in the ingest worker.

use headway_core::build::Build;
use headway_core::card::{Card, InputSpec};
use headway_core::file::{FileId, FileMeta};
use headway_core::frame::{Place, read_and_decode};
use headway_core::instance::{HeaderOutcome, Instance};
use headway_core::intake::Intake;
use headway_core::study::StudyKey;
use wasm_bindgen::prelude::wasm_bindgen;

/// The plain copy that reading is measured against.
#[wasm_bindgen]
pub fn copy(bytes: &[u8]) -> usize {
    bytes.len()
}

/// Reads a header from the first bytes of a file; how many images it describes.
#[wasm_bindgen]
pub fn header(head: &[u8], size_bytes: f64) -> usize {
    match Instance::read(FileId(0), "", head, size_bytes as u64) {
        HeaderOutcome::Read(images) => images.len(),
        _ => 0,
    }
}

/// Decodes every image of a file; the sum of its signal, or nothing where it is not read.
#[wasm_bindgen]
pub fn signal(bytes: &[u8]) -> Option<f64> {
    let HeaderOutcome::Read(images) = Instance::read(FileId(0), "", bytes, bytes.len() as u64) else { return None };
    let mut planes: Vec<Vec<f32>> =
        images.iter().map(|image| vec![0.0; image.pixels.rows * image.pixels.columns]).collect();
    let mut wanted: Vec<_> = images.iter().zip(planes.iter_mut().map(|plane| Place::Signal(plane))).collect();
    read_and_decode(bytes, &mut wanted).ok()?;
    Some(planes.iter().flatten().map(|value| f64::from(*value)).sum())
}

/// A study on its way from files to a volume.
#[wasm_bindgen]
pub struct Study {
    intake: Intake,
    spec: InputSpec,
    key: Option<StudyKey>,
    count: u32,
    build: Option<Build>,
}

#[wasm_bindgen]
impl Study {
    /// With what the model expects, from its card.
    pub fn begin(card_json: &[u8]) -> Option<Self> {
        let spec = Card::from_json(card_json).ok()?.input;
        Some(Self { intake: Intake::default(), spec, key: None, count: 0, build: None })
    }

    /// Takes the first bytes of a file; false where it is not used.
    pub fn take(&mut self, head: &[u8], size_bytes: f64) -> bool {
        let file =
            FileMeta { id: FileId(self.count), path: format!("{:05}", self.count), size_bytes: size_bytes as u64 };
        self.count += 1;
        let Some(Ok(part)) = self.intake.take_head(&file, head) else { return false };
        self.key = Some(StudyKey { patient_id: part.patient.id, study_uid: part.study.uid });
        true
    }

    /// Chooses the series; then the files it wants are to be given.
    pub fn choose(&mut self) {
        let begin = |key| Build::begin(&self.intake, key, None, &self.spec);
        self.build = self.key.as_ref().map(begin);
    }

    /// The next file to give, if any.
    pub fn wanted(&mut self) -> Option<u32> {
        self.build.as_mut()?.next_file().map(|file| file.0)
    }

    /// Gives the bytes of a file that is not compressed.
    pub fn give(&mut self, file: u32, bytes: &[u8]) {
        if let Some(build) = &mut self.build {
            build.give(FileId(file), Ok(bytes));
        }
    }
}
