//! The desk: what has arrived, where each study stands, and what the shell should do next.
//!
//! `update(event)` returns effects; the shell resolves each and answers with an event.
//! The page and the command line run the same desk. Events of an earlier job (before a cancel) are set aside.

mod range;

use crate::file::{FileId, FileMeta, Notice};
use crate::finding::Finding;
use crate::range::{RangeWork, ScoreRange};
use crate::reason::{Code, Reason};
use crate::selection::{SelectionReport, SeriesChoice};
use crate::study::{Patient, Study, StudyKey};
use crate::worklist::prior::mark_priors;
use crate::worklist::{Stage, StageMillis, WorklistRow};
use range::RangeStep;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Number of a run of work; a cancel starts a new one.
pub type Job = u32;

/// How often a study whose engine stopped is sent again.
const RETRIES: u8 = 1;

/// Something that happened outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// Files were dropped or chosen.
    FilesFound(Vec<FileMeta>),
    /// A file was dropped that is no image, and was read by another: a list. What it came to.
    FileTaken(FileMeta, Reason),
    /// Studies of an earlier session that were kept on the device, without their images.
    Remembered(Vec<WorklistRow>),
    /// A path that holds no file, or could not be listed.
    PathRefused(Notice),
    /// A file is an archive; what it holds stands in for it.
    ArchiveListed(Job, FileId, Vec<FileMeta>),
    /// Headers were read.
    HeadersRead(Job, Vec<HeaderRead>),
    /// A study's input was built, or not.
    Built(Job, StudyKey, Box<BuildReport>),
    /// The network is running.
    Progress(Job, StudyKey, f64),
    /// The network answered, or failed; and how long it took, ms.
    Inferred(Job, StudyKey, Result<Finding, Reason>, f64),
    /// How far a score moves was asked for.
    AskRange(StudyKey),
    /// It is known, or why not.
    Ranged(Job, StudyKey, Result<ScoreRange, Reason>),
    /// Another model is in use: what was scored is scored anew.
    ModelChanged,
    /// The room that reads files broke off and lost what it held; the file it was reading, if known.
    IngestStopped(Option<FileId>, Reason),
    /// The room that runs the network broke off.
    EngineStopped(Reason),
    /// The reader asked to stop.
    Cancel,
    /// The reader asked to try a study again.
    Retry(StudyKey),
    /// The reader asked for another series of a study; `None` leaves the choice to the rules again.
    Choose(StudyKey, WantedSeries),
}

/// The series that the reader asked for, if any.
pub type WantedSeries = Option<SeriesChoice>;

/// Something the shell should do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Effect {
    /// Read these headers; answer with [`Event::HeadersRead`], in one or several parts.
    ReadHeaders(Job, Vec<FileMeta>),
    /// Choose a series, or take the one the reader wants, and build the network's input; answer with [`Event::Built`].
    Build(Job, StudyKey, WantedSeries),
    /// Run the network on the input just built; answer with [`Event::Inferred`].
    Infer(Job, StudyKey),
    /// Run the network on the input just built, mirrored and shifted; answer with [`Event::Ranged`].
    Range(Job, StudyKey),
    /// Let go of all work of earlier jobs.
    Stop(Job),
}

/// One header's outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeaderRead {
    /// The file.
    pub file: FileId,
    /// Which study it is part of, or why it is none.
    pub outcome: Result<Part, Reason>,
    /// Time it took, ms.
    pub millis: f64,
}

/// Which study an image is part of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The patient as this image states them.
    pub patient: Patient,
    /// The study as this image states it.
    pub study: Study,
}

/// What building a study's input came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildReport {
    /// Which series was chosen, and why.
    pub selection: SelectionReport,
    /// What the reader should know beside the score.
    pub cautions: Vec<String>,
    /// Images that turned out unusable when they were decoded.
    pub unusable: Vec<(FileId, Reason)>,
    /// Whether the input is ready.
    pub outcome: Result<(), Reason>,
    /// Reading and decoding the series, ms.
    pub volume_ms: f64,
    /// Resampling to the network's input, ms.
    pub prepare_ms: f64,
}

