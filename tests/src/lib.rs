//! A desk over files in memory: what the tests run studies through.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::archive::Zip;
use headway_core::build::Build;
use headway_core::card::Card;
use headway_core::file::{FileId, FileMeta};
use headway_core::finding::{DeviceReport, Finding, ScoredBy, Tier};
use headway_core::frame::{Place, read_and_decode};
use headway_core::geometry::Geometry;
use headway_core::instance::{HeaderOutcome, Instance};
use headway_core::intake::{HEADER_BYTES, Intake};
use headway_core::preprocess::ModelInput;
use headway_core::reason::Reason;
use headway_core::selection::{SelectionReport, SeriesChoice, Stack};
use headway_core::study::StudyKey;
use headway_core::triage::{BuildReport, Desk, Effect, Event, HeaderRead, Part, WorklistView};
use headway_core::volume::Volume;
use headway_infer::{Engine, Wanted};
use headway_synth::{Recipe, SyntheticFile};
use std::collections::VecDeque;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The card of the untrained model.
pub fn card() -> Card {
    Card::from_json(include_bytes!("../../crates/infer/src/template_card.json")).expect("the shipped card is sound")
}

/// Card and weights of the model that the page is shipped with.
pub fn shipped_model() -> (serde_json::Value, Vec<u8>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/models/densenet121-synthetic");
    let read = |name: &str| std::fs::read(folder.join(name)).expect("the shipped model is there");
    (serde_json::from_slice(&read("card.json")).expect("the card is JSON"), read("weights.safetensors"))
}

/// The same on the processor.
pub fn shipped_engine() -> Engine {
    let (card, weights) = shipped_model();
    let wanted = Wanted::Cpu { why: "for a test".to_owned() };
    pollster::block_on(Engine::load(card.to_string().as_bytes(), &weights, wanted)).expect("it loads")
}

/// What a run over some files came to.
pub struct Run {
    /// The worklist.
    pub view: WorklistView,
    /// Inputs that reached the network, in order.
    pub inputs: Vec<ModelInput>,
}

impl Run {
    /// Every file is counted once.
    pub fn assert_nothing_lost(&self) {
        let files = self.view.files;
        assert_eq!((files.pending, files.seen), (0, files.in_rows + files.noticed), "{files:?}");
        assert!(!self.view.busy);
    }

    /// Reason code of the only row, or `scored`.
    pub fn outcome(&self) -> String {
        use headway_core::worklist::Stage;
        match self.view.rows.as_slice() {
            [row] => match &row.stage {
                Stage::NotScored { reason } | Stage::Failed { reason } => reason.code.as_str().to_owned(),
                stage => stage.name().to_owned(),
            },
            rows => format!("{} rows", rows.len()),
        }
    }
}

/// Renders and runs a recipe.
pub fn run_recipe(recipe: &Recipe) -> Run {
    run_files(recipe.render().expect("the recipe renders"))
}

/// Runs files in memory through intake, selection, geometry, volume and preprocessing; the network answers 0.
pub fn run_files(files: Vec<SyntheticFile>) -> Run {
    run_choosing(files, None)
}

/// The same; then the reader asks for a series of the first row, by description or, of several parts, by title.
pub fn run_choosing(files: Vec<SyntheticFile>, series: Option<&str>) -> Run {
    run_under(card(), files, series)
}

/// The same under another model's card.
pub fn run_under(card: Card, files: Vec<SyntheticFile>, series: Option<&str>) -> Run {
    let mut shell = Shell { files, intake: Intake::default(), card, input: None, inputs: Vec::new() };
    let mut desk = Desk::default();
    let metas = shell.files.iter().enumerate().map(|(i, f)| FileMeta {
        id: FileId(i as u32),
        path: f.path.clone(),
        size_bytes: f.bytes.len() as u64,
    });
    shell.run(&mut desk, Event::FilesFound(metas.collect()));
    if let Some(description) = series {
        let row = &desk.view().rows[0];
        let wanted = wanted(row.selection.as_ref().expect("a choice was made"), description);
        shell.run(&mut desk, Event::Choose(row.key.clone(), Some(wanted)));
    }
    Run { view: desk.view(), inputs: shell.inputs }
}

fn wanted(selection: &SelectionReport, name: &str) -> SeriesChoice {
    let all = selection.chosen.iter().chain(selection.rejected.iter().map(|rejected| &rejected.series));
    let found = all.into_iter().find(|series| series.title() == name || series.description == name);
    let series = found.expect("the study has a series of that name");
    SeriesChoice { series_uid: series.series_uid.clone(), part: series.part.clone() }
}

struct Shell {
    files: Vec<SyntheticFile>,
    intake: Intake,
    card: Card,
    input: Option<ModelInput>,
    inputs: Vec<ModelInput>,
}

impl Shell {
    /// Tells the desk what happened and sees to all that follows.
    fn run(&mut self, desk: &mut Desk, event: Event) {
        let mut effects: VecDeque<Effect> = desk.update(event).into();
        while let Some(effect) = effects.pop_front() {
            effects.extend(self.resolve(effect).into_iter().flat_map(|event| desk.update(event)));
        }
    }

