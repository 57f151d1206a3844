//! `headway input`: what the network would be given, as a NIfTI volume for any viewer.

use crate::files::Files;
use crate::score::Model;
use crate::shell::Shell;
use glam::{DAffine3, DMat3, DVec3};
use headway_core::preprocess::ModelInput;
use headway_core::reason::{Code, Reason};
use headway_core::worklist::Stage;
use ndarray::Array3;
use nifti::NiftiHeader;
use nifti::writer::WriterOptions;
use std::path::{Path, PathBuf};

/// Builds the input of the one study found and writes it.
pub fn input(paths: &[PathBuf], model: &Path, out: &Path) -> Result<(), String> {
    let model = Model::open(model)?;
    let files = Files::find(paths);
    let mut inputs: Vec<ModelInput> = Vec::new();
    // Stands in for the network: keeps what it is given.
    let mut keep = |input: &ModelInput| {
        inputs.push(input.clone());
        Err(Reason::new(Code::Abstained, "Only the input was asked for."))
    };
    let view = Shell::new(&files, &model.card.input).run(&mut keep).view();
    let withheld: Vec<String> = view
        .rows
        .iter()
        .filter_map(|row| match &row.stage {
            Stage::NotScored { reason } if reason.code != Code::Abstained => Some(reason.text.clone()),
            _ => None,
        })
        .collect();
    match inputs.as_slice() {
        [one] => write(one, out),
        [] if withheld.is_empty() => Err("No study was found in these files.".to_owned()),
        [] => Err(format!("No input: {}", withheld.join(" "))),
        more => Err(format!("{} studies were found; name the files of one.", more.len())),
    }
}

fn write(input: &ModelInput, out: &Path) -> Result<(), String> {
    // NIfTI's world is RAS+, DICOM's patient is LPS.
    let ras_from_lps = DAffine3::from_mat3(DMat3::from_diagonal(DVec3::new(-1.0, -1.0, 1.0)));
    let ras_from_model = ras_from_lps * input.patient_from_model;
    let row = |r: usize| {
        let m = ras_from_model.matrix3.row(r);
        [m.x as f32, m.y as f32, m.z as f32, ras_from_model.translation[r] as f32]
    };
    let header =
        NiftiHeader { sform_code: 1, srow_x: row(0), srow_y: row(1), srow_z: row(2), ..NiftiHeader::default() };
    let volume = Array3::from_shape_vec([input.size; 3], input.values.clone()).map_err(|e| e.to_string())?;
    WriterOptions::new(out)
        .reference_header(&header)
        .write_nifti(&volume)
        .map_err(|e| format!("{} cannot be written ({e}).", out.display()))
}