/// What became of a file.
#[derive(Clone, Debug)]
enum Fate {
    Pending,
    InRow(StudyKey),
    Noticed(Reason),
}

#[derive(Debug)]
struct StudyState {
    row: WorklistRow,
    wanted: WantedSeries,
    /// Images arrived, or a retry was asked for, since the last build began.
    due: bool,
    attempts: u8,
    range: RangeStep,
    /// An input is being built that nobody wants any more: nothing of this study is built before it has come.
    unwanted_build: bool,
    /// The network is at work on a range that nobody wants any more: no other is begun before it has come.
    unwanted_range: bool,
}

/// The desk.
#[derive(Debug, Default)]
pub struct Desk {
    job: Job,
    files: BTreeMap<FileId, (FileMeta, Fate)>,
    refused_paths: Vec<Notice>,
    pending: BTreeSet<FileId>,
    studies: BTreeMap<StudyKey, StudyState>,
}

/// Everything the page shows of the desk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorklistView {
    /// Rows in order of arrival; [`List`](crate::worklist::list::List) puts them in the list's order.
    pub rows: Vec<WorklistRow>,
    /// Counts of files.
    pub files: FileCounts,
    /// Files and paths that are part of no row, and why.
    pub notices: Vec<Notice>,
    /// Whether anything is still to come.
    pub busy: bool,
}

/// Every dropped file is counted once: seen = pending + in rows + notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCounts {
    /// Files dropped.
    pub seen: usize,
    /// Headers not read yet.
    pub pending: usize,
    /// Files that are part of a row.
    pub in_rows: usize,
    /// Files that became a notice.
    pub noticed: usize,
}

