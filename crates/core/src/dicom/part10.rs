//! Where a file's data set lies and how it is written (PS3.10, section 7).
//!
//! Files without preamble, without the mark, and without any File Meta Information are read too,
//! where what they begin with can only be a data set.

use super::Fault;
use super::data_set::DataSet;
use super::syntax::{self, TransferSyntax};
use super::walk::{Element, Encoding, Walker, u16_at};
use crate::reason::{Code, Reason};
use crate::unpack::inflated;
use dicom_core::dictionary::DataDictionary;
use dicom_dictionary_std::{StandardDataDictionary, tags};
use std::borrow::Cow;

/// A file up to its data set.
#[derive(Debug)]
pub(crate) struct Part10<'a> {
    /// *Transfer Syntax UID* (0002,0010); guessed where the file does not say.
    pub(crate) transfer_syntax_uid: String,
    /// Its entry, where it is known.
    pub(crate) syntax: Option<&'static TransferSyntax>,
    /// *Media Storage SOP Class UID* (0002,0002), or empty.
    pub(crate) sop_class_uid: String,
    encoding: Encoding,
    data_set: Cow<'a, [u8]>,
    end: usize,
}

impl<'a> Part10<'a> {
    /// Reads the first bytes of a file of `file_size` bytes.
    pub(crate) fn read(bytes: &'a [u8], file_size: usize) -> Result<Self, Fault> {
        let meta = Meta::read(bytes, file_size)?;
        let rest = &bytes[meta.end..];
        let end = file_size - meta.end;
        let syntax = syntax::of_uid(&meta.transfer_syntax_uid);
        let declared = syntax.map_or(Encoding::ExplicitLe, |syntax| syntax.encoding);
        let deflated = syntax.is_some_and(|syntax| syntax.deflated);
        let data_set = match deflated {
            true if bytes.len() < file_size => return Err(Fault::NeedsWholeFile),
            true => Cow::Owned(inflated(rest)?),
            false => Cow::Borrowed(rest),
        };
        Ok(Self {
            encoding: as_written(&data_set, declared),
            end: if deflated { data_set.len() } else { end },
            data_set,
            syntax,
            transfer_syntax_uid: meta.transfer_syntax_uid,
            sop_class_uid: meta.sop_class_uid,
        })
    }

    /// The bytes of the data set, as far as they are at hand.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.data_set
    }

    /// How the data set is written.
    pub(crate) fn walker(&self) -> Walker<'_> {
        Walker { bytes: &self.data_set, end: self.end, encoding: self.encoding }
    }

    /// The data set up to its pixels.
    pub(crate) fn data_set(&self) -> Result<DataSet<'_>, Fault> {
        DataSet::read(self.walker())
    }

    /// Bytes of the data set that the file has.
    pub(crate) fn len(&self) -> usize {
        self.end
    }
}

/// The File Meta Information, as far as it is needed.
struct Meta {
    transfer_syntax_uid: String,
    sop_class_uid: String,
    /// Where the data set starts.
    end: usize,
}

impl Meta {
    fn read(bytes: &[u8], file_size: usize) -> Result<Self, Fault> {
        // The mark follows a preamble of 128 bytes, or stands at the very start where a writer left the preamble out.
        let start = match bytes {
            _ if bytes.get(128..132) == Some(b"DICM".as_slice()) => 132,
            _ if bytes.starts_with(b"DICM") => 4,
            _ if bytes.starts_with(&[0x02, 0x00, 0x00, 0x00, b'U', b'L']) => 0,
            _ => return Self::guessed(bytes, file_size),
        };
        let walker = Walker { bytes: &bytes[start..], end: file_size - start, encoding: Encoding::ExplicitLe };
        let mut meta = Self { transfer_syntax_uid: String::new(), sop_class_uid: String::new(), end: start };
        // Its stated length is often wrong; its group is not.
        while bytes.get(meta.end..meta.end + 2) == Some(&[0x02, 0x00]) {
            let (element, next) = walker.element(meta.end - start, walker.end, 0)?;
            match element.tag {
                tags::TRANSFER_SYNTAX_UID => meta.transfer_syntax_uid = uid(&walker, &element),
                tags::MEDIA_STORAGE_SOP_CLASS_UID => meta.sop_class_uid = uid(&walker, &element),
                _ => {}
            }
            meta.end = start + next;
        }
        if bytes.len() < file_size && bytes.len() < meta.end + 8 {
            return Err(Fault::NeedsWholeFile);
        }
        if meta.transfer_syntax_uid.is_empty() {
            meta.transfer_syntax_uid =
                encoding_of(&bytes[meta.end..], file_size - meta.end).map(uid_of).ok_or_else(|| {
                    Fault::damaged("The file does not state its transfer syntax, and its data set does not show it.")
                })?;
        }
        Ok(meta)
    }

    /// A bare data set.
    fn guessed(bytes: &[u8], file_size: usize) -> Result<Self, Fault> {
        let encoding = encoding_of(bytes, file_size).ok_or_else(|| {
            Reason::new(
                Code::NotDicom,
                "Not a DICOM file: it does not carry the DICM mark, nor does it begin with a data set.",
            )
        })?;
        Ok(Self { transfer_syntax_uid: uid_of(encoding), sop_class_uid: String::new(), end: 0 })
    }
}

fn uid(walker: &Walker, element: &Element) -> String {
    let text = String::from_utf8_lossy(walker.bytes.get(element.value.clone()).unwrap_or_default());
    text.trim_matches(['\0', ' ']).to_owned()
}

fn uid_of(encoding: Encoding) -> String {
    let plain = syntax::SYNTAXES.iter().find(|syntax| syntax.encoding == encoding && !syntax.deflated);
    plain.map_or_else(String::new, |syntax| syntax.uid.to_owned())
}

/// The encoding that makes the start of some bytes a data set: a first group that data sets begin with,
/// and three elements of the dictionary in ascending order, of which none is longer than the file.
fn encoding_of(bytes: &[u8], end: usize) -> Option<Encoding> {
    [Encoding::ExplicitLe, Encoding::ImplicitLe, Encoding::ExplicitBe].into_iter().find(|&encoding| {
        let walker = Walker { bytes, end, encoding };
        let mut at = 0;
        let mut tags = Vec::new();
        while tags.len() < 3 {
            let Ok((element, next)) = walker.element(at, end, 1) else { return false };
            if element.vr.is_none() != (encoding == Encoding::ImplicitLe) {
                return false;
            }
            tags.push(element.tag);
            at = next;
        }
        let known = tags.iter().all(|&tag| tag.element() == 0 || StandardDataDictionary.by_tag(tag).is_some());
        tags[0].group() == 0x0008 && known && tags.is_sorted_by(|a, b| a < b)
    })
}

/// The encoding stated, or what the first element shows where it contradicts:
/// some archives rewrite data sets and leave the old statement standing.
fn as_written(bytes: &[u8], declared: Encoding) -> Encoding {
    if bytes.len() < 8 || declared == Encoding::ExplicitBe {
        return declared;
    }
    let explicit = dicom_core::VR::from_binary([bytes[4], bytes[5]]).is_some();
    match declared {
        // An implicit length whose low bytes spell a representation would be over 16 kB: no first element is.
        Encoding::ImplicitLe if explicit && u16_at(bytes, 0, false) == 8 => Encoding::ExplicitLe,
        Encoding::ExplicitLe if !explicit && u16_at(bytes, 0, false) == 8 => Encoding::ImplicitLe,
        _ => declared,
    }
}
