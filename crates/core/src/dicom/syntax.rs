//! Transfer syntaxes (PS3.5, annex A): how a file's data set and pixels are written, and which of them are read.

use super::walk::Encoding;
use serde::{Deserialize, Serialize};

/// What turns a frame's bytes into stored values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Codec {
    /// Not compressed.
    Native,
    /// RLE Lossless (PS3.5, annex G).
    Rle,
    /// JPEG: baseline, extended, lossless (ISO/IEC 10918-1).
    Jpeg,
    /// JPEG-LS (ISO/IEC 14495-1).
    JpegLs,
    /// JPEG 2000 and its high-throughput form (ISO/IEC 15444-1 and -15).
    Jpeg2000,
    /// JPEG XL (ISO/IEC 18181).
    JpegXl,
}

/// A transfer syntax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferSyntax {
    /// Its UID.
    pub uid: &'static str,
    /// Its name (PS3.6, annex A).
    pub name: &'static str,
    /// How the data set is written.
    pub encoding: Encoding,
    /// The data set is deflated as a whole (PS3.5, A.5).
    pub deflated: bool,
    /// What reads its pixels; `None` where nothing does.
    pub codec: Option<Codec>,
    /// Always changes the pixels. What only may do so is told by *Lossy Image Compression* (0028,2110).
    pub lossy: bool,
}

const fn plain(uid: &'static str, name: &'static str, encoding: Encoding, deflated: bool) -> TransferSyntax {
    TransferSyntax { uid, name, encoding, deflated, codec: Some(Codec::Native), lossy: false }
}

const fn packed(uid: &'static str, name: &'static str, codec: Option<Codec>, lossy: bool) -> TransferSyntax {
    TransferSyntax { uid, name, encoding: Encoding::ExplicitLe, deflated: false, codec, lossy }
}

/// Every syntax a name is known for.
pub const SYNTAXES: &[TransferSyntax] = &[
    plain("1.2.840.10008.1.2", "Implicit VR Little Endian", Encoding::ImplicitLe, false),
    plain("1.2.840.10008.1.2.1", "Explicit VR Little Endian", Encoding::ExplicitLe, false),
    plain("1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", Encoding::ExplicitLe, true),
    plain("1.2.840.10008.1.2.2", "Explicit VR Big Endian", Encoding::ExplicitBe, false),
    packed("1.2.840.10008.1.2.5", "RLE Lossless", Some(Codec::Rle), false),
    packed("1.2.840.10008.1.2.4.50", "JPEG Baseline", Some(Codec::Jpeg), true),
    packed("1.2.840.10008.1.2.4.51", "JPEG Extended 12-bit", Some(Codec::Jpeg), true),
    packed("1.2.840.10008.1.2.4.57", "JPEG Lossless", Some(Codec::Jpeg), false),
    packed("1.2.840.10008.1.2.4.70", "JPEG Lossless, First-Order Prediction", Some(Codec::Jpeg), false),
    packed("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless", Some(Codec::JpegLs), false),
    packed("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless", Some(Codec::JpegLs), false),
    packed("1.2.840.10008.1.2.4.90", "JPEG 2000 Lossless", Some(Codec::Jpeg2000), false),
    packed("1.2.840.10008.1.2.4.91", "JPEG 2000", Some(Codec::Jpeg2000), false),
    packed("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 Lossless", Some(Codec::Jpeg2000), false),
    packed("1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 Lossless, RPCL", Some(Codec::Jpeg2000), false),
    packed("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000", Some(Codec::Jpeg2000), false),
    packed("1.2.840.10008.1.2.4.110", "JPEG XL Lossless", Some(Codec::JpegXl), false),
    packed("1.2.840.10008.1.2.4.111", "JPEG XL, JPEG Recompression", Some(Codec::JpegXl), true),
    packed("1.2.840.10008.1.2.4.112", "JPEG XL", Some(Codec::JpegXl), false),
    packed("1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component Lossless", None, false),
    packed("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component", None, false),
    packed("1.2.840.10008.1.2.4.100", "MPEG2 Main Profile / Main Level", None, true),
    packed("1.2.840.10008.1.2.4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", None, true),
    packed("1.2.840.10008.1.2.4.107", "HEVC/H.265 Main Profile / Level 5.1", None, true),
];

/// The syntax of a UID, if it is one of the known.
pub fn of_uid(uid: &str) -> Option<&'static TransferSyntax> {
    SYNTAXES.iter().find(|syntax| syntax.uid == uid)
}
