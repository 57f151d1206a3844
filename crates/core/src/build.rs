//! A study's way from headers to the network's input, one file at a time.
//! The shell hands over bytes as it can get them; core never waits for a file.

use crate::card::InputSpec;
use crate::codec;
use crate::file::FileId;
use crate::frame::{DecodedFrame, PackedFrame};
use crate::intake::{Choice, Intake};
use crate::picture::look;
use crate::preprocess::{ModelInput, prepare};
use crate::reason::{Code, Reason};
use crate::selection::{SelectionReport, SeriesChoice, Stack};
use crate::series::SeriesSummary;
use crate::study::StudyKey;
use crate::triage::BuildReport;
use crate::viewing::{Viewable, Window};
use crate::volume::VolumeBuilder;

/// A study being built. Take files with [`Self::next_file`] and give the bytes of each with [`Self::give`]; where frames come back,
/// have them decoded and give those with [`Self::give_decoded`]. When nothing is next any more: [`Self::volume`] and [`Built::prepare`].
#[derive(Debug)]
pub struct Build {
    selection: SelectionReport,
    cautions: Vec<String>,
    builder: Result<VolumeBuilder, Reason>,
    oriented: bool,
    stated_window: Option<Window>,
    /// The files still to read, last first.
    files: Vec<FileId>,
    /// Files whose frames are with a decoder.
    owed: usize,
}

/// A study whose files have all been read.
#[derive(Debug)]
pub struct Built {
    report: BuildReport,
    viewable: Option<Viewable>,
}

impl Build {
    /// Chooses the series, or takes the one that the reader wants.
    pub fn begin(intake: &Intake, study: &StudyKey, wanted: Option<&SeriesChoice>, spec: &InputSpec) -> Self {
        let Choice { selection, cautions, stack } = intake.choose(study, wanted, spec);
        Self::of(selection, cautions, stack)
    }

    /// Takes a series for the eye alone: any that lies on an even grid, whatever the model was made for.
    pub fn begin_to_view(intake: &Intake, study: &StudyKey, series: &SeriesSummary, spec: &InputSpec) -> Self {
        Self::of(SelectionReport::default(), Vec::new(), intake.stack_to_view(study, series, &spec.geometry))
    }

    /// Takes this stack.
    pub fn of_stack(stack: Stack) -> Self {
        Self::of(SelectionReport::default(), Vec::new(), Ok(stack))
    }

    fn of(selection: SelectionReport, cautions: Vec<String>, stack: Result<Stack, Reason>) -> Self {
        let oriented = stack.as_ref().is_ok_and(|stack| stack.series.is_oriented());
        let stated_window = stack.as_ref().ok().and_then(|stack| stack.series.stated_window());
        let builder = stack.and_then(VolumeBuilder::new);
        let files = builder.as_ref().map(|builder| builder.files().into_iter().rev().collect()).unwrap_or_default();
        Self { selection, cautions, builder, oriented, stated_window, files, owed: 0 }
    }

    /// The next file to read. `None` when all are read, or when what comes next are copies of images that a decoder still has.
    pub fn next_file(&mut self) -> Option<FileId> {
        let is_copy = |builder: &VolumeBuilder| self.files.last().is_some_and(|file| builder.is_copy(*file));
        if self.owed > 0 && self.builder.as_ref().is_ok_and(is_copy) {
            return None;
        }
        self.files.pop()
    }

    /// The bytes of a file, or why they cannot be had. Frames that come back are to be decoded and given.
    pub fn give(&mut self, file: FileId, bytes: Result<&[u8], Reason>) -> Vec<PackedFrame> {
        let Ok(builder) = &mut self.builder else { return Vec::new() };
        let packed = match bytes {
            Ok(bytes) => builder.place(file, bytes),
            Err(reason) => {
                builder.refuse(file, reason);
                Vec::new()
            }
        };
        self.owed += usize::from(!packed.is_empty());
        packed
    }

    /// A file's frames, decoded, or why they cannot be.
    pub fn give_decoded(&mut self, file: FileId, frames: Result<Vec<DecodedFrame>, Reason>) {
        self.owed = self.owed.saturating_sub(1);
        if let Ok(builder) = &mut self.builder {
            builder.place_decoded(file, frames);
        }
    }

    /// Reads all files here and now, for a shell that waits for nobody.
    pub fn read_all<B: AsRef<[u8]>>(&mut self, read: impl Fn(FileId) -> Result<B, Reason>) {
        while let Some(file) = self.next_file() {
            let bytes = read(file);
            let packed = self.give(file, bytes.as_ref().map(AsRef::as_ref).map_err(Clone::clone));
            if !packed.is_empty() {
                self.give_decoded(file, packed.iter().map(codec::decode).collect());
            }
        }
    }

    /// The volume, once every file was given; `volume_ms` is the time it took.
    pub fn volume(self, volume_ms: f64) -> Built {
        let (volume, unusable) = match self.builder {
            Ok(builder) => builder.finish(),
            Err(reason) => (Err(reason), Vec::new()),
        };
        let (oriented, stated_window) = (self.oriented, self.stated_window);
        let (viewable, outcome) = match volume {
            Ok(volume) => (Some(Viewable::new(volume, oriented, stated_window)), Ok(())),
            Err(reason) => (None, Err(reason)),
        };
        let report = BuildReport {
            selection: self.selection,
            cautions: self.cautions,
            unusable,
            outcome,
            volume_ms,
            prepare_ms: 0.0,
        };
        Built { report, viewable }
    }
}

impl Built {
    /// What the building came to.
    pub fn report(&self) -> &BuildReport {
        &self.report
    }

    /// The network's input, or the reason why there is none inside the report.
    pub fn prepare(&self, spec: &InputSpec, millis: impl Fn() -> f64) -> (BuildReport, Option<ModelInput>) {
        let mut report = self.report.clone();
        let Some(Viewable { volume, .. }) = &self.viewable else {
            return (report, None);
        };
        let began = millis();
        let volume = volume.bridged();
        let prepared = look(&volume, spec).and_then(|cautions| {
            report.cautions.extend(cautions);
            prepare(&volume, spec)
        });
        report.prepare_ms = millis() - began;
        match prepared {
            Ok(input) => (report, Some(input)),
            Err(reason) => {
                report.outcome = Err(reason);
                (report, None)
            }
        }
    }

    /// The volume as it was read, its gap included.
    ///
    /// # Errors
    /// Why there is none.
    pub fn into_viewable(self) -> Result<Viewable, Reason> {
        self.viewable.ok_or_else(|| {
            self.report.outcome.err().unwrap_or_else(|| Reason::new(Code::Internal, "The volume was lost."))
        })
    }
}
