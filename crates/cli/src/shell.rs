//! Resolves the desk's effects, one after the other, on this thread.

use crate::files::Files;
use headway_core::build::Build;
use headway_core::card::InputSpec;
use headway_core::file::FileMeta;
use headway_core::finding::Finding;
use headway_core::intake::{HEADER_BYTES, Intake};
use headway_core::preprocess::ModelInput;
use headway_core::range::ScoreRange;
use headway_core::reason::{Code, Reason};
use headway_core::selection::SeriesChoice;
use headway_core::study::StudyKey;
use headway_core::triage::{BuildReport, Desk, Effect, Event, HeaderRead, Part};
use std::collections::{BTreeSet, VecDeque};
use std::time::Instant;

/// What the shell asks of a network. A function stands in for one that only answers.
pub trait Network {
    /// The answer to an input.
    fn infer(&mut self, input: &ModelInput) -> Result<Finding, Reason>;

    /// How far its score moves when the input is mirrored and shifted.
    fn range(&mut self, _: &ModelInput) -> Result<ScoreRange, Reason> {
        Err(Reason::new(Code::Abstained, "No range was asked for."))
    }
}

impl<F: FnMut(&ModelInput) -> Result<Finding, Reason>> Network for F {
    fn infer(&mut self, input: &ModelInput) -> Result<Finding, Reason> {
        self(input)
    }
}

/// Files in, effects resolved, one study at a time.
pub struct Shell<'a> {
    files: &'a Files,
    spec: &'a InputSpec,
    intake: Intake,
    input: Option<ModelInput>,
    wanted: Option<SeriesChoice>,
    ranges: bool,
    began: Instant,
}

impl<'a> Shell<'a> {
    /// A shell over some files.
    pub fn new(files: &'a Files, spec: &'a InputSpec) -> Self {
        Self { files, spec, intake: Intake::default(), input: None, wanted: None, ranges: false, began: Instant::now() }
    }

    /// Takes this series in the studies that hold it, in place of the one that the rules would choose.
    pub fn wanting(self, wanted: Option<SeriesChoice>) -> Self {
        Self { wanted, ..self }
    }

    /// Asks for the range of every score once all is scored.
    pub fn with_ranges(self, ranges: bool) -> Self {
        Self { ranges, ..self }
    }

    fn wanted_of(&self, study: &StudyKey) -> Option<SeriesChoice> {
        let holds = |wanted: &&SeriesChoice| {
            self.intake.stacks(study).iter().any(|series| series.header().uid == wanted.series_uid)
        };
        self.wanted.as_ref().filter(holds).cloned()
    }

    /// Runs the desk until nothing is left to do.
    pub fn run(&mut self, network: &mut impl Network) -> Desk {
        let mut desk = Desk::default();
        let mut effects: VecDeque<Effect> = VecDeque::new();
        for notice in &self.files.refused {
            effects.extend(desk.update(Event::PathRefused(notice.clone())));
        }
        effects.extend(desk.update(Event::FilesFound(self.files.metas.clone())));
        self.resolve_all(&mut desk, effects, network);
        if self.ranges {
            for row in desk.view().rows {
                let effects = desk.update(Event::AskRange(row.key));
                self.resolve_all(&mut desk, effects.into(), network);
            }
        }
        desk
    }

    fn resolve_all(&mut self, desk: &mut Desk, mut effects: VecDeque<Effect>, network: &mut impl Network) {
        while let Some(effect) = effects.pop_front() {
            if let Some(event) = self.resolve(effect, network) {
                effects.extend(desk.update(event));
            }
        }
    }

    /// Reads every header and nothing more; the studies found, in order.
    pub fn read_headers(&mut self) -> Vec<StudyKey> {
        let files = self.files;
        let parts = files.metas.iter().filter_map(|file| self.take(file).ok());
        let keys = parts.map(|part| StudyKey { patient_id: part.patient.id, study_uid: part.study.uid });
        keys.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What has been read.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    fn resolve(&mut self, effect: Effect, network: &mut impl Network) -> Option<Event> {
        match effect {
            Effect::ReadHeaders(job, files) => {
                let read = files.iter().map(|file| self.read_header(file)).collect();
                Some(Event::HeadersRead(job, read))
            }
            Effect::Build(job, study, wanted) => {
                let wanted = wanted.or_else(|| self.wanted_of(&study));
                let (report, input) = self.build(&study, wanted.as_ref());
                self.input = input;
                Some(Event::Built(job, study, Box::new(report)))
            }
            Effect::Infer(job, study) => {
                let began = self.millis();
                let outcome = self.take_input().and_then(|input| network.infer(&input));
                Some(Event::Inferred(job, study, outcome, self.millis() - began))
            }
            Effect::Range(job, study) => {
                let outcome = self.take_input().and_then(|input| network.range(&input));
                Some(Event::Ranged(job, study, outcome))
            }
            Effect::Stop(_) => None,
        }
    }

    fn take_input(&mut self) -> Result<ModelInput, Reason> {
        let early = || Reason::new(Code::Internal, "The network was asked before its input was ready.");
        self.input.take().ok_or_else(early)
    }

    fn read_header(&mut self, file: &FileMeta) -> HeaderRead {
        let began = self.millis();
        let outcome = self.take(file);
        HeaderRead { file: file.id, outcome, millis: self.millis() - began }
    }

    fn take(&mut self, file: &FileMeta) -> Result<Part, Reason> {
        let head = self.files.read(file.id, HEADER_BYTES)?;
        match self.intake.take_head(file, &head) {
            Some(outcome) => outcome,
            None => self.intake.take_whole(file, &self.files.read(file.id, u64::MAX)?),
        }
    }

    /// Builds the network's input for a study.
    pub fn build(&mut self, study: &StudyKey, wanted: Option<&SeriesChoice>) -> (BuildReport, Option<ModelInput>) {
        let began = self.millis();
        let mut build = Build::begin(&self.intake, study, wanted, self.spec);
        build.read_all(|file| self.files.read(file, u64::MAX));
        let built = build.volume(self.millis() - began);
        built.prepare(self.spec, || self.millis())
    }

    fn millis(&self) -> f64 {
        self.began.elapsed().as_secs_f64() * 1e3
    }
}
