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
    }
}
