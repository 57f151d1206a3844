//! Files as makers of scanners and discs write them: Enhanced MR and tiled pictures of a head give the input that its single images give.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{DefaultDicomObject, FileMetaTableBuilder, InMemDicomObject};
use headway_core::file::Level;
use headway_synth::{Recipe, SyntheticFile};
use headway_tests::{Run, run_files, signals};

/// The single images of a head, in order.
fn classic() -> Vec<DefaultDicomObject> {
    let files = Recipe::default().render().unwrap();
    files.iter().map(|file| dicom_object::from_reader(&file.bytes[..]).unwrap()).collect()
}

fn stored(image: &DefaultDicomObject) -> Vec<u16> {
    image.element(tags::PIXEL_DATA).unwrap().to_multi_int::<u16>().unwrap()
}

fn item(elements: Vec<DataElement<InMemDicomObject>>) -> InMemDicomObject {
    InMemDicomObject::from_element_iter(elements)
}

fn sequence(tag: Tag, items: Vec<InMemDicomObject>) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, VR::SQ, DataSetSequence::from(items))
}

fn text(tag: Tag, vr: VR, value: &str) -> DataElement<InMemDicomObject> {
    DataElement::new(tag, vr, PrimitiveValue::from(value))
}

fn pixels(values: Vec<u16>) -> DataElement<InMemDicomObject> {
    DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16(values.into()))
}

fn file(object: &DefaultDicomObject) -> SyntheticFile {
    let mut bytes = Vec::new();
    object.write_all(&mut bytes).unwrap();
    SyntheticFile { path: "one file".into(), bytes }
}

fn input(run: &Run) -> &[f32] {
    run.assert_nothing_lost();
    assert_eq!(run.outcome(), "scored");
    &run.inputs[0].values
}

/// The head as one Enhanced MR file (PS3.3, A.36), its frames in reverse order.
/// Every other frame is stored at half its values and rescaled by its own slope.
fn enhanced(images: &[DefaultDicomObject]) -> DefaultDicomObject {
    let moved = |image: &DefaultDicomObject, tag: Tag| image.element(tag).unwrap().clone();
    let halved = |frame: usize| frame % 2 == 1;
    let mut whole = images[0].clone();
    let shared = item(vec![
        sequence(tags::PIXEL_MEASURES_SEQUENCE, vec![item(vec![moved(&whole, tags::PIXEL_SPACING)])]),
        sequence(tags::PLANE_ORIENTATION_SEQUENCE, vec![item(vec![moved(&whole, tags::IMAGE_ORIENTATION_PATIENT)])]),
        sequence(
            tags::MR_ECHO_SEQUENCE,
            vec![item(vec![DataElement::new(tags::EFFECTIVE_ECHO_TIME, VR::FD, PrimitiveValue::from(96.0_f64))])],
        ),
        sequence(
            tags::MR_TIMING_AND_RELATED_PARAMETERS_SEQUENCE,
            vec![item(vec![moved(&whole, tags::REPETITION_TIME)])],
        ),
    ]);
    let frames = images.iter().rev().enumerate().map(|(frame, image)| {
        let rescale = [
            text(tags::RESCALE_SLOPE, VR::DS, if halved(frame) { "2" } else { "1" }),
            text(tags::RESCALE_INTERCEPT, VR::DS, "0"),
        ];
        item(vec![
            sequence(tags::PLANE_POSITION_SEQUENCE, vec![item(vec![moved(image, tags::IMAGE_POSITION_PATIENT)])]),
            sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![item(rescale.to_vec())]),
        ])
    });
    let frames = frames.collect();
    let values = images.iter().rev().enumerate().flat_map(|(frame, image)| {
        stored(image).into_iter().map(move |value| if frame % 2 == 1 { value / 2 } else { value & !1 })
    });
    let values = values.collect();
    for moved in [
        tags::IMAGE_POSITION_PATIENT,
        tags::IMAGE_ORIENTATION_PATIENT,
        tags::PIXEL_SPACING,
        tags::ECHO_TIME,
        tags::REPETITION_TIME,
        tags::SCANNING_SEQUENCE,
    ] {
        whole.remove_element(moved);
    }
    whole.put(text(tags::ECHO_PULSE_SEQUENCE, VR::CS, "SPIN"));
    whole.put(text(tags::NUMBER_OF_FRAMES, VR::IS, &images.len().to_string()));
    whole.put(sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]));
    whole.put(sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames));
    whole.put(pixels(values));
    whole
}