impl Desk {
    /// Takes in what happened; returns what to do about it.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        match event {
            Event::FilesFound(files) => effects.extend(self.files_found(files)),
            Event::FileTaken(file, reason) => {
                self.files.insert(file.id, (file, Fate::Noticed(reason)));
            }
            Event::Remembered(rows) => rows.into_iter().for_each(|row| self.remember(row)),
            Event::PathRefused(notice) => self.refused_paths.push(notice),
            Event::ArchiveListed(job, archive, files) if job == self.job => {
                effects.extend(self.archive_listed(archive, files));
            }
            Event::HeadersRead(job, headers) if job == self.job => {
                headers.into_iter().for_each(|h| self.header_read(h));
            }
            Event::Built(job, study, report) if job == self.job => effects.extend(self.built(&study, *report)),
            Event::Progress(job, study, fraction) if job == self.job => self.progress(&study, fraction),
            Event::Inferred(job, study, outcome, millis) if job == self.job => self.inferred(&study, outcome, millis),
            Event::AskRange(study) => self.ask_range(&study),
            Event::Ranged(job, study, outcome) if job == self.job => self.ranged(&study, outcome),
            Event::ModelChanged => self.model_changed(),
            Event::IngestStopped(culprit, reason) => effects.extend(self.ingest_stopped(culprit, &reason)),
            Event::EngineStopped(reason) => self.engine_stopped(&reason),
            Event::Cancel => effects.extend(self.cancel()),
            Event::Retry(study) => self.retry(&study),
            Event::Choose(study, wanted) => self.choose(&study, wanted),
            Event::ArchiveListed(..)
            | Event::HeadersRead(..)
            | Event::Built(..)
            | Event::Progress(..)
            | Event::Inferred(..)
            | Event::Ranged(..) => {}
        }
        effects.extend(self.next_work());
        effects.extend(self.next_range());
        effects
    }

    /// What the page shows.
    pub fn view(&self) -> WorklistView {
        let mut rows: Vec<WorklistRow> = self.studies.values().map(|study| study.row.clone()).collect();
        rows.sort_by_key(|row| row.arrival);
        mark_priors(&mut rows);
        let mut notices = self.refused_paths.clone();
        let mut files = FileCounts { seen: self.files.len(), ..FileCounts::default() };
        for (meta, fate) in self.files.values() {
            match fate {
                Fate::Pending => files.pending += 1,
                Fate::InRow(_) => files.in_rows += 1,
                Fate::Noticed(reason) => {
                    files.noticed += 1;
                    notices.push(Notice::new(&meta.path, reason.clone()));
                }
            }
        }
        WorklistView {
            rows,
            files,
            notices,
            busy: !self.pending.is_empty() || self.studies.values().any(|s| s.due || !s.row.stage.is_final()),
        }
    }

    fn files_found(&mut self, files: Vec<FileMeta>) -> Option<Effect> {
        for file in &files {
            self.files.insert(file.id, (file.clone(), Fate::Pending));
            self.pending.insert(file.id);
        }
        (!files.is_empty()).then_some(Effect::ReadHeaders(self.job, files))
    }

    fn archive_listed(&mut self, archive: FileId, files: Vec<FileMeta>) -> Option<Effect> {
        self.pending.remove(&archive).then(|| self.files.remove(&archive))?;
        self.files_found(files)
    }

    fn header_read(&mut self, header: HeaderRead) {
        if !self.pending.remove(&header.file) {
            return;
        }
        match header.outcome {
            Ok(part) => self.join_study(header.file, part, header.millis),
            Err(reason) => self.set_fate(header.file, Fate::Noticed(reason)),
        }
    }

    /// A study that is here already goes before what is remembered of it.
    fn remember(&mut self, row: WorklistRow) {
        let arrival = self.studies.len();
        let remembered = |row: WorklistRow| StudyState {
            row: WorklistRow { arrival, is_remembered: true, ..row },
            wanted: None,
            due: false,
            attempts: 0,
            range: RangeStep::None,
            unwanted_build: false,
            unwanted_range: false,
        };
        self.studies.entry(row.key.clone()).or_insert_with(|| remembered(row));
    }

    fn join_study(&mut self, file: FileId, part: Part, millis: f64) {
        let key = StudyKey { patient_id: part.patient.id.clone(), study_uid: part.study.uid.clone() };
        // Its images have come: the study begins anew, in its place.
        let remembered = self.studies.get(&key).filter(|study| study.row.is_remembered).map(|study| study.row.arrival);
        if remembered.is_some() {
            self.studies.remove(&key);
        }
        let arrival = remembered.unwrap_or(self.studies.len());
        let study = self.studies.entry(key.clone()).or_insert_with(|| StudyState {
            row: WorklistRow {
                key: key.clone(),
                arrival,
                patient: part.patient,
                study: part.study,
                stage: Stage::Received,
                selection: None,
                cautions: Vec::new(),
                images: 0,
                stage_ms: StageMillis::default(),
                prior_of: None,
                is_remembered: false,
                range_work: RangeWork::None,
            },
            wanted: None,
            due: true,
            attempts: 0,
            range: RangeStep::None,
            unwanted_build: false,
            unwanted_range: false,
        });
        study.drop_range();
        study.row.images += 1;
        study.row.stage_ms.headers += millis;
        study.due = true;
        if study.row.stage.is_final() {
            study.row.stage = Stage::Received;
        }
        self.set_fate(file, Fate::InRow(key));
    }

    fn built(&mut self, key: &StudyKey, report: BuildReport) -> Vec<Effect> {
        if let Some(effects) = self.built_for_range(key, &report.outcome) {
            return effects;
        }
        for (file, reason) in report.unusable {
            self.set_fate(file, Fate::Noticed(reason));
        }
        let Some(study) = self.studies.get_mut(key).filter(|s| s.row.stage == Stage::Building) else {
            return Vec::new();
        };
        study.row.selection = Some(report.selection);
        study.row.cautions = report.cautions;
        study.row.stage_ms.volume = report.volume_ms;
        study.row.stage_ms.prepare = report.prepare_ms;
        study.row.stage = match report.outcome {
            _ if study.due => Stage::Received,
            Ok(()) => Stage::Waiting,
            Err(reason) => Stage::NotScored { reason },
        };
        Vec::new()
    }

    fn progress(&mut self, key: &StudyKey, fraction: f64) {
        if let Some(study) = self.studies.get_mut(key)
            && matches!(study.row.stage, Stage::Inferring { .. })
        {
            study.row.stage = Stage::Inferring { fraction };
        }
    }

    fn inferred(&mut self, key: &StudyKey, outcome: Result<Finding, Reason>, millis: f64) {
        let Some(study) = self.studies.get_mut(key).filter(|s| matches!(s.row.stage, Stage::Inferring { .. })) else {
            return;
        };
        study.row.stage_ms.infer = millis;
        study.row.stage = match outcome {
            _ if study.due => Stage::Received,
            Ok(finding) => Stage::Scored { finding },
            Err(reason) if reason.code == Code::Abstained => Stage::NotScored { reason },
            Err(reason) => Stage::Failed { reason },
        };
    }

    /// The reading room lost what it held: every accepted file is read again, the one it broke on is set aside.
    /// Results that stand keep standing.
    fn ingest_stopped(&mut self, culprit: Option<FileId>, reason: &Reason) -> Vec<Effect> {
        if let Some(file) = culprit.filter(|file| self.files.contains_key(file)) {
            self.pending.remove(&file);
            self.set_fate(file, Fate::Noticed(reason.clone()));
        }
        let mut effects = self.new_job();
        for study in self.studies.values_mut() {
            match (&study.row.stage, culprit) {
                (Stage::Building, None) => study.row.stage = Stage::Failed { reason: reason.clone() },
                (stage, _) if !stage.is_final() => {
                    study.row.stage = Stage::Received;
                    study.due = true;
                }
                _ => {}
            }
        }
        let again: Vec<FileMeta> = self
            .files
            .values()
            .filter(|(_, fate)| !matches!(fate, Fate::Noticed(_)))
            .map(|(meta, _)| meta.clone())
            .collect();
        if !again.is_empty() {
            effects.push(Effect::ReadHeaders(self.job, again));
        }
        effects
    }

    fn engine_stopped(&mut self, reason: &Reason) {
        self.range_broke_off(reason);
        for study in self.studies.values_mut().filter(|s| matches!(s.row.stage, Stage::Inferring { .. })) {
            if study.attempts < RETRIES {
                study.attempts += 1;
                study.due = true;
                study.row.stage = Stage::Received;
            } else {
                study.row.stage = Stage::Failed { reason: reason.clone() };
            }
        }
    }

    fn cancel(&mut self) -> Vec<Effect> {
        let cancelled =
            Reason::new(Code::Cancelled, "Stopped before it was done. Drop the file again, or try the row again.");
        for file in std::mem::take(&mut self.pending) {
            self.set_fate(file, Fate::Noticed(cancelled.clone()));
        }
        for study in self.studies.values_mut().filter(|s| s.due || !s.row.stage.is_final()) {
            study.due = false;
            study.row.stage = Stage::NotScored { reason: cancelled.clone() };
        }
        self.new_job()
    }

    fn new_job(&mut self) -> Vec<Effect> {
        self.job += 1;
        for study in self.studies.values_mut() {
            study.drop_range();
            study.unwanted_build = false;
            study.unwanted_range = false;
        }
        vec![Effect::Stop(self.job)]
    }

    fn retry(&mut self, key: &StudyKey) {
        if let Some(study) = self.studies.get_mut(key).filter(|s| s.row.stage.is_final() && !s.row.is_remembered) {
            study.drop_range();
            study.due = true;
            study.attempts = 0;
            study.row.stage = Stage::Received;
        }
    }

    /// Another choice is another study to the network: what is under way is finished, set aside, and built anew.
    fn choose(&mut self, key: &StudyKey, wanted: WantedSeries) {
        if let Some(study) = self.studies.get_mut(key).filter(|s| s.wanted != wanted && !s.row.is_remembered) {
            study.wanted = wanted;
            study.drop_range();
            study.due = true;
            study.attempts = 0;
            if study.row.stage.is_final() {
                study.row.stage = Stage::Received;
            }
        }
    }

    /// One study is built and one inferred at a time; building runs at most one study ahead, so that inputs do not pile up.
    fn next_work(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let in_stage = |desk: &Self, wanted: fn(&Stage) -> bool| desk.studies.values().any(|s| wanted(&s.row.stage));
        if !in_stage(self, |s| matches!(s, Stage::Inferring { .. }))
            && let Some(study) = self.first_by_arrival(|s| s.row.stage == Stage::Waiting)
        {
            study.row.stage = Stage::Inferring { fraction: 0.0 };
            let key = study.row.key.clone();
            effects.push(Effect::Infer(self.job, key));
        }
        if self.pending.is_empty()
            && !in_stage(self, |s| matches!(s, Stage::Building | Stage::Waiting))
            && let Some(study) = self.first_by_arrival(|s| s.due && s.row.stage == Stage::Received && !s.unwanted_build)
        {
            study.due = false;
            study.row.stage = Stage::Building;
            let (key, wanted) = (study.row.key.clone(), study.wanted.clone());
            effects.push(Effect::Build(self.job, key, wanted));
        }
        effects
    }

    fn first_by_arrival(&mut self, wanted: fn(&StudyState) -> bool) -> Option<&mut StudyState> {
        self.studies.values_mut().filter(|s| wanted(s)).min_by_key(|s| s.row.arrival)
    }

    fn set_fate(&mut self, file: FileId, fate: Fate) {
        let Some((_, current)) = self.files.get_mut(&file) else {
            return;
        };
        let before = std::mem::replace(current, fate);
        if let (Fate::InRow(key), Fate::Noticed(_)) = (before, &*current)
            && let Some(study) = self.studies.get_mut(&key)
        {
            study.row.images = study.row.images.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{DeviceReport, ScoredBy, Tier};

    pub(super) fn found(ids: &[u32]) -> Event {
        Event::FilesFound(
            ids.iter().map(|&id| FileMeta { id: FileId(id), path: format!("f{id}"), size_bytes: 1 }).collect(),
        )
    }

    pub(super) fn part(file: u32, study_uid: &str) -> HeaderRead {
        let study = Study { uid: study_uid.into(), ..Study::default() };
        HeaderRead { file: FileId(file), outcome: Ok(Part { patient: Patient::default(), study }), millis: 1.0 }
    }

    fn refused(file: u32) -> HeaderRead {
        HeaderRead { file: FileId(file), outcome: Err(Reason::new(Code::NotDicom, "text")), millis: 1.0 }
    }

    pub(super) fn key(study_uid: &str) -> StudyKey {
        StudyKey { patient_id: String::new(), study_uid: study_uid.into() }
    }

    pub(super) fn built(job: Job, study_uid: &str, outcome: Result<(), Reason>) -> Event {
        let report = BuildReport {
            selection: SelectionReport::default(),
            cautions: Vec::new(),
            unusable: Vec::new(),
            outcome,
            volume_ms: 1.0,
            prepare_ms: 1.0,
        };
        Event::Built(job, key(study_uid), Box::new(report))
    }

    pub(super) fn scored(job: Job, study_uid: &str) -> Event {
        answered(job, study_uid, None)
    }

    pub(super) fn score_of(job: Job, study_uid: &str, score: f64) -> Event {
        answered(job, study_uid, Some(score))
    }

    fn answered(job: Job, study_uid: &str, score: Option<f64>) -> Event {
        let device = DeviceReport { tier: Tier::Cpu, adapter: String::new(), why: String::new(), f16: false };
        let finding = Finding { model: ScoredBy::default(), logit: 1.0, score, band: None, range: None, device };
        Event::Inferred(job, key(study_uid), Ok(finding), 5.0)
    }

    fn wanted(series_uid: &str) -> WantedSeries {
        Some(SeriesChoice { series_uid: series_uid.to_owned(), part: String::new() })
    }

    pub(super) fn stages(desk: &Desk) -> Vec<&'static str> {
        desk.view().rows.iter().map(|row| row.stage.name()).collect()
    }

    fn balanced(desk: &Desk) {
        let files = desk.view().files;
        assert_eq!(files.seen, files.pending + files.in_rows + files.noticed);
    }

    #[test]
    fn a_study_goes_from_files_to_a_score() {
        let mut desk = Desk::default();
        assert!(matches!(desk.update(found(&[1, 2])).as_slice(), [Effect::ReadHeaders(0, files)] if files.len() == 2));
        assert_eq!(
            desk.update(Event::HeadersRead(0, vec![part(1, "s")])),
            [],
            "nothing is built before every header is read"
        );
        assert_eq!(stages(&desk), ["received"], "the row is there from the first file on");
        assert_eq!(desk.update(Event::HeadersRead(0, vec![refused(2)])), [Effect::Build(0, key("s"), None)]);
        assert_eq!(desk.update(built(0, "s", Ok(()))), [Effect::Infer(0, key("s"))]);
        assert_eq!(stages(&desk), ["inferring"]);
        assert_eq!(desk.update(scored(0, "s")), []);
        assert_eq!(stages(&desk), ["scored"]);
        assert!(!desk.view().busy);
        balanced(&desk);
    }

    #[test]
    fn an_archive_gives_way_to_what_it_holds() {
        let mut desk = Desk::default();
        desk.update(found(&[1, 2]));
        let Event::FilesFound(inside) = found(&[3, 4]) else { unreachable!() };
        let effects = desk.update(Event::ArchiveListed(0, FileId(2), inside.clone()));
        assert_eq!(effects, [Effect::ReadHeaders(0, inside.clone())]);
        assert_eq!((desk.view().files.seen, desk.view().files.pending), (3, 3));
        assert_eq!(desk.update(Event::ArchiveListed(0, FileId(2), inside)), [], "it is listed once");
        desk.update(Event::HeadersRead(0, vec![refused(1), part(3, "s")]));
        assert_eq!(desk.update(Event::HeadersRead(0, vec![part(4, "s")])), [Effect::Build(0, key("s"), None)]);
        balanced(&desk);
    }

    #[test]
    fn a_cancel_ends_every_file_and_study_and_late_answers_change_nothing() {
        let mut desk = Desk::default();
        desk.update(found(&[1, 2, 3]));
        desk.update(Event::HeadersRead(0, vec![part(1, "s")]));
        assert_eq!(desk.update(Event::Cancel), [Effect::Stop(1)]);
        let before = desk.view();
        assert_eq!((before.files.pending, before.files.noticed, before.busy), (0, 2, false));
        assert_eq!(desk.update(Event::HeadersRead(0, vec![part(2, "t")])), []);
        assert_eq!(desk.view(), before);
        assert_eq!(desk.update(Event::Retry(key("s"))), [Effect::Build(1, key("s"), None)]);
        balanced(&desk);
    }

    #[test]
    fn images_that_arrive_late_build_the_study_again() {
        let mut desk = Desk::default();
        desk.update(found(&[1]));
        desk.update(Event::HeadersRead(0, vec![part(1, "s")]));
        desk.update(found(&[2]));
        desk.update(built(0, "s", Ok(())));
        let effects = desk.update(Event::HeadersRead(0, vec![part(2, "s")]));
        assert!(effects.is_empty(), "the first input is still in the engine: {effects:?}");
        assert_eq!(
            desk.update(scored(0, "s")),
            [Effect::Build(0, key("s"), None)],
            "a score of half a study does not stand"
        );
    }

    #[test]
    fn a_remembered_study_stands_until_its_images_come_and_begins_anew_in_its_place() {
        let mut before = Desk::default();
        before.update(found(&[1]));
        before.update(Event::HeadersRead(0, vec![part(1, "s")]));
        before.update(built(0, "s", Ok(())));
        before.update(scored(0, "s"));
        let mut desk = Desk::default();
        assert_eq!(desk.update(Event::Remembered(before.view().rows)), []);
        assert_eq!((stages(&desk), desk.view().rows[0].is_remembered), (vec!["scored"], true));
        assert_eq!(desk.update(Event::Retry(key("s"))), [], "there is nothing to try it with");
        assert_eq!(desk.update(Event::Choose(key("s"), wanted("1.2"))), []);
        desk.update(found(&[7]));
        assert_eq!(desk.update(Event::HeadersRead(0, vec![part(7, "s")])), [Effect::Build(0, key("s"), None)]);
        let row = &desk.view().rows[0];
        assert_eq!((row.images, row.arrival, row.is_remembered), (1, 0, false));
        desk.update(Event::Remembered(before.view().rows));
        assert!(!desk.view().rows[0].is_remembered, "what is here goes before what is remembered");
        balanced(&desk);
    }

    #[test]
    fn a_file_that_another_took_is_counted_and_told() {
        let mut desk = Desk::default();
        let file = FileMeta { id: FileId(1), path: "urgency.csv".into(), size_bytes: 1 };
        desk.update(Event::FileTaken(file, Reason::new(Code::ListRead, "3 lines")));
        let view = desk.view();
        assert_eq!((view.files.seen, view.files.noticed, view.notices[0].path.as_str()), (1, 1, "urgency.csv"));
        balanced(&desk);
    }

    #[test]
    fn an_engine_that_stops_is_tried_once_more_then_the_study_fails() {
        let mut desk = Desk::default();
        desk.update(found(&[1]));
        desk.update(Event::HeadersRead(0, vec![part(1, "s")]));
        let stopped = || Event::EngineStopped(Reason::new(Code::DeviceFailed, "lost"));
        desk.update(built(0, "s", Ok(())));
        assert_eq!(desk.update(stopped()), [Effect::Build(0, key("s"), None)]);
        desk.update(built(0, "s", Ok(())));
        assert_eq!(desk.update(stopped()), []);
        assert_eq!(stages(&desk), ["failed"]);
    }

    #[test]
    fn a_reading_room_that_breaks_off_costs_one_file() {
        let mut desk = Desk::default();
        desk.update(found(&[1, 2, 3]));
        desk.update(Event::HeadersRead(0, vec![part(1, "s")]));
        let effects = desk.update(Event::IngestStopped(Some(FileId(2)), Reason::new(Code::WorkerStopped, "trap")));
        let again = |effect: &Effect| matches!(effect, Effect::ReadHeaders(1, files) if files.iter().map(|f| f.id.0).collect::<Vec<_>>() == [1, 3]);
        assert!(effects.iter().any(again), "{effects:?}");
        desk.update(Event::HeadersRead(1, vec![part(1, "s"), part(3, "s")]));
        let view = desk.view();
        assert_eq!((view.rows[0].images, view.files.in_rows, view.files.noticed), (2, 2, 1));
        balanced(&desk);
    }

    #[test]
    fn the_readers_choice_builds_the_study_again_and_lasts() {
        let mut desk = Desk::default();
        desk.update(found(&[1]));
        desk.update(Event::HeadersRead(0, vec![part(1, "s")]));
        desk.update(built(0, "s", Ok(())));
        desk.update(scored(0, "s"));
        let wanted = || wanted("1.2");
        let build = || [Effect::Build(0, key("s"), wanted())];
        assert_eq!(desk.update(Event::Choose(key("s"), wanted())), build());
        assert_eq!(desk.update(Event::Choose(key("s"), wanted())), [], "the same choice again changes nothing");
        desk.update(built(0, "s", Err(Reason::new(Code::IncompleteHead, "short"))));
        assert_eq!(desk.update(Event::Retry(key("s"))), build());
        assert_eq!(desk.update(Event::Choose(key("s"), None)), [], "the build under way is finished first");
        assert_eq!(desk.update(built(0, "s", Ok(()))), [Effect::Build(0, key("s"), None)]);
        assert_eq!(desk.update(Event::Choose(key("unknown"), wanted())), []);
    }
}
