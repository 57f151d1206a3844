//! A header in which every attribute of the standard holds something of the patient, and what becomes of it.

use super::image::COPIED;
use super::write::Elements;
use super::*;
use crate::card::InputSpec;
use crate::dicom::data_set::DataSet;
use crate::file::FileMeta;
use crate::frame::{Place, read_and_decode};
use crate::instance::HeaderOutcome;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, uids};
use std::collections::BTreeSet;
use std::sync::LazyLock;

const SECRET: &[u8] = b"sixteen bytes or more";
/// What must not be found in any new file.
const MARKS: [&[u8]; 4] = [b"SECRET", b"secret", b"19421223", b"1.2.99.424242"];
const SIDE: u16 = 24;
const SLICES: u16 = 5;

/// The standard's attributes of the groups that images have.
static STANDARD: LazyLock<Vec<(Tag, VR)>> = LazyLock::new(|| {
    let groups = (0x0008..=0x0088_u16).step_by(2).chain([0x2050, 0x4008, 0x4010, 0x5000, 0x6000, 0xFFFA]);
    let tags = groups.flat_map(|group| (1..=0xFFFF).map(move |element| Tag(group, element)));
    tags.filter_map(|tag| Some((tag, StandardDataDictionary.by_tag(tag)?.vr().relaxed()))).collect()
});

/// A value of this representation that tells who somebody is.
fn mark(elements: &mut Elements, tag: Tag, vr: VR) {
    match vr {
        VR::SQ => {
            let mut item = Elements::default();
            item.text(tags::PATIENT_NAME, VR::PN, "SECRET^NESTED");
            item.text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.99.424242.7");
            elements.items(tag, &[item]);
        }
        VR::UI => elements.text(tag, vr, "1.2.99.424242.1"),
        VR::DA => elements.text(tag, vr, "19421223"),
        VR::DT => elements.text(tag, vr, "19421223101500"),
        VR::CS => elements.text(tag, vr, "SECRET"),
        VR::DS | VR::IS => elements.text(tag, vr, "19421223"),
        VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD | VR::AT | VR::OB | VR::OW | VR::UN => {
            elements.bytes(tag, vr, b"SECRETSECRETSECRET".to_vec()[..16].to_vec(), 0);
        }
        VR::AE | VR::AS | VR::LO | VR::LT | VR::PN | VR::SH | VR::ST | VR::TM | VR::UT => {
            elements.text(tag, vr, "SECRET of the patient");
        }
        _ => elements.bytes(tag, VR::UN, b"SECRET of the patient".to_vec(), 0),
    }
}

