//! A moment as clocks on the wall show it: DICOM's dates carry no time zone, so neither does the worklist.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Seconds in a day.
pub(super) const DAY_S: i64 = 86_400;

/// Seconds since the start of 1970, local civil time. The shell hands it in; JSON and CSV say `2026-03-16T12:00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// *Date* and *Time* (PS3.5 6.2): `YYYYMMDD`, also with `.` or `-` between, and `HHMMSS.FFFFFF`, of which
    /// the end may be missing. `None` where the date is not one of the calendar; an unreadable time counts as midnight.
    pub fn from_dicom(date: &str, time: &str) -> Option<Self> {
        let date: String = date.trim().chars().filter(|c| !matches!(c, '.' | '-')).collect();
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let (year, month, day) = (date[..4].parse().ok()?, date[4..6].parse().ok()?, date[6..].parse().ok()?);
        let days = days_since_1970(year, month, day);
        (civil(days) == (year, month, day)).then_some(Self(days * DAY_S + seconds_of_day(time)))
    }

    fn from_iso(text: &str) -> Option<Self> {
        let (date, time) = text.split_once('T')?;
        Self::from_dicom(date, time)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil(self.0.div_euclid(DAY_S));
        let s = self.0.rem_euclid(DAY_S);
        write!(f, "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || serde::de::Error::custom(format!("\"{text}\" is not a date and time like 2026-03-16T12:00:00"));
        Self::from_iso(&text).ok_or_else(wrong)
    }
}

fn seconds_of_day(time: &str) -> i64 {
    let digits: String = time.trim().split('.').next().unwrap_or_default().chars().filter(|c| *c != ':').collect();
    let two = |at: usize| digits.get(at..at + 2).and_then(|text| text.parse::<i64>().ok());
    let (hour, minute, second) = (two(0).unwrap_or(0), two(2).unwrap_or(0), two(4).unwrap_or(0));
    let readable = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..=60).contains(&second);
    if readable { hour * 3600 + minute * 60 + second.min(59) } else { 0 }
}

/// Days from the start of 1970 to a day of the Gregorian calendar, counting years from March so that leap days end them.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// The day of the Gregorian calendar so many days from the start of 1970: year, month, day.
fn civil(days: i64) -> (i64, i64, i64) {
    // The average year is 365.2425 days; the guess is off by one at most, upwards or downwards.
    let guess = 1970 + (days * 400).div_euclid(146_097);
    let year = (guess - 1..=guess + 1).rev().find(|&y| days_since_1970(y, 1, 1) <= days).unwrap_or(guess);
    let month = (1..=12).rev().find(|&m| days_since_1970(year, m, 1) <= days).unwrap_or(1);
    (year, month, days - days_since_1970(year, month, 1) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_calendar_are_counted_and_others_are_none() {
        let seconds = |date, time| Moment::from_dicom(date, time).map(|moment| moment.0);
        assert_eq!(seconds("19700101", ""), Some(0));
        assert_eq!(seconds("20000229", "235959.5"), Some(951_868_799));
        assert_eq!(seconds("2026.03.16", "12"), Some(1_773_662_400));
        assert_eq!(seconds("20260316", "99:99"), seconds("20260316", ""));
        for date in ["", "20230229", "20261301", "20260100", "2026031", "2026031a", "٢٠٢٦٠٣١٦"] {
            assert_eq!(seconds(date, ""), None, "{date}");
        }
    }

    #[test]
    fn moments_survive_their_text() {
        for second in [-1, 0, 951_868_799, 4_102_444_799, -2_208_988_800] {
            let json = serde_json::to_string(&Moment(second)).unwrap();
            assert_eq!(serde_json::from_str::<Moment>(&json).unwrap(), Moment(second), "{json}");
        }
        assert_eq!(Moment(951_868_799).to_string(), "2000-02-29T23:59:59");
        assert!(serde_json::from_str::<Moment>("\"yesterday\"").is_err());
    }
}
