//! `headway deidentify`: a series without its patient, as new DICOM files.

use crate::files::Files;
use crate::model::ModelArgument;
use crate::shell::Shell;
use crate::wanted::WantedStack;
use clap::Args;
use headway_core::deidentify::{Deidentify, Wishes};
use std::fs;
use std::path::{Path, PathBuf};

/// What `headway deidentify` takes.
#[derive(Args)]
pub struct DeidentifyArguments {
    /// Files and folders, searched to any depth.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    stack: WantedStack,
    /// Keep the patient's sex, and the age in years (from 90 on as 90).
    #[arg(long)]
    keep_age_and_sex: bool,
    /// Blank what lies close behind the skin of the face, by a simple rule that nobody has proven.
    #[arg(long)]
    blank_face: bool,
    #[command(flatten)]
    model: ModelArgument,
    /// Folder to write to; made if it is missing, and refused if it holds anything.
    #[arg(long)]
    out: PathBuf,
}

/// Writes the series anew.
pub fn deidentify(arguments: &DeidentifyArguments) -> Result<(), String> {
    let DeidentifyArguments { paths, stack, model, out, .. } = arguments;
    let wishes = Wishes { keep_age_and_sex: arguments.keep_age_and_sex, blank_face: arguments.blank_face };
    let spec = model.open()?.card.input;
    let files = Files::find(paths);
    let mut shell = Shell::new(&files, &spec);
    let (study, series) = stack.find(&mut shell, &spec)?;
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|e| format!("The system gives no random numbers ({e})."))?;
    let mut work = Deidentify::begin(shell.intake(), &study, &series.summary(), wishes, &secret, &spec.geometry)
        .map_err(|reason| reason.text)?;
    work.read_all(|file| files.read(file, u64::MAX));
    let done = work.finish().map_err(|reason| reason.text)?;
    empty_folder(out)?;
    for (name, bytes) in &done.files {
        let path = out.join(name);
        fs::write(&path, bytes).map_err(|e| format!("{} cannot be written ({e}).", path.display()))?;
    }
    println!("{} images in {}", done.files.len() - 1, out.display());
    done.notes.iter().for_each(|note| println!("{note}"));
    Ok(())
}

/// Files of another series must not lie beside the new ones.
fn empty_folder(folder: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{} cannot be made ({e}).", folder.display());
    fs::create_dir_all(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(format!("{} holds files already. Name a folder that is empty or new.", folder.display())),
        None => Ok(()),
    }
}
