//! Who was examined, when: the identity a worklist row carries.

use serde::{Deserialize, Serialize};

/// What makes two images one study: *Patient ID* (0010,0020) and *Study Instance UID* (0020,000D).
/// Both, because re-used UIDs must not merge two patients.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StudyKey {
    /// *Patient ID* (0010,0020), empty where the file states none.
    pub patient_id: String,
    /// *Study Instance UID* (0020,000D).
    pub study_uid: String,
}

/// The patient as the header states them (PS3.3 C.7.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// *Patient ID* (0010,0020).
    pub id: String,
    /// *Patient's Name* (0010,0010), as written.
    pub name: String,
    /// *Patient's Birth Date* (0010,0030), `YYYYMMDD` or empty.
    pub birth_date: String,
    /// *Patient's Sex* (0010,0040), `M`, `F`, `O` or empty.
    pub sex: String,
}

impl Patient {
    /// Whether two headers can speak of one person: whatever both state must agree.
    /// Case, `^` and spaces in names do not count; scanners and archives rewrite them.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let plain = |name: &str| -> String {
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        };
        let agree = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
        agree(&self.id, &other.id)
            && agree(&plain(&self.name), &plain(&other.name))
            && agree(&self.birth_date, &other.birth_date)
            && agree(&self.sex, &other.sex)
    }
}

/// The study as the header states it (PS3.3 C.7.2.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Study {
    /// *Study Instance UID* (0020,000D).
    pub uid: String,
    /// *Study Date* (0008,0020), `YYYYMMDD` or empty.
    pub date: String,
    /// *Study Time* (0008,0030), `HHMMSS` or empty.
    pub time: String,
    /// *Study Description* (0008,1030).
    pub description: String,
    /// *Patient's Age* (0010,1010) at the examination, as written: `034Y`.
    pub patient_age: String,
    /// *Accession Number* (0008,0050).
    pub accession_number: String,
    /// *Institution Name* (0008,0080).
    pub institution: String,
    /// *Manufacturer* (0008,0070) and *Manufacturer's Model Name* (0008,1090).
    pub scanner: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_agree_unless_two_stated_values_differ() {
        let doe = Patient { id: "1".into(), name: "DOE^JANE".into(), ..Patient::default() };
        let retyped = Patient { name: "Doe^Jane ".into(), sex: "F".into(), ..doe.clone() };
        let other = Patient { birth_date: "19700101".into(), name: "ROE^JANE".into(), ..doe.clone() };
        assert!(doe.agrees_with(&retyped));
        assert!(!doe.agrees_with(&other));
    }
}
