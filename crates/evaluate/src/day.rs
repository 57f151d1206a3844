//! Calendar dates as days, and how a column of dates is read.
//!
//! ISO 8601 and DICOM dates (PS3.5 DA) mean one thing. `03/04/2018` does not: a file's other dates may decide
//! between day first and month first; where they do not, the user is asked, and nothing is guessed.

use serde::{Serialize, Serializer};
use std::fmt;

/// A date as days since 1970-01-01 (proleptic Gregorian).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

/// Which of the numbers in `03/04/2018` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// dd/mm/yyyy.
    DayFirst,
    /// mm/dd/yyyy.
    MonthFirst,
}

impl DateOrder {
    /// From whether the day comes first.
    pub const fn of(day_first: bool) -> Self {
        if day_first { Self::DayFirst } else { Self::MonthFirst }
    }
}

/// A date as written, before its order is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenDate {
    /// Means one thing.
    Plain(Day),
    /// First and second number, year; at least one reading is a date.
    Slashed(u32, u32, i32),
}

impl Day {
    /// From a calendar date; `None` where there is no such day.
    pub fn from_calendar(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let longest = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=longest).contains(&day) || !(1900..=2199).contains(&year) {
            return None;
        }
        // Years are counted from March, so that the leap day is a year's last.
        let year = if month <= 2 { year - 1 } else { year };
        let month_from_march = (month as i32 + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
        Some(Self(365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468))
    }

    /// Year, month, day.
    pub const fn calendar(self) -> (i32, u32, u32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        (era * 400 + year_of_era + (month <= 2) as i32, month as u32, day as u32)
    }

    /// Day of the week, Monday 0 to Sunday 6.
    pub const fn weekday(self) -> usize {
        (self.0 + 3).rem_euclid(7) as usize
    }

    /// Reads `2018-01-31`.
    ///
    /// # Errors
    /// In words.
    pub fn from_iso(text: &str) -> Result<Self, String> {
        match WrittenDate::read(text) {
            Some(WrittenDate::Plain(day)) => Ok(day),
            _ => Err(format!("\"{text}\" is not a date. Write it as 2018-01-31.")),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl WrittenDate {
    /// Reads what stands before a time of day: `2018-01-31`, `20180131`, `2018/01/31`, `31.01.2018`, `31/01/2018`.
    /// Years have four digits.
    pub fn read(text: &str) -> Option<Self> {
        let date = text.trim().split(['T', ' ']).next()?;
        if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
            let number = |range: std::ops::Range<usize>| date.get(range)?.parse::<u32>().ok();
            return Day::from_calendar(number(0..4)? as i32, number(4..6)?, number(6..8)?).map(Self::Plain);
        }
        let parts: Vec<&str> = date.split(['-', '/', '.']).collect();
        let &[first, second, third] = parts.as_slice() else { return None };
        let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok())?;
        let (a, b, c) = (number(first)?, number(second)?, number(third)?);
        if first.len() == 4 {
            return Day::from_calendar(a as i32, b, c).map(Self::Plain);
        }
        if third.len() != 4 {
            return None;
        }
        let year = c as i32;
        if date.contains('.') {
            return Day::from_calendar(year, b, a).map(Self::Plain);
        }
        match (Day::from_calendar(year, b, a), Day::from_calendar(year, a, b)) {
            (None, None) => None,
            (Some(day), Some(other)) if day == other => Some(Self::Plain(day)),
            _ => Some(Self::Slashed(a, b, year)),
        }
    }

    /// The only order in which this is a date; `None` where both are, or where order does not matter.
    pub fn only_order(self) -> Option<DateOrder> {
        let Self::Slashed(..) = self else { return None };
        match (self.day(DateOrder::DayFirst), self.day(DateOrder::MonthFirst)) {
            (Some(_), None) => Some(DateOrder::DayFirst),
            (None, Some(_)) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// The day in a given order.
    pub fn day(self, order: DateOrder) -> Option<Day> {
        match (self, order) {
            (Self::Plain(day), _) => Some(day),
            (Self::Slashed(day, month, year), DateOrder::DayFirst)
            | (Self::Slashed(month, day, year), DateOrder::MonthFirst) => Day::from_calendar(year, month, day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_calendar_agree() {
        assert_eq!(Day::from_calendar(1970, 1, 1), Some(Day(0)));
        assert_eq!(Day::from_calendar(2018, 1, 1), Some(Day(17_532)));
        assert_eq!(Day(17_532).weekday(), 0, "2018-01-01 was a Monday");
        for day in (-25_000..80_000).map(Day) {
            let (year, month, date) = day.calendar();
            assert_eq!(Day::from_calendar(year, month, date), Some(day));
        }
    }

    #[test]
    fn there_is_no_30th_of_february() {
        assert_eq!(Day::from_calendar(2020, 2, 29).map(|d| d.to_string()), Some("2020-02-29".to_owned()));
        assert_eq!((Day::from_calendar(2019, 2, 29), Day::from_calendar(2018, 13, 1)), (None, None));
    }

    #[test]
    fn only_slashes_can_be_ambiguous() {
        let day = |text| Day::from_iso(text).ok().map(|d| d.to_string());
        let april = Some("2018-04-03".to_owned());
        assert_eq!((day("2018-04-03"), day("20180403"), day("2018-04-03T10:15:00"), day("03.04.2018")), {
            (april.clone(), april.clone(), april.clone(), april)
        });
        let written = |text| WrittenDate::read(text).unwrap();
        assert_eq!(written("03/04/2018").only_order(), None);
        assert_eq!(written("23/04/2018").only_order(), Some(DateOrder::DayFirst));
        assert_eq!(written("4/23/2018").only_order(), Some(DateOrder::MonthFirst));
        assert_eq!(written("04/04/2018"), WrittenDate::Plain(Day::from_calendar(2018, 4, 4).unwrap()));
        assert_eq!([WrittenDate::read("31/02/2018"), WrittenDate::read("03/04/18"), WrittenDate::read("")], [None; 3]);
    }
}
