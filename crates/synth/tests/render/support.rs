//! What every test of this crate needs: small recipes, and files read back by dicom-object.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_encoding::transfer_syntax::TransferSyntaxIndex;
use dicom_object::{DefaultDicomObject, from_reader};
use dicom_transfer_syntax_registry::TransferSyntaxRegistry;
use glam::DVec3;
use headway_synth::{Recipe, SyntheticFile};

/// A recipe from TOML.
pub fn recipe(toml: &str) -> Recipe {
    toml::from_str(toml).expect("a sound recipe")
}

/// The study of one series, coarse enough to render in no time. `fields` are the series' TOML.
pub fn one_series(fields: &str) -> Recipe {
    let coarse = "rows = 64\ncolumns = 48\nrow_spacing_mm = 3.5\npixel_spacing_mm = 4.0\n";
    let slices = if fields.lines().any(|line| line.starts_with("slices = ")) { "" } else { "slices = 5\n" };
    recipe(&format!("[[series]]\n{coarse}{slices}{fields}"))
}

/// Every file of a recipe.
pub fn files(recipe: &Recipe) -> Vec<SyntheticFile> {
    recipe.render().expect("a sound recipe renders")
}

/// Every file of a recipe, read back.
pub fn objects(recipe: &Recipe) -> Vec<DefaultDicomObject> {
    let read = |file: &SyntheticFile| from_reader(file.bytes.as_slice()).expect("readable DICOM");
    files(recipe).iter().map(read).collect()
}

/// An attribute as text.
pub fn text(object: &DefaultDicomObject, tag: Tag) -> String {
    let element = object.element(tag).unwrap_or_else(|_| panic!("{tag} is present"));
    element.to_str().expect("text").trim_end_matches(['\0', ' ']).to_owned()
}

/// A numeric attribute.
pub fn numbers(object: &DefaultDicomObject, tag: Tag) -> Vec<f64> {
    object.element(tag).expect("present").to_multi_float64().expect("numeric")
}

/// Three numbers from the `at`-th on, as a vector.
pub fn vector(object: &DefaultDicomObject, tag: Tag, at: usize) -> DVec3 {
    DVec3::from_slice(&numbers(object, tag)[at..])
}

/// Stored values, row by row, whatever the encoding.
pub fn stored_values(object: &DefaultDicomObject) -> Vec<u16> {
    let syntax = TransferSyntaxRegistry.get(object.meta().transfer_syntax()).expect("known syntax");
    if !syntax.is_encapsulated_pixel_data() {
        let element = object.element(tags::PIXEL_DATA).expect("pixels");
        return element.to_multi_int::<u16>().expect("16-bit words");
    }
    let mut bytes = Vec::new();
    let reader = syntax.pixel_data_reader().expect("a decoder");
    reader.decode(object, &mut bytes).expect("decodable pixels");
    bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
}

/// Centre of a pixel in the patient, mm, from the header alone (PS3.3 C.7.6.2.1.1).
pub fn pixel_mm(object: &DefaultDicomObject, row: usize, column: usize) -> DVec3 {
    let spacing_mm = numbers(object, tags::PIXEL_SPACING);
    vector(object, tags::IMAGE_POSITION_PATIENT, 0)
        + vector(object, tags::IMAGE_ORIENTATION_PATIENT, 0) * spacing_mm[1] * column as f64
        + vector(object, tags::IMAGE_ORIENTATION_PATIENT, 3) * spacing_mm[0] * row as f64
}