/// An MR image whose header tells everything everywhere, but for what is needed to read it.
fn telling(slice: u16) -> Vec<u8> {
    let mut elements = Elements::default();
    STANDARD.iter().for_each(|(tag, vr)| mark(&mut elements, *tag, *vr));
    assert!(STANDARD.len() > 3_000, "the dictionary has {} attributes", STANDARD.len());
    for group in [0x0009, 0x0029, 0x2005, 0x7FE1] {
        elements.text(Tag(group, 0x0010), VR::LO, "SECRET CREATOR");
        elements.text(Tag(group, 0x1010), VR::LT, "SECRET private");
    }
    let texts = [
        (tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE),
        (tags::MODALITY, VR::CS, "MR"),
        (tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\secret, SECRET^PATIENT"),
        (tags::MANUFACTURER, VR::LO, "ACME"),
        (tags::MANUFACTURER_MODEL_NAME, VR::LO, "Field 3"),
        (tags::IMAGED_NUCLEUS, VR::SH, "1H"),
        (tags::SCANNING_SEQUENCE, VR::CS, "SE"),
        (tags::SEQUENCE_VARIANT, VR::CS, "SK\\SECRET^PATIENT"),
        (tags::PATIENT_SEX, VR::CS, "F"),
        (tags::PATIENT_AGE, VR::AS, "091Y"),
        (tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2"),
        (tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0"),
        (tags::PIXEL_SPACING, VR::DS, "0.5\\0.5"),
        (tags::RESCALE_SLOPE, VR::DS, "2.5"),
        (tags::RESCALE_INTERCEPT, VR::DS, "-3"),
        (tags::NUMBER_OF_FRAMES, VR::IS, "1"),
        (tags::BURNED_IN_ANNOTATION, VR::CS, "YES"),
    ];
    for (tag, vr) in COPIED.iter().filter(|(_, vr)| *vr == VR::CS) {
        elements.text(*tag, *vr, "CODE");
    }
    for (tag, vr) in COPIED.iter().filter(|(_, vr)| matches!(vr, VR::DS | VR::IS)) {
        elements.text(*tag, *vr, "7");
    }
    elements.bytes(tags::ACQUISITION_MATRIX, VR::US, vec![0, 1, 0, 0, 0, 0, 0, 1], 0);
    elements.bytes(tags::DIFFUSION_GRADIENT_ORIENTATION, VR::FD, vec![0; 24], 0);
    elements.bytes(tags::DIFFUSION_B_VALUE, VR::FD, 0_f64.to_le_bytes().to_vec(), 0);
    for tag in [tags::ECHO_TIME, tags::REPETITION_TIME, tags::INVERSION_TIME, tags::TEMPORAL_POSITION_IDENTIFIER] {
        let vr = if tag == tags::TEMPORAL_POSITION_IDENTIFIER { VR::IS } else { VR::DS };
        elements.text(tag, vr, "3");
    }
    // Frames of their own would need places of their own.
    for sequence in [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE] {
        elements.items(sequence, &[]);
    }
    texts.iter().for_each(|(tag, vr, text)| elements.text(*tag, *vr, text));
    elements.text(tags::SOP_INSTANCE_UID, VR::UI, &format!("1.2.99.424242.2.{slice}"));
    elements.decimals(tags::IMAGE_POSITION_PATIENT, &[0.0, 0.0, f64::from(slice) * 3.0]);
    for (tag, value) in [
        (tags::SAMPLES_PER_PIXEL, 1),
        (tags::ROWS, SIDE),
        (tags::COLUMNS, SIDE),
        (tags::BITS_ALLOCATED, 16),
        (tags::BITS_STORED, 12),
        (tags::HIGH_BIT, 11),
        (tags::PIXEL_REPRESENTATION, 0),
        (tags::PIXEL_PADDING_VALUE, 4095),
        (tags::PIXEL_PADDING_RANGE_LIMIT, 4095),
    ] {
        elements.word(tag, VR::US, value);
    }
    // The four bits above the image hold a drawing of their own.
    let values = (0..SIDE * SIDE).map(|pixel| 0x5000 | ((pixel * 7 + slice) % 4000));
    let mut pixels: Vec<u8> = values.flat_map(u16::to_le_bytes).collect();
    pixels.extend(b"SECRET behind the pixels");
    elements.bytes(tags::PIXEL_DATA, VR::OW, pixels, 0);
    elements.into_file(uids::MR_IMAGE_STORAGE, "1.2.99.424242.2")
}

struct Source {
    files: Vec<Vec<u8>>,
    intake: Intake,
    key: StudyKey,
}

fn source(files: Vec<Vec<u8>>) -> Source {
    let mut intake = Intake::default();
    let mut key = StudyKey::default();
    for (index, bytes) in files.iter().enumerate() {
        let file = FileMeta { id: FileId(index as u32), path: format!("{index}.dcm"), size_bytes: bytes.len() as u64 };
        let part = intake.take_whole(&file, bytes).unwrap();
        key = StudyKey { patient_id: part.patient.id, study_uid: part.study.uid };
    }
    Source { files, intake, key }
}

fn limits() -> GeometryLimits {
    let card: crate::card::Card =
        crate::card::Card::from_json(include_bytes!("../../../infer/src/template_card.json")).unwrap();
    let InputSpec { geometry, .. } = card.input;
    geometry
}

fn anew(source: &Source, wishes: Wishes) -> Result<Deidentified, Reason> {
    let series = source.intake.stacks(&source.key)[0].summary();
    let mut work = Deidentify::begin(&source.intake, &source.key, &series, wishes, SECRET, &limits())?;
    work.read_all(|file| Ok(source.files[file.0 as usize].clone()));
    work.finish()
}

/// Its attributes, `(gggg,eeee)`.
fn tags_of(bytes: &[u8]) -> BTreeSet<String> {
    let part10 = Part10::read(bytes, bytes.len()).unwrap();
    let header: DataSet = part10.data_set().unwrap();
    header.tags().map(|(tag, _)| tag.to_string()).collect()
}

/// The closed list as people read it.
fn named() -> BTreeSet<String> {
    let document = include_str!("../../../../docs/deidentify.md");
    let tags = document.split('(').filter_map(|rest| rest.split_once(')')).map(|(tag, _)| format!("({tag})"));
    tags.filter(|tag| tag.len() == 11 && tag.as_bytes()[5] == b',').collect()
}

fn holds(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[test]
fn nothing_of_a_header_that_tells_everything_gets_through() {
    let source = source((0..SLICES).map(telling).collect());
    let done = anew(&source, Wishes::default()).unwrap();
    assert_eq!(done.files.len(), usize::from(SLICES) + 1);
    let named = named();
    for (name, bytes) in &done.files {
        for mark in MARKS {
            assert!(!holds(bytes, mark), "{name} holds {}", String::from_utf8_lossy(mark));
        }
        if name != "README.txt" {
            let unnamed: Vec<String> = tags_of(bytes).difference(&named).cloned().collect();
            assert!(unnamed.is_empty(), "{name} has {unnamed:?}, which docs/deidentify.md does not name");
        }
    }
    // The test bites: the files it began with hold every mark.
    assert!(MARKS.iter().all(|mark| holds(&source.files[0], mark)));
}

#[test]
fn the_images_are_the_same_under_other_names() {
    let source = source((0..SLICES).map(telling).collect());
    let done = anew(&source, Wishes::default()).unwrap();
    let anew = self::source(done.files.iter().take(usize::from(SLICES)).map(|(_, bytes)| bytes.clone()).collect());
    let ([before], [after]) = (&source.intake.stacks(&source.key)[..], &anew.intake.stacks(&anew.key)[..]) else {
        panic!("one stack each");
    };
    assert_eq!(after.instances().len(), usize::from(SLICES));
    for (old, new) in before.instances().iter().zip(after.instances()) {
        let signal = |image: &Instance, files: &[Vec<u8>]| {
            let mut signal = vec![0.0; usize::from(SIDE * SIDE)];
            read_and_decode(&files[image.file.0 as usize], &mut [(image, Place::Signal(&mut signal))]).unwrap();
            signal
        };
        assert_eq!(signal(old, &source.files), signal(new, &anew.files));
        assert_eq!((old.plane, &old.acquisition.echo_time_ms), (new.plane, &new.acquisition.echo_time_ms));
        assert_eq!(new.acquisition.image_type, ["ORIGINAL", "PRIMARY"]);
        assert_ne!(old.sop_instance_uid, new.sop_instance_uid);
        assert_eq!((new.patient.sex.as_str(), new.study.patient_age.as_str(), new.study.date.as_str()), ("", "", ""));
        assert!(new.patient.name.starts_with("HEADWAY-") && new.patient.id == new.patient.name);
    }
    let uids: BTreeSet<&str> = after.instances().iter().map(|image| image.sop_instance_uid.as_str()).collect();
    assert_eq!(uids.len(), usize::from(SLICES));
}

#[test]
fn age_and_sex_stay_only_on_request_and_ninety_is_the_oldest() {
    let source = source(vec![telling(0), telling(1)]);
    let kept = anew(&source, Wishes { keep_age_and_sex: true, blank_face: false }).unwrap();
    let HeaderOutcome::Read(images) = Instance::read(FileId(0), "x", &kept.files[0].1, kept.files[0].1.len() as u64)
    else {
        panic!("it is an image");
    };
    assert_eq!((images[0].patient.sex.as_str(), images[0].study.patient_age.as_str()), ("F", "090Y"));
    assert!(holds(&kept.files[0].1, b"113108"));
    assert!(!holds(&anew(&source, Wishes::default()).unwrap().files[0].1, b"113108"));
}

#[test]
fn whoever_passes_it_on_is_told_what_is_still_there() {
    let done = anew(&source(vec![telling(0), telling(1)]), Wishes::default()).unwrap();
    assert_eq!(done.notes[0], "Headers de-identified, the face is not removed.");
    assert!(done.notes[1].starts_with("2 images say that text is burned into their pixels."), "{}", done.notes[1]);
    let (name, read_me) = done.files.last().unwrap();
    assert_eq!(name, "README.txt");
    assert!(done.notes.iter().all(|note| holds(read_me, note.as_bytes())));
}

#[test]
fn one_file_that_cannot_be_used_ends_it_by_name() {
    let mut source = source(vec![telling(0), telling(1)]);
    source.files[1].truncate(400);
    let reason = anew(&source, Wishes::default()).unwrap_err();
    assert!(reason.text.starts_with("1.dcm: ") && reason.text.ends_with("Nothing was written."), "{}", reason.text);
}

#[test]
fn no_face_is_blanked_where_no_place_is_known() {
    let blank = Wishes { blank_face: true, keep_age_and_sex: false };
    let reason = anew(&source(vec![telling(0)]), blank).unwrap_err();
    assert!(reason.text.starts_with("The face cannot be found in this series: "), "{}", reason.text);
}

#[test]
fn the_archive_holds_every_file_under_no_time_of_this_device() {
    let done = anew(&source(vec![telling(0), telling(1)]), Wishes::default()).unwrap();
    let bytes = done.clone().zipped().unwrap();
    let mut archive = crate::archive::Zip::open(Cursor::new(bytes)).unwrap();
    for (index, (name, bytes)) in done.files.iter().enumerate() {
        assert_eq!(archive.entries()[index].path, *name);
        assert_eq!(archive.read(index, u64::MAX).unwrap(), *bytes);
    }
}

#[test]
fn the_document_names_nothing_that_is_never_written() {
    let source = source(vec![telling(0), telling(1)]);
    let all = anew(&source, Wishes { keep_age_and_sex: true, blank_face: false }).unwrap();
    let never: Vec<String> = named().difference(&tags_of(&all.files[0].1)).cloned().collect();
    assert!(never.is_empty(), "{never:?}");
}
