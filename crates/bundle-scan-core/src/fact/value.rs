//! Values of fields, and how texts of tools are read: sizes, percentages, durations, times, versions.
//!
//! Numbers are kept in base units: bytes, cores, percent, seconds.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::fmt::rfc2822;

use super::kind::Type;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A word, a sentence, a version.
    Text(Cow<'a, str>),
    /// A plain number, or bytes, cores, percent, seconds.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// Nanoseconds since 1970-01-01T00:00:00Z.
    Time(i64),
    /// Several words; mappings are `key=value`.
    List(Vec<Cow<'a, str>>),
}

impl Value<'_> {
    /// Whether a field of this type may hold it.
    pub fn is_a(&self, of: Type) -> bool {
        match self {
            Value::Text(_) => matches!(of, Type::Text | Type::Version),
            Value::Number(_) => matches!(
                of,
                Type::Number | Type::Size | Type::Quantity | Type::Percent | Type::Duration
            ),
            Value::Flag(_) => of == Type::Flag,
            Value::Time(_) => of == Type::Time,
            Value::List(_) => of == Type::List,
        }
    }

    /// Whether it is an empty text or list.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::List(texts) => texts.is_empty(),
            _ => false,
        }
    }

    /// As it is shown among the captures of an evidence line: numbers without a unit, lists joined by commas.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Value::Text(text) => Cow::Borrowed(text),
            // What a unit was multiplied with leaves 12040.209999999998.
            Value::Number(number) => Cow::Owned(((number * 1e6).round() / 1e6).to_string()),
            Value::Flag(true) => Cow::Borrowed("true"),
            Value::Flag(false) => Cow::Borrowed("false"),
            Value::Time(unix_nanos) => jiff::Timestamp::from_nanosecond((*unix_nanos).into())
                .map_or(Cow::Borrowed(""), |time| Cow::Owned(time.to_string())),
            Value::List(texts) => Cow::Owned(texts.join(",")),
        }
    }
}

/// A plain number: `12`, `1.5`, `-3`, `1,024`.
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain: Cow<'_, str> = match text.contains(',') {
        true => text.replace(',', "").into(),
        false => text.into(),
    };
    let starts_well = plain.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    plain
        .parse()
        .ok()
        .filter(|number: &f64| starts_well && number.is_finite())
}

/// Bytes as commands print them: `90.00g`, `64.15GB`, `15Gi`, `512 kB`, `1024`. A bare `K`, `M`, `G` is binary, as `df -h`
/// and LVM mean it; `kB`, `MB`, `GB` are decimal, as docker means them.
pub fn size(text: &str) -> Option<f64> {
    let (number, unit) = split_unit(text)?;
    let unit = unit.to_ascii_lowercase();
    let (prefix, rest) = unit.split_at_checked(1).unwrap_or(("", ""));
    let base = match rest {
        "" | "i" | "ib" => 1024_f64,
        "b" => 1000_f64,
        _ => return bytes_only(&unit).then_some(number),
    };
    match prefix {
        "" | "b" => Some(number),
        _ => Some((number * base.powi(power(prefix)?)).round()),
    }
}

/// An amount as Kubernetes writes it: `250m`, `2`, `100Mi`, `1500M`, `1e3`.
/// Source: `resource.Quantity` of k8s.io/apimachinery.
pub fn quantity(text: &str) -> Option<f64> {
    let (number, unit) = split_unit(text)?;
    let factor = match unit {
        "" => 1.0,
        "n" => 1e-9,
        "u" => 1e-6,
        "m" => 1e-3,
        _ => match unit.split_at_checked(1)? {
            (prefix, "i") => 1024_f64.powi(power(&prefix.to_ascii_lowercase())?),
            (prefix, "") => 1000_f64.powi(power(&prefix.to_ascii_lowercase())?),
            ("e" | "E", exponent) => 10_f64.powi(exponent.parse().ok()?),
            _ => return None,
        },
    };
    Some(number * factor)
}

/// A percentage: `91.34`, `91%`, `59 %`.
pub fn percent(text: &str) -> Option<f64> {
    number(text.trim().trim_end_matches('%').trim_end())
}

/// Seconds in `3d4h`, `2y50d`, `1m30s`, `250ms`, `5 minutes ago`, `About an hour`, `10:04:31`.
pub fn duration(text: &str) -> Option<f64> {
    let text = text.trim();
    let text = text.strip_suffix("ago").unwrap_or(text).trim_end();
    if let Some(clock) = clock(text) {
        return Some(clock);
    }
    let text = text
        .strip_prefix("About ")
        .or_else(|| text.strip_prefix("Less than "))
        .unwrap_or(text);
    if let Some(unit) = text.strip_prefix("an ").or_else(|| text.strip_prefix("a ")) {
        return seconds_of(unit);
    }
    let mut rest = text;
    let mut total = None;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest.get(..digits)?.parse().ok()?;
        rest = rest.get(digits..)?.trim_start();
        let letters = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        let unit = rest.get(..letters)?;
        total = Some(total.unwrap_or(0.0) + number * seconds_of(unit)?);
        rest = rest.get(letters..)?.trim_start_matches([' ', ',']);
    }
    total
}

/// `10:04:31`, `1-02:03:04` and `12:34.56`, as `ps` and `top` print time spent.
fn clock(text: &str) -> Option<f64> {
    let (days, clock) = text.split_once('-').unwrap_or(("0", text));
    if !clock.contains(':') {
        return None;
    }
    let mut seconds = 0.0;
    for part in clock.split(':') {
        seconds = seconds * 60.0 + number(part).filter(|part| *part >= 0.0)?;
    }
    Some(seconds + 86_400.0 * number(days)?)
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "usec" => 1e-6,
        "ms" | "msec" => 1e-3,
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        "month" | "months" => 2_592_000.0,
        "y" | "year" | "years" => 31_536_000.0,
        _ => return None,
    })
}

