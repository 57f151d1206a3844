//! The ingest worker: files become headers, studies become inputs.

use super::pool::Pool;
use super::protocol::{IngestReply, IngestRequest, Input, InputFor, MODEL, ViewId, Work};
use super::view_room::{Opening, ViewRoom};
use crate::BUILD_ID;
use crate::browser::archives::Archives;
use crate::browser::clock::{now_ms, yield_now};
use crate::browser::fetch::build_file;
use crate::browser::files::Reading;
use crate::browser::panic::report_panics;
use crate::browser::post::{Attached, Page, Post, listen_to_page};
use crate::browser::requests::asked;
use headway_core::archive::is_zip;
use headway_core::attention::AttentionMap;
use headway_core::build::{Build, Built};
use headway_core::card::{Card, InputSpec};
use headway_core::deidentify::{Deidentify, Wishes};
use headway_core::file::{FileId, FileMeta};
use headway_core::intake::{HEADER_BYTES, Intake};
use headway_core::listing::header_lines;
use headway_core::preprocess::ModelInput;
use headway_core::reason::{Code, Reason};
use headway_core::selection::SeriesChoice;
use headway_core::series::SeriesSummary;
use headway_core::study::StudyKey;
use headway_core::triage::{BuildReport, HeaderRead, Job, Part, WantedSeries};
use js_sys::{Array, Float32Array, Uint8Array};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::MessagePort;

/// Longest time headers are collected before the page hears of them, ms.
const BATCH_MS: f64 = 50.0;

/// Headers the browser reads ahead of the one at hand.
const READ_AHEAD: usize = 16;

/// Files whose frames may be with the decoders at once: more would only take memory.
const DECODE_AHEAD: usize = 8;

/// Listens to the page for the life of the worker.
pub fn serve() {
    report_panics(|_| {});
    let room = Rc::new(Room::default());
    listen_to_page(move |request, attached| room.hear(request, attached));
    tell(&IngestReply::Ready { build_id: BUILD_ID.to_owned() }, &Attached::default());
}

/// All the worker holds. Lost with it, and made again from the files.
#[derive(Default)]
struct Room {
    intake: RefCell<Intake>,
    handles: RefCell<HashMap<FileId, JsValue>>,
    archives: Archives,
    /// Inputs not handed over yet; the desk builds at most one study ahead.
    inputs: RefCell<HashMap<StudyKey, ModelInput>>,
    engine: RefCell<Option<MessagePort>>,
    /// The card of a model that was dropped; none for the built-in one.
    card: RefCell<Option<Uint8Array>>,
    spec: RefCell<Option<Rc<InputSpec>>>,
    job: Cell<Job>,
    queue: RefCell<VecDeque<(Work, Array)>>,
    at_work: Cell<bool>,
    viewing: ViewRoom,
    pool: Rc<Pool>,
    /// The files at hand are read for the eye, whatever the job.
    for_the_eye: Cell<bool>,
}

/// What a file turned out to be.
enum Taken {
    /// A part of a study.
    Part(Part),
    /// An archive of these: paths and unpacked sizes.
    Archive(Vec<(String, u64)>),
}

impl Room {
    fn hear(self: &Rc<Self>, request: IngestRequest, attached: Array) {
        match request {
            IngestRequest::Connect => *self.engine.borrow_mut() = attached.get(0).dyn_into().ok(),
            IngestRequest::Work(Work::Open(view, study, series, shown)) => {
                self.open(Opening { view, study, series, shown }, attached);
            }
            IngestRequest::Work(work @ Work::Deidentify(..)) => {
                self.queue.borrow_mut().push_front((work, attached));
                self.work_off();
            }
            IngestRequest::Work(work) => {
                self.queue.borrow_mut().push_back((work, attached));
                self.work_off();
            }
            IngestRequest::Draw(view, plane, slice) => self.viewing.draw(view, plane, slice),
            IngestRequest::Explain(view) => {
                let room = Rc::clone(self);
                spawn_local(async move { room.explain(view).await });
            }
            IngestRequest::ListHeader(view) => {
                let room = Rc::clone(self);
                spawn_local(async move { room.list_header(view).await });
            }
            IngestRequest::ShowStages(view) => {
                let room = Rc::clone(self);
                spawn_local(async move { room.show_stages(view).await });
            }
            IngestRequest::Hand(job, study, wanted) => self.hand(job, study, wanted),
            IngestRequest::UseModel => self.use_model(&attached),
            IngestRequest::TellRequests => tell(&IngestReply::Requests(asked()), &Attached::default()),
            IngestRequest::Stop(job) => {
                self.job.set(job);
                self.inputs.borrow_mut().clear();
                if !self.for_the_eye.get() {
                    self.pool.give_up();
                }
            }
        }
    }

