//! `headway input`: what the network would be given, as a NIfTI volume for any viewer.

use crate::files::Files;
use crate::model::{Model, ModelArgument};
use crate::nifti_file;
use crate::score::no_such_series;
use crate::shell::Shell;
use headway_core::preprocess::ModelInput;
use headway_core::reason::{Code, Reason};
use headway_core::selection::SeriesChoice;
use headway_core::worklist::{Stage, WorklistRow};
use ndarray::Array3;
use std::path::{Path, PathBuf};

/// Builds the input of the one study found and writes it.
pub fn input(paths: &[PathBuf], model: &ModelArgument, out: &Path) -> Result<(), String> {
    let input = input_of_one(paths, &model.open()?, None)?;
    let volume = Array3::from_shape_vec([input.size; 3], input.values).map_err(|e| e.to_string())?;
    nifti_file::write(&volume, input.patient_from_model, out)
}

/// The input of the one study found, from a series asked for if there is one.
///
/// # Errors
/// In words where there is none, or where there are several.
pub fn input_of_one(paths: &[PathBuf], model: &Model, wanted: Option<SeriesChoice>) -> Result<ModelInput, String> {
    let files = Files::find(paths);
    let mut inputs: Vec<ModelInput> = Vec::new();
    // Stands in for the network: keeps what it is given.
    let mut keep = |input: &ModelInput| {
        inputs.push(input.clone());
        Err(Reason::new(Code::Abstained, "Only the input was asked for."))
    };
    let view = Shell::new(&files, &model.card.input).wanting(wanted.clone()).run(&mut keep).view();
    if let Some(SeriesChoice { series_uid, .. }) =
        wanted.filter(|_| !view.rows.iter().any(WorklistRow::is_chosen_by_reader))
    {
        return Err(no_such_series(&series_uid));
    }
    let withheld: Vec<String> = view
        .rows
        .iter()
        .filter_map(|row| match &row.stage {
            Stage::NotScored { reason } if reason.code != Code::Abstained => Some(reason.text.clone()),
            _ => None,
        })
        .collect();
    match (inputs.pop(), inputs.len()) {
        (Some(one), 0) => Ok(one),
        (None, _) if withheld.is_empty() => Err("No study was found in these files.".to_owned()),
        (None, _) => Err(format!("No input: {}", withheld.join(" "))),
        (Some(_), others) => Err(format!("{} studies were found; name the files of one.", others + 1)),
    }
}
