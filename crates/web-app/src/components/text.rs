//! Values as a person reads them.

/// With commas between groups of three digits.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

/// A number and the noun it counts.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(n), if n == 1 { one } else { many })
}

/// A phrase as a sentence of its own.
pub fn sentence(phrase: &str) -> String {
    let mut letters = phrase.trim().chars();
    let text: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if text.is_empty() || text.ends_with(['.', '…']) { text } else { text + "." }
}

/// The parts that say something, with dots between.
pub fn joined(parts: &[String]) -> String {
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// A time span: `<1 ms`, `348 ms`, `7.7 s`.
pub fn duration(ms: f64) -> String {
    match ms {
        _ if ms < 1.0 => "<1 ms".to_owned(),
        _ if ms < 1_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1_000.0),
    }
}

/// A DICOM date (PS3.5 6.2, *DA*, and its ACR-NEMA form with dots) as ISO 8601; anything else as it stands.
pub fn date(dicom: &str) -> String {
    let digits = dicom.trim().replace('.', "");
    match (digits.len(), digits.get(..4), digits.get(4..6), digits.get(6..)) {
        (8, Some(year), Some(month), Some(day)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            format!("{year}-{month}-{day}")
        }
        _ => dicom.trim().to_owned(),
    }
}

/// A person's name (PS3.5 6.2.1, *PN*): family name, a comma, the rest; the first way of writing that is filled.
pub fn person(dicom: &str) -> String {
    let written =
        dicom.split('=').map(str::trim).find(|group| !group.replace('^', "").trim().is_empty()).unwrap_or_default();
    let (family, rest) = written.split_once('^').unwrap_or((written, ""));
    let rest = rest.split('^').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    match (family.trim(), rest.as_str()) {
        ("", rest) => rest.to_owned(),
        (family, "") => family.to_owned(),
        (family, rest) => format!("{family}, {rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!([0, 999, 1_001, 1_234_567].map(thousands), ["0", "999", "1,001", "1,234,567"]);
        assert_eq!([count(1, "file", "files"), count(2_000, "file", "files")], ["1 file", "2,000 files"]);
    }

    #[test]
    fn phrases_become_sentences() {
        assert_eq!(
            [sentence("this browser has no WebGPU"), sentence("It ends."), sentence("")],
            ["This browser has no WebGPU.", "It ends.", ""]
        );
    }

    #[test]
    fn dates_of_both_ages_are_read_and_others_left_alone() {
        assert_eq!(
            [date("20250114"), date("1995.06.26"), date("2025"), date("unknown!")],
            ["2025-01-14", "1995-06-26", "2025", "unknown!"]
        );
    }

    #[test]
    fn names_are_family_first_without_empty_parts() {
        let names = ["DOE^JANE^^DR", "DOE", "^JANE", "=山田^太郎", "Yamada^Tarou=山田^太郎", "^^^", ""];
        assert_eq!(names.map(person), ["DOE, JANE DR", "DOE", "JANE", "山田, 太郎", "Yamada, Tarou", "", ""]);
    }

    #[test]
    fn no_time_reads_as_zero() {
        assert_eq!([0.2, 348.2, 7_730.0].map(duration), ["<1 ms", "348 ms", "7.7 s"]);
    }
}
