//! Takes off what log rotation and compression append to a file name: `messages-20240101.gz` is `messages`. What a container said before
//! it was started again is an older part too: `app-previous.log` is `app.log`.
//!
//! Source: logrotate's `dateformat` and numbering, lumberjack's stamps, kubelet's container log rotation; `-previous.log` of troubleshoot,
//! `previous.log` beside `current.log` of `oc adm inspect`.

use std::sync::LazyLock;

use regex::Regex;

/// A file name without its rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrotated {
    /// The name as the writer knows it.
    pub name: String,
    /// The number or date of an older part; `None` for the current one.
    pub part: Option<String>,
}

static ROTATED: LazyLock<Regex> = LazyLock::new(|| {
    // Not `\d`: the digits of all scripts take a long time to compile at every start.
    let part = r"\.[0-9]{1,3}|\.old|\.bak|[-._]previous|[-.][0-9]{8}(?:[-T]?[0-9]{2,6})?|-[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}-[0-9]{2}-[0-9]{2}(?:\.[0-9]{3})?)?";
    let packed = r"\.(?:gz|xz|bz2|zst|lz4|zip|Z)";
    let pattern =
        format!(r"^(?<stem>.+?)(?<part>{part})?(?<ext>\.log)?(?:{packed})?(?:\.tailed)?$");
    Regex::new(&pattern).expect("the pattern is constant and tested")
});

/// Takes the rotation off the last segment of a path.
pub fn unrotated(name: &str) -> Unrotated {
    let Some(found) = ROTATED.captures(name) else {
        return Unrotated {
            name: name.to_owned(),
            part: None,
        };
    };
    let group = |group: &str| found.name(group).map_or("", |matched| matched.as_str());
    let (stem, part) = match (group("stem"), group("part")) {
        (stem @ ("previous" | "previous.insecure"), "") => ("current", stem),
        (stem, part) => (stem, part.trim_start_matches(['.', '-', '_'])),
    };
    Unrotated {
        name: format!("{stem}{}", group("ext")),
        part: (!part.is_empty()).then(|| part.to_owned()),
    }
}

/// Where a part stands among those of its log, the oldest first: numbers and words count back from the current one, dates go on.
pub fn order(part: Option<&str>) -> i64 {
    let Some(part) = part else {
        return i64::MAX;
    };
    let digits: String = part.chars().filter(char::is_ascii_digit).take(17).collect();
    match digits.len() {
        0 => -1,
        1..8 => digits.parse().map_or(0, |number: i64| -number),
        // As many digits for all, so that a day stands before its seconds.
        _ => format!("{digits:0<17}").parse().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_names_keep_their_base() {
        for (given, name, part) in [
            ("messages", "messages", None),
            ("messages.1.gz", "messages", Some("1")),
            ("messages-20240101.gz", "messages", Some("20240101")),
            ("kubelet.log-20240101", "kubelet.log", Some("20240101")),
            ("kubelet.log.1", "kubelet.log", Some("1")),
            ("kubelet-20231002.log.zip", "kubelet.log", Some("20231002")),
            (
                "kubelet-2026-03-10T10-17-41.075.log.gz",
                "kubelet.log",
                Some("2026-03-10T10-17-41.075"),
            ),
            ("0.log.20260310-101741.gz", "0.log", Some("20260310-101741")),
            ("syslog.2.gz", "syslog", Some("2")),
            ("var.log.messages.tailed", "var.log.messages", None),
            ("dmesg", "dmesg", None),
            ("app-previous.log", "app.log", Some("previous")),
            ("previous.log", "current.log", Some("previous")),
            ("previous.log.gz", "current.log", Some("previous")),
            (
                "previous.insecure.log",
                "current.log",
                Some("previous.insecure"),
            ),
        ] {
            let found = unrotated(given);
            assert_eq!(
                (found.name.as_str(), found.part.as_deref()),
                (name, part),
                "{given}"
            );
        }
    }

    #[test]
    fn parts_stand_in_the_order_in_which_they_were_written() {
        for parts in [
            ["5", "2", "1", ""],
            ["old", "", "", ""],
            ["previous", "", "", ""],
            ["20260309", "20260310", "20260310-101741", ""],
            ["2026-03-09", "2026-03-10T10-17-41.075", "", ""],
        ] {
            let part = |part: &'static str| Some(part).filter(|part| !part.is_empty());
            let orders = parts.map(|name| order(part(name)));
            assert!(orders.is_sorted(), "{parts:?} {orders:?}");
            assert!(orders[0] < orders[3]);
        }
    }
}
