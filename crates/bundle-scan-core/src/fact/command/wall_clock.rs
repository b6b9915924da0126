//! Times as systemd prints them: `Tue 2026-03-10 10:17:41 CST; 3min ago`.
//!
//! The zone is an abbreviation that may mean several zones (`CST` is China's and Central America's): the one that
//! agrees with the relative time and the moment of writing is taken, or else the first. Does not know zone rules.
//! Source: `format_timestamp` and `format_timestamp_relative` of systemd `src/basic/time-util.c`.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

use crate::base::time::NANOS_PER_SECOND;
use crate::fact::section::Section;
use crate::fact::value;

/// What an abbreviation may mean, in minutes east of Greenwich; the likeliest first.
const ZONES: &[(&str, &[i32])] = &[
    ("UTC", &[0]),
    ("GMT", &[0]),
    ("CST", &[480, -360]),
    ("HKT", &[480]),
    ("SGT", &[480]),
    ("JST", &[540]),
    ("KST", &[540]),
    ("IST", &[330, 60, 120]),
    ("WIB", &[420]),
    ("MSK", &[180]),
    ("WET", &[0]),
    ("WEST", &[60]),
    ("BST", &[60, 360]),
    ("CET", &[60]),
    ("CEST", &[120]),
    ("EET", &[120]),
    ("EEST", &[180]),
    ("SAST", &[120]),
    ("EST", &[-300]),
    ("EDT", &[-240]),
    ("CDT", &[-300]),
    ("MST", &[-420]),
    ("MDT", &[-360]),
    ("PST", &[-480]),
    ("PDT", &[-420]),
    ("AEST", &[600]),
    ("AEDT", &[660]),
];

/// How far the relative time may be from the absolute one: it leaves out the smaller units.
const TOLERANCE: i64 = 5_400 * NANOS_PER_SECOND;

/// The instant: nanoseconds since 1970-01-01T00:00:00Z.
pub(super) fn instant(section: &Section<'_>, text: &str) -> Option<i64> {
    let (stamp, relative) = text.split_once(';').unwrap_or((text, ""));
    let expected = before_writing(section, relative);
    let mut words = stamp.split_whitespace();
    let date: Date = words.find_map(|word| word.parse().ok())?;
    let time = words.next()?.parse().ok()?;
    let zone = words.next().unwrap_or("");
    let local = date.to_datetime(time);
    let instants: Vec<i64> = offsets(zone)
        .into_iter()
        .filter_map(|offset| at_offset(local, offset))
        .collect();
    let near = |instant: &&i64| {
        expected.is_some_and(|expected| instant.abs_diff(expected) <= TOLERANCE as u64)
    };
    instants
        .iter()
        .find(near)
        .or_else(|| instants.first())
        .copied()
        .or(expected)
}

/// The moment of writing, less the time that `3min ago` says.
fn before_writing(section: &Section<'_>, relative: &str) -> Option<i64> {
    let seconds = value::duration(relative.trim().strip_suffix("ago")?)?;
    let written = section.modified?.checked_mul(NANOS_PER_SECOND)?;
    written.checked_sub((seconds * NANOS_PER_SECOND as f64) as i64)
}

/// Minutes east of Greenwich that a zone may mean: `CST`, `+08`, `+0530`.
fn offsets(zone: &str) -> Vec<i32> {
    let known = ZONES.iter().find(|(name, _)| *name == zone);
    let printed = || {
        let (hours, minutes) = zone.get(1..)?.split_at_checked(2)?;
        let minutes: i32 = match minutes.trim_start_matches(':') {
            "" => 0,
            minutes => minutes.parse().ok()?,
        };
        let total = hours.parse::<i32>().ok()? * 60 + minutes;
        match zone.get(..1)? {
            "+" => Some(total),
            "-" => Some(-total),
            _ => None,
        }
    };
    match known {
        Some((_, offsets)) => offsets.to_vec(),
        None => printed().into_iter().collect(),
    }
}

fn at_offset(local: DateTime, minutes: i32) -> Option<i64> {
    let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
    i64::try_from(offset.to_timestamp(local).ok()?.as_nanosecond()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::member_path::MemberPath;

    fn check(modified: Option<&str>, rows: &[(&str, Option<&str>)]) {
        let path = MemberPath::new("m");
        let section = Section {
            path: &path,
            header: "",
            text: "",
            modified: modified
                .and_then(value::time)
                .map(|nanos| nanos / NANOS_PER_SECOND),
            open_end: false,
        };
        for (text, expected) in rows {
            assert_eq!(
                instant(&section, text),
                expected.and_then(value::time),
                "{text}"
            );
        }
    }

    #[test]
    fn an_abbreviation_is_read_with_the_moment_of_writing() {
        check(
            Some("2026-03-10T16:20:50Z"),
            &[
                (
                    "Tue 2026-03-10 10:17:41 CST; 3min 9s ago",
                    Some("2026-03-10T16:17:41Z"),
                ),
                (
                    "Tue 2026-03-10 10:17:41 CST; 14h ago",
                    Some("2026-03-10T02:17:41Z"),
                ),
                ("Tue 2026-03-10 10:17:41 CST", Some("2026-03-10T02:17:41Z")),
                (
                    "Tue 2026-03-10 10:17:41 XYZ; 2h ago",
                    Some("2026-03-10T14:20:50Z"),
                ),
            ],
        );
    }

    #[test]
    fn without_a_moment_of_writing_the_likeliest_zone_counts() {
        check(
            None,
            &[
                (
                    "Tue 2026-03-10 10:17:41 CST; 3min ago",
                    Some("2026-03-10T02:17:41Z"),
                ),
                (
                    "Tue 2026-03-10 10:17:41 UTC; 3min ago",
                    Some("2026-03-10T10:17:41Z"),
                ),
                (
                    "Tue 2026-03-10 10:17:41 +0530; 1 day 2h ago",
                    Some("2026-03-10T04:47:41Z"),
                ),
                ("Tue 2026-03-10 10:17:41 -03", Some("2026-03-10T13:17:41Z")),
                (
                    "2026-03-10 10:17:41.250000 UTC",
                    Some("2026-03-10T10:17:41.25Z"),
                ),
                ("Tue 2026-03-10 10:17:41 XYZ; 3min ago", None),
                ("Tue 2026-03-10", None),
                ("n/a", None),
            ],
        );
    }
}
