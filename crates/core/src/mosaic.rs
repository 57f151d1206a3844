//! Siemens mosaics: the slices of one volume tiled in one picture, left to right, top to bottom.
//!
//! The picture's *Image Position (Patient)* is that of a single image of the whole picture's size about the
//! first slice's centre, so the first slice's own corner lies further in by half of what the picture is larger.
//! Number and direction of the slices stand in the private CSA header (0029,1010).

use crate::dicom::data_set::DataSet;
use crate::dicom::walk::u32_at;
use crate::instance::{Instance, Tile};
use crate::reason::{Code, Reason};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use glam::DVec3;

/// *CSA Image Header Info*, private to Siemens.
const CSA_IMAGE_HEADER: Tag = Tag(0x0029, 0x1010);
/// Most slices of one mosaic.
const MAX_TILES: usize = 1024;

/// Whether a picture holds many slices.
pub(crate) fn is_mosaic(instance: &Instance) -> bool {
    instance.acquisition.image_type.iter().any(|word| word == "MOSAIC" || word == "VFRAME")
}

/// The slices of a mosaic, in its order.
///
/// # Errors
/// [`Code::Mosaic`] where number or place of the slices is not stated in a way that is understood.
pub(crate) fn tiles(whole: &Instance, header: &DataSet) -> Result<Vec<Instance>, Reason> {
    let unclear = |what: &str| {
        Reason::new(
            Code::Mosaic,
            format!(
                "A mosaic (many slices in one picture) {what}. Export the series as single slices or as Enhanced MR."
            ),
        )
    };
    let csa = header.bytes(CSA_IMAGE_HEADER);
    let numbers = |name| csa_numbers(csa, name);
    let Some(count) = numbers("NumberOfImagesInMosaic").first().map(|n| *n as usize) else {
        return Err(unclear("whose header does not say how many slices it holds"));
    };
    let across = (count as f64).sqrt().ceil() as usize;
    let (rows, columns) = (whole.pixels.rows, whole.pixels.columns);
    if !(1..=MAX_TILES).contains(&count) || rows % across != 0 || columns % across != 0 || whole.pixels.frames != 1 {
        return Err(unclear(&format!("whose {rows} × {columns} pixels do not part into {count} slices")));
    }
    let spacing_mm = header.number(tags::SPACING_BETWEEN_SLICES).or(header.number(tags::SLICE_THICKNESS));
    let (Some(plane), Some(spacing_mm)) = (whole.plane, spacing_mm.filter(|mm| *mm > 0.0)) else {
        return Err(unclear("without position, orientation or slice spacing"));
    };
    let (tile_rows, tile_columns) = (rows / across, columns / across);
    let normal = match numbers("SliceNormalVector")[..] {
        [x, y, z] => DVec3::new(x, y, z).try_normalize().filter(|n| n.dot(plane.normal()).abs() > 0.99),
        _ => None,
    };
    let Some(normal) = normal else { return Err(unclear("whose header does not say which way its slices follow")) };
    let corner_mm = plane.origin_mm
        + plane.along_row * plane.column_spacing_mm * (columns - tile_columns) as f64 / 2.0
        + plane.along_column * plane.row_spacing_mm * (rows - tile_rows) as f64 / 2.0;
    let slice = |index: usize| {
        let mut instance = whole.clone();
        instance.tile = Some(Tile {
            row: index / across * tile_rows,
            column: index % across * tile_columns,
            frame_rows: rows,
            frame_columns: columns,
        });
        (instance.pixels.rows, instance.pixels.columns) = (tile_rows, tile_columns);
        let mut own = plane;
        own.origin_mm = corner_mm + normal * spacing_mm * index as f64;
        instance.plane = Some(own);
        instance
    };
    Ok((0..count).map(slice).collect())
}

/// The numbers of one tag of a CSA header of version 2: a mark, the number of tags, then for each tag a name of
/// 64 bytes, five words of which the fourth counts its items, and the items, each behind four words of which the second is its length.
fn csa_numbers(csa: &[u8], name: &str) -> Vec<f64> {
    let read = || -> Option<Vec<f64>> {
        let word = |at: usize| csa.get(at..at + 4).map(|bytes| u32_at(bytes, 0, false) as usize);
        if !csa.starts_with(b"SV10") {
            return None;
        }
        let mut at = 16;
        for _ in 0..word(8)? {
            let found = csa.get(at..at + 64)?.split(|byte| *byte == 0).next()? == name.as_bytes();
            let items = word(at + 76)?;
            at += 84;
            let mut values = Vec::new();
            for _ in 0..items {
                let length = word(at + 4)?;
                let text = csa.get(at + 16..(at + 16).checked_add(length)?)?;
                at += 16 + length.next_multiple_of(4);
                let text = std::str::from_utf8(text.split(|byte| *byte == 0).next()?).ok()?;
                values.extend(found.then(|| text.trim().parse::<f64>().ok()).flatten());
            }
            if found {
                return Some(values);
            }
        }
        None
    };
    read().unwrap_or_default()
}