    fn resolve(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::ReadHeaders(job, files) => {
                let read =
                    files.iter().map(|f| HeaderRead { file: f.id, outcome: self.take(f), millis: 0.0 }).collect();
                Some(Event::HeadersRead(job, read))
            }
            Effect::Build(job, study, wanted) => {
                let (report, input) = self.build(&study, wanted.as_ref());
                self.input = input;
                Some(Event::Built(job, study, Box::new(report)))
            }
            Effect::Infer(job, study) => {
                self.inputs.push(self.input.take().expect("an input was built"));
                let device = DeviceReport { tier: Tier::Cpu, adapter: "none".into(), why: "test".into(), f16: false };
                Some(Event::Inferred(job, study, Ok(Finding::new(&self.card, ScoredBy::default(), 0.0, device)), 0.0))
            }
            Effect::Range(..) | Effect::Stop(_) => None,
        }
    }

    fn take(&mut self, file: &FileMeta) -> Result<Part, Reason> {
        let bytes = &self.files[file.id.0 as usize].bytes;
        let head = &bytes[..bytes.len().min(HEADER_BYTES as usize)];
        self.intake.take_head(file, head).unwrap_or_else(|| self.intake.take_whole(file, bytes))
    }

    fn build(&self, study: &StudyKey, wanted: Option<&SeriesChoice>) -> (BuildReport, Option<ModelInput>) {
        let mut build = Build::begin(&self.intake, study, wanted, &self.card.input);
        build.read_all(|file| Ok(&self.files[file.0 as usize].bytes));
        build.volume(0.0).prepare(&self.card.input, || 0.0)
    }
}

/// The signal of every image in a file, one after the other.
pub fn signals(bytes: &[u8]) -> Result<Vec<Vec<f32>>, Reason> {
    let instances = match Instance::read(FileId(0), "x", bytes, bytes.len() as u64) {
        HeaderOutcome::Read(instances) => instances,
        HeaderOutcome::Refused(reason) => return Err(reason),
        HeaderOutcome::NeedsWholeFile => panic!("asked for more than the whole file"),
    };
    let signal = |instance: &Instance| {
        let mut signal = vec![0.0; instance.pixels.rows * instance.pixels.columns];
        read_and_decode(bytes, &mut [(instance, Place::Signal(&mut signal))]).map(|()| signal)
    };
    instances.iter().map(signal).collect()
}

/// A folder of real scans below `HEADWAY_DATA`.
pub fn real_scans(folder: &str) -> PathBuf {
    let root = std::env::var_os("HEADWAY_DATA").expect("HEADWAY_DATA names the folder of real scans");
    let path = Path::new(&root).join(folder);
    assert!(path.is_dir(), "HEADWAY_DATA is set, but {} is missing", path.display());
    path
}

/// All files of a folder, as the shell would hand them in.
pub fn files_of(folder: &Path) -> Vec<SyntheticFile> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be listed").flatten() {
        if entry.path().is_dir() {
            files.extend(files_of(&entry.path()));
        } else {
            files.push(SyntheticFile {
                path: entry.path().to_string_lossy().into_owned(),
                bytes: std::fs::read(entry.path()).expect("the file can be read"),
            });
        }
    }
    files
}

/// The files in an archive.
pub fn unpacked(archive: &[u8]) -> Vec<SyntheticFile> {
    let mut archive = Zip::open(Cursor::new(archive)).expect("it is an archive");
    let paths: Vec<String> = archive.entries().iter().map(|entry| entry.path.clone()).collect();
    let read = |(entry, path)| SyntheticFile { path, bytes: archive.read(entry, u64::MAX).expect("it is whole") };
    paths.into_iter().enumerate().map(read).collect()
}

/// The volume of one stack of some files' only study, by the name of the part; the first series that has it.
pub fn assembled(files: &[SyntheticFile], part: &str) -> Volume {
    let mut intake = Intake::default();
    let mut key = None;
    for (index, file) in files.iter().enumerate() {
        let size_bytes = file.bytes.len() as u64;
        let meta = FileMeta { id: FileId(index as u32), path: file.path.clone(), size_bytes };
        // Licences lie beside the images.
        let Ok(part) = intake.take_whole(&meta, &file.bytes) else { continue };
        key = Some(StudyKey { patient_id: part.patient.id, study_uid: part.study.uid });
    }
    let stacks = intake.stacks(&key.expect("the files hold a study"));
    let names: Vec<String> = stacks.iter().map(|series| series.part().to_owned()).collect();
    let series = stacks.into_iter().find(|series| series.part() == part);
    let series = series.unwrap_or_else(|| panic!("no part \"{part}\" in {names:?}"));
    let geometry = Geometry::of(&series, &card().input.geometry).expect("an even stack");
    let mut build = Build::of_stack(Stack { series, geometry, cautions: Vec::new() });
    build.read_all(|file| Ok(&files[file.0 as usize].bytes));
    build.volume(0.0).into_viewable().expect("every slice can be read").volume
}
