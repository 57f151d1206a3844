//! A study's way from headers to the network's input, one file at a time.
//! The shell hands over bytes as it can get them; core never waits for a file.

use crate::card::InputSpec;
use crate::file::FileId;
use crate::intake::{Choice, Intake};
use crate::picture::look;
use crate::preprocess::{ModelInput, prepare};
use crate::reason::{Code, Reason};
use crate::selection::{SelectionReport, SeriesChoice, Stack};
use crate::series::SeriesSummary;
use crate::study::StudyKey;
use crate::triage::BuildReport;
use crate::viewing::Viewable;
use crate::volume::VolumeBuilder;

/// A study being built. Ask for [`Self::wanted`], answer with [`Self::give`], until nothing is wanted;
/// then [`Self::volume`] and [`Built::prepare`].
#[derive(Debug)]
pub struct Build {
    selection: SelectionReport,
    cautions: Vec<String>,
    builder: Result<VolumeBuilder, Reason>,
    oriented: bool,
    /// The files still to read, last first.
    files: Vec<FileId>,
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

    fn of(selection: SelectionReport, cautions: Vec<String>, stack: Result<Stack, Reason>) -> Self {
        let oriented = stack.as_ref().is_ok_and(|stack| stack.series.is_oriented());
        let builder = stack.and_then(VolumeBuilder::new);
        let files = builder.as_ref().map(|builder| builder.files().into_iter().rev().collect()).unwrap_or_default();
        Self { selection, cautions, builder, oriented, files }
    }

    /// The next file to read, if any.
    pub fn wanted(&self) -> Option<FileId> {
        self.files.last().copied()
    }

    /// The bytes of the file wanted, or why they cannot be had.
    pub fn give(&mut self, bytes: Result<&[u8], Reason>) {
        if let (Ok(builder), Some(file)) = (&mut self.builder, self.files.pop()) {
            match bytes {
                Ok(bytes) => builder.place(file, bytes),
                Err(reason) => builder.refuse(file, reason),
            }
        }
    }

    /// The volume, once nothing is wanted any more; `volume_ms` is the time it took.
    pub fn volume(self, volume_ms: f64) -> Built {
        let (volume, unusable) = match self.builder {
            Ok(builder) => builder.finish(),
            Err(reason) => (Err(reason), Vec::new()),
        };
        let oriented = self.oriented;
        let (viewable, outcome) = match volume {
            Ok(volume) => (Some(Viewable { volume, oriented }), Ok(())),
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
