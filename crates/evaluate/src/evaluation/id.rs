//! Ids of examinations: text, never numbers, and no damage from spreadsheets.

use crate::day::Day;
use std::collections::HashMap;

/// What stands for an examination that is known by its patient and day.
pub fn of_day(patient_id: &str, day: Day) -> String {
    format!("{patient_id} on {day}")
}

/// # Errors
/// In words, where a spreadsheet has turned the id into a number with an exponent or a rounded one.
pub fn check(id: &str) -> Result<(), String> {
    if id.is_empty() {
        return Err("The id is blank.".to_owned());
    }
    if is_exponential(id) {
        return Err(format!(
            "The id \"{id}\" was turned into a rounded number by a spreadsheet. Export the column as text."
        ));
    }
    Ok(())
}

/// `1.2E+05`, `1,2e5`: digits, a point or comma, digits, E, sign, digits. An id such as `7E12` is left alone:
/// spreadsheets write a sign.
fn is_exponential(id: &str) -> bool {
    let Some((mantissa, exponent)) = id.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let signed = exponent.strip_prefix(['+', '-']);
    let fraction = mantissa.split_once(['.', ',']);
    let mantissa_fits = fraction.map_or(digits(mantissa), |(whole, part)| digits(whole) && digits(part));
    mantissa_fits && (signed.is_some_and(digits) || (fraction.is_some() && digits(exponent)))
}

/// Ids by what is left of them without leading zeros, to say why one was not found.
pub struct NearMisses<'a> {
    by_bare: HashMap<&'a str, &'a str>,
}

impl<'a> NearMisses<'a> {
    /// Among some ids.
    pub fn among(ids: impl Iterator<Item = &'a str>) -> Self {
        Self { by_bare: ids.map(|id| (bare(id), id)).collect() }
    }

    /// Another id that differs only by leading zeros.
    pub fn of(&self, id: &str) -> Option<&'a str> {
        self.by_bare.get(bare(id)).copied().filter(|other| *other != id)
    }
}

fn bare(id: &str) -> &str {
    id.trim_start_matches('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_by_spreadsheets_is_told_from_ids() {
        for damaged in ["1.2E+05", "1,2E+05", "1E+10", "1.23457e+11", "1.5E7", ""] {
            assert!(check(damaged).is_err(), "{damaged}");
        }
        for fine in ["000123", "1.2.840.113619.2", "7E12", "E+05", "MR-2018E", "12"] {
            assert!(check(fine).is_ok(), "{fine}");
        }
        assert_eq!(NearMisses::among(["00123"].into_iter()).of("123"), Some("00123"));
    }
}
