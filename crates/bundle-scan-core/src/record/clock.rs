//! Resolves the stamps of one member to instants.
//!
//! A stamp without a year gets the latest year that does not lie more than a day after the member was last modified;
//! without that date it stays unresolved. Seconds since boot stay unresolved: the boot time is not known here.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::base::time::{NANOS_PER_DAY, NANOS_PER_SECOND, Stamp, Time, TimeQuality};

/// What is known about the time of one member.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    modified: Option<i64>,
}

impl Clock {
    /// A clock for a member last modified at `modified`, in seconds since 1970-01-01T00:00:00Z.
    pub fn new(modified: Option<i64>) -> Self {
        Clock { modified }
    }

    /// The instant of a stamp, if what is known suffices.
    pub fn resolve(&self, stamp: Stamp) -> Option<Time> {
        match stamp {
            Stamp::Zoned(unix_nanos) => Some(Time {
                unix_nanos,
                quality: TimeQuality::Exact,
            }),
            Stamp::Zoneless(unix_nanos) => Some(Time {
                unix_nanos,
                quality: TimeQuality::ZoneAssumed,
            }),
            Stamp::Yearless {
                month,
                day,
                nanos_of_day,
            } => {
                let latest = self
                    .modified?
                    .checked_mul(NANOS_PER_SECOND)?
                    .checked_add(NANOS_PER_DAY)?;
                let unix_nanos = last_before(latest, month, day, nanos_of_day)?;
                Some(Time {
                    unix_nanos,
                    quality: TimeQuality::YearInferred,
                })
            }
            Stamp::Uptime(_) => None,
        }
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
        .filter_map(|back| midnight(year - back, month, day)?.checked_add(nanos_of_day))
        .find(|nanos| *nanos <= latest)
}

fn midnight(year: i16, month: i8, day: i8) -> Option<i64> {
    let date = Date::new(year, month, day).ok()?;
    let instant = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    i64::try_from(instant.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(modified: &str, (month, day): (i8, i8), expected: Option<&str>) {
        let modified: jiff::Timestamp = modified.parse().expect("a valid instant");
        let stamp = Stamp::Yearless {
            month,
            day,
            nanos_of_day: 3_600 * NANOS_PER_SECOND,
        };
        let found = Clock::new(Some(modified.as_second())).resolve(stamp);
        let expected = expected.map(|text| {
            let instant: jiff::Timestamp = text.parse().expect("a valid instant");
            i64::try_from(instant.as_nanosecond()).expect("an instant of this era")
        });
        assert_eq!(found.map(|time| time.unix_nanos), expected);
    }

    #[test]
    fn a_missing_year_is_the_last_possible_one() {
        check(
            "2026-03-12T00:00:00Z",
            (3, 10),
            Some("2026-03-10T01:00:00Z"),
        );
        check(
            "2026-03-12T00:00:00Z",
            (3, 12),
            Some("2026-03-12T01:00:00Z"),
        );
        check(
            "2026-01-02T00:00:00Z",
            (12, 31),
            Some("2025-12-31T01:00:00Z"),
        );
        check(
            "2026-03-12T00:00:00Z",
            (2, 29),
            Some("2024-02-29T01:00:00Z"),
        );
        check("2026-03-12T00:00:00Z", (2, 31), None);
    }

    #[test]
    fn without_a_date_of_the_member_the_year_stays_open() {
        let stamp = Stamp::Yearless {
            month: 3,
            day: 10,
            nanos_of_day: 0,
        };
        assert_eq!(Clock::default().resolve(stamp), None);
        assert_eq!(Clock::new(Some(0)).resolve(Stamp::Uptime(5)), None);
    }
}