    /// At once where the series is at hand; else before all else, since somebody waits for it.
    fn open(self: &Rc<Self>, opening: Opening, attached: Array) {
        if self.viewing.open_at_once(&opening, self.held_spec().as_deref()) {
            return tell(&IngestReply::Done, &Attached::default());
        }
        let Opening { view, study, series, shown } = opening;
        self.queue.borrow_mut().push_front((Work::Open(view, study, series, shown), attached));
        self.work_off();
    }

    fn work_off(self: &Rc<Self>) {
        if self.at_work.replace(true) {
            return;
        }
        let room = Rc::clone(self);
        spawn_local(async move {
            while let Some((work, attached)) = room.next() {
                match work {
                    Work::ReadHeaders(job, files) => room.read_headers(job, files, attached).await,
                    Work::Build(job, study, wanted) => room.build(job, study, wanted).await,
                    Work::Open(view, study, series, shown) => {
                        room.read_to_view(Opening { view, study, series, shown }).await;
                    }
                    Work::Deidentify(study, series, wishes) => room.deidentify(&study, &series, wishes).await,
                    Work::Fetch(name) => send_archive(name).await,
                    Work::ReadModel => room.read_model(attached).await,
                }
                tell(&IngestReply::Done, &Attached::default());
            }
            room.at_work.set(false);
        });
    }

    fn next(&self) -> Option<(Work, Array)> {
        self.queue.borrow_mut().pop_front()
    }

    /// Whether work of this job is still wanted. A worker started after a stop first hears of the job here.
    fn wanted(&self, job: Job) -> bool {
        self.job.set(self.job.get().max(job));
        self.job.get() == job
    }

    async fn read_headers(&self, job: Job, files: Vec<FileMeta>, handles: Array) {
        let mut batch = Vec::new();
        let mut sent_ms = now_ms();
        let mut coming = files.into_iter().zip(handles.iter());
        let mut under_way: VecDeque<(FileMeta, JsValue, Reading)> = VecDeque::new();
        loop {
            let more = coming.by_ref().take(READ_AHEAD - under_way.len());
            under_way.extend(more.map(|(file, handle)| {
                let head = Reading::begin(&handle, HEADER_BYTES);
                (file, handle, head)
            }));
            let Some((file, handle, head)) = under_way.pop_front().filter(|_| self.wanted(job)) else {
                break;
            };
            let began = now_ms();
            tell(&IngestReply::Reading(Some(file.id)), &Attached::default());
            let outcome = match self.take(&file, &handle, head).await {
                Ok(Taken::Part(part)) => Ok(part),
                Ok(Taken::Archive(entries)) => {
                    tell(&IngestReply::ArchiveListed(job, file.id, entries), &Attached::default());
                    continue;
                }
                Err(reason) => Err(reason),
            };
            self.handles.borrow_mut().insert(file.id, handle);
            batch.push(HeaderRead { file: file.id, outcome, millis: now_ms() - began });
            if now_ms() - sent_ms > BATCH_MS {
                tell(&IngestReply::HeadersRead(job, std::mem::take(&mut batch)), &Attached::default());
                sent_ms = now_ms();
            }
        }
        tell(&IngestReply::HeadersRead(job, batch), &Attached::default());
    }

