//! The date and time notations that envelopes share, read into [`Stamp`]s.
//! Does not fill in a missing year, zone or boot time; `record` does that, with knowledge of the whole bundle.
//! Invariants: dates are checked against the calendar, a leap second counts as the second before it, and nothing
//! outside of what 64-bit nanoseconds hold (1677 to 2262) is returned.
//! Source: RFC 3339 section 5.6, RFC 3164 section 4.1.2, RFC 5322 section 3.3, ctime(3), and the `date` field of each
//! envelope's own source.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use super::reader::Reader;
use crate::base::time::{NANOS_PER_SECOND, Stamp};

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];
const WEEKDAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];

/// Digits of a fraction of a second that are read; nanoseconds.
const MAX_FRACTION_DIGITS: usize = 9;

/// `2026-03-10T10:17:41.075997+08:00`; `T` may be a space, the fraction may follow a comma, the zone may be absent.
pub(super) fn iso(reader: &mut Reader<'_>) -> Option<Stamp> {
    let nanos = civil(reader, b'-')?;
    let mut after_zone = *reader;
    let Some(offset) = zone(&mut after_zone) else {
        return Some(Stamp::Zoneless(nanos));
    };
    *reader = after_zone;
    Some(Stamp::Zoned(nanos.checked_sub(offset)?))
}

/// The same with a zone that must be there.
pub(super) fn iso_zoned(reader: &mut Reader<'_>) -> Option<Stamp> {
    iso(reader).filter(|stamp| matches!(stamp, Stamp::Zoned(_)))
}

/// A whole text that is an ISO stamp.
pub(super) fn whole_iso(text: &[u8]) -> Option<Stamp> {
    let mut reader = Reader::new(text);
    iso(&mut reader).filter(|_| reader.rest().is_empty())
}

/// `2026/03/10 10:17:41`, as nginx and Go's `log` write it.
pub(super) fn slashed(reader: &mut Reader<'_>) -> Option<Stamp> {
    civil(reader, b'/').map(Stamp::Zoneless)
}

/// `Mar 10 10:17:41` or `Mar  1 10:17:41.075997`: the stamp of a classic syslog line.
pub(super) fn month_first(reader: &mut Reader<'_>) -> Option<Stamp> {
    let month = month(reader)?;
    reader.literal(b" ")?;
    let day = padded_day(reader)?;
    reader.literal(b" ")?;
    Some(Stamp::Yearless {
        month,
        day,
        nanos_of_day: time_of_day(reader)?,
    })
}

/// `0310 10:17:41.075997` or `20260310 10:17:41.075997`: the stamp of a klog line, after its level.
pub(super) fn klog(reader: &mut Reader<'_>) -> Option<Stamp> {
    let mut counting = *reader;
    let year = match counting.take_while(|byte| byte.is_ascii_digit()).len() {
        4 => None,
        8 => Some(reader.fixed_number(4)?),
        _ => return None,
    };
    let (month, day) = (reader.fixed_number(2)?, reader.fixed_number(2)?);
    reader.literal(b" ")?;
    let nanos_of_day = time_of_day(reader)?;
    if let Some(year) = year {
        return instant(year, month, day, nanos_of_day).map(Stamp::Zoneless);
    }
    let (month, day) = (within(month, 12)?, within(day, 31)?);
    Some(Stamp::Yearless {
        month,
        day,
        nanos_of_day,
    })
}

/// `Tue Mar 10 10:17:41 2026`: ctime(3), as `dmesg -T` writes it.
pub(super) fn ctime(reader: &mut Reader<'_>) -> Option<Stamp> {
    weekday(reader)?;
    reader.literal(b" ")?;
    let month = month(reader)?;
    reader.literal(b" ")?;
    let day = padded_day(reader)?;
    reader.literal(b" ")?;
    let nanos_of_day = time_of_day(reader)?;
    reader.literal(b" ")?;
    let year = reader.fixed_number(4)?;
    instant(year, month.into(), day.into(), nanos_of_day).map(Stamp::Zoneless)
}

/// `Tue, 10 Mar 2026 10:17:41 +0000`: RFC 5322, as cloud-init and `kubectl describe` write it.
pub(super) fn rfc5322(reader: &mut Reader<'_>) -> Option<Stamp> {
    weekday(reader)?;
    reader.literal(b", ")?;
    let day = reader.fixed_number(2)?;
    reader.literal(b" ")?;
    let month = month(reader)?;
    reader.literal(b" ")?;
    let year = reader.fixed_number(4)?;
    reader.literal(b" ")?;
    let nanos = instant(year, month.into(), day, time_of_day(reader)?)?;
    reader.literal(b" ")?;
    Some(Stamp::Zoned(nanos.checked_sub(zone(reader)?)?))
}

