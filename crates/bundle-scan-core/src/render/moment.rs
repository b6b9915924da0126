//! Instants and numbers as people and programs read them.

use jiff::Timestamp;

/// RFC 3339 in UTC, with as many decimals as are known.
pub(super) fn rfc3339(unix_nanos: i64) -> String {
    Timestamp::from_nanosecond(unix_nanos.into())
        .map_or_else(|_| unix_nanos.to_string(), |instant| instant.to_string())
}

/// Date and time to the second, in UTC.
pub(super) fn to_second(unix_nanos: i64) -> String {
    let text = rfc3339(unix_nanos.div_euclid(1_000_000_000) * 1_000_000_000);
    text.replace('T', " ").replace('Z', "")
}

/// Two instants to the second, in UTC: the day of the second only if it is another, the second only if it is another instant.
pub(super) fn from_to(first_unix_nanos: i64, last_unix_nanos: i64) -> String {
    let (from, to) = (to_second(first_unix_nanos), to_second(last_unix_nanos));
    match from.split_once(' ') {
        _ if from == to => from,
        Some((day, _)) if to.starts_with(day) => {
            format!("{from} – {}", to[day.len()..].trim_start())
        }
        _ => format!("{from} – {to}"),
    }
}

/// A number with commas between groups of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes in the largest unit that leaves a number of at least 1.
pub(super) fn bytes(count: u64) -> String {
    let (unit, size) = match count {
        0..1_000 => return format!("{count} B"),
        1_000..1_000_000 => ("kB", 1e3),
        1_000_000..1_000_000_000 => ("MB", 1e6),
        _ => ("GB", 1e9),
    };
    format!("{:.1} {unit}", count as f64 / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(grouped(5_612_495), "5,612,495");
        assert_eq!(grouped(12), "12");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(136_000_000), "136.0 MB");
        assert_eq!(
            rfc3339(1_773_137_861_075_997_000),
            "2026-03-10T10:17:41.075997Z"
        );
        assert_eq!(to_second(1_773_137_861_075_997_000), "2026-03-10 10:17:41");
        let noon = 1_773_144_000_000_000_000;
        for (seconds, expected) in [
            (0, "2026-03-10 12:00:00"),
            (60, "2026-03-10 12:00:00 – 12:01:00"),
            (86_400, "2026-03-10 12:00:00 – 2026-03-11 12:00:00"),
        ] {
            assert_eq!(from_to(noon, noon + seconds * 1_000_000_000), expected);
        }
    }
}