    async fn take(&self, file: &FileMeta, handle: &JsValue, head: Reading) -> Result<Taken, Reason> {
        let is_file = matches!(head, Reading::File(_));
        let head = head.bytes(&self.archives).await?;
        if is_file && is_zip(&head) {
            return self.list(file, handle);
        }
        // A borrow must not outlast the wait for the whole file.
        let outcome = self.intake.borrow_mut().take_head(file, &head);
        let part = match outcome {
            Some(outcome) => outcome,
            None => {
                let whole = Reading::begin(handle, u64::MAX).bytes(&self.archives).await?;
                self.intake.borrow_mut().take_whole(file, &whole)
            }
        };
        part.map(Taken::Part)
    }

    fn list(&self, file: &FileMeta, handle: &JsValue) -> Result<Taken, Reason> {
        let entries = self.archives.list(file.id, handle)?;
        let inside = |(path, size_bytes)| (format!("{}/{path}", file.path), size_bytes);
        Ok(Taken::Archive(entries.into_iter().map(inside).collect()))
    }

    async fn build(&self, job: Job, study: StudyKey, wanted: WantedSeries) {
        let (report, input) = match self.spec().await {
            Ok(spec) => match self.build_with(job, &study, wanted.as_ref(), &spec).await {
                Some(built) => built,
                None => return,
            },
            Err(reason) => (withheld(reason), None),
        };
        if let Some(input) = input {
            self.inputs.borrow_mut().insert(study.clone(), input);
        }
        tell(&IngestReply::Built(job, study.clone(), Box::new(report)), &Attached::default());
        self.viewing.look_ahead(&study);
    }

    /// `None` where the job was given up meanwhile.
    async fn build_with(
        &self,
        job: Job,
        study: &StudyKey,
        wanted: Option<&SeriesChoice>,
        spec: &InputSpec,
    ) -> Option<(BuildReport, Option<ModelInput>)> {
        self.viewing.forget(study);
        let build = Build::begin(&self.intake.borrow(), study, wanted, spec);
        let built = self.read_files(build, || self.wanted(job)).await?;
        yield_now().await;
        if !self.wanted(job) {
            return None;
        }
        let (report, input) = built.prepare(spec, now_ms);
        if let (Some(chosen), Ok(viewable)) = (&report.selection.chosen, built.into_viewable()) {
            self.viewing.keep(study.clone(), chosen.clone(), viewable);
        }
        Some((report, input))
    }

    /// Reads all that a build wants; `None` where it was given up meanwhile.
    /// What is compressed goes to the decoders, a few files ahead of the one that is placed.
    async fn read_files(&self, mut build: Build, wanted: impl Fn() -> bool) -> Option<Built> {
        let began = now_ms();
        let turn_to = |file| tell(&IngestReply::Reading(file), &Attached::default());
        let mut decoding = VecDeque::new();
        loop {
            let next = if decoding.len() < DECODE_AHEAD { build.next_file() } else { None };
            if let Some(file) = next {
                turn_to(Some(file));
                let bytes = self.whole(file).await;
                if !wanted() {
                    return None;
                }
                let packed = build.give(file, bytes.as_deref().map_err(Clone::clone));
                if !packed.is_empty() {
                    decoding.push_back((file, self.pool.decode(packed)));
                }
            } else if let Some((file, frames)) = decoding.pop_front() {
                // The decoders mind themselves: there is no file to blame for a silence.
                let frames = frames.frames(|| turn_to(None)).await;
                if !wanted() {
                    return None;
                }
                build.give_decoded(file, frames);
            } else {
                break;
            }
        }
        turn_to(None);
        Some(build.volume(now_ms() - began))
    }

