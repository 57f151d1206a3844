//! Every message between page, ingest, engine and clerk. What is attached stands with each variant.

use crate::browser::requests::Asked;
use headway_core::attention::{AttentionMap, MapPlace};
use headway_core::card::{Card, ModelIdentity};
use headway_core::deidentify::Wishes;
use headway_core::file::{FileId, FileMeta};
use headway_core::finding::{DeviceReport, Finding, Tier};
use headway_core::frame::PackedForm;
use headway_core::listing::HeaderLine;
use headway_core::preprocess::Stage;
use headway_core::range::ScoreRange;
use headway_core::reason::Reason;
use headway_core::series::SeriesSummary;
use headway_core::study::StudyKey;
use headway_core::triage::{BuildReport, HeaderRead, Job, WantedSeries};
use headway_core::viewing::{BodyPlane, Viewing};
use headway_core::worklist::export::{Export, TableError};
use headway_core::worklist::kept::Kept;
use headway_core::worklist::list_file::ListFile;
use serde::{Deserialize, Serialize};

/// Folder of the built-in model, relative to the build.
pub const MODEL: &str = "models/densenet121-synthetic";
/// The built-in study, an archive beside the workers.
pub const SAMPLE: &str = "sample.zip";

/// Page to ingest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IngestRequest {
    /// Send inputs through the attached port from now on.
    Connect,
    /// Do this after what was asked before; [`IngestReply::Done`] follows, however it ends.
    Work(Work),
    /// Send a study's input to the engine, to be scored or for the range of its score.
    Hand(Job, StudyKey, InputFor),
    /// Let go of the work of jobs before this one.
    Stop(Job),
    /// Send a picture of the series opened last: plane and slice.
    Draw(ViewId, BodyPlane, usize),
    /// Send the input of the series opened last to the engine, for its attention map.
    Explain(ViewId),
    /// List the header of the series opened last.
    ListHeader(ViewId),
    /// Show the steps from the series opened last to the network's input.
    ShowStages(ViewId),
    /// Build inputs for this model from now on. Attached: its card's bytes; nothing for the built-in one.
    UseModel,
    /// Say what was asked of the network.
    TellRequests,
}

/// What an input is sent to the engine for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum InputFor {
    /// A score.
    Score,
    /// The range of a score.
    Range,
}

/// What is shown of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shown {
    /// The images as they were acquired.
    #[default]
    Acquired,
    /// What the network is given of them.
    Input,
}

/// Which of the series opened so far: what comes for an earlier one is out of date.
pub type ViewId = u32;

/// What the ingest worker does one at a time, so that the file it announced last is the one to blame.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Work {
    /// Read these headers. Attached: one file handle each, in the same order.
    ReadHeaders(Job, Vec<FileMeta>),
    /// Build a study's input, from the series that the reader wants if there is one, and keep it.
    Build(Job, StudyKey, WantedSeries),
    /// Make a series ready to be looked at, before any other work that waits.
    Open(ViewId, StudyKey, SeriesSummary, Shown),
    /// Write a series anew without its patient, before any other work that waits.
    Deidentify(StudyKey, SeriesSummary, Wishes),
    /// Fetch an archive of computed studies that lies beside the page, by its path there.
    Fetch(String),
    /// Read a model's files. Attached: the handles of its card and, if they came along, of its weights.
    ReadModel,
}

/// Ingest to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum IngestReply {
    /// The worker listens.
    Ready {
        /// Of which build it is.
        build_id: String,
    },
    /// It turns to this file now, the one to blame if nothing more is heard; or to the study as a whole.
    Reading(Option<FileId>),
    /// A file is an archive that holds these: paths and unpacked sizes, in its order.
    ArchiveListed(Job, FileId, Vec<(String, u64)>),
    /// Some headers.
    HeadersRead(Job, Vec<HeaderRead>),
    /// A study's input is ready, or not.
    Built(Job, StudyKey, Box<BuildReport>),
    /// There is no input of this study to send to the engine.
    NothingToHand(Job, StudyKey, InputFor),
    /// A series can be looked at, or not.
    Opened(ViewId, Result<Box<Viewing>, Reason>),
    /// A picture: plane and slice. Attached: its signal row by row, as an `ArrayBuffer` of f32.
    Drawn(ViewId, BodyPlane, usize),
    /// The series had to make room for others: open it again.
    PutAway(ViewId),
    /// The engine has the input of the attention map, which lies here; or why there is none.
    Explaining(ViewId, Result<MapPlace, Reason>),
    /// The steps from a series to the network's input. Attached: the signal of each, an `ArrayBuffer` of f32.
    Staged(ViewId, Result<Vec<Stage>, Reason>),
    /// The header of a series' middle image.
    HeaderListed(ViewId, Result<Vec<HeaderLine>, Reason>),
    /// A series without its patient, and what to know of it. Attached: the archive as an `ArrayBuffer`.
    Deidentified(Result<Vec<String>, Reason>),
    /// What this worker asked of the network so far.
    Requests(Vec<Asked>),
    /// An archive of computed studies, by its name, or why there is none. Attached: its bytes.
    Fetched(Result<String, Reason>),
    /// A model's files were read, or not. Attached: the bytes of card and weights, an `ArrayBuffer` each.
    ModelRead(Result<(), Reason>),
    /// One piece of [`Work`] is over.
    Done,
}

