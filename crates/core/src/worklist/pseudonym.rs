//! Keyed pseudonyms: the same study has the same one in every export of a site, and without the site's secret
//! nobody can tell which study it is. The secret is the site's to keep; it is in no export.

use crate::study::StudyKey;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;

/// Fewest bytes of a secret: what an attacker cannot try through.
const MIN_SECRET_BYTES: usize = 16;

/// A site's secret. It has no text form, so that it stays out of logs.
pub struct Secret(Hmac<Sha256>);

impl Secret {
    /// A secret of 16 bytes or more.
    ///
    /// # Errors
    /// A sentence where it is too short.
    pub fn new(bytes: &[u8]) -> Result<Self, String> {
        let keyed = Hmac::new_from_slice(bytes).ok().filter(|_| bytes.len() >= MIN_SECRET_BYTES);
        keyed.map(Self).ok_or_else(|| {
            format!(
                "The secret has {} bytes; use {MIN_SECRET_BYTES} or more, made at random, and keep it at the site.",
                bytes.len()
            )
        })
    }

    /// The study's pseudonym: HMAC-SHA-256 (RFC 2104) over `study`, *Patient ID* and *Study Instance UID*
    /// with a zero byte between, lower-case hexadecimal.
    pub fn study(&self, study: &StudyKey) -> String {
        self.of(&["study", &study.patient_id, &study.study_uid])
    }

    /// The patient's pseudonym: the same over `patient` and *Patient ID*; `None` where the file states none.
    pub fn patient(&self, study: &StudyKey) -> Option<String> {
        (!study.patient_id.is_empty()).then(|| self.of(&["patient", &study.patient_id]))
    }

    /// The UID that stands in for another: the first 128 bits of the same over `uid` and it,
    /// as a UUID of one's own making (RFC 9562, version 8) in a UID (PS3.5, B.2).
    pub fn uid(&self, uid: &str) -> String {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&self.code(&["uid", uid])[..16]);
        bytes[6] = bytes[6] & 0x0F | 0x80;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        format!("2.25.{}", u128::from_be_bytes(bytes))
    }

    fn of(&self, parts: &[&str]) -> String {
        self.code(parts).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn code(&self, parts: &[&str]) -> [u8; 32] {
        self.0.clone().chain_update(parts.join("\0")).finalize().into_bytes().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(patient_id: &str, study_uid: &str) -> StudyKey {
        StudyKey { patient_id: patient_id.into(), study_uid: study_uid.into() }
    }

    #[test]
    fn the_code_is_that_of_rfc_4231() {
        // Test case 6: a key longer than a block of the hash.
        let secret = Secret::new(&[0xaa; 131]).unwrap();
        assert_eq!(
            secret.of(&["Test Using Larger Than Block-Size Key - Hash Key First"]),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn pseudonyms_depend_on_secret_patient_and_study() {
        let (a, b) = (Secret::new(b"sixteen bytes, a").unwrap(), Secret::new(b"sixteen bytes, b").unwrap());
        assert_eq!(a.study(&key("1", "1.2")), a.study(&key("1", "1.2")));
        assert_ne!(a.study(&key("1", "1.2")), b.study(&key("1", "1.2")));
        assert_ne!(a.study(&key("1", "1.2")), a.study(&key("11", ".2")));
        assert_eq!(a.patient(&key("1", "1.2")), a.patient(&key("1", "1.3")));
        assert_eq!(a.patient(&key("", "1.2")), None);
    }

    #[test]
    fn uids_are_uids_that_only_the_secret_tells() {
        let (a, b) = (Secret::new(b"sixteen bytes, a").unwrap(), Secret::new(b"sixteen bytes, b").unwrap());
        assert_eq!(a.uid("1.2.3"), a.uid("1.2.3"));
        assert_ne!(a.uid("1.2.3"), b.uid("1.2.3"));
        assert_ne!(a.uid("1.2.3"), a.uid("1.2.4"));
        let digits = a.uid("1.2.3")["2.25.".len()..].to_owned();
        assert!(digits.parse::<u128>().is_ok() && !digits.starts_with('0') && digits.len() <= 39);
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_ever_printed() {
        assert!(Secret::new(b"short").unwrap_err().contains("5 bytes"));
        assert_eq!(format!("{:?}", Secret::new(&[7; 16]).unwrap()), "Secret");
    }
}
