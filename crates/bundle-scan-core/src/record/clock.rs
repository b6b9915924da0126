//! Reads the stamps of one member.
//!
//! A stamp without a year gets the latest year that does not lie more than a day after the member was last modified, or after
//! the day that its name gives to a rotated log. What zone it is in, and when the machine booted, is not known here.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::time::{NANOS_PER_DAY, NANOS_PER_SECOND, Reading, Scale, Stamp};

/// What is known of the time of one member.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// No line is later than this: nanoseconds since 1970-01-01T00:00:00Z.
    latest: i64,
}

/// Stamps that nothing gives a year lie in a year before this, in nanoseconds since 1970-01-01T00:00:00Z: 1972 was a leap year.
pub const NO_YEAR: i64 = 3 * 365 * NANOS_PER_DAY + NANOS_PER_DAY;

impl Default for Clock {
    fn default() -> Self {
        Clock {
            latest: NO_YEAR - 1,
        }
    }
}

impl Clock {
    /// A clock for a member last modified at `modified`, in seconds since 1970-01-01T00:00:00Z.
    pub fn new(modified: Option<i64>) -> Self {
        let modified = modified.and_then(|seconds| seconds.checked_mul(NANOS_PER_SECOND));
        let latest = modified.and_then(|nanos| nanos.checked_add(NANOS_PER_DAY));
        latest.map_or_else(Clock::default, |latest| Clock { latest })
    }

    /// As [`Clock::new`] for a log with this mark of rotation, which may be a day: `20260310`, `2026-03-10`.
    pub fn rotated(modified: Option<i64>, rotation: Option<&str>) -> Self {
        let mut clock = Clock::new(modified);
        let day = rotation.and_then(day_in);
        let noon_after = day.and_then(|day| midnight(day)?.checked_add(2 * NANOS_PER_DAY));
        if let Some(end) = noon_after
            && (end < clock.latest || clock.latest < NO_YEAR)
        {
            clock.latest = end;
        }
        clock
    }

    /// What a stamp says.
    pub fn read(&self, stamp: Stamp) -> Option<Reading> {
        let (scale, nanos) = match stamp {
            Stamp::Zoned(nanos) => (Scale::Absolute, nanos),
            Stamp::Zoneless(nanos) => (Scale::Zoneless, nanos),
            Stamp::Uptime(nanos) => (Scale::Uptime, nanos),
            Stamp::Ago(nanos) => (Scale::Ago, nanos.checked_neg()?),
            Stamp::Yearless {
                month,
                day,
                nanos_of_day,
            } => (
                Scale::Yearless,
                last_before(self.latest, month, day, nanos_of_day)?,
            ),
        };
        Some(Reading { scale, nanos })
    }
}

/// The last instant up to `latest` that falls on this day of the year.
fn last_before(latest: i64, month: i8, day: i8, nanos_of_day: i64) -> Option<i64> {
    let year = jiff::Timestamp::from_nanosecond(latest.into())
        .ok()?
        .to_zoned(TimeZone::UTC)
        .year();
    // Nine years back there is a 29 February even around a year like 1900.
    (0..9)
        .filter_map(|back| {
            let date = Date::new(year - back, month, day).ok()?;
            midnight(date)?.checked_add(nanos_of_day)
        })
        .find(|nanos| *nanos <= latest)
}

fn midnight(date: Date) -> Option<i64> {
    let instant = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    i64::try_from(instant.as_nanosecond()).ok()
}

/// The day that the mark of a rotation begins with.
fn day_in(rotation: &str) -> Option<Date> {
    let digits: String = rotation
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '-')
        .filter(char::is_ascii_digit)
        .take(8)
        .collect();
    let number = |range: Range<usize>| digits.get(range)?.parse::<i16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
        .ok()
        .filter(|date| date.year() > 2_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nanos(text: &str) -> i64 {
        let instant: jiff::Timestamp = text.parse().expect("a valid instant");
        i64::try_from(instant.as_nanosecond()).expect("an instant of this era")
    }

    fn check(clock: Clock, (month, day): (i8, i8), expected: Option<&str>) {
        let stamp = Stamp::Yearless {
            month,
            day,
            nanos_of_day: 3_600 * NANOS_PER_SECOND,
        };
        let found = clock.read(stamp).map(|reading| reading.nanos);
        assert_eq!(found, expected.map(nanos));
    }

    #[test]
    fn a_missing_year_is_the_last_possible_one() {
        let modified = |text| Clock::new(Some(nanos(text) / NANOS_PER_SECOND));
        let march = modified("2026-03-12T00:00:00Z");
        check(march, (3, 10), Some("2026-03-10T01:00:00Z"));
        check(march, (3, 12), Some("2026-03-12T01:00:00Z"));
        check(march, (2, 29), Some("2024-02-29T01:00:00Z"));
        check(march, (2, 31), None);
        let january = modified("2026-01-02T00:00:00Z");
        check(january, (12, 31), Some("2025-12-31T01:00:00Z"));
    }

    #[test]
    fn the_day_in_the_name_of_a_rotated_log_bounds_its_year() {
        let copied_later = Some(nanos("2027-06-01T00:00:00Z") / NANOS_PER_SECOND);
        for rotation in ["20260101", "2026-01-01T00-00-00.000", "20260101-101741"] {
            let clock = Clock::rotated(copied_later, Some(rotation));
            check(clock, (12, 31), Some("2025-12-31T01:00:00Z"));
            check(clock, (1, 1), Some("2026-01-01T01:00:00Z"));
        }
        for rotation in ["1", "old", "99999999"] {
            let clock = Clock::rotated(copied_later, Some(rotation));
            check(clock, (1, 1), Some("2027-01-01T01:00:00Z"));
        }
    }

    #[test]
    fn without_a_date_of_the_member_the_year_stays_open() {
        for (month, day) in [(1, 1), (2, 29), (12, 31)] {
            let stamp = Stamp::Yearless {
                month,
                day,
                nanos_of_day: 0,
            };
            let reading = Clock::default().read(stamp).expect("a reading");
            assert!((2 * 365 * NANOS_PER_DAY..NO_YEAR).contains(&reading.nanos));
        }
    }
}
