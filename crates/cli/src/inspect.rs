//! `headway inspect`: what some files and folders hold, and what would be scored.

use crate::files::Files;
use crate::model::ModelArgument;
use crate::shell::Shell;
use headway_core::inspection::{Inspection, PartInspection, SeriesInspection, StudyInspection};
use headway_core::preprocess::ModelInput;
use headway_core::reason::{Code, Reason};
use std::path::PathBuf;

/// Reads everything as for a score, runs no network, and prints.
pub fn inspect(paths: &[PathBuf], model: &ModelArgument, json: bool) -> Result<(), String> {
    let spec = model.open()?.card.input;
    let files = Files::find(paths);
    let mut shell = Shell::new(&files, &spec);
    let view = shell
        .run(&mut |_: &ModelInput| Err(Reason::new(Code::Abstained, "Inspected only: the network was not asked.")))
        .view();
    let inspection = Inspection::new(shell.intake(), &view, &spec);
    if json {
        println!("{}", serde_json::to_string_pretty(&inspection).map_err(|e| e.to_string())?);
    } else {
        print(&inspection);
    }
    Ok(())
}

fn print(inspection: &Inspection) {
    inspection.studies.iter().for_each(print_study);
    println!("{} files: {} in studies", inspection.files_seen, inspection.files_used);
    for notice in &inspection.notices {
        println!("  {}: {}", notice.path, notice.reason);
    }
}

fn print_study(study: &StudyInspection) {
    println!("Study {} {}", study.study_uid, study.description);
    match (&study.chosen, &study.reason) {
        (_, Some(reason)) => println!("  no score: {reason}"),
        (Some(chosen), None) => println!("  to be scored: \"{}\", {}", chosen.title(), study.reasons.join("; ")),
        (None, None) => {}
    }
    for caution in &study.cautions {
        println!("  caution: {caution}");
    }
    study.series.iter().for_each(print_series);
    println!();
}

fn print_series(series: &SeriesInspection) {
    let number = series.number.map_or_else(|| "without a number".to_owned(), |number| number.to_string());
    println!("  Series {number} \"{}\" ({}), {}", series.description, series.modality, series.series_uid);
    series.parts.iter().for_each(print_part);
}

fn print_part(part: &PartInspection) {
    let name = if part.part.is_empty() { "all" } else { &part.part };
    let grid = part.geometry.as_ref().map_or_else(String::new, |geometry| {
        let ([columns, rows, slices], [x, y, z]) = (geometry.dims, geometry.spacing_mm);
        format!(", {columns} × {rows} × {slices} voxels of {x:.2} × {y:.2} × {z:.2} mm")
    });
    let chosen = if part.chosen { ", chosen" } else { "" };
    println!("    {name}: {} images{grid}{chosen}", part.images);
    let mut reasons: Vec<&Reason> = part.rejected.iter().chain(&part.defect).collect();
    reasons.dedup();
    for reason in reasons {
        println!("      {reason}");
    }
}