    /// Reads a series for the eye alone.
    async fn read_to_view(&self, opening: Opening) {
        let outcome = match self.spec().await {
            Ok(spec) if self.viewing.open_at_once(&opening, Some(&spec)) => Ok(()),
            Ok(spec) => {
                let build = Build::begin_to_view(&self.intake.borrow(), &opening.study, &opening.series, &spec);
                // Nobody gives up what nobody else waits for: it is read to its end.
                self.for_the_eye.set(true);
                let built = self.read_files(build, || true).await;
                self.for_the_eye.set(false);
                match built.map(Built::into_viewable) {
                    Some(Ok(viewable)) => {
                        self.viewing.keep(opening.study.clone(), opening.series.clone(), viewable);
                        self.viewing.open_at_once(&opening, Some(&spec));
                        Ok(())
                    }
                    Some(Err(reason)) => Err(reason),
                    None => Err(Reason::new(Code::Internal, "The reading was given up.")),
                }
            }
            Err(reason) => Err(reason),
        };
        if let Err(reason) = outcome {
            tell(&IngestReply::Opened(opening.view, Err(reason)), &Attached::default());
        }
    }

    /// Writes a series anew without its patient.
    async fn deidentify(&self, study: &StudyKey, series: &SeriesSummary, wishes: Wishes) {
        let outcome = async {
            let mut secret = [0; 32];
            getrandom::fill(&mut secret).map_err(|error| Reason::new(Code::Internal, error.to_string()))?;
            let limits = &self.spec().await?.geometry;
            let mut work = Deidentify::begin(&self.intake.borrow(), study, series, wishes, &secret, limits)?;
            while let Some(file) = work.wanted() {
                let packed = work.give(self.whole(file).await);
                if !packed.is_empty() {
                    let turn_to_nobody = || tell(&IngestReply::Reading(None), &Attached::default());
                    work.give_decoded(self.pool.decode(packed).frames(turn_to_nobody).await);
                }
            }
            tell(&IngestReply::Reading(None), &Attached::default());
            let done = work.finish()?;
            let notes = done.notes.clone();
            done.zipped().map(|archive| (notes, archive))
        };
        let (notes, archive) = match outcome.await {
            Ok((notes, archive)) => {
                (Ok(notes), Attached::default().handing_over(&Uint8Array::from(&*archive).buffer()))
            }
            Err(reason) => (Err(reason), Attached::default()),
        };
        tell(&IngestReply::Deidentified(notes), &archive);
    }

    /// All bytes of a file, which is the one to blame from now on.
    async fn whole(&self, file: FileId) -> Result<Vec<u8>, Reason> {
        tell(&IngestReply::Reading(Some(file)), &Attached::default());
        let handle = self.handles.borrow().get(&file).cloned().unwrap_or(JsValue::NULL);
        Reading::begin(&handle, u64::MAX).bytes(&self.archives).await
    }

    /// Lists the header of the series on the screen.
    async fn list_header(&self, view: ViewId) {
        let outcome = async {
            let gone = || Reason::new(Code::Internal, "The images were put away meanwhile. Open them again.");
            let (study, series) = self.viewing.on_screen(view).ok_or_else(gone)?;
            let file = self.intake.borrow().middle_file(&study, &series)?;
            let handle = self.handles.borrow().get(&file).cloned().unwrap_or(JsValue::NULL);
            header_lines(&Reading::begin(&handle, u64::MAX).bytes(&self.archives).await?)
        };
        tell(&IngestReply::HeaderListed(view, outcome.await), &Attached::default());
    }

    /// Shows the steps from the series on the screen to the network's input.
    async fn show_stages(&self, view: ViewId) {
        let mut signals = Attached::default();
        let staged = match self.spec().await {
            Ok(spec) => self.viewing.stages(view, &spec),
            Err(reason) => Err(reason),
        };
        for stage in staged.iter().flatten() {
            signals = signals.handing_over(&Float32Array::from(stage.signal.as_slice()).buffer());
        }
        tell(&IngestReply::Staged(view, staged), &signals);
    }

