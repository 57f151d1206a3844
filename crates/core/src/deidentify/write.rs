//! Elements as the bytes of a file: Explicit VR Little Endian (PS3.5, A.2) behind File Meta Information (PS3.10, 7.1).

use dicom_core::{Tag, VR};
use dicom_dictionary_std::{tags, uids};
use std::collections::BTreeMap;

/// *Implementation Class UID* (0002,0012): Headway's, from a random UUID (PS3.5, B.2).
const IMPLEMENTATION: &str = "2.25.244830838819468200774208539910375318395";
/// The length that says "until a delimiter" is not written: every sequence states its own.
const ITEM: Tag = Tag(0xFFFE, 0xE000);
/// Longest decimal string (PS3.5, 6.2).
const DECIMAL_CHARACTERS: usize = 16;

/// A data set in the making, in order of the tags.
#[derive(Clone, Debug, Default)]
pub(super) struct Elements(BTreeMap<Tag, (VR, Vec<u8>)>);

impl Elements {
    /// A text; values are parted by backslashes.
    pub(super) fn text(&mut self, tag: Tag, vr: VR, text: &str) {
        let padding = if vr == VR::UI { 0 } else { b' ' };
        self.bytes(tag, vr, text.as_bytes().to_vec(), padding);
    }

    /// Numbers as decimal strings.
    pub(super) fn decimals(&mut self, tag: Tag, values: &[f64]) {
        let texts: Vec<String> = values.iter().map(|value| decimal(*value)).collect();
        self.text(tag, VR::DS, &texts.join("\\"));
    }

    /// A count or a stored value of 16 bits.
    pub(super) fn word(&mut self, tag: Tag, vr: VR, value: u16) {
        self.bytes(tag, vr, value.to_le_bytes().to_vec(), 0);
    }

    /// A sequence of items.
    pub(super) fn items(&mut self, tag: Tag, items: &[Elements]) {
        let mut bytes = Vec::new();
        for item in items {
            let inside = item.to_bytes();
            put_tag(&mut bytes, ITEM);
            bytes.extend((inside.len() as u32).to_le_bytes());
            bytes.extend(inside);
        }
        self.bytes(tag, VR::SQ, bytes, 0);
    }

    /// A value as it is, made even.
    pub(super) fn bytes(&mut self, tag: Tag, vr: VR, mut value: Vec<u8>, padding: u8) {
        if value.len() % 2 == 1 {
            value.push(padding);
        }
        self.0.insert(tag, (vr, value));
    }

    /// The elements, one after the other.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (tag, (vr, value)) in &self.0 {
            put_tag(&mut bytes, *tag);
            bytes.extend(vr.to_bytes());
            match vr {
                VR::OB | VR::OW | VR::SQ | VR::UN | VR::UT => {
                    bytes.extend([0, 0]);
                    bytes.extend((value.len() as u32).to_le_bytes());
                }
                _ => bytes.extend((value.len() as u16).to_le_bytes()),
            }
            bytes.extend(value);
        }
        bytes
    }

    /// A whole file of these elements.
    pub(super) fn into_file(self, sop_class_uid: &str, sop_instance_uid: &str) -> Vec<u8> {
        let mut meta = Elements::default();
        meta.bytes(tags::FILE_META_INFORMATION_VERSION, VR::OB, vec![0, 1], 0);
        meta.text(tags::MEDIA_STORAGE_SOP_CLASS_UID, VR::UI, sop_class_uid);
        meta.text(tags::MEDIA_STORAGE_SOP_INSTANCE_UID, VR::UI, sop_instance_uid);
        meta.text(tags::TRANSFER_SYNTAX_UID, VR::UI, uids::EXPLICIT_VR_LITTLE_ENDIAN);
        meta.text(tags::IMPLEMENTATION_CLASS_UID, VR::UI, IMPLEMENTATION);
        meta.text(tags::IMPLEMENTATION_VERSION_NAME, VR::SH, concat!("HEADWAY_", env!("CARGO_PKG_VERSION")));
        let meta = meta.to_bytes();
        let mut length = Elements::default();
        let length_bytes = (meta.len() as u32).to_le_bytes().to_vec();
        length.bytes(tags::FILE_META_INFORMATION_GROUP_LENGTH, VR::UL, length_bytes, 0);
        let mut file = vec![0; 128];
        file.extend(b"DICM");
        file.extend(length.to_bytes());
        file.extend(meta);
        file.extend(self.to_bytes());
        file
    }
}

fn put_tag(bytes: &mut Vec<u8>, tag: Tag) {
    bytes.extend(tag.group().to_le_bytes());
    bytes.extend(tag.element().to_le_bytes());
}

/// The closest decimal string that fits.
fn decimal(value: f64) -> String {
    let fits = |text: &String| text.len() <= DECIMAL_CHARACTERS;
    let shortest = Some(value.to_string()).filter(fits);
    let small = value != 0.0 && value.abs() < 1e-4;
    let fixed = |digits: usize| if small { format!("{value:.digits$e}") } else { format!("{value:.digits$}") };
    shortest.or_else(|| (0..DECIMAL_CHARACTERS).rev().map(fixed).find(fits)).unwrap_or_else(|| format!("{value:.8e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_fit_and_are_as_close_as_sixteen_characters_allow() {
        for (value, text) in [
            (0.0, "0"),
            (-0.5, "-0.5"),
            (1.0 / 3.0, "0.33333333333333"),
            (-123.456_789_012_345_67, "-123.45678901235"),
            (1e-9 / 3.0, "3.3333333333e-10"),
            (-1e300 / 3.0, "-3.33333333e299"),
        ] {
            assert_eq!(decimal(value), text);
            assert!(text.len() <= DECIMAL_CHARACTERS);
        }
    }

    #[test]
    fn values_are_even_and_tags_ascend() {
        let mut elements = Elements::default();
        elements.text(tags::PATIENT_ID, VR::LO, "ABC");
        elements.text(tags::SOP_INSTANCE_UID, VR::UI, "1.2");
        let mut item = Elements::default();
        item.word(tags::ROWS, VR::US, 258);
        elements.items(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, &[item]);
        assert_eq!(
            elements.to_bytes(),
            b"\x08\x00\x18\x00UI\x04\x001.2\0\
              \x10\x00\x20\x00LO\x04\x00ABC \
              \x12\x00\x64\x00SQ\0\0\x12\0\0\0\xFE\xFF\x00\xE0\x0A\0\0\0\x28\x00\x10\x00US\x02\x00\x02\x01"
        );
    }
}
