//! A file's header for the eye: every element with its name and its value in words.

use crate::dicom::Fault;
use crate::dicom::data_set::DataSet;
use crate::dicom::part10::Part10;
use crate::reason::{Code, Reason};
use crate::unpack::gunzipped;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use serde::{Deserialize, Serialize};

/// Longest value shown, characters.
const MAX_CHARACTERS: usize = 200;
/// Most lines: enhanced images of many frames have a few ten thousand elements.
const MAX_LINES: usize = 4_000;
/// Items of a sequence that are listed.
const MAX_ITEMS: usize = 4;
/// Deepest sequence that is listed.
const MAX_DEPTH: usize = 6;

/// One element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderLine {
    /// How many sequences it lies in.
    pub depth: usize,
    /// `(gggg,eeee)`.
    pub tag: String,
    /// Its keyword in the dictionary (PS3.6); empty where it is private or unknown.
    pub name: String,
    /// Its value; long ones end in `…`.
    pub value: String,
}

/// The elements of a DICOM file up to its pixel data, in order of their tags.
///
/// # Errors
/// What is wrong with the file, or that it is none of DICOM's.
pub fn header_lines(file: &[u8]) -> Result<Vec<HeaderLine>, Reason> {
    let refused = |fault| match fault {
        Fault::Refused(reason) => reason,
        Fault::NeedsWholeFile => Reason::new(Code::DamagedHeader, "The header does not end before the file does."),
    };
    let file = gunzipped(file)?;
    let part10 = Part10::read(&file, file.len()).map_err(refused)?;
    let mut lines = Vec::new();
    list(&part10.data_set().map_err(refused)?, 0, &mut lines);
    Ok(lines)
}

fn list(data_set: &DataSet, depth: usize, lines: &mut Vec<HeaderLine>) {
    for (tag, vr) in data_set.tags() {
        if lines.len() >= MAX_LINES {
            return;
        }
        let items: Vec<DataSet> = if vr == VR::SQ { data_set.items(tag).collect() } else { Vec::new() };
        let value = if vr == VR::SQ { counted(items.len()) } else { value(data_set, tag, vr) };
        let name = StandardDataDictionary.by_tag(tag).map_or_else(String::new, |entry| entry.alias().to_owned());
        lines.push(HeaderLine { depth, tag: tag.to_string(), name, value });
        if depth < MAX_DEPTH {
            items.iter().take(MAX_ITEMS).for_each(|item| list(item, depth + 1, lines));
        }
    }
}

fn counted(items: usize) -> String {
    match items {
        0 => "no items".to_owned(),
        1 => "1 item".to_owned(),
        n if n > MAX_ITEMS => format!("{n} items, the first {MAX_ITEMS} of which are shown"),
        n => format!("{n} items"),
    }
}

fn value(data_set: &DataSet, tag: Tag, vr: VR) -> String {
    let text = match vr {
        VR::US | VR::SS | VR::UL | VR::SL | VR::FL | VR::FD => {
            let numbers = data_set.values(tag);
            numbers.iter().take(64).map(f64::to_string).collect::<Vec<_>>().join(" \\ ")
        }
        VR::OB | VR::OW | VR::OF | VR::OD | VR::OL | VR::OV | VR::UN | VR::AT | VR::SV | VR::UV => {
            format!("{} bytes", data_set.bytes(tag).len())
        }
        _ => data_set.text(tag),
    };
    shortened(&text)
}

/// Without characters that draw nothing, and cut to what fits.
fn shortened(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = visible.take(MAX_CHARACTERS + 1).collect();
    if short.chars().count() > MAX_CHARACTERS {
        short.pop();
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Explicit VR, little endian, behind a preamble and the mark.
    fn file(data_set: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes.extend(b"DICM\x02\x00\x10\x00UI\x14\x001.2.840.10008.1.2.1\0");
        bytes.extend(data_set);
        bytes
    }

    #[test]
    fn elements_are_named_and_sequences_are_nested() {
        let lines = header_lines(&file(
            b"\x08\x00\x60\x00CS\x02\x00MR\
              \x08\x00\x40\x11SQ\x00\x00\x14\x00\x00\x00\xFE\xFF\x00\xE0\x0C\x00\x00\x00\x08\x00\x50\x11UI\x04\x001.2\0\
              \x09\x00\x10\x00LO\x04\x00ACME\
              \x28\x00\x10\x00US\x02\x00\x00\x01",
        ))
        .unwrap();
        let shown: Vec<_> = lines.iter().map(|l| (l.depth, &*l.tag, &*l.name, &*l.value)).collect();
        assert_eq!(
            shown,
            [
                (0, "(0008,0060)", "Modality", "MR"),
                (0, "(0008,1140)", "ReferencedImageSequence", "1 item"),
                (1, "(0008,1150)", "ReferencedSOPClassUID", "1.2"),
                (0, "(0009,0010)", "PrivateCreator", "ACME"),
                (0, "(0028,0010)", "Rows", "256"),
            ]
        );
    }

    #[test]
    fn long_values_are_cut_and_controls_are_spaces() {
        assert_eq!(shortened("a\u{1b}b\nc"), "a b c");
        assert_eq!(shortened(&"ä".repeat(500)).chars().count(), MAX_CHARACTERS + 1);
        assert_eq!(shortened(&"ä".repeat(MAX_CHARACTERS)).chars().count(), MAX_CHARACTERS);
    }

    #[test]
    fn what_is_no_dicom_has_a_reason() {
        assert!(header_lines(b"Please open viewer.exe and all that follows in this text").is_err());
        assert!(header_lines(&file(b"\x08\x00\x60\x00CS\xF0\x00MR")).is_err());
    }
}
