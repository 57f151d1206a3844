//! The headers read so far, study by study: the room's memory between reading and choosing.

use crate::card::{GeometryLimits, InputSpec};
use crate::ends::{self, Extent};
use crate::file::{FileId, FileMeta};
use crate::geometry::Geometry;
use crate::instance::{HeaderOutcome, Instance};
use crate::population::adult;
use crate::reason::{Code, Reason};
use crate::selection::{RejectedSeries, SelectionReport, SeriesChoice, Stack, select};
use crate::series::{Series, SeriesSummary};
use crate::split::split;
use crate::study::{Patient, Study, StudyKey};
use crate::triage::Part;
use std::collections::{BTreeMap, HashMap};

/// Most bytes of a file worth reading for its header alone.
/// Classic MR headers take 1 to 17 kB; a larger one, mostly with a vendor's own data, costs a second read of the file.
pub const HEADER_BYTES: u64 = 24 * 1024;

/// Everything known of the files handed in.
#[derive(Debug, Default)]
pub struct Intake {
    studies: BTreeMap<StudyKey, Vec<Instance>>,
    /// Path of the file that first brought an image, by *SOP Instance UID* and patient.
    seen: HashMap<(String, String), String>,
}

/// The series to read for a study.
#[derive(Debug)]
pub struct Choice {
    /// Which, why, and why not the others.
    pub selection: SelectionReport,
    /// What the reader should know beside the score.
    pub cautions: Vec<String>,
    /// The stack to read, or why there is none.
    pub stack: Result<Stack, Reason>,
}

impl Intake {
    /// Reads the header of a file from its first [`HEADER_BYTES`], if it ends there.
    /// `None`: read the whole file and go on with [`Self::take_whole`].
    pub fn take_head(&mut self, file: &FileMeta, head: &[u8]) -> Option<Result<Part, Reason>> {
        match Instance::read(file.id, &file.path, head, file.size_bytes) {
            HeaderOutcome::Read(instances) => Some(self.keep(file, instances)),
            HeaderOutcome::Refused(reason) => Some(Err(reason)),
            HeaderOutcome::NeedsWholeFile => None,
        }
    }

    /// Reads the header of a file that is all at hand.
    ///
    /// # Errors
    /// Why the file is not used.
    pub fn take_whole(&mut self, file: &FileMeta, whole: &[u8]) -> Result<Part, Reason> {
        let at_hand = FileMeta { size_bytes: whole.len() as u64, ..file.clone() };
        self.take_head(&at_hand, whole).unwrap_or_else(|| {
            Err(Reason::new(Code::DamagedHeader, "The header does not end before the file does. Copy it again."))
        })
    }

    fn keep(&mut self, file: &FileMeta, instances: Vec<Instance>) -> Result<Part, Reason> {
        let Some(first) = instances.first() else {
            return Err(Reason::new(Code::NotAnImage, "The file holds no image."));
        };
        let identity = (first.patient.id.clone(), first.sop_instance_uid.clone());
        if let Some(earlier) = self.seen.get(&identity) {
            return Err(Reason::new(
                Code::DuplicateInstance,
                format!("The same image as {earlier}; this copy is set aside."),
            ));
        }
        self.seen.insert(identity, file.path.clone());
        let part = Part { patient: Patient::clone(&first.patient), study: Study::clone(&first.study) };
        let kept = self.studies.entry(first.study_key()).or_default();
        for mut instance in instances {
            if let Some(earlier) = kept.last() {
                instance.share_with(earlier);
            }
            kept.push(instance);
        }
        Ok(part)
    }

    fn instances(&self, study: &StudyKey) -> &[Instance] {
        self.studies.get(study).map(Vec::as_slice).unwrap_or_default()
    }

    /// The stacks of a study, series by series.
    pub fn stacks(&self, study: &StudyKey) -> Vec<Series> {
        let mut by_series: BTreeMap<&str, Vec<Instance>> = BTreeMap::new();
        for instance in self.instances(study) {
            by_series.entry(&instance.series.uid).or_default().push(instance.clone());
        }
        by_series.into_values().flat_map(split).collect()
    }

    /// Chooses the series of a study that the model is made for, or takes the one that the reader wants.
    pub fn choose(&self, key: &StudyKey, wanted: Option<&SeriesChoice>, spec: &InputSpec) -> Choice {
        let instances = self.instances(key);
        let series = self.stacks(key);
        let extents: Vec<Extent> = series.iter().filter_map(Extent::of).collect();
        let (mut selection, stack) = select(series, wanted, spec);
        selection.rejected = joined(selection.rejected);
        let age = instances.first().map_or(Ok(None), |image| adult(&image.patient, &image.study, &spec.age));
        let cautions_of =
            |stack: &Stack| age.clone().ok().flatten().into_iter().chain(cautions(stack, &extents)).collect();
        Choice {
            cautions: stack.as_ref().map(cautions_of).unwrap_or_default(),
            stack: self.one_patient(key, instances).and(age).and(stack),
            selection,
        }
    }

