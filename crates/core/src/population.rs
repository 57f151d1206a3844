//! Whether a patient is one the model was made for: an adult, as far as the headers tell.

use crate::card::AgeLimits;
use crate::reason::{Code, Reason};
use crate::study::{Patient, Study};

/// What the reader should know of the patient's age; *Patient's Age* (0010,1010) goes before the birth date.
///
/// # Errors
/// [`Code::UnderAge`] where the headers say that the patient is too young.
pub fn adult(patient: &Patient, study: &Study, limits: &AgeLimits) -> Result<Option<String>, Reason> {
    let (stated, computed) = ages(patient, study, limits);
    let Some(years) = stated.or(computed) else {
        return Ok(Some("Age unknown; for adults only.".to_owned()));
    };
    if years < limits.min_years {
        return Err(Reason::new(
            Code::UnderAge,
            format!(
                "The patient was {} at the examination; the model is for adults from {:.0} years on.",
                in_words(years),
                limits.min_years
            ),
        ));
    }
    let contradicted = stated.and(computed).filter(|computed| *computed < limits.min_years);
    Ok(contradicted.map(|computed| {
        format!("Patient's Age says {}, the birth date {}; for adults only.", in_words(years), in_words(computed))
    }))
}

/// The patient's age at the examination, years; `None` where no plausible one is known.
pub(crate) fn age_years(patient: &Patient, study: &Study) -> Option<f64> {
    let (stated, computed) = ages(patient, study, &AgeLimits::default());
    stated.or(computed)
}

/// The patient's age in bands of ten years, as exports tell it: `18-29`, `30-39`, and from 90 on `90+`.
/// `None` where no plausible age is known.
pub fn age_band(patient: &Patient, study: &Study) -> Option<String> {
    Some(match age_years(patient, study)? {
        years if years < 18.0 => "0-17".to_owned(),
        years if years < 30.0 => "18-29".to_owned(),
        years if years < 90.0 => {
            let decade = (years / 10.0).floor() * 10.0;
            format!("{decade:.0}-{:.0}", decade + 9.0)
        }
        _ => "90+".to_owned(),
    })
}

/// The plausible ages at the examination, years: as stated, and as computed from the birth date.
fn ages(patient: &Patient, study: &Study, limits: &AgeLimits) -> (Option<f64>, Option<f64>) {
    let plausible = |years: &f64| (0.0..=limits.max_years).contains(years);
    (
        stated_years(&study.patient_age).filter(plausible),
        years_between(&patient.birth_date, &study.date).filter(plausible),
    )
}

/// An *Age String* in years (PS3.5 6.2): `034Y`, `018M`, `006W`, `003D`; a bare number counts years.
/// `000Y` is what fills an empty field: infants are counted in days, weeks or months.
fn stated_years(age: &str) -> Option<f64> {
    let age = age.trim().to_uppercase();
    let number = age.trim_end_matches(['D', 'W', 'M', 'Y']).trim();
    let count: f64 = number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))?;
    match &age[number.len()..].trim() {
        &"D" => Some(count / 365.25),
        &"W" => Some(count * 7.0 / 365.25),
        &"M" => Some(count / 12.0),
        &"Y" | &"" => Some(count).filter(|years| *years > 0.0),
        _ => None,
    }
}

/// Whole years from birth to the examination, both `YYYYMMDD`; days where it is less than one.
fn years_between(birth_date: &str, study_date: &str) -> Option<f64> {
    // The first day of a century is what fills an empty field.
    let (birth, study) = (date(birth_date).filter(|d| *d != (1900, 1, 1))?, date(study_date)?);
    // The same day for both is what de-identification leaves; a newborn's age is stated in days.
    if birth >= study {
        return None;
    }
    let before_birthday = (study.1, study.2) < (birth.1, birth.2);
    let years = study.0 - birth.0 - i32::from(before_birthday);
    let days = (study.0 - birth.0) * 365 + (study.1 - birth.1) * 30 + study.2 - birth.2;
    Some(if years > 0 { f64::from(years) } else { f64::from(days) / 365.25 })
}

