//! The walker against files made by hand, and against dicom-object.

use super::Fault;
use super::data_set::DataSet;
use super::part10::Part10;
use super::walk::{Encoding, Walker};
use dicom_core::{DataElement, PrimitiveValue, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// An element in explicit VR, little endian, with a length that need not be true.
fn element(tag: (u16, u16), vr: &str, length: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = [tag.0.to_le_bytes(), tag.1.to_le_bytes()].concat();
    bytes.extend(vr.bytes());
    match vr {
        "SQ" | "UN" | "OB" | "OW" => bytes.extend([[0, 0].as_slice(), &length.to_le_bytes()].concat()),
        _ => bytes.extend((length as u16).to_le_bytes()),
    }
    bytes.extend_from_slice(value);
    bytes
}

/// An item or delimiter.
fn item(number: u16, length: u32, value: &[u8]) -> Vec<u8> {
    [[0xFE, 0xFF].as_slice(), &number.to_le_bytes(), &length.to_le_bytes(), value].concat()
}

const ITEM: u16 = 0xE000;
const ITEM_END: u16 = 0xE00D;
const SEQUENCE_END: u16 = 0xE0DD;
const UNDEFINED: u32 = u32::MAX;

fn read(bytes: &[u8]) -> Result<DataSet<'_>, Fault> {
    DataSet::read(Walker { bytes, end: bytes.len(), encoding: Encoding::ExplicitLe })
}