    /// A stack for the eye alone: slices may be few and wide apart, but have to lie on an even grid.
    /// Of parts that a summary joins, the first is meant.
    ///
    /// # Errors
    /// What is wrong with its geometry, or that there is no such series.
    pub fn stack_to_view(
        &self,
        key: &StudyKey,
        wanted: &SeriesSummary,
        limits: &GeometryLimits,
    ) -> Result<Stack, Reason> {
        let series = self.series(key, wanted)?;
        let limits = GeometryLimits { min_slices: 2, max_spacing_mm: f64::INFINITY, ..limits.clone() };
        let geometry = Geometry::of(&series, &limits)?;
        Ok(Stack { series, geometry, cautions: Vec::new() })
    }

    /// The file that speaks for a series: its middle image's.
    ///
    /// # Errors
    /// That there is no such series.
    pub fn middle_file(&self, key: &StudyKey, wanted: &SeriesSummary) -> Result<FileId, Reason> {
        self.series(key, wanted).map(|series| series.middle().file)
    }

    /// The images of a series; of parts that a summary joins, the first.
    ///
    /// # Errors
    /// That there is no such series.
    pub fn series(&self, key: &StudyKey, wanted: &SeriesSummary) -> Result<Series, Reason> {
        let mut parts = self.stacks(key);
        parts.retain(|series| series.header().uid == wanted.series_uid);
        let named = parts.iter().position(|series| series.part() == wanted.part).unwrap_or(0);
        if parts.is_empty() {
            return Err(Reason::new(Code::NoSuitableSeries, "The series is not part of the study any more."));
        }
        Ok(parts.swap_remove(named))
    }

    /// Patients that disagree inside a study, or share its UID, withhold the score.
    fn one_patient(&self, key: &StudyKey, instances: &[Instance]) -> Result<(), Reason> {
        let mixed = |what: &str| {
            Reason::new(
                Code::MixedPatients,
                format!(
                    "{what} Headway does not guess whose images these are: have the study corrected in the archive."
                ),
            )
        };
        if let Some(first) = instances.first() {
            let disagrees = |patient: &Patient| !first.patient.agrees_with(patient);
            if instances.iter().any(|instance| disagrees(&instance.patient)) {
                return Err(mixed("The images of this study name different patients."));
            }
        }
        let shared =
            self.studies.keys().any(|other| other.study_uid == key.study_uid && other.patient_id != key.patient_id);
        if shared {
            return Err(mixed("Another patient's images carry the same Study Instance UID."));
        }
        Ok(())
    }
}

/// Parts of one series that are rejected alike are one entry: a time series may have hundreds.
fn joined(rejected: Vec<RejectedSeries>) -> Vec<RejectedSeries> {
    let mut joined: Vec<(RejectedSeries, usize)> = Vec::new();
    for one in rejected {
        let codes = |r: &RejectedSeries| r.reasons.iter().map(|reason| reason.code).collect::<Vec<_>>();
        let alike = |r: &RejectedSeries| r.series.series_uid == one.series.series_uid && codes(r) == codes(&one);
        match joined.iter_mut().find(|(r, _)| alike(r)) {
            Some((first, parts)) => {
                *parts += 1;
                first.series.images += one.series.images;
                first.series.part = format!("{parts} parts");
            }
            None => joined.push((one, 1)),
        }
    }
    joined.into_iter().map(|(one, _)| one).collect()
}

fn cautions(stack: &Stack, extents: &[Extent]) -> Vec<String> {
    let mut cautions = stack.cautions.clone();
    cautions.extend(stack.geometry.missing_slice.map(|missing| {
        format!(
            "Slice {} of {} is missing. The images show the gap; for the network alone it is interpolated from its neighbours.",
            missing + 1,
            stack.geometry.dims[2]
        )
    }));
    cautions.extend(ends::cautions(&stack.series, extents));
    if !stack.series.is_oriented() {
        cautions.push("The file does not state which way the patient lies: left and right are not known.".to_owned());
    }
    if stack.series.instances().iter().any(|instance| instance.pixels.lossy) {
        cautions.push("The images were compressed with loss; fine detail may be gone or made up.".to_owned());
    }
    cautions
}