/// `12345.678901]`: seconds since boot with four to nine decimals, after the opening bracket and its padding. The
/// kernel prints six; some distributions patch it to fewer.
pub(super) fn uptime(reader: &mut Reader<'_>) -> Option<Stamp> {
    reader.spaces();
    let seconds = reader.number(1..=9)?;
    reader.literal(b".")?;
    let nanos = fraction_digits(reader, 4)?;
    reader.literal(b"]")?;
    Some(Stamp::Uptime(seconds * NANOS_PER_SECOND + nanos))
}

/// `1773137861.075997`: seconds since 1970 with six decimals, as `journalctl -o short-unix` writes it.
pub(super) fn unix_seconds(reader: &mut Reader<'_>) -> Option<Stamp> {
    let seconds = reader.number(9..=10)?;
    reader.literal(b".")?;
    let nanos = fraction_digits(reader, 6)?;
    Some(Stamp::Zoned(seconds * NANOS_PER_SECOND + nanos))
}

/// A number that counts seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by its size.
pub(super) fn unix_number(number: f64) -> Option<Stamp> {
    let nanos_per_unit = match number {
        n if n >= 1e17 => 1.0,
        n if n >= 1e14 => 1e3,
        n if n >= 1e11 => 1e6,
        _ => 1e9,
    };
    let nanos = number * nanos_per_unit;
    // Below 2001 it is a duration or a counter, above 2262 it does not fit.
    (1e18..9.2e18)
        .contains(&nanos)
        .then_some(Stamp::Zoned(nanos as i64))
}

/// `Tue`.
pub(super) fn weekday(reader: &mut Reader<'_>) -> Option<()> {
    WEEKDAYS
        .iter()
        .any(|day| reader.optional(day))
        .then_some(())
}

/// `Mar`, as 3.
pub(super) fn month(reader: &mut Reader<'_>) -> Option<i8> {
    let index = MONTHS.iter().position(|month| reader.optional(month))?;
    i8::try_from(index + 1).ok()
}

/// `10:17:41.075997` as nanoseconds since midnight; the fraction, of one to nine digits, may be absent.
pub(super) fn time_of_day(reader: &mut Reader<'_>) -> Option<i64> {
    let hour = reader.fixed_number(2).filter(|hour| *hour < 24)?;
    reader.literal(b":")?;
    let minute = reader.fixed_number(2).filter(|minute| *minute < 60)?;
    reader.literal(b":")?;
    let second = reader.fixed_number(2).filter(|second| *second <= 60)?;
    let seconds = hour * 3600 + minute * 60 + second.min(59);
    Some(seconds * NANOS_PER_SECOND + fraction(reader))
}

/// `Z`, `+08:00`, `+0800` or `+08`, as nanoseconds to subtract from the local time.
pub(super) fn zone(reader: &mut Reader<'_>) -> Option<i64> {
    if reader.optional(b"Z") {
        return Some(0);
    }
    let sign = if reader.one_of(b"+-")? == b'-' { -1 } else { 1 };
    let hours = reader.fixed_number(2).filter(|hours| *hours < 24)?;
    let mut after_minutes = *reader;
    after_minutes.optional(b":");
    let minutes = after_minutes
        .fixed_number(2)
        .filter(|minutes| *minutes < 60);
    if minutes.is_some() {
        *reader = after_minutes;
    }
    Some(sign * (hours * 3600 + minutes.unwrap_or(0) * 60) * NANOS_PER_SECOND)
}

/// `2026-03-10 10:17:41` with the given separator between the parts of the date, read as UTC.
fn civil(reader: &mut Reader<'_>, separator: u8) -> Option<i64> {
    let year = reader.fixed_number(4)?;
    reader.one_of(&[separator])?;
    let month = reader.fixed_number(2)?;
    reader.one_of(&[separator])?;
    let day = reader.fixed_number(2)?;
    reader.one_of(b"T ")?;
    instant(year, month, day, time_of_day(reader)?)
}

/// Nanoseconds since 1970 of a date and a time of day in UTC.
fn instant(year: i64, month: i64, day: i64, nanos_of_day: i64) -> Option<i64> {
    let (year, month, day) = (
        i16::try_from(year).ok()?,
        within(month, 12)?,
        within(day, 31)?,
    );
    let date = Date::new(year, month, day).ok()?;
    let midnight = Offset::UTC
        .to_timestamp(date.to_datetime(Time::midnight()))
        .ok()?;
    i64::try_from(midnight.as_nanosecond())
        .ok()?
        .checked_add(nanos_of_day)
}

/// A number from 1 to `most`.
fn within(number: i64, most: i64) -> Option<i8> {
    i8::try_from(number)
        .ok()
        .filter(|_| (1..=most).contains(&number))
}

