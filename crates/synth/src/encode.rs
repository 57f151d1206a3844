//! A data set as the bytes of a file (PS3.10 7), sound or spoilt as the recipe asks.

use crate::series::SeriesRecipe;
use dicom_dictionary_std::uids;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use serde::Deserialize;

/// How a data set is encoded (PS3.5 Annex A).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransferSyntax {
    /// Implicit VR Little Endian.
    ImplicitLe,
    /// Explicit VR Little Endian.
    #[default]
    ExplicitLe,
    /// Explicit VR Big Endian, retired and still on old CDs.
    ExplicitBe,
    /// Deflated Explicit VR Little Endian.
    Deflated,
    /// RLE Lossless.
    Rle,
}

impl TransferSyntax {
    /// *Transfer Syntax UID* (PS3.6 A).
    pub const fn uid(self) -> &'static str {
        match self {
            Self::ImplicitLe => uids::IMPLICIT_VR_LITTLE_ENDIAN,
            Self::ExplicitLe => uids::EXPLICIT_VR_LITTLE_ENDIAN,
            Self::ExplicitBe => "1.2.840.10008.1.2.2",
            Self::Deflated => uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            Self::Rle => uids::RLE_LOSSLESS,
        }
    }
}

/// Why the DICOM writer refused.
type WriterError = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of one slice's file.
///
/// # Errors
/// What the DICOM writer says.
pub(crate) fn file_bytes(
    data_set: InMemDicomObject,
    sop_instance_uid: &str,
    series: &SeriesRecipe,
    slice: u16,
) -> Result<Vec<u8>, WriterError> {
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax(series.transfer_syntax.uid())
        .media_storage_sop_class_uid(uids::MR_IMAGE_STORAGE)
        .media_storage_sop_instance_uid(sop_instance_uid)
        .build()?;
    let object = data_set.with_exact_meta(meta);
    let mut bytes = Vec::new();
    if !series.without_meta {
        if !series.without_preamble {
            bytes.extend([0; 128]);
        }
        bytes.extend(b"DICM");
        object.write_meta(&mut bytes)?;
    }
    object.write_dataset(&mut bytes)?;
    // The writer leaves a deflated stream at the length it came to; files are even (PS3.5 A.5).
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
    if series.truncated_slices.contains(&slice) {
        let lacking = series.truncated_bytes.unwrap_or(bytes.len() / 2);
        bytes.truncate(bytes.len().saturating_sub(lacking));
    }
    bytes.resize(bytes.len() + series.trailing_bytes, series.trailing_byte);
    Ok(bytes)
}
