//! `headway volume`: the assembled volume of one stack, on its own grid, as NIfTI.

use crate::files::Files;
use crate::nifti_file;
use crate::score::Model;
use crate::shell::Shell;
use headway_core::build::Build;
use headway_core::canonical::Canonical;
use headway_core::card::InputSpec;
use headway_core::geometry::Geometry;
use headway_core::selection::Stack;
use headway_core::series::Series;
use headway_core::study::StudyKey;
use headway_core::volume::Volume;
use ndarray::{Array3, Axis, ShapeBuilder};
use std::path::{Path, PathBuf};

/// Which stack to assemble.
pub struct Wanted {
    /// *Series Instance UID*; without it, the only series or the one the model would be given.
    pub series_uid: Option<String>,
    /// Name of a part of that series, as `headway inspect` shows it.
    pub part: Option<String>,
}

/// Assembles a stack and writes it.
pub fn volume(paths: &[PathBuf], wanted: &Wanted, model: &Path, out: &Path) -> Result<(), String> {
    let spec = Model::open(model)?.card.input;
    let files = Files::find(paths);
    let mut shell = Shell::new(&files, &spec);
    let studies = shell.read_headers();
    let stack = stack(&shell, &studies, wanted, &spec)?;
    let volumetric = stack.series.middle().acquisition.volumetric;
    write(assemble(stack, &files)?, volumetric, out)
}

fn stack(shell: &Shell, studies: &[StudyKey], wanted: &Wanted, spec: &InputSpec) -> Result<Stack, String> {
    let mut parts: Vec<Series> = studies.iter().flat_map(|study| shell.intake().stacks(study)).collect();
    if let Some(uid) = &wanted.series_uid {
        parts.retain(|part| part.header().uid == *uid);
    }
    if let Some(name) = &wanted.part {
        parts.retain(|part| part.part() == name);
    }
    match (parts.len(), studies, &wanted.series_uid) {
        (0, ..) => Err("No such series was found in these files. `headway inspect` lists what there is.".to_owned()),
        (1, ..) => {
            let series = parts.remove(0);
            let geometry = Geometry::of(&series, &spec.geometry).map_err(|reason| reason.text)?;
            Ok(Stack { series, geometry, cautions: Vec::new() })
        }
        (_, [study], None) => shell.intake().choose(study, None, spec).stack.map_err(|reason| {
            format!("{} --series names the one to assemble; `headway inspect` lists them.", reason.text)
        }),
        (_, _, None) => Err(format!("{} studies were found; --series names the series to assemble.", studies.len())),
        (count, _, Some(_)) => {
            let names: Vec<String> = parts.iter().map(|part| format!("\"{}\"", part.part())).collect();
            Err(format!("The series has {count} parts; --part names one of {}.", names.join(", ")))
        }
    }
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
