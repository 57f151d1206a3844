//! The slices of one volume tiled in one picture, left to right, top to bottom: Siemens' mosaics and United Imaging's VFRAME.
//!
//! Siemens: the picture's *Image Position (Patient)* is that of a single image of the whole picture's size about the
//! first slice's centre, so the first slice's own corner lies further in by half of what the picture is larger.
//! Number and direction of the slices stand in the private CSA header (0029,1010).
//!
//! United Imaging: a private sequence (0065,xx51) of the block "Image Private Header" has an item for each slice, with its own
//! *Image Position (Patient)*.

use crate::dicom::data_set::DataSet;
use crate::dicom::walk::u32_at;
use crate::instance::{Instance, Plane, Tile};
use crate::reason::{Code, Reason};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use glam::DVec3;

/// *CSA Image Header Info*, private to Siemens.
const CSA_IMAGE_HEADER: Tag = Tag(0x0029, 0x1010);
/// *Private Creator* of United Imaging's block in group 0065.
const UNITED_IMAGING_BLOCK: &str = "Image Private Header";
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
    let united = united_imaging_planes(header);
    let csa = header.bytes(CSA_IMAGE_HEADER);
    let in_csa = csa_numbers(csa, "NumberOfImagesInMosaic").first().map(|n| *n as usize);
    let Some(count) = united.as_ref().map(Vec::len).or(in_csa) else {
        return Err(unclear("whose header does not say how many slices it holds"));
    };
    let across = (count as f64).sqrt().ceil() as usize;
    let (rows, columns) = (whole.pixels.rows, whole.pixels.columns);
    if !(1..=MAX_TILES).contains(&count) || rows % across != 0 || columns % across != 0 || whole.pixels.frames != 1 {
        return Err(unclear(&format!("whose {rows} × {columns} pixels do not part into {count} slices")));
    }
    let size = [rows / across, columns / across];
    let planes = match united {
        Some(planes) => planes,
        None => siemens_planes(whole, header, size, count)?,
    };
    let slice = |(index, plane): (usize, Plane)| {
        let mut instance = whole.clone();
        instance.tile = Some(Tile {
            row: index / across * size[0],
            column: index % across * size[1],
            frame_rows: rows,
            frame_columns: columns,
        });
        [instance.pixels.rows, instance.pixels.columns] = size;
        instance.plane = Some(plane);
        instance
    };
    Ok(planes.into_iter().enumerate().map(slice).collect())
}

fn unclear(what: &str) -> Reason {
    let remedy = "Export the series as single slices or as Enhanced MR.";
    Reason::new(Code::Mosaic, format!("A mosaic (many slices in one picture) {what}. {remedy}"))
}

/// Where the slices of a Siemens mosaic lie, each of `size` rows and columns.
fn siemens_planes(whole: &Instance, header: &DataSet, size: [usize; 2], count: usize) -> Result<Vec<Plane>, Reason> {
    let spacing_mm = header.number(tags::SPACING_BETWEEN_SLICES).or(header.number(tags::SLICE_THICKNESS));
    let (Some(plane), Some(spacing_mm)) = (whole.plane, spacing_mm.filter(|mm| *mm > 0.0)) else {
        return Err(unclear("without position, orientation or slice spacing"));
    };
    let normal = match csa_numbers(header.bytes(CSA_IMAGE_HEADER), "SliceNormalVector")[..] {
        [x, y, z] => DVec3::new(x, y, z).try_normalize().filter(|n| n.dot(plane.normal()).abs() > 0.99),
        _ => None,
    };
    let Some(normal) = normal else { return Err(unclear("whose header does not say which way its slices follow")) };
    let larger = [whole.pixels.rows - size[0], whole.pixels.columns - size[1]].map(|more| more as f64 / 2.0);
    let corner_mm = plane.origin_mm
        + plane.along_row * plane.column_spacing_mm * larger[1]
        + plane.along_column * plane.row_spacing_mm * larger[0];
    let slice = |index: usize| Plane { origin_mm: corner_mm + normal * spacing_mm * index as f64, ..plane };
    Ok((0..count).map(slice).collect())
}

/// Where the slices of United Imaging's picture lie; `None` where the header has no such sequence, or not a place for each.
fn united_imaging_planes(header: &DataSet) -> Option<Vec<Plane>> {
    let block = (0x10..=0xFF).find(|block| header.text(Tag(0x0065, *block)) == UNITED_IMAGING_BLOCK)?;
    let element = |number: u16| Tag(0x0065, block << 8 | number);
    // Orientation and pixel spacing are the picture's own, unless an item has others.
    let plane = |item: DataSet| Plane::of([&item, &item, header]).or_else(|| Plane::of([&item, header, header]));
    let planes: Vec<Plane> = header.items(element(0x51)).map(plane).collect::<Option<_>>()?;
    let stated = header.count(element(0x50)).unwrap_or(planes.len());
    (!planes.is_empty() && stated == planes.len()).then_some(planes)
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
