//! `headway volume`: the assembled volume of one stack, on its own grid, as NIfTI.

use crate::files::Files;
use crate::model::ModelArgument;
use crate::nifti_file;
use crate::shell::Shell;
use crate::wanted::WantedStack;
use headway_core::build::Build;
use headway_core::canonical::Canonical;
use headway_core::geometry::Geometry;
use headway_core::selection::Stack;
use headway_core::volume::Volume;
use ndarray::{Array3, Axis, ShapeBuilder};
use std::path::{Path, PathBuf};

/// Assembles a stack and writes it.
pub fn volume(paths: &[PathBuf], wanted: &WantedStack, model: &ModelArgument, out: &Path) -> Result<(), String> {
    let spec = model.open()?.card.input;
    let files = Files::find(paths);
    let mut shell = Shell::new(&files, &spec);
    let (_, series) = wanted.find(&mut shell, &spec)?;
    let geometry = Geometry::of(&series, &spec.geometry).map_err(|reason| reason.text)?;
    let volumetric = series.middle().acquisition.volumetric;
    write(assemble(Stack { series, geometry, cautions: Vec::new() }, &files)?, volumetric, out)
}

fn assemble(stack: Stack, files: &Files) -> Result<Volume, String> {
    let mut build = Build::of_stack(stack);
    build.read_all(|file| files.read(file, u64::MAX));
    let built = build.volume(0.0);
    for (file, reason) in &built.report().unusable {
        eprintln!("{}: {}", files.metas[file.0 as usize].path, reason.text);
    }
    built.into_viewable().map(|viewable| viewable.volume).map_err(|reason| reason.text)
}

/// Ordered as dcm2niix does: a 3D acquisition in the closest RAS order, slices with their rows from the last to the first.
fn write(volume: Volume, volumetric: bool, out: &Path) -> Result<(), String> {
    let Volume { signal, geometry } = volume;
    let [columns, rows, slices] = geometry.dims;
    let stored = Array3::from_shape_vec((columns, rows, slices).f(), signal.to_vec()).map_err(|e| e.to_string())?;
    let order = if volumetric {
        Canonical::of(&geometry)
    } else {
        Canonical { voxel_axis: [0, 1, 2], flipped: [false, true, false], dims: geometry.dims }
    };
    let mut written = stored.permuted_axes(order.voxel_axis);
    for (axis, _) in order.flipped.into_iter().enumerate().filter(|(_, flipped)| *flipped) {
        written.invert_axis(Axis(axis));
    }
    nifti_file::write(&written, geometry.patient_from_voxel * order.voxel_from_canonical(), out)
}