/// Ingest to a decoder: decode this frame. Attached: its bytes as an `ArrayBuffer`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecodeRequest {
    /// Which frame of its file.
    pub frame: usize,
    /// What to decode it as.
    pub form: PackedForm,
}

/// A decoder to ingest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DecodeReply {
    /// The worker listens.
    Ready {
        /// Of which build it is.
        build_id: String,
    },
    /// The frame, in samples of so many bytes, or why not. Attached: the samples as an `ArrayBuffer`, little endian.
    Decoded(Result<usize, Reason>),
}

/// Page to engine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EngineRequest {
    /// Take inputs from the attached port from now on.
    Connect,
    /// Let go of the work of jobs before this one.
    Stop(Job),
    /// Let go of the attention map at hand.
    StopExplaining,
    /// Say what was asked of the network.
    TellRequests,
    /// Check a model's files: card, hash, and the shape of every tensor. Attached: as for [`EngineRequest::Load`].
    Check,
    /// Load the model on this tier. Attached: the bytes of card and weights; null for those of the built-in model.
    Load {
        /// Where.
        tier: Tier,
        /// Why there, for the reader.
        why: String,
        /// At most so many threads of the processor.
        threads: usize,
        /// 16-bit storage on the graphics processor.
        f16: bool,
    },
}

/// Engine to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum EngineReply {
    /// The worker listens.
    Ready {
        /// Of which build it is.
        build_id: String,
    },
    /// The model is loaded and has passed its self-test, or not.
    Loaded(Box<Result<Loaded, Reason>>),
    /// A model's files are what they should be, or not.
    Checked(Result<ModelIdentity, Reason>),
    /// The network is running.
    Progress(Job, StudyKey, f64),
    /// The network answered, or failed, after so many ms.
    Inferred(Job, StudyKey, Result<Finding, Reason>, f64),
    /// How far a score moves, or why that could not be told.
    Ranged(Job, StudyKey, Result<ScoreRange, Reason>),
    /// The attention map as far as it has come, or why there is none.
    Attention(ViewId, Result<AttentionMap, Reason>),
    /// What this worker asked of the network so far.
    Requests(Vec<Asked>),
}

/// A model that is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// Which model.
    pub identity: ModelIdentity,
    /// Its card.
    pub card: Card,
    /// The same, byte for byte.
    pub card_json: String,
    /// Where it runs.
    pub device: DeviceReport,
}

/// Ingest to engine. Attached: the input's values as an `ArrayBuffer` of f32.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// To be run on, for this job and study.
    Run(InputFor, Job, StudyKey),
    /// To be explained.
    Explain(ViewId),
}

/// Page to clerk. There is one reply to each, in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClerkRequest {
    /// Read a file's text, if it is a list.
    ReadList(String),
    /// Write a list as JSON.
    WriteJson(Export),
    /// Write a list as CSV, a line for each study.
    WriteCsv(Export),
    /// Write what sites may put together, by pseudonyms made with this secret.
    WritePooling(Export, String),
    /// Read what was kept.
    ReadKept(String),
    /// Write what is kept.
    WriteKept(Box<Kept>),
    /// Write the card of the same weights with a site's calibration.
    Calibrate {
        /// The card of the model in use.
        card_json: String,
        /// What the evidence room found, JSON.
        found: String,
        /// The day.
        adopted_on: String,
    },
    /// Say what was asked of the network.
    TellRequests,
}

/// Clerk to page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ClerkReply {
    /// The worker listens.
    Ready {
        /// Of which build it is.
        build_id: String,
    },
    /// A list, none because the text is no list, or why it cannot be read.
    ListRead(Option<Result<ListFile, TableError>>),
    /// What was to be written, or why it cannot be.
    Written(Result<String, String>),
    /// What was kept; none where another version kept it.
    KeptRead(Option<Box<Kept>>),
    /// SHA-256 of the model that was evaluated, and the card; or why there is none.
    Calibrated(Result<(String, String), String>),
    /// What this worker asked of the network so far.
    Requests(Vec<Asked>),
}

impl super::client::Greets for ClerkReply {
    fn build_id(&self) -> Option<&str> {
        match self {
            Self::Ready { build_id } => Some(build_id),
            _ => None,
        }
    }
}

impl super::client::Greets for IngestReply {
    fn build_id(&self) -> Option<&str> {
        match self {
            Self::Ready { build_id } => Some(build_id),
            _ => None,
        }
    }
}

impl super::client::Greets for EngineReply {
    fn build_id(&self) -> Option<&str> {
        match self {
            Self::Ready { build_id } => Some(build_id),
            _ => None,
        }
    }
}

impl super::client::Greets for DecodeReply {
    fn build_id(&self) -> Option<&str> {
        match self {
            Self::Ready { build_id } => Some(build_id),
            Self::Decoded(_) => None,
        }
    }
}
