//! A part of the time that a bundle tells of.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, SpanRelativeTo, Timestamp};

/// One end of a time window, as people give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    At(i64),
    /// Nanoseconds before the bundle was made.
    BeforeCapture(i64),
}

/// What was given is no time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoTime(String);

impl fmt::Display for NoTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "'{}' is no time: give 2026-03-10, '2026-03-10 10:17' (UTC), 2026-03-10T10:17:41+08:00, or 2h, 30m, 3d before the bundle was made",
            self.0
        )
    }
}

impl std::error::Error for NoTime {}

impl FromStr for When {
    type Err = NoTime;

    /// Reads a stamp of RFC 3339, a date with or without a time in UTC, or how long before the bundle was made.
    fn from_str(text: &str) -> Result<Self, NoTime> {
        let text = text.trim();
        let nanos = |instant: Timestamp| i64::try_from(instant.as_nanosecond()).ok();
        let in_utc = |civil: DateTime| civil.to_zoned(TimeZone::UTC).ok();
        let zoned = || nanos(text.parse().ok()?);
        let civil = || nanos(in_utc(text.parse().ok()?)?.timestamp());
        let date = || nanos(in_utc(text.parse::<Date>().ok()?.into())?.timestamp());
        let stamp = zoned().or_else(civil).or_else(date).map(When::At);
        let ago = || {
            let span: Span = text.parse().ok()?;
            let days = SpanRelativeTo::days_are_24_hours();
            let long = span.abs().to_duration(days).ok()?;
            i64::try_from(long.as_nanos()).ok().map(When::BeforeCapture)
        };
        stamp.or_else(ago).ok_or_else(|| NoTime(text.to_owned()))
    }
}

/// The time that a report is about, both ends among it: nanoseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TimeWindow {
    /// The beginning; `None` if there is none.
    pub since: Option<i64>,
    /// The end; `None` if there is none.
    pub until: Option<i64>,
}

impl TimeWindow {
    /// Whether an instant lies in it.
    pub fn contains(&self, unix_nanos: i64) -> bool {
        self.touches(unix_nanos, unix_nanos)
    }

    /// Whether something lies in it that went on from `first` to `last`, at least in part.
    pub fn touches(&self, first: i64, last: i64) -> bool {
        self.since.is_none_or(|since| last >= since)
            && self.until.is_none_or(|until| first <= until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::time::NANOS_PER_SECOND;

    #[test]
    fn times_are_read_in_all_spellings() {
        let at = |text: &str| {
            let instant: Timestamp = text.parse().expect("valid");
            When::At(i64::try_from(instant.as_nanosecond()).expect("of this era"))
        };
        let ago = |seconds: i64| When::BeforeCapture(seconds * NANOS_PER_SECOND);
        for (text, expected) in [
            ("2026-03-10", at("2026-03-10T00:00:00Z")),
            ("2026-03-10 10:17", at("2026-03-10T10:17:00Z")),
            ("2026-03-10T10:17:41", at("2026-03-10T10:17:41Z")),
            ("2026-03-10T10:17:41Z", at("2026-03-10T10:17:41Z")),
            ("2026-03-10T10:17:41+08:00", at("2026-03-10T02:17:41Z")),
            (" 2026-03-10 10:17:41+08:00 ", at("2026-03-10T02:17:41Z")),
            ("2h", ago(7_200)),
            ("1h30m", ago(5_400)),
            ("90 minutes", ago(5_400)),
            ("3d", ago(259_200)),
            ("2h ago", ago(7_200)),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
        for text in [
            "",
            "soon",
            "10:17",
            "2026-13-01",
            "7",
            "-",
            "99999999999999y",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn both_ends_are_in_the_window() {
        let window = TimeWindow {
            since: Some(10),
            until: Some(20),
        };
        assert_eq!(
            [9, 10, 20, 21].map(|at| window.contains(at)),
            [false, true, true, false]
        );
        assert!(window.touches(5, 10) && window.touches(20, 30) && window.touches(5, 30));
        assert!(!window.touches(1, 9) && !window.touches(21, 30));
        assert!(TimeWindow::default().contains(i64::MIN));
    }

    proptest! {
        #[test]
        fn what_people_give_is_a_time_or_none(text in "[0-9TZ:+. hdmw-]{0,24}") {
            if let Ok(When::BeforeCapture(nanos)) = text.parse() {
                prop_assert!(nanos >= 0);
            }
        }
    }
}
