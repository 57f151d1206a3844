//! The elements of a data set, one after the other (PS3.5, section 7).
//!
//! A declared length is checked against what encloses the element before anything is done with it,
//! so no length in a file can lead outside of it or ask for memory. Nothing is copied.

use super::Fault;
use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use std::ops::Range;

/// Deepest nesting of sequences that is followed. Real headers stay below ten.
const MAX_DEPTH: usize = 32;
/// Most elements of one data set or item. Real headers have a few hundred, with private ones a few thousand.
const MAX_ELEMENTS: usize = 1 << 16;
/// The length that says "until a delimiter" (PS3.5, 7.1.1).
const UNDEFINED: u32 = u32::MAX;

// Items and delimiters of sequences (PS3.5, 7.5).
const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_END: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_END: Tag = Tag(0xFFFE, 0xE0DD);

/// How elements are written (PS3.5, annex A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Implicit VR, little endian.
    ImplicitLe,
    /// Explicit VR, little endian.
    ExplicitLe,
    /// Explicit VR, big endian (retired).
    ExplicitBe,
}

/// One element, by its place in the bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Element {
    pub(crate) tag: Tag,
    /// The value representation as written; `None` where the encoding does not write it.
    pub(crate) vr: Option<VR>,
    /// Where its value lies: inside the bytes at hand, but for pixel data, which may reach past the file.
    pub(crate) value: Range<usize>,
    /// The value is a sequence or fragments up to a delimiter.
    pub(crate) undefined_length: bool,
}

/// Bytes from the start of a data set, of which the file may hold more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Walker<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where the data set ends; more than `bytes.len()` if not all of it is at hand.
    pub(crate) end: usize,
    pub(crate) encoding: Encoding,
}

impl<'a> Walker<'a> {
    /// The elements of the data set up to and including its pixel data. What comes after is not looked at.
    pub(crate) fn data_set(&self) -> Result<Vec<Element>, Fault> {
        let elements = self.elements(0..self.end.saturating_sub(7), self.end, 0)?;
        let last = elements.last();
        let read = last.map_or(0, |element| element.value.end + if element.undefined_length { 8 } else { 0 });
        let left_over = self.bytes.get(read..).unwrap_or_default();
        // A few bytes of padding after the last element are usual in files without an image; more letters are a lost element.
        if last.is_none_or(|element| !is_pixel_data(element.tag)) && left_over.iter().any(|byte| *byte != 0) {
            return Err(Fault::damaged(format!(
                "The header breaks off at byte {read} of the data set, in the middle of an element."
            )));
        }
        Ok(elements)
    }

    /// The items of a sequence in order, each as its elements; ends after the first fault.
    pub(crate) fn items(&self, sequence: &Element) -> impl Iterator<Item = Result<Vec<Element>, Fault>> {
        let inside = self.inside(sequence);
        let (mut at, end) = (sequence.value.start, sequence.value.end);
        std::iter::from_fn(move || {
            let item = match inside.item(at, end, 1) {
                Ok(None) => return None,
                Ok(Some((item, next))) => {
                    at = next;
                    inside.elements(item.clone(), item.end, 1)
                }
                Err(fault) => Err(fault),
            };
            if item.is_err() {
                at = end;
            }
            Some(item)
        })
    }

    /// The walker for what a sequence holds: unknown representations hold implicit VR (PS3.5, 6.2.2, note 3).
    pub(crate) fn inside(&self, sequence: &Element) -> Self {
        let encoding = if sequence.vr == Some(VR::UN) { Encoding::ImplicitLe } else { self.encoding };
        Self { encoding, ..*self }
    }

    /// The elements that start in a range, up to and including the image's pixel data.
    fn elements(&self, starts: Range<usize>, end: usize, depth: usize) -> Result<Vec<Element>, Fault> {
        let mut elements = Vec::new();
        let mut at = starts.start;
        while at < starts.end {
            let (element, next) = self.element(at, end, depth)?;
            let is_image = depth == 0 && is_pixel_data(element.tag);
            elements.push(element);
            if is_image {
                break;
            }
            if elements.len() > MAX_ELEMENTS {
                return Err(Fault::damaged(format!("The header has more than {MAX_ELEMENTS} elements.")));
            }
            at = next;
        }
        Ok(elements)
    }

    /// The element at a place, and where the next one starts. It has to end before `end`.
    /// Below depth 0, pixel data is an icon's, and not the image.
    pub(crate) fn element(&self, at: usize, end: usize, depth: usize) -> Result<(Element, usize), Fault> {
        let head = Head::read(self, at, end)?;
        if depth == 0 && is_pixel_data(head.tag) {
            return self.pixel_data(at, &head, end);
        }
        let Some(length) = head.length else {
            let undefined = Element { tag: head.tag, vr: head.vr, value: head.value..end, undefined_length: true };
            let (value_end, next) = self.inside(&undefined).end_of_sequence(head.value, end, depth + 1)?;
            return Ok((Element { value: head.value..value_end, ..undefined }, next));
        };
        let next = checked_end(at, &head, length, end)?;
        if next > self.bytes.len() {
            return Err(Fault::NeedsWholeFile);
        }
        Ok((Element { tag: head.tag, vr: head.vr, value: head.value..next, undefined_length: false }, next))
    }

    /// Pixel data is the last element read, so its bytes need not be at hand.
    fn pixel_data(&self, at: usize, head: &Head, end: usize) -> Result<(Element, usize), Fault> {
        let next = match head.length {
            Some(length) => checked_end(at, head, length, usize::MAX)?,
            None => end,
        };
        let value = head.value..next;
        Ok((Element { tag: head.tag, vr: head.vr, value, undefined_length: head.length.is_none() }, next))
    }