/// Year, month and day of a *Date* (PS3.5 6.2), also as ACR-NEMA wrote it: `2026.01.31`.
fn date(text: &str) -> Option<(i32, i32, i32)> {
    let digits: String = text.trim().chars().filter(|c| !matches!(c, '.' | '-')).collect();
    if digits.len() != 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| digits[range].parse::<i32>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((year, month, day))
}

fn in_words(years: f64) -> String {
    match years {
        y if y >= 2.0 => format!("{:.0} years old", y.floor()),
        y if y * 12.0 >= 2.0 => format!("{:.0} months old", (y * 12.0).floor()),
        _ => "newborn or an infant".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(age: &str, birth_date: &str, study_date: &str) -> Result<Option<String>, Reason> {
        let patient = Patient { birth_date: birth_date.into(), ..Patient::default() };
        let study = Study { patient_age: age.into(), date: study_date.into(), ..Study::default() };
        adult(&patient, &study, &AgeLimits::default())
    }

    #[test]
    fn the_eighteenth_birthday_is_the_border_in_every_unit() {
        for child in ["017Y", "17", "215M", "938W", "6574D", "000D", "003M"] {
            assert_eq!(judge(child, "", "20260101").unwrap_err().code, Code::UnderAge, "{child}");
        }
        for adult in ["018Y", "18", "18Y", "216M", "940W", "6575D", "089Y", " 034Y"] {
            assert_eq!(judge(adult, "", "20260101"), Ok(None), "{adult}");
        }
    }

    #[test]
    fn the_birth_date_counts_at_the_study_date_not_today() {
        assert!(judge("", "20080102", "20260101").is_err());
        assert_eq!(judge("", "20080101", "20260101"), Ok(None));
        assert!(judge("", "1990.05.05", "20010101").is_err());
        assert!(judge("", "20251220", "20260101").unwrap_err().text.contains("infant"));
    }

    #[test]
    fn unknown_and_placeholder_ages_are_scored_with_a_caution() {
        let unknown = [
            ("", "", "20260101"),
            ("000Y", "", "20260101"),
            ("999Y", "", "20260101"),
            ("ABC", "", "20260101"),
            ("-5Y", "", "20260101"),
            ("18.5Y", "", "20260101"),
            ("", "19000101", "20160101"),
            ("", "18000101", "20260101"),
            ("", "20270101", "20260101"),
            ("0Y", "20260101", "20260101"),
            ("", "20201399", "20260101"),
            ("", "20100101", ""),
        ];
        for (age, birth, study) in unknown {
            let caution = judge(age, birth, study).unwrap().unwrap_or_default();
            assert!(caution.contains("Age unknown"), "{age} {birth} {study}: {caution}");
        }
        assert!(judge("000Y", "20250101", "20260101").is_err(), "the birth date tells what the placeholder does not");
    }

    #[test]
    fn a_birth_date_that_contradicts_the_age_is_a_caution() {
        assert_eq!(judge("040Y", "19860101", "20260101"), Ok(None));
        assert!(judge("040Y", "20150101", "20260101").unwrap().unwrap().contains("11 years old"));
    }

    #[test]
    fn ages_are_told_in_bands_and_those_from_90_on_together() {
        let band = |age: &str, birth_date: &str| {
            let patient = Patient { birth_date: birth_date.into(), ..Patient::default() };
            let study = Study { patient_age: age.into(), date: "20260316".into(), ..Study::default() };
            age_band(&patient, &study).unwrap_or_default()
        };
        let stated =
            ["003M", "017Y", "018Y", "029Y", "030Y", "089Y", "090Y", "104Y", "", "999Y"].map(|age| band(age, ""));
        assert_eq!(stated, ["0-17", "0-17", "18-29", "18-29", "30-39", "80-89", "90+", "90+", "", ""]);
        assert_eq!((band("", "19360317"), band("", "19360316")), ("80-89".into(), "90+".into()));
    }
}