fn sentence(bytes: &[u8]) -> String {
    match read(bytes) {
        Err(Fault::Refused(reason)) => reason.text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_wrong_length_is_named_with_its_element_and_place() {
    let sound = element((0x0008, 0x0060), "CS", 2, b"MR");
    let long = element((0x0018, 0x0081), "DS", 60, b"90");
    let text = sentence(&[sound.clone(), long].concat());
    assert!(
        text.contains("(0018,0081) EchoTime at byte 10 of the data set says it is 60 bytes long, but only 2"),
        "{text}"
    );
    let huge = element((0x0009, 0x1010), "OB", 0xFFFF_FFF0, &[0; 40]);
    let text = sentence(&[sound, huge].concat());
    assert!(text.contains("4294967280 bytes long, but only 40 bytes are left"), "{text}");
}

#[test]
fn a_header_that_goes_on_asks_for_the_whole_file() {
    let bytes = [element((0x0008, 0x0060), "CS", 2, b"MR"), element((0x0018, 0x0081), "DS", 60, b"90")].concat();
    let walker = |end| Walker { bytes: &bytes, end, encoding: Encoding::ExplicitLe };
    assert_eq!(walker(100).data_set(), Err(Fault::NeedsWholeFile));
    assert!(matches!(walker(60).data_set(), Err(Fault::Refused(_))), "60 bytes cannot hold it");
}

#[test]
fn nested_sequences_of_undefined_length_are_followed_to_their_ends() {
    let inner = element((0x0008, 0x0104), "LO", 4, b"Head");
    let deep =
        element((0x0008, 0x2218), "SQ", UNDEFINED, &[item(ITEM, 12, &inner), item(SEQUENCE_END, 0, b"")].concat());
    let content = [item(ITEM, UNDEFINED, &deep), item(ITEM_END, 0, b""), item(SEQUENCE_END, 0, b"")].concat();
    let bytes =
        [element((0x0020, 0x9071), "SQ", UNDEFINED, &content), element((0x0028, 0x0010), "US", 2, &[7, 0])].concat();
    let data_set = read(&bytes).unwrap();
    let region = data_set.item(tags::FRAME_ANATOMY_SEQUENCE).and_then(|item| item.item(tags::ANATOMIC_REGION_SEQUENCE));
    assert_eq!(region.unwrap().text(tags::CODE_MEANING), "Head");
    assert_eq!(data_set.count(tags::ROWS), Some(7));
}

#[test]
fn sequences_without_end_or_bottom_are_refused() {
    let mut endless = Vec::new();
    for _ in 0..1000 {
        endless.extend(element((0x0008, 0x1140), "SQ", UNDEFINED, &item(ITEM, UNDEFINED, b"")));
    }
    assert!(sentence(&endless).contains("nested more than 32 deep"));
    let open = element((0x0008, 0x1140), "SQ", UNDEFINED, &item(ITEM, 4, b"abcd"));
    assert!(read(&open).is_ok(), "a sequence may end with what holds it");
    let astray = element((0x0008, 0x1140), "SQ", UNDEFINED, &element((0x0010, 0x0010), "PN", 0, b""));
    assert!(
        sentence(&astray).contains("(0010,0010) PatientName at byte 12 of the data set stands where a sequence's item")
    );
}

#[test]
fn what_follows_the_pixels_is_not_looked_at() {
    let mut bytes = element((0x7FE0, 0x0010), "OW", 4, &[1, 2, 3, 4]);
    bytes.extend([0xFF; 99]);
    assert_eq!(read(&bytes).unwrap().pixel_data().unwrap().value, 12..16);
}

/// A data set with many representations, for writing in any encoding.
fn example() -> InMemDicomObject {
    let text = |tag, vr, value: &str| DataElement::new(tag, vr, PrimitiveValue::from(value));
    InMemDicomObject::from_element_iter([
        text(tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
        text(tags::MODALITY, VR::CS, "MR"),
        text(tags::PATIENT_NAME, VR::PN, "MÜLLER^ANNA"),
        text(tags::ECHO_TIME, VR::DS, "90.5"),
        text(tags::IMAGE_POSITION_PATIENT, VR::DS, "-1.5\\2\\3e1"),
        DataElement::new(tags::ROWS, VR::US, PrimitiveValue::from(300_u16)),
        DataElement::new(tags::DIFFUSION_B_VALUE, VR::FD, PrimitiveValue::from(1000.5_f64)),
        DataElement::new(tags::PIXEL_PADDING_VALUE, VR::SS, PrimitiveValue::from(-3_i16)),
        DataElement::new(tags::PIXEL_DATA, VR::OW, PrimitiveValue::U16([1, 2].into())),
    ])
}

#[test]
fn values_equal_dicom_object_in_every_encoding() {
    let syntaxes = [uids::IMPLICIT_VR_LITTLE_ENDIAN, uids::EXPLICIT_VR_LITTLE_ENDIAN, "1.2.840.10008.1.2.2"];
    for syntax in syntaxes {
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(syntax)
            .media_storage_sop_class_uid(uids::MR_IMAGE_STORAGE)
            .media_storage_sop_instance_uid("1.2.3");
        let object = example().with_meta(meta).unwrap();
        let mut whole = Vec::new();
        object.write_all(&mut whole).unwrap();
        let mut bare = Vec::new();
        object.write_dataset(&mut bare).unwrap();
        let object = dicom_object::from_reader(&whole[..]).unwrap();
        for (bytes, what) in
            [(&whole[..], "whole"), (&whole[128..], "no preamble"), (&whole[132..], "no mark"), (&bare, "bare")]
        {
            let part10 = Part10::read(bytes, bytes.len()).unwrap_or_else(|e| panic!("{syntax} {what}: {e:?}"));
            assert_eq!(part10.transfer_syntax_uid, syntax, "{what}");
            let ours = part10.data_set().unwrap();
            for element in &object {
                let tag = element.header().tag;
                let theirs = element.to_multi_float64().unwrap_or_default();
                assert!(tag == tags::PIXEL_DATA || ours.values(tag) == theirs, "{syntax} {what} {tag}");
            }
            let texts = [tags::PATIENT_NAME, tags::MODALITY].map(|tag| ours.text(tag));
            assert_eq!(texts, ["MÜLLER^ANNA", "MR"], "{syntax} {what}");
            assert_eq!(ours.pixel_data().unwrap().value.len(), 4, "{syntax} {what}");
        }
    }
}

#[test]
fn what_is_no_data_set_is_not_guessed_to_be_one() {
    for bytes in [b"viewer instructions, as plain text".as_slice(), &[0; 200], &[8; 200], b"\x89PNG\r\n\x1a\n00000000"]
    {
        assert!(Part10::read(bytes, bytes.len()).is_err(), "{bytes:?}");
    }
}

#[test]
fn elements_out_of_order_are_found_and_the_first_of_two_counts() {
    let rows = |n: u8| element((0x0028, 0x0010), "US", 2, &[n, 0]);
    let bytes = [rows(7), element((0x0008, 0x0060), "CS", 2, b"MR"), rows(9)].concat();
    let data_set = read(&bytes).unwrap();
    assert_eq!((data_set.count(tags::ROWS), data_set.text(tags::MODALITY).as_str()), (Some(7), "MR"));
}
