//! `headway sample`: the page's built-in synthetic study as files.

use headway_synth::Recipe;
use std::path::Path;

/// Renders and writes.
pub fn sample(out: &Path, seed: u64) -> Result<(), String> {
    let recipe = Recipe { seed, ..Recipe::sample() };
    let files = recipe.render().map_err(|e| e.to_string())?;
    for file in &files {
        let path = out.join(&file.path);
        let written =
            path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, &file.bytes));
        written.map_err(|e| format!("{} cannot be written ({e}).", path.display()))?;
    }
    println!("{} files in {}", files.len(), out.display());
    Ok(())
}
