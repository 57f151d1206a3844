//! `headway sample`, `headway phantom`: synthetic studies as files.

use headway_core::archive::Zip;
use headway_synth::Recipe;
use std::io::Cursor;
use std::path::Path;

/// What `training/headway_training/study.py` made.
const SAMPLE: &[u8] = include_bytes!("../../../public/sample.zip");

/// Unpacks the page's built-in study.
pub fn sample(out: &Path) -> Result<(), String> {
    let mut archive = Zip::open(Cursor::new(SAMPLE)).map_err(|reason| reason.text)?;
    let paths: Vec<String> = archive.entries().iter().map(|entry| entry.path.clone()).collect();
    for (entry, path) in paths.iter().enumerate() {
        let bytes = archive.read(entry, u64::MAX).map_err(|reason| reason.text)?;
        write(&out.join(path), &bytes)?;
    }
    println!("{} files in {}", paths.len(), out.display());
    Ok(())
}

/// Renders a study of formulas.
pub fn phantom(out: &Path, seed: u64) -> Result<(), String> {
    let recipe = Recipe { seed, ..Recipe::phantom() };
    let files = recipe.render().map_err(|e| e.to_string())?;
    for file in &files {
        write(&out.join(&file.path), &file.bytes)?;
    }
    println!("{} files in {}", files.len(), out.display());
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(path, bytes))
        .map_err(|e| format!("{} cannot be written ({e}).", path.display()))
}
