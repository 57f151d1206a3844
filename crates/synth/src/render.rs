//! From recipe to files, one at a time.

use crate::data_set::Image;
use crate::encode::file_bytes;
use crate::error::SynthError;
use crate::pixels::stored_values;
use crate::random::Random;
use crate::recipe::Recipe;
use crate::series::SeriesRecipe;
use crate::stack::Stack;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::StandardDataDictionary;
use dicom_object::InMemDicomObject;
use glam::DVec3;

/// Folder of the study in every path.
const STUDY_FOLDER: &str = "STUDY";

/// One rendered file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntheticFile {
    /// Path with `/` between parts, such as `STUDY/T2W_TSE_tra/IM0001.dcm`.
    pub path: String,
    /// The file's content.
    pub bytes: Vec<u8>,
}

impl Recipe {
    /// Every file of the study.
    ///
    /// # Errors
    /// As [`Recipe::files`], and for the first file that cannot be written.
    pub fn render(&self) -> Result<Vec<SyntheticFile>, SynthError> {
        self.files()?.collect()
    }

    /// The files one at a time, each rendered when it is asked for.
    ///
    /// # Errors
    /// [`SynthError::Field`] at once if a series makes no image; later, for the file concerned,
    /// [`SynthError::NothingToLeaveOut`] and [`SynthError::Write`].
    pub fn files(&self) -> Result<impl Iterator<Item = Result<SyntheticFile, SynthError>>, SynthError> {
        for (index, series) in self.series.iter().enumerate() {
            series.check(index)?;
        }
        Ok((0..self.series.len()).flat_map(|index| SeriesRender::new(self, index).files()))
    }
}

/// One series on its way to files.
struct SeriesRender<'a> {
    recipe: &'a Recipe,
    series: &'a SeriesRecipe,
    /// Place in the recipe, from 0.
    index: usize,
    stack: Stack,
    folder: String,
    study_uid: String,
    series_uid: String,
    frame_of_reference_uid: String,
}

impl<'a> SeriesRender<'a> {
    fn new(recipe: &'a Recipe, index: usize) -> Self {
        let series = &recipe.series[index];
        let uid = |purpose, numbers: &[u64]| Random::new(recipe.seed, purpose, numbers).uid();
        let given_or = |given: &Option<String>, made: String| given.clone().unwrap_or(made);
        Self {
            recipe,
            series,
            index,
            stack: Stack::of(series),
            folder: folder(&recipe.series, index),
            study_uid: given_or(&recipe.study_uid, uid("study", &[])),
            series_uid: given_or(&series.series_uid, uid("series", &[index as u64])),
            frame_of_reference_uid: uid("frame of reference", &[]),
        }
    }

    fn files(self) -> impl Iterator<Item = Result<SyntheticFile, SynthError>> {
        let copies = copies(self.series);
        let mut names: Vec<usize> = (0..copies.len()).collect();
        if self.series.shuffled_names {
            names = self.random("file names", &[]).permutation(copies.len());
        }
        copies.into_iter().zip(names).map(move |((slice, copy), name)| self.file(slice, copy, name + 1))
    }

    /// Renders one slice; a `copy` above 0 differs in its UID alone. `name` numbers the file.
    fn file(&self, slice: u16, copy: u64, name: usize) -> Result<SyntheticFile, SynthError> {
        let suffix = match self.series.suffix.as_str() {
            "" => String::new(),
            suffix => format!(".{suffix}"),
        };
        let path = format!("{STUDY_FOLDER}/{}/IM{name:04}{suffix}", self.folder);
        let sop_instance_uid = self.random("instance", &[u64::from(slice), copy]).uid();
        let image = Image {
            recipe: self.recipe,
            series: self.series,
            stack: &self.stack,
            slice,
            stated_origin_mm: self.stated_origin_mm(slice),
            series_number: self.series.series_number.unwrap_or(self.index as i32 + 1),
            study_uid: &self.study_uid,
            series_uid: &self.series_uid,
            sop_instance_uid: &sop_instance_uid,
            frame_of_reference_uid: &self.frame_of_reference_uid,
            stored_values: stored_values(self.series, &self.stack, slice, self.random("noise", &[u64::from(slice)])),
        };
        let mut data_set = image.data_set();
        self.leave_out(&mut data_set, &path)?;
        match file_bytes(data_set, &sop_instance_uid, self.series, slice) {
            Ok(bytes) => Ok(SyntheticFile { path, bytes }),
            Err(source) => Err(SynthError::Write { path, source }),
        }
    }

    fn stated_origin_mm(&self, slice: u16) -> DVec3 {
        let mut random = self.random("jitter", &[u64::from(slice)]);
        let jitter = DVec3::from_array(std::array::from_fn(|_| random.symmetric()));
        let displacement_mm = self.stack.normal() * self.series.displacement_mm_of(slice);
        self.stack.origin_mm(slice) + displacement_mm + jitter * self.series.origin_jitter_mm
    }

    fn leave_out(&self, data_set: &mut InMemDicomObject, path: &str) -> Result<(), SynthError> {
        for keyword in &self.series.missing_attributes {
            let tag = StandardDataDictionary.parse_tag(keyword);
            if !tag.is_some_and(|tag| data_set.remove_element(tag)) {
                return Err(SynthError::NothingToLeaveOut { keyword: keyword.clone(), path: path.to_owned() });
            }
        }
        Ok(())
    }

    /// The stream for one purpose within this series.
    fn random(&self, purpose: &str, numbers: &[u64]) -> Random {
        let numbers = [&[self.index as u64], numbers].concat();
        Random::new(self.recipe.seed, purpose, &numbers)
    }
}

/// Slice and number of the copy for every file: the stack in order, then the repeated ones.
fn copies(series: &SeriesRecipe) -> Vec<(u16, u64)> {
    let present = (1..=series.slices).filter(|slice| !series.missing_slices.contains(slice));
    let repeated = series.repeated_slices.iter().zip(1..);
    present.map(|slice| (slice, 0)).chain(repeated.map(|(&slice, copy)| (slice, copy))).collect()
}

/// The description in letters that any file system takes, numbered where an earlier series has the same.
fn folder(all: &[SeriesRecipe], index: usize) -> String {
    let plain = |series: &SeriesRecipe| -> String {
        let safe = |c: char| {
            if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }
        };
        series.description().chars().map(safe).collect()
    };
    let name = plain(&all[index]);
    let taken = all[..index].iter().any(|earlier| plain(earlier) == name);
    if taken || name.is_empty() { format!("{name}_{}", index + 1) } else { name }
}