/// `true`, `True`, `yes`, `on` and their opposites.
pub fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// An instant in RFC 3339 (`2026-03-10T10:17:41Z`), as describe prints it (`Tue, 10 Mar 2026 10:17:41 +0000`), or as Go
/// prints it (`2026-03-10 10:17:41.5 +0800 CST`): nanoseconds since 1970-01-01T00:00:00Z.
pub fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    let instant = text
        .parse::<jiff::Timestamp>()
        .ok()
        .or_else(|| rfc2822::DateTimeParser::new().parse_timestamp(text).ok())
        .or_else(|| {
            let mut words = text.split(' ');
            let (date, time, zone) = (words.next()?, words.next()?, words.next()?);
            format!("{date}T{time}{zone}").parse().ok()
        })?;
    i64::try_from(instant.as_nanosecond()).ok()
}

/// Orders versions by their numbers and words, as package managers do: `3.10.0-957.el7` < `3.10.0-1127.el7` < `4.18`. A `v` in
/// front does not count.
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    let mut left = parts(a);
    let mut right = parts(b);
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => compare_parts(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Runs of digits and runs of letters.
fn parts(version: &str) -> impl Iterator<Item = &str> {
    let version = version.trim();
    let version = version
        .strip_prefix(['v', 'V'])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(version);
    version
        .split(|c: char| !c.is_ascii_alphanumeric())
        .flat_map(|word| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let first = rest.chars().next()?.is_ascii_digit();
                let end = rest
                    .find(|c: char| c.is_ascii_digit() != first)
                    .unwrap_or(rest.len());
                let (part, after) = rest.split_at_checked(end)?;
                rest = after;
                Some(part)
            })
        })
}

/// A number is newer than a word, as in RPM.
fn compare_parts(a: &str, b: &str) -> Ordering {
    let is_number = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    match (is_number(a), is_number(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => a.cmp(b),
    }
}

/// A number and what follows it.
fn split_unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c))
        .unwrap_or(text.len());
    let (number_text, unit) = text.split_at_checked(end)?;
    Some((number(number_text)?, unit.trim()))
}

fn bytes_only(unit: &str) -> bool {
    matches!(unit, "byte" | "bytes")
}

fn power(prefix: &str) -> Option<i32> {
    "kmgtpe".find(prefix).map(|index| index as i32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(read: fn(&str) -> Option<f64>, rows: &[(&str, Option<f64>)]) {
        for (text, expected) in rows {
            assert_eq!(read(text), *expected, "{text}");
        }
    }

    #[test]
    fn sizes_of_commands() {
        let gib = f64::from(1 << 30);
        check(
            size,
            &[
                ("90.00g", Some(90.0 * gib)),
                ("15Gi", Some(15.0 * gib)),
                ("1.5GiB", Some(1.5 * gib)),
                ("64.15GB", Some(64.15e9)),
                ("512 kB", Some(512e3)),
                ("1024", Some(1024.0)),
                ("100B", Some(100.0)),
                ("12 bytes", Some(12.0)),
                ("large", None),
                ("", None),
            ],
        );
    }

    #[test]
    fn quantities_of_kubernetes() {
        check(
            quantity,
            &[
                ("250m", Some(0.25)),
                ("2", Some(2.0)),
                ("100Mi", Some(104_857_600.0)),
                ("1500M", Some(1.5e9)),
                ("3943312Ki", Some(3_943_312.0 * 1024.0)),
                ("1e3", Some(1000.0)),
                ("12E", Some(12e18)),
                ("many", None),
            ],
        );
    }

    #[test]
    fn durations_of_every_tool() {
        check(
            duration,
            &[
                ("3d4h", Some(273_600.0)),
                ("119s", Some(119.0)),
                ("2y50d", Some(67_392_000.0)),
                ("250ms", Some(0.25)),
                ("5 minutes ago", Some(300.0)),
                ("About an hour ago", Some(3_600.0)),
                ("Less than a second", Some(1.0)),
                ("1-02:03:04", Some(93_784.0)),
                ("10:04:31", Some(36_271.0)),
                ("10 parsecs", None),
                ("", None),
            ],
        );
    }

    #[test]
    fn times_of_every_tool() {
        let expected = time("2026-03-10T02:17:41Z");
        assert!(expected.is_some());
        for text in [
            "2026-03-10T10:17:41+08:00",
            "Tue, 10 Mar 2026 10:17:41 +0800",
            "2026-03-10 10:17:41 +0800 CST",
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
        assert_eq!(time("yesterday"), None);
    }

    #[test]
    fn versions_are_ordered_as_packages_are() {
        for pair in [
            "3.10.0-957.el7.x86_64",
            "3.10.0-1062.12.1.el7.x86_64",
            "3.10.0-1127.el7",
            "3.10.0-1160.el7",
            "3.10.0-1160.66.1.el7",
            "4.18.0-147.5.1.6.h686.eulerosv2r9.x86_64",
            "4.18.0-147.5.1.6.h998.eulerosv2r9.x86_64",
            "5.9",
            "5.10.225",
        ]
        .windows(2)
        {
            assert_eq!(
                compare_versions(pair[0], pair[1]),
                Ordering::Less,
                "{pair:?}"
            );
            assert_eq!(compare_versions(pair[1], pair[0]), Ordering::Greater);
        }
        assert_eq!(
            compare_versions("v1.19.16-r7", "1.19.16-r7"),
            Ordering::Equal
        );
    }
}