/// Single images with even values, so that halving loses nothing.
fn evened(mut images: Vec<DefaultDicomObject>) -> Vec<DefaultDicomObject> {
    for image in &mut images {
        let values = stored(image).into_iter().map(|value| value & !1).collect();
        image.put(pixels(values));
    }
    images
}

#[test]
fn enhanced_mr_gives_the_input_of_its_single_images() {
    let images = evened(classic());
    let single = run_files(
        images.iter().enumerate().map(|(i, image)| SyntheticFile { path: format!("{i}"), ..file(image) }).collect(),
    );
    let whole = run_files(vec![file(&enhanced(&images))]);
    assert_eq!(whole.view.files.seen, 1);
    assert!(input(&single) == input(&whole), "another input");
}

/// A CSA header (version 2) that states numbers.
fn csa(values: &[(&str, &[f64])]) -> Vec<u8> {
    let word = |n: usize| (n as u32).to_le_bytes();
    let mut bytes = [b"SV10\x04\x03\x02\x01".as_slice(), &word(values.len()), &word(77)].concat();
    for (name, numbers) in values {
        let mut field = name.as_bytes().to_vec();
        field.resize(64, 0);
        bytes.extend([field, word(numbers.len()).to_vec(), b"FD\0\0".to_vec()].concat());
        bytes.extend([word(6), word(numbers.len()), word(77)].concat());
        for number in *numbers {
            let mut text = format!("{number:.8}\0").into_bytes();
            bytes.extend([word(text.len()), word(text.len()), word(77), word(205)].concat());
            text.resize(text.len().next_multiple_of(4), 0);
            bytes.extend(text);
        }
    }
    bytes
}

/// The head as one picture of 6 × 6 tiles, of some *Image Type*; nothing says yet where they lie.
fn tiled(images: &[DefaultDicomObject], image_type: &str) -> DefaultDicomObject {
    let mut whole = images[0].clone();
    let tiles: Vec<Vec<u16>> = images.iter().map(stored).collect();
    let side = 6 * 128;
    let values = (0..side * side).map(|at| {
        let (row, column) = (at / side, at % side);
        tiles[row / 128 * 6 + column / 128][row % 128 * 128 + column % 128]
    });
    whole.put(pixels(values.collect()));
    whole.put(text(tags::IMAGE_TYPE, VR::CS, image_type));
    for tag in [tags::ROWS, tags::COLUMNS] {
        whole.put(DataElement::new(tag, VR::US, PrimitiveValue::from(side as u16)));
    }
    whole
}

/// The head as a Siemens mosaic.
fn mosaic(images: &[DefaultDicomObject], csa: Vec<u8>) -> DefaultDicomObject {
    let mut whole = tiled(images, "ORIGINAL\\PRIMARY\\M\\MOSAIC");
    let number = |tag| whole.element(tag).unwrap().to_multi_float64().unwrap();
    let (position, spacing_mm) = (number(tags::IMAGE_POSITION_PATIENT), number(tags::PIXEL_SPACING)[0]);
    // The corner of a picture of the mosaic's size about the first slice's centre; the slices are axial.
    let out_mm = spacing_mm * 128.0 * 5.0 / 2.0;
    let corner = format!("{}\\{}\\{}", position[0] - out_mm, position[1] - out_mm, position[2]);
    whole.put(text(tags::IMAGE_POSITION_PATIENT, VR::DS, &corner));
    whole.put(DataElement::new(Tag(0x0029, 0x1010), VR::OB, PrimitiveValue::from(csa)));
    whole
}

#[test]
fn a_mosaic_gives_the_input_of_its_slices() {
    let images = classic();
    let header = csa(&[
        ("EchoLinePosition", &[1.0]),
        ("NumberOfImagesInMosaic", &[36.0]),
        ("SliceNormalVector", &[0.0, 0.0, 1.0]),
    ]);
    let whole = file(&mosaic(&images, header));
    let single: Vec<Vec<f32>> = images.iter().flat_map(|image| signals(&file(image).bytes).unwrap()).collect();
    assert!(signals(&whole.bytes).unwrap() == single, "tiles differ from the slices");
    let plain = run_files(Recipe::default().render().unwrap());
    assert!(input(&run_files(vec![whole])) == input(&plain), "another input");
}

