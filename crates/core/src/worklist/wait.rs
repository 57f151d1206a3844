//! How long a study has waited, and whether that is too long. The shell hands in the time.

use super::moment::{DAY_S, Moment};
use crate::study::Study;
use serde::{Deserialize, Serialize};

/// From when on a study waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitFrom {
    /// Its arrival in this list.
    #[default]
    Arrival,
    /// *Study Date* and *Study Time*; midnight where no time is stated.
    StudyTime,
}

/// What the list says of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitRule {
    /// From when on a study waits.
    pub from: WaitFrom,
    /// Days after which a study is overdue; `None` for retrospective lists, where nothing is.
    pub maximum_days: Option<u32>,
}

impl Default for WaitRule {
    fn default() -> Self {
        Self { from: WaitFrom::Arrival, maximum_days: Some(14) }
    }
}

/// How long a study has waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Its clock cannot be read.
    Unknown(Unknown),
    /// So long.
    Known {
        /// Seconds.
        seconds: u64,
        /// The maximum, days, if there is one.
        maximum_days: Option<u32>,
    },
}

/// Why nobody knows how long a study has waited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is no date, or none that can be read.
    Missing,
    /// The date lies in the future.
    Future,
}

impl WaitRule {
    /// How long a study has waited at `now`.
    pub fn wait(&self, study: &Study, arrival: Option<Moment>, now: Moment) -> Wait {
        let since = match self.from {
            WaitFrom::Arrival => arrival,
            WaitFrom::StudyTime => Moment::from_dicom(&study.date, &study.time),
        };
        match since {
            None => Wait::Unknown(Unknown::Missing),
            Some(since) => match u64::try_from(now.0.saturating_sub(since.0)) {
                Err(_) => Wait::Unknown(Unknown::Future),
                Ok(seconds) => Wait::Known { seconds, maximum_days: self.maximum_days },
            },
        }
    }
}

impl Wait {
    /// Whether the study has waited longer than the list allows. One whose waiting is unknown has not.
    pub fn is_overdue(self) -> bool {
        matches!(self, Self::Known { seconds, maximum_days: Some(days) } if seconds > u64::from(days) * DAY_S as u64)
    }

    /// Seconds waited, where known.
    pub fn seconds(self) -> Option<u64> {
        match self {
            Self::Known { seconds, .. } => Some(seconds),
            Self::Unknown(_) => None,
        }
    }

    /// In words: `waiting 16 days, longer than the maximum of 14 days`.
    pub fn in_words(self) -> String {
        let plural = |count: u64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        let Some(seconds) = self.seconds() else {
            let why = match self {
                Self::Unknown(Unknown::Future) => "the date lies in the future",
                _ => "there is no date",
            };
            return format!("waiting time unknown, {why}");
        };
        let waited = match seconds {
            s if s >= DAY_S as u64 => plural(s / DAY_S as u64, "day"),
            s if s >= 3600 => plural(s / 3600, "hour"),
            s => plural(s / 60, "minute"),
        };
        match self {
            Self::Known { maximum_days: Some(days), .. } if self.is_overdue() => {
                format!("waiting {waited}, longer than the maximum of {}", plural(days.into(), "day"))
            }
            _ => format!("waiting {waited}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waited(rule: WaitRule, date: &str, time: &str, arrival: Option<&str>) -> Wait {
        let study = Study { date: date.into(), time: time.into(), ..Study::default() };
        let arrival = arrival.map(|date| Moment::from_dicom(date, "").unwrap());
        rule.wait(&study, arrival, Moment::from_dicom("20260316", "120000").unwrap())
    }

    #[test]
    fn the_clock_runs_from_arrival_or_from_the_examination_as_the_user_chose() {
        let from = |from| WaitRule { from, ..WaitRule::default() };
        let arrival = waited(from(WaitFrom::Arrival), "20260201", "", Some("20260315"));
        let study = waited(from(WaitFrom::StudyTime), "20260201", "113000", Some("20260315"));
        assert_eq!((arrival.is_overdue(), arrival.in_words()), (false, "waiting 1 day".to_owned()));
        assert!(study.is_overdue());
        assert_eq!(study.in_words(), "waiting 43 days, longer than the maximum of 14 days");
    }

    #[test]
    fn overdue_is_longer_than_the_maximum_and_off_means_never() {
        let rule = WaitRule { from: WaitFrom::StudyTime, maximum_days: Some(1) };
        assert!(!waited(rule, "20260315", "120000", None).is_overdue(), "a day to the second is not longer");
        assert!(waited(rule, "20260315", "115959", None).is_overdue());
        assert!(!waited(WaitRule { maximum_days: None, ..rule }, "19990101", "", None).is_overdue());
    }

    #[test]
    fn a_missing_or_future_date_is_unknown_and_said_so() {
        let rule = WaitRule { from: WaitFrom::StudyTime, maximum_days: Some(14) };
        for (date, why) in [("", "no date"), ("2026", "no date"), ("20260230", "no date"), ("20270101", "future")] {
            let wait = waited(rule, date, "", Some("20200101"));
            assert!(wait.seconds().is_none() && !wait.is_overdue(), "{date}");
            assert!(wait.in_words().contains("unknown") && wait.in_words().contains(why), "{}", wait.in_words());
        }
        assert!(waited(WaitRule::default(), "20200101", "", None).seconds().is_none());
    }
}
