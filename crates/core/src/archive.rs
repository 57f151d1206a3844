//! ZIP archives: each entry is a file of its own, as in a folder.
//!
//! Sizes come from the archive's directory and bound what is read, and their sum is bounded before any entry is:
//! a small archive that claims to hold much is refused, one that holds more than it claims is cut off.

use crate::reason::{Code, Reason};
use crate::unpack::read_within;
use std::io::{Read, Seek, SeekFrom};
use zip::ZipArchive;
use zip::result::ZipError;

/// Most entries: a large study has some ten thousand images.
const MAX_ENTRIES: usize = 100_000;
/// Most that all entries may come to, as a multiple of the archive.
const MAX_GROWTH: u64 = 20;
/// And this much more, for small archives.
const SPARE_BYTES: u64 = 64 << 20;

/// An open archive.
#[derive(Debug)]
pub struct Zip<R> {
    archive: ZipArchive<R>,
    entries: Vec<Entry>,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path inside the archive.
    pub path: String,
    /// Unpacked size in bytes, as the archive states it.
    pub size_bytes: u64,
    /// Its place in the archive's directory.
    place: usize,
}

/// Whether a file's first bytes are a ZIP archive's.
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

impl<R: Read + Seek> Zip<R> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    /// [`Code::DamagedArchive`]; [`Code::TooLarge`] where its entries are too many or unpack to too much;
    /// [`Code::NotAnImage`] where there is none.
    pub fn open(mut reader: R) -> Result<Self, Reason> {
        let packed_bytes = reader.seek(SeekFrom::End(0)).map_err(|e| damaged(&e.into()))?;
        let mut archive = ZipArchive::new(reader).map_err(|e| damaged(&e))?;
        if archive.len() > MAX_ENTRIES {
            return Err(too_large(&format!("{} files", archive.len())));
        }
        let mut entries = Vec::new();
        let mut total = 0_u64;
        for place in 0..archive.len() {
            let entry = archive.by_index_raw(place).map_err(|e| damaged(&e))?;
            total = total.saturating_add(entry.size());
            if entry.is_file() {
                entries.push(Entry { path: entry.name().replace('\\', "/"), size_bytes: entry.size(), place });
            }
        }
        if total > packed_bytes.saturating_mul(MAX_GROWTH).saturating_add(SPARE_BYTES) {
            return Err(too_large(&format!("{} MB unpacked from {} kB", total >> 20, packed_bytes >> 10)));
        }
        if entries.is_empty() {
            return Err(Reason::new(Code::NotAnImage, "The ZIP archive holds no file."));
        }
        Ok(Self { archive, entries })
    }

    /// Its files, in its order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Up to `most_bytes` from the start of a file.
    ///
    /// # Errors
    /// [`Code::DamagedArchive`], also where the entry is encrypted; [`Code::TooLarge`] where it is larger than stated.
    pub fn read(&mut self, index: usize, most_bytes: u64) -> Result<Vec<u8>, Reason> {
        let Some(entry) = self.entries.get(index) else {
            return Err(Reason::new(Code::Internal, format!("The archive has no entry {index}.")));
        };
        let stated = usize::try_from(entry.size_bytes).unwrap_or(usize::MAX);
        let unpacked = self.archive.by_index(entry.place).map_err(|e| damaged(&e))?;
        match usize::try_from(most_bytes) {
            Ok(most) if most < stated => read_within(unpacked.take(most_bytes), most),
            _ => read_within(unpacked, stated),
        }
    }
}

fn damaged(error: &ZipError) -> Reason {
    Reason::new(
        Code::DamagedArchive,
        format!("The ZIP archive cannot be read ({error}). Unpack it and use the folder."),
    )
}

fn too_large(what: &str) -> Reason {
    Reason::new(
        Code::TooLarge,
        format!("The ZIP archive holds too much ({what}). Unpack it and use the folder, if it is sound."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("CD/", SimpleFileOptions::default()).unwrap();
        for (path, content) in files {
            writer.start_file(*path, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn entries_are_files_with_their_paths() {
        let bytes = archive(&[("CD/IM1", b"first"), ("CD/sub/IM2", b"second")]);
        assert!(is_zip(&bytes));
        let mut zip = Zip::open(Cursor::new(bytes)).unwrap();
        let listed: Vec<_> = zip.entries().iter().map(|e| (e.path.as_str(), e.size_bytes)).collect();
        assert_eq!(listed, [("CD/IM1", 5), ("CD/sub/IM2", 6)]);
        assert_eq!((zip.read(1, u64::MAX).unwrap(), zip.read(0, 3).unwrap()), (b"second".to_vec(), b"fir".to_vec()));
    }

    #[test]
    fn an_archive_of_nothing_is_refused() {
        assert_eq!(Zip::open(Cursor::new(archive(&[]))).unwrap_err().code, Code::NotAnImage);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let zeros = vec![0; 80 << 20];
        let reason = Zip::open(Cursor::new(archive(&[("bomb", &zeros)]))).unwrap_err();
        assert!(reason.code == Code::TooLarge && reason.text.contains("80 MB unpacked"), "{reason}");
    }

    #[test]
    fn an_entry_larger_than_it_says_is_cut_off() {
        let mut bytes = archive(&[("liar", &[7; 5000])]);
        let size = 5000_u32.to_le_bytes();
        while let Some(at) = bytes.windows(4).position(|four| four == size) {
            bytes[at..at + 4].copy_from_slice(&50_u32.to_le_bytes());
        }
        let mut zip = Zip::open(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.entries()[0].size_bytes, 50);
        assert!(zip.read(0, u64::MAX).is_err());
    }

    #[test]
    fn damage_is_a_reason_wherever_it_is() {
        let whole = archive(&[("CD/IM1", b"first"), ("CD/IM2", &[3; 300])]);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xFF;
            for bytes in [bytes, whole[..at].to_vec()] {
                if let Ok(mut zip) = Zip::open(Cursor::new(bytes)) {
                    (0..zip.entries().len()).for_each(|index| drop(zip.read(index, u64::MAX)));
                }
            }
        }
    }
}
