//! Putting attributes into a data set with the right value representation.

use dicom_core::dictionary::{DataDictionary, DataDictionaryEntry};
use dicom_core::value::PrimitiveValue;
use dicom_core::{DataElement, Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;
use dicom_object::InMemDicomObject;

/// Longest *Decimal String*, characters (PS3.5 6.2).
const DECIMAL_STRING_LEN: usize = 16;

/// Attributes with the value representations of the data dictionary (PS3.6).
pub(crate) struct DataSet(pub(crate) InMemDicomObject);

impl DataSet {
    pub(crate) fn text(&mut self, tag: Tag, text: impl Into<String>) {
        self.value(tag, text.into());
    }

    pub(crate) fn decimals(&mut self, tag: Tag, values: &[f64]) {
        let strings: Vec<String> = values.iter().map(|&value| decimal_string(value)).collect();
        self.text(tag, strings.join("\\"));
    }

    pub(crate) fn value(&mut self, tag: Tag, value: impl Into<PrimitiveValue>) {
        let entry = StandardDataDictionary.by_tag(tag);
        let vr = entry.map_or(VR::UN, |entry| entry.vr().relaxed());
        self.0.put(DataElement::new(tag, vr, value.into()));
    }
}

/// At most 9 digits after the point, and never more than 16 characters in all.
fn decimal_string(value: f64) -> String {
    let fixed = (1..=9).rev().map(|digits| format!("{value:.digits$}")).find(|text| text.len() <= DECIMAL_STRING_LEN);
    match fixed {
        Some(text) => {
            let short = text.trim_end_matches('0').trim_end_matches('.');
            if short == "-0" { "0".to_owned() } else { short.to_owned() }
        }
        None => format!("{value:.6e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_strings_are_short_and_near() {
        let cases = [
            (0.9, "0.9"),
            (-0.0, "0"),
            (100.0, "100"),
            (-1.0 / 3.0, "-0.333333333"),
            (-123_456.123_456_789, "-123456.12345679"),
            (1.5e200, "1.500000e200"),
        ];
        for (value, expected) in cases {
            assert_eq!(decimal_string(value), expected);
        }
    }
}