    /// Where the items from `at` on end, and where the next element starts.
    fn end_of_sequence(&self, mut at: usize, end: usize, depth: usize) -> Result<(usize, usize), Fault> {
        if depth > MAX_DEPTH {
            return Err(Fault::damaged(format!(
                "Sequences are nested more than {MAX_DEPTH} deep at byte {at} of the data set, which no real header does."
            )));
        }
        while let Some((_, next)) = self.item(at, end, depth)? {
            at = next;
        }
        let delimited = at + 8 <= end;
        Ok((at, if delimited { at + 8 } else { end }))
    }

    /// The item at a place and where the next one starts; `None` at the sequence's end.
    pub(crate) fn item(&self, at: usize, end: usize, depth: usize) -> Result<Option<(Range<usize>, usize)>, Fault> {
        if at == end {
            return Ok(None);
        }
        let head = Head::read(self, at, end)?;
        match (head.tag, head.length) {
            (SEQUENCE_END, _) => Ok(None),
            (ITEM, Some(length)) => {
                let next = checked_end(at, &head, length, end)?;
                if next > self.bytes.len() {
                    return Err(Fault::NeedsWholeFile);
                }
                Ok(Some((head.value..next, next)))
            }
            (ITEM, None) => self.end_of_item(head.value, end, depth).map(Some),
            (tag, _) => Err(Fault::damaged(format!(
                "{} at byte {at} of the data set stands where a sequence's item should.",
                name(tag)
            ))),
        }
    }

    fn end_of_item(&self, start: usize, end: usize, depth: usize) -> Result<(Range<usize>, usize), Fault> {
        let mut at = start;
        loop {
            if Head::read(self, at, end)?.tag == ITEM_END {
                return Ok((start..at, at + 8));
            }
            at = self.element(at, end, depth)?.1;
        }
    }
}

/// Everything before an element's value.
struct Head {
    tag: Tag,
    vr: Option<VR>,
    /// Where the value starts.
    value: usize,
    /// `None` where undefined.
    length: Option<u32>,
}

impl Head {
    fn read(walker: &Walker, at: usize, end: usize) -> Result<Self, Fault> {
        let bytes = |from: usize, to: usize| match walker.bytes.get(from..to) {
            _ if to > end => Err(Fault::damaged(format!(
                "The header breaks off at byte {at} of the data set, in the middle of an element."
            ))),
            Some(bytes) => Ok(bytes),
            None => Err(Fault::NeedsWholeFile),
        };
        let big = walker.encoding == Encoding::ExplicitBe;
        let head = bytes(at, at + 8)?;
        let tag = Tag(u16_at(head, 0, big), u16_at(head, 2, big));
        // Items and delimiters never carry a representation; some writers leave it out elsewhere, too.
        let written = walker.encoding != Encoding::ImplicitLe && tag.group() != 0xFFFE;
        let explicit = written && head[4].is_ascii_uppercase() && head[5].is_ascii_uppercase();
        let vr = VR::from_binary([head[4], head[5]]).filter(|_| explicit);
        let (value, length) = match (explicit, vr) {
            (false, _) => (at + 8, u32_at(head, 4, big)),
            (true, Some(vr)) if has_short_length(vr) => (at + 8, u32::from(u16_at(head, 6, big))),
            (true, _) => (at + 12, u32_at(bytes(at + 8, at + 12)?, 0, big)),
        };
        Ok(Self { tag, vr, value, length: (length != UNDEFINED).then_some(length) })
    }
}

/// Where an element ends, if that is inside of what encloses it.
fn checked_end(at: usize, head: &Head, length: u32, end: usize) -> Result<usize, Fault> {
    let left = end.saturating_sub(head.value);
    match usize::try_from(length) {
        Ok(length) if length <= left => Ok(head.value + length),
        _ => Err(Fault::damaged(format!(
            "{} at byte {at} of the data set says it is {length} bytes long, but only {left} bytes are left.",
            name(head.tag)
        ))),
    }
}

/// The tags whose value is the image (PS3.3, C.7.6.3 and C.7.6.24).
pub(crate) fn is_pixel_data(tag: Tag) -> bool {
    matches!(tag, tags::PIXEL_DATA | tags::FLOAT_PIXEL_DATA | tags::DOUBLE_FLOAT_PIXEL_DATA)
}

/// Representations whose length takes 16 bits (PS3.5, 7.1.2).
fn has_short_length(vr: VR) -> bool {
    use VR::{AE, AS, AT, CS, DA, DS, DT, FD, FL, IS, LO, LT, PN, SH, SL, SS, ST, TM, UI, UL, US};
    matches!(vr, AE | AS | AT | CS | DA | DS | DT | FD | FL | IS | LO | LT | PN | SH | SL | SS | ST | TM | UI | UL | US)
}

/// A tag with its keyword, for a sentence.
pub(crate) fn name(tag: Tag) -> String {
    match StandardDataDictionary.by_tag(tag) {
        Some(entry) => format!("{tag} {}", entry.alias()),
        None => format!("{tag}"),
    }
}

/// The two bytes at a place.
pub(crate) fn u16_at(bytes: &[u8], at: usize, big: bool) -> u16 {
    let pair = [bytes[at], bytes[at + 1]];
    if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
}

/// The four bytes at a place.
pub(crate) fn u32_at(bytes: &[u8], at: usize, big: bool) -> u32 {
    let four = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
    if big { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) }
}