/// ` 1`, `10` or `01`.
fn padded_day(reader: &mut Reader<'_>) -> Option<i8> {
    let width = if reader.optional(b" ") { 1 } else { 2 };
    within(reader.fixed_number(width)?, 31)
}

/// `.075997` or `,075`, as nanoseconds; zero, and nothing taken, where there is none.
fn fraction(reader: &mut Reader<'_>) -> i64 {
    let mut after = *reader;
    let nanos = after
        .one_of(b".,")
        .and_then(|_| fraction_digits(&mut after, 1));
    if nanos.is_some() {
        *reader = after;
    }
    nanos.unwrap_or(0)
}

/// The digits after the point, at least `fewest` and at most nine, as nanoseconds.
fn fraction_digits(reader: &mut Reader<'_>, fewest: usize) -> Option<i64> {
    let mut counting = *reader;
    let count = counting.take_while(|byte| byte.is_ascii_digit()).len();
    let number = reader.number(fewest..=MAX_FRACTION_DIGITS)?;
    let missing = u32::try_from(MAX_FRACTION_DIGITS.checked_sub(count)?).ok()?;
    Some(number * 10_i64.pow(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-10T10:17:41Z in seconds since 1970.
    const SECONDS: i64 = 1_773_137_861;

    fn check(parse: fn(&mut Reader<'_>) -> Option<Stamp>, text: &str, expected: Option<Stamp>) {
        assert_eq!(parse(&mut Reader::new(text.as_bytes())), expected, "{text}");
    }

    fn zoned(seconds: i64, nanos: i64) -> Option<Stamp> {
        Some(Stamp::Zoned(seconds * NANOS_PER_SECOND + nanos))
    }

    fn zoneless(seconds: i64, nanos: i64) -> Option<Stamp> {
        Some(Stamp::Zoneless(seconds * NANOS_PER_SECOND + nanos))
    }

    #[test]
    fn iso_stamps_with_and_without_zone() {
        check(iso, "2026-03-10T10:17:41Z", zoned(SECONDS, 0));
        check(
            iso,
            "2026-03-10T18:17:41.5+08:00",
            zoned(SECONDS, 500_000_000),
        );
        check(iso, "2026-03-10T18:17:41+0800", zoned(SECONDS, 0));
        check(
            iso,
            "2026-03-10 10:17:41,075 - x",
            zoneless(SECONDS, 75_000_000),
        );
        check(iso, "2026-03-10T10:17:41.1234567890Z", zoneless(SECONDS, 0));
        check(iso, "2026-02-29T10:17:41Z", None);
        check(iso, "2026-03-10T24:17:41Z", None);
        check(iso, "9999-03-10T10:17:41Z", None);
        check(iso, "2026-03-10", None);
    }

    #[test]
    fn a_leap_second_is_the_second_before() {
        check(iso, "2016-12-31T23:59:60Z", zoned(1_483_228_799, 0));
    }

    #[test]
    fn notations_without_year_or_zone() {
        let nanos_of_day = (10 * 3600 + 17 * 60 + 41) * NANOS_PER_SECOND;
        let march_first = Some(Stamp::Yearless {
            month: 3,
            day: 1,
            nanos_of_day,
        });
        check(month_first, "Mar  1 10:17:41 n", march_first);
        check(month_first, "Mar 01 10:17:41 n", march_first);
        check(month_first, "Mar 32 10:17:41 n", None);
        check(klog, "0301 10:17:41.000000 ", march_first);
        check(klog, "20260310 10:17:41.000000 ", zoneless(SECONDS, 0));
        check(klog, "1310 10:17:41.000000 ", None);
        check(ctime, "Tue Mar 10 10:17:41 2026", zoneless(SECONDS, 0));
        check(slashed, "2026/03/10 10:17:41 [error]", zoneless(SECONDS, 0));
        check(
            rfc5322,
            "Tue, 10 Mar 2026 18:17:41 +0800",
            zoned(SECONDS, 0),
        );
    }

    #[test]
    fn counted_seconds() {
        check(
            uptime,
            "   12.345678] x",
            Some(Stamp::Uptime(12_345_678_000)),
        );
        check(uptime, "12.3] x", None);
        check(
            unix_seconds,
            "1773137861.075997 n",
            zoned(SECONDS, 75_997_000),
        );
        assert_eq!(unix_number(1_773_137_861_000.0), zoned(SECONDS, 0));
        assert_eq!(unix_number(1_773_137_861_000_000_000.0), zoned(SECONDS, 0));
        assert_eq!(unix_number(312.5), None);
        assert_eq!(unix_number(f64::NAN), None);
    }
}