#[test]
fn a_mosaic_without_its_numbers_is_refused_in_words() {
    let images = classic();
    for (header, problem) in [
        (csa(&[]), "does not say how many slices"),
        (csa(&[("NumberOfImagesInMosaic", &[24.0])]), "do not part into 24 slices"),
        (csa(&[("NumberOfImagesInMosaic", &[36.0])]), "which way its slices follow"),
        (b"SV10 and then noise that is no header at all".to_vec(), "does not say how many slices"),
    ] {
        let run = run_files(vec![file(&mosaic(&images, header))]);
        run.assert_nothing_lost();
        let reason = &run.view.notices[0].reason;
        assert!(reason.code.as_str() == "mosaic" && reason.text.contains(problem), "{reason}");
    }
}

#[test]
fn frames_without_places_are_not_stacked() {
    let images = classic();
    let mut whole = images[0].clone();
    whole.put(text(tags::NUMBER_OF_FRAMES, VR::IS, "36"));
    whole.put(pixels(images.iter().flat_map(stored).collect()));
    let run = run_files(vec![file(&whole)]);
    run.assert_nothing_lost();
    let rejected = &run.view.rows[0].selection.as_ref().unwrap().rejected[0];
    assert!(rejected.reasons.iter().any(|reason| reason.code.as_str() == "multi_frame"), "{rejected:?}");
}

/// The head as United Imaging's VFRAME picture, whose private block lies at `block`; as many places as `placed`.
fn vframe(images: &[DefaultDicomObject], block: u16, placed: usize) -> DefaultDicomObject {
    let mut whole = tiled(images, "ORIGINAL\\PRIMARY\\M\\VFRAME");
    let position = |image: &DefaultDicomObject| image.element(tags::IMAGE_POSITION_PATIENT).unwrap().clone();
    let items = images.iter().take(placed).map(|image| item(vec![position(image)])).collect();
    let private = |number: u16| Tag(0x0065, block << 8 | number);
    // The picture's own place is of no use.
    whole.remove_element(tags::IMAGE_POSITION_PATIENT);
    whole.put(text(Tag(0x0065, block), VR::LO, "Image Private Header"));
    whole.put(text(private(0x50), VR::DS, &images.len().to_string()));
    whole.put(sequence(private(0x51), items));
    whole
}

#[test]
fn united_imagings_tiles_give_the_input_of_their_slices() {
    let images = classic();
    let plain = run_files(Recipe::default().render().unwrap());
    for block in [0x10, 0x23] {
        let run = run_files(vec![file(&vframe(&images, block, images.len()))]);
        assert!(input(&run) == input(&plain), "another input");
    }
    let run = run_files(vec![file(&vframe(&images, 0x10, images.len() - 1))]);
    run.assert_nothing_lost();
    assert_eq!(run.view.notices[0].reason.code.as_str(), "mosaic", "one slice has no place");
}

#[test]
fn loss_that_the_files_admit_is_a_caution_on_the_row() {
    let mut images = classic();
    for image in &mut images {
        image.put(text(tags::LOSSY_IMAGE_COMPRESSION, VR::CS, "01"));
    }
    let run = run_files(
        images.iter().enumerate().map(|(i, image)| SyntheticFile { path: format!("{i}"), ..file(image) }).collect(),
    );
    assert!(input(&run) == input(&run_files(Recipe::default().render().unwrap())));
    let cautions = &run.view.rows[0].cautions;
    assert!(cautions.iter().any(|caution| caution.contains("compressed with loss")), "{cautions:?}");
}

#[test]
fn the_index_of_a_disc_is_a_notice_and_the_images_beside_it_are_read() {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
        .media_storage_sop_class_uid(uids::MEDIA_STORAGE_DIRECTORY_STORAGE)
        .media_storage_sop_instance_uid("1.2.3");
    let record = item(vec![text(tags::DIRECTORY_RECORD_TYPE, VR::CS, "PATIENT")]);
    let index = item(vec![sequence(tags::DIRECTORY_RECORD_SEQUENCE, vec![record])]).with_meta(meta).unwrap();
    let mut files = Recipe::default().render().unwrap();
    files.push(SyntheticFile { path: "DICOMDIR".into(), ..file(&index) });
    let run = run_files(files);
    assert!(input(&run) == input(&run_files(Recipe::default().render().unwrap())));
    let [notice] = run.view.notices.as_slice() else { panic!("{:?}", run.view.notices) };
    assert_eq!(
        (notice.path.as_str(), notice.level, notice.reason.code.as_str()),
        ("DICOMDIR", Level::Info, "not_an_image")
    );
}