    /// What the model in use expects, from its card; read once.
    async fn spec(&self) -> Result<Rc<InputSpec>, Reason> {
        if let Some(spec) = self.held_spec() {
            return Ok(spec);
        }
        let own = self.card.borrow().clone();
        let json = match &own {
            Some(bytes) => bytes.to_vec(),
            None => build_file(&format!("{MODEL}/card.json")).await.map_err(|e| {
                Reason::new(
                    Code::ModelUnusable,
                    format!("The model's card could not be loaded ({e}). Reload the page."),
                )
            })?,
        };
        let spec = Rc::new(Card::from_json(&json)?.input);
        // Another model may have come meanwhile: then this is kept for nobody.
        if own.is_some() == self.card.borrow().is_some() {
            *self.spec.borrow_mut() = Some(Rc::clone(&spec));
        }
        Ok(spec)
    }

    fn held_spec(&self) -> Option<Rc<InputSpec>> {
        self.spec.borrow().clone()
    }

    /// Sends the input of the series on the screen to the engine once more.
    async fn explain(&self, view: ViewId) {
        let input = match self.spec().await {
            Ok(spec) => self.viewing.input(view, &spec),
            Err(reason) => Err(reason),
        };
        let place = match (input, &*self.engine.borrow()) {
            (Ok(input), Some(engine)) => {
                post(engine, &Input::Explain(view), &attached(&input));
                Ok(AttentionMap::place(input.patient_from_model, input.size))
            }
            (Ok(_), None) => Err(Reason::new(Code::NoDevice, "The network is not loaded. Try again when it is.")),
            (Err(reason), _) => Err(reason),
        };
        tell(&IngestReply::Explaining(view, place), &Attached::default());
    }

    /// Sends the input to the engine.
    fn hand(&self, job: Job, study: StudyKey, wanted: InputFor) {
        match (self.inputs.borrow_mut().remove(&study), &*self.engine.borrow()) {
            (Some(input), Some(engine)) => {
                post(engine, &Input::Run(wanted, job, study), &attached(&input));
            }
            _ => tell(&IngestReply::NothingToHand(job, study, wanted), &Attached::default()),
        }
    }

    /// Inputs made for the model before are of no use to this one.
    fn use_model(&self, attached: &Array) {
        *self.card.borrow_mut() = attached.get(0).dyn_into().ok();
        self.spec.take();
        self.inputs.borrow_mut().clear();
    }

    /// Reads a model's files whole, and hands them to the page.
    async fn read_model(&self, handles: Array) {
        let mut read = Attached::default();
        let mut outcome = Ok(());
        for handle in handles.iter() {
            match Reading::begin(&handle, u64::MAX).bytes(&self.archives).await {
                Ok(bytes) => read = read.handing_over(&Uint8Array::from(bytes.as_slice()).buffer()),
                Err(reason) => outcome = Err(reason),
            }
        }
        tell(&IngestReply::ModelRead(outcome), &read);
    }
}

/// An input's values, ready to change hands.
fn attached(input: &ModelInput) -> Attached {
    Attached::default().handing_over(&Float32Array::from(input.values.as_slice()).buffer())
}

fn withheld(reason: Reason) -> BuildReport {
    BuildReport {
        selection: headway_core::selection::SelectionReport::default(),
        cautions: Vec::new(),
        unusable: Vec::new(),
        outcome: Err(reason),
        volume_ms: 0.0,
        prepare_ms: 0.0,
    }
}

/// Sends an archive of computed studies, which lies beside the worker.
async fn send_archive(name: String) {
    let mut archive = Attached::default();
    let fetched = match build_file(&name).await {
        Ok(bytes) => {
            archive = archive.handing_over(&Uint8Array::from(bytes.as_slice()).buffer());
            Ok(name)
        }
        Err(error) => {
            let text = format!("The computed images ({name}) could not be fetched ({error}). Reload the page.");
            Err(Reason::new(Code::Internal, text))
        }
    };
    tell(&IngestReply::Fetched(fetched), &archive);
}

pub(super) fn tell(reply: &IngestReply, attached: &Attached) {
    post(&Page, reply, attached);
}

/// A message that cannot be sent ends the worker; the page notices and starts another.
fn post(to: &impl Post, message: &impl serde::Serialize, attached: &Attached) {
    if let Err(error) = to.post(message, attached) {
        wasm_bindgen::throw_str(&error.to_string());
    }
}
