//! `headway attention`: which parts of the head raised the score of the one study found, as a NIfTI volume to lay over its images.

use crate::input::input_of_one;
use crate::nifti_file;
use crate::score::Source;
use headway_core::attention::{ATTENTION_CELLS, AttentionMap};
use headway_infer::attention::attention as explain;
use ndarray::Array3;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Makes the map of the one study found and writes it: by how much the logit falls when a cell is covered.
pub fn attention(paths: &[PathBuf], source: &Source, out: &Path) -> Result<(), String> {
    let model = source.open_model()?;
    let input = input_of_one(paths, &model, source.wanted())?;
    let engine = source.load(&model)?;
    let go_on = async |_: &AttentionMap| ControlFlow::Continue(());
    let map = pollster::block_on(explain(&engine, &input.values, go_on)).map_err(|reason| reason.text)?;
    let place = AttentionMap::place(input.patient_from_model, input.size);
    let told = match map.greatest() {
        Some(drop) => format!("the logit falls by up to {drop:.2} where a part is covered"),
        None => "no single part raised the score notably".to_owned(),
    };
    println!("Research explanation, not a diagnosis; it may mislead. Logit {:.2}; {told}.", map.logit);
    let volume = Array3::from_shape_vec([ATTENTION_CELLS; 3], map.drops).map_err(|e| e.to_string())?;
    nifti_file::write(&volume, place.patient_from_cell, out)
}
