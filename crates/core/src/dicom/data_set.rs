//! The values of a data set, read in place. Access forgives: an absent or unusable element is empty, never an error.

use super::Fault;
use super::walk::{Element, Encoding, Walker, is_pixel_data};
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_encoding::text::{SpecificCharacterSet, TextCodec};

/// A data set or a sequence's item: its elements, and the bytes they lie in.
#[derive(Clone, Debug)]
pub(crate) struct DataSet<'a> {
    walker: Walker<'a>,
    /// In order of their tags, as sound files have them and others need not.
    elements: Vec<Element>,
    characters: SpecificCharacterSet,
}

impl<'a> DataSet<'a> {
    /// Reads up to the pixel data.
    pub(crate) fn read(walker: Walker<'a>) -> Result<Self, Fault> {
        let data_set = Self::new(walker, walker.data_set()?, SpecificCharacterSet::default());
        let characters = data_set.characters();
        Ok(Self { characters, ..data_set })
    }

    fn new(walker: Walker<'a>, mut elements: Vec<Element>, characters: SpecificCharacterSet) -> Self {
        elements.sort_by_key(|element| element.tag);
        Self { walker, elements, characters }
    }

    /// The last character set named that is known: with several, the first is mostly plain ASCII (PS3.3, C.12.1.1.2).
    fn characters(&self) -> SpecificCharacterSet {
        let named = self.text(tags::SPECIFIC_CHARACTER_SET);
        named.rsplit('\\').find_map(|code| SpecificCharacterSet::from_code(code.trim())).unwrap_or_default()
    }

    /// The element of a tag; the first, should there be several.
    pub(crate) fn element(&self, tag: Tag) -> Option<&Element> {
        let first = self.elements.partition_point(|element| element.tag < tag);
        self.elements.get(first).filter(|element| element.tag == tag)
    }

    /// The element that holds the image.
    pub(crate) fn pixel_data(&self) -> Option<&Element> {
        self.elements.iter().rfind(|element| is_pixel_data(element.tag))
    }

    /// The bytes of a value; empty where the element is absent.
    pub(crate) fn bytes(&self, tag: Tag) -> &'a [u8] {
        self.element(tag).and_then(|element| self.walker.bytes.get(element.value.clone())).unwrap_or_default()
    }

    /// A value as text, without padding.
    pub(crate) fn text(&self, tag: Tag) -> String {
        let bytes = self.bytes(tag);
        let text = match std::str::from_utf8(bytes) {
            Ok(ascii) if bytes.is_ascii() && !bytes.contains(&0x1B) => ascii.to_owned(),
            _ => self.characters.decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes).into_owned()),
        };
        text.trim_matches(['\0', ' ']).to_owned()
    }

    /// The values of a text, in upper case.
    pub(crate) fn texts(&self, tag: Tag) -> Vec<String> {
        self.text(tag).split('\\').map(|part| part.trim().to_uppercase()).filter(|part| !part.is_empty()).collect()
    }

    /// The first number of a value.
    pub(crate) fn number(&self, tag: Tag) -> Option<f64> {
        self.values(tag).first().copied().filter(|value| value.is_finite())
    }

    /// The first number of a value that counts something.
    pub(crate) fn count(&self, tag: Tag) -> Option<usize> {
        self.number(tag).filter(|n| *n >= 0.0).map(|n| n as usize)
    }

    /// Exactly `N` numbers.
    pub(crate) fn numbers<const N: usize>(&self, tag: Tag) -> Option<[f64; N]> {
        let values: [f64; N] = self.values(tag).try_into().ok()?;
        values.iter().all(|value| value.is_finite()).then_some(values)
    }

    /// Every number of a value, whatever its representation; none if one of them is none.
    pub(crate) fn values(&self, tag: Tag) -> Vec<f64> {
        let Some(element) = self.element(tag) else { return Vec::new() };
        let bytes = self.bytes(tag);
        let big = self.walker.encoding == Encoding::ExplicitBe;
        match representation(element) {
            VR::US => numbers_of(bytes, big, u16::from_be_bytes),
            VR::SS => numbers_of(bytes, big, i16::from_be_bytes),
            VR::UL => numbers_of(bytes, big, u32::from_be_bytes),
            VR::SL => numbers_of(bytes, big, i32::from_be_bytes),
            VR::FL => numbers_of(bytes, big, f32::from_be_bytes),
            VR::FD => numbers_of(bytes, big, f64::from_be_bytes),
            _ => {
                let text = self.text(tag);
                text.split('\\').map(|part| part.trim().parse().ok()).collect::<Option<Vec<f64>>>().unwrap_or_default()
            }
        }
    }

    /// The items of a sequence that can be read; none where it is absent.
    pub(crate) fn items(&self, tag: Tag) -> impl Iterator<Item = DataSet<'a>> {
        let sequence = self.element(tag).map(|element| (self.walker.inside(element), self.walker.items(element)));
        let characters = self.characters.clone();
        sequence.into_iter().flat_map(move |(walker, items)| {
            let characters = characters.clone();
            items.map_while(Result::ok).map(move |elements| DataSet::new(walker, elements, characters.clone()))
        })
    }

    /// Every element's tag and representation, in order of the tags.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (Tag, VR)> {
        self.elements.iter().map(|element| (element.tag, representation(element)))
    }

    /// The first item of a sequence.
    pub(crate) fn item(&self, tag: Tag) -> Option<DataSet<'a>> {
        self.items(tag).next()
    }
}

/// The representation as written, or else the dictionary's (PS3.6).
fn representation(element: &Element) -> VR {
    let known = || StandardDataDictionary.by_tag(element.tag).map(|entry| entry.vr().relaxed());
    element.vr.filter(|vr| *vr != VR::UN).or_else(known).unwrap_or(VR::UN)
}

fn numbers_of<const N: usize, T: Into<f64>>(bytes: &[u8], big: bool, from_be: fn([u8; N]) -> T) -> Vec<f64> {
    let chunks = bytes.chunks_exact(N).filter_map(|chunk| <[u8; N]>::try_from(chunk).ok());
    chunks
        .map(|mut chunk| {
            if !big {
                chunk.reverse();
            }
            from_be(chunk).into()
        })
        .collect()
}
